"""MailParser: ordinary mail, and the certified mail that reaches an ordinary mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from intake.parsing import envelopes, messages
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts


class MailParser:
    """Reads one message (RFC 5322). Never fails on what is a message, however broken."""

    profile = "mail"

    def __init__(self, *, passwords: Sequence[str] = ()) -> None:
        """``passwords`` are tried on locked archives."""
        self._passwords = tuple(passwords)

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:  # noqa: ARG002 - the contract
        """Return the facts, the text and every leaf of the message.

        Raises:
            UnreadableItem: the item is empty, or no message at all.
        """
        message = messages.read(stream.read(), self.profile, self._passwords)
        return envelopes.open_envelope(message, envelopes.AGID) or message.parsed()
