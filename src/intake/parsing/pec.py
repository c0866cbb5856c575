"""PecParser: what reaches a PEC mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Self

from intake.parsing.certified import envelopes
from intake.parsing.messages import whole
from intake.parsing.operator_files import read_anchors, read_passwords
from intake.parsing.signing.anchors import Anchors
from intake.schemas.documents import Parsed
from intake.schemas.parsers import ParserOptions
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

    @classmethod
    def configured(cls, options: ParserOptions) -> Self:
        """Return a parser as the operator wants it.

        Raises:
            ConfigError: a file that the options name cannot be used.
        """
        anchors = read_anchors(options) or envelopes.AGID
        return cls(anchors, passwords=read_passwords(options))

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:  # noqa: ARG002 - the contract
        """Return the citizen's message with the facts of its envelope in ``pec``.

        Raises:
            UnreadableItem: the item is empty, or no message at all.
        """
        message = whole.read(stream.read(), self.profile, self._passwords)
        return envelopes.open_envelope(message, self._anchors) or message.parsed()
