"""FaxEmailConnector: reads the mailbox to which a fax gateway sends what it receives."""

from __future__ import annotations

from typing import ClassVar

from intake.connectors.imap import ImapConnector


class FaxEmailConnector(ImapConnector):
    """Reads faxes that arrive by e-mail; who sent them is for the parser to say."""

    kind: ClassVar[str] = "fax_email"
    profile: ClassVar[str] = "fax"
