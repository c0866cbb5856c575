"""PecParser: what reaches a PEC mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from intake.parsing import envelopes, messages
from intake.parsing.certificates import Anchors
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts


class PecParser:
    """Reads transport and anomaly envelopes, receipts and notices; ordinary mail as mail.

    ``anchors`` is what the providers' signatures must lead to; the key of AgID by default.
    ``passwords`` are tried on locked archives.
    """

    profile = "pec"

    def __init__(self, anchors: Anchors = envelopes.AGID, *, passwords: Sequence[str] = ()) -> None:
        self._anchors = anchors
        self._passwords = tuple(passwords)

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:  # noqa: ARG002 - the contract
        """Return the citizen's message with the facts of its envelope in ``pec``.

        Raises:
            UnreadableItem: the item is empty, or no message at all.
        """
        message = messages.read(stream.read(), self.profile, self._passwords)
        return envelopes.open_envelope(message, self._anchors) or message.parsed()
