"""What a parser promises, one test each."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import ClassVar

from intake.errors import UnreadableItem
from intake.interfaces import Parser
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts
from intake.testing import samples


class ParserContract:
    """The promises of ``intake.interfaces.Parser``. Fixture to give: ``parser``, an instance."""

    contents: ClassVar[Sequence[bytes]] = (
        b"",
        *samples.ordinary().values(),
        *samples.hostile().values(),
    )

    def test_it_has_the_shape_of_a_parser(self, parser: Parser) -> None:
        assert isinstance(parser, Parser)
        assert parser.profile

    def test_it_raises_nothing_but_unreadable_item(self, parser: Parser) -> None:
        for content in self.contents:
            parse(parser, content)  # passes UnreadableItem, and nothing else

    def test_it_is_pure(self, parser: Parser) -> None:
        for content in self.contents:
            assert parse(parser, content) == parse(parser, content)

    def test_every_leaf_is_accounted_for(self, parser: Parser) -> None:
        for parsed in filter(None, (parse(parser, content) for content in self.contents)):
            attachments = {item.path: item for item in parsed.message.attachments}
            assert len(attachments) == len(parsed.message.attachments), "paths are unique"
            for leaf in parsed.leaves:
                facts = attachments[leaf.path]
                assert facts.disposition != "refused"
                assert facts.size_bytes == len(leaf.content)
                assert facts.sha256 == hashlib.sha256(leaf.content).hexdigest()

    def test_every_refusal_has_a_reason(self, parser: Parser) -> None:
        for parsed in filter(None, (parse(parser, content) for content in self.contents)):
            for attachment in parsed.message.attachments:
                assert attachment.disposition != "refused" or attachment.reason


def parse(parser: Parser, content: bytes) -> Parsed | None:
    """Return what the parser reads; None if it says there is nothing to read."""
    facts = ItemFacts(profile=parser.profile, size_bytes=len(content))
    try:
        return parser.parse(io.BytesIO(content), facts)
    except UnreadableItem:
        return None
