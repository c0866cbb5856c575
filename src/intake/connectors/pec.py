"""PecConnector: reads a mailbox of certified e-mail (PEC), which providers offer by IMAP."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from intake.connectors.imap import ImapConnector
from intake.connectors.imap_options import ImapOptions


class PecOptions(ImapOptions):
    """What a PEC source can be told: as IMAP, with the patience that long messages need."""

    read_timeout_s: float = Field(
        default=120, gt=0, description="Longest silence of the server during a command."
    )
    deadline_s: float = Field(
        default=60,
        gt=0,
        description="Longest duration of a command, beside the time its bytes may take.",
    )


class PecConnector(ImapConnector):
    """Reads a PEC mailbox; what is in a transport envelope is for the parser to say."""

    kind: ClassVar[str] = "pec"
    profile: ClassVar[str] = "pec"
    options_model: ClassVar[type[ImapOptions]] = PecOptions
    login_remedy: ClassVar[str] = (
        "PEC passwords expire: make a new one for mail programs at the provider, put it where "
        "`password` points, then run `intake check`. Some providers want a user code as the "
        "username, not the address, and IMAP may have to be switched on for the mailbox."
    )
