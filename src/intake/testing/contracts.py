"""What a plugin promises, one test each: subclass the contract, give its fixtures, run pytest.

::

    class TestMyConnector(ConnectorContract):
        removes_on_acknowledge = False

        @pytest.fixture
        def world(self, tmp_path): ...       # a World: puts items into a real source

        @pytest.fixture
        def connector(self, world): ...      # () -> a new connector to that source
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from intake.errors import SourceUnavailable, ToolMissing, TransientFailure, UnreadableItem
from intake.interfaces import Connector, OcrEngine, Parser
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts, RawItem, Receipt
from intake.testing import samples
from intake.testing.classifier_contract import (
    ClassifierContract as ClassifierContract,  # noqa: PLC0414 - of this kit too: so mypy is told
)

_ALL = 1000
_PATIENCE_S = 5


class World(Protocol):
    """The source as its owner sees it: what an author writes so that the contract can act."""

    def put(self, content: bytes) -> bytes:
        """Put one more item into the source, younger than all others, complete and ready.

        Return the bytes that the source now holds, where it cannot hold ``content`` as it is.
        """

    def snapshot(self) -> object:
        """Return all that others can see of the source, comparable with ``==``."""

    def take_away_oldest(self) -> None:
        """Remove the oldest item, as the owner of the source might."""

    def become_unreachable(self) -> None:
        """Make the source unreachable for the rest of the test."""


MakeConnector = Callable[[], Connector]
"""Makes a new connector to the same source."""


class ConnectorContract:
    """The promises of ``intake.interfaces.Connector``.

    Fixtures to give: ``world``, a ``World``; ``connector``, a function that returns a new
    connector to that world, not entered yet, as ``Intake`` makes one after a restart.
    """

    removes_on_acknowledge: ClassVar[bool] = True
    """Whether acknowledged items leave the listing. If not, the cursor leads past them."""
    items_are_independent: ClassVar[bool] = True
    """Whether the others can be read in the same poll when one item is taken away."""
    contents: ClassVar[Sequence[bytes]] = (
        *samples.ordinary().values(),
        samples.eight_bit_headers(),
        samples.fake_separator(),
        samples.nul_bytes(),
        samples.text_mail(text="0123456789abcdef\r\n" * 200_000),
    )
    """Bytes that the source can hold; the last is larger than any chunk."""

    def test_it_has_the_shape_of_a_connector(self, connector: MakeConnector) -> None:
        made = connector()
        assert isinstance(made, Connector)
        assert isinstance(made.kind, str)
        assert made.kind
        assert issubclass(made.options_model, BaseModel)

    def test_making_one_touches_nothing(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        before = world.snapshot()
        connector()
        assert world.snapshot() == before, "__init__ changed the source"
        world.become_unreachable()
        connector()  # raises if __init__ connects

    def test_check_changes_nothing(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        before = world.snapshot()
        with connector() as opened:
            opened.check()
        assert world.snapshot() == before, "check changed the source"

    def test_poll_changes_nothing(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        before = world.snapshot()
        with connector() as opened:
            for item in opened.poll(after=None, limit=_ALL):
                read(item)
        assert world.snapshot() == before, "poll changed the source"

    def test_an_abandoned_poll_changes_nothing(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        before = world.snapshot()
        with connector() as opened:
            polled = iter(opened.poll(after=None, limit=_ALL))
            next(polled)
            del polled
        assert world.snapshot() == before, "poll changed the source"
        assert len(poll(connector)) == 3

    def test_keys_are_the_same_at_every_poll(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        with connector() as opened:
            first = [item.key for item in opened.poll(after=None, limit=_ALL)]
            second = [item.key for item in opened.poll(after=None, limit=_ALL)]
        after_a_restart = [item.key for item in poll(connector)]
        assert first == second == after_a_restart

    def test_items_name_their_source_alike(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        assert len({item.source for item in poll(connector)}) == 1

    def test_two_identical_items_have_two_keys(
        self, world: World, connector: MakeConnector
    ) -> None:
        for _ in range(2):
            world.put(samples.text_mail())
        keys = [item.key for item in poll(connector)]
        assert len(keys) == 2
        assert len(set(keys)) == 2, "identical bytes are still two items"

    def test_the_oldest_comes_first(self, world: World, connector: MakeConnector) -> None:
        put = put_three(world)
        with connector() as opened:
            found = [read(item) for item in opened.poll(after=None, limit=_ALL)]
        assert found == put

    def test_the_limit_is_respected(self, world: World, connector: MakeConnector) -> None:
        put = put_three(world)
        with connector() as opened:
            found = [read(item) for item in opened.poll(after=None, limit=2)]
        assert found == put[:2]

    def test_an_empty_source_has_no_items(self, connector: MakeConnector) -> None:
        assert poll(connector) == []

    def test_bytes_are_verbatim(self, world: World, connector: MakeConnector) -> None:
        put = [world.put(content) for content in self.contents]
        with connector() as opened:
            items = list(opened.poll(after=None, limit=_ALL))
            found = [read(item) for item in items]
        assert [len(content) for content in found] == [len(content) for content in put]
        assert found == put

    def test_unacknowledged_items_come_again(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        with connector() as opened:
            first, *others = opened.poll(after=None, limit=_ALL)
            opened.acknowledge([(first, receipt_of(first))])
        keys = {item.key for item in poll(connector)}
        assert {item.key for item in others} <= keys

    def test_acknowledged_items_leave_if_the_source_removes_them(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            items = list(opened.poll(after=None, limit=_ALL))
            opened.acknowledge([(item, receipt_of(item)) for item in items])
        left = {item.key for item in poll(connector)}
        assert left == (set() if self.removes_on_acknowledge else {item.key for item in items})

    def test_acknowledging_twice_is_harmless(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        with connector() as opened:
            first, *others = opened.poll(after=None, limit=_ALL)
            taken = [(first, receipt_of(first))]
            opened.acknowledge(taken)
            once = world.snapshot()
            opened.acknowledge(taken)
        assert world.snapshot() == once
        assert {item.key for item in others} <= {item.key for item in poll(connector)}

    def test_acknowledging_after_a_crash_is_possible(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as crashed:
            items = list(crashed.poll(after=None, limit=_ALL))
            receipts = [receipt_of(item) for item in items]
        with connector() as restarted:
            again = list(restarted.poll(after=None, limit=_ALL))
            restarted.acknowledge(list(zip(again, receipts, strict=True)))
            restarted.acknowledge(list(zip(items, receipts, strict=True)))
        if self.removes_on_acknowledge:
            assert poll(connector) == []

    def test_an_item_that_is_gone_may_be_acknowledged(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            items = list(opened.poll(after=None, limit=_ALL))
            receipts = [receipt_of(item) for item in items]
            world.take_away_oldest()
            opened.acknowledge(list(zip(items, receipts, strict=True)))

    def test_a_new_item_after_acknowledging_is_seen(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            items = list(opened.poll(after=None, limit=_ALL))
            opened.acknowledge([(item, receipt_of(item)) for item in items])
        new = world.put(samples.html_mail())
        with connector() as opened:
            found = [read(item) for item in opened.poll(after=cursor_of(items), limit=_ALL)]
        assert new in found

    def test_the_cursor_skips_nothing_that_is_younger(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        items = poll(connector)
        for position, item in enumerate(items):
            with connector() as opened:
                later = [found.key for found in opened.poll(after=item.cursor, limit=_ALL)]
            wanted = [found.key for found in items[position + 1 :]]
            assert later[len(later) - len(wanted) :] == wanted

    def test_a_cursor_that_means_nothing_hides_nothing(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            assert len(list(opened.poll(after="not a cursor of mine", limit=_ALL))) == 3

    def test_small_polls_reach_every_item(self, world: World, connector: MakeConnector) -> None:
        put = put_three(world)
        reached: dict[str, bytes] = {}
        cursor: str | None = None
        deadline = time.monotonic() + _PATIENCE_S
        while len(reached) < len(put) and time.monotonic() < deadline:
            with connector() as opened:
                for item in opened.poll(after=cursor, limit=1):
                    reached[item.key] = content = read(item)
                    opened.acknowledge([(item, receipt_of(item, content))])
                    cursor = item.cursor or cursor
        assert list(reached.values()) == put, "the same items come again and hide the others"

    def test_an_item_that_vanishes_costs_only_itself(
        self, world: World, connector: MakeConnector
    ) -> None:
        put = put_three(world)
        found: list[bytes] = []
        with connector() as opened:
            for number, item in enumerate(opened.poll(after=None, limit=_ALL)):
                if number == 0:
                    world.take_away_oldest()
                with suppress(TransientFailure):
                    found.append(read(item))
            if not self.items_are_independent:
                found = [read(item) for item in opened.poll(after=None, limit=_ALL)]
        assert found[-2:] == put[1:], "the neighbours of a failed item must go on"

    def test_an_item_whose_reading_broke_off_comes_again(
        self, world: World, connector: MakeConnector
    ) -> None:
        put = put_three(world)
        with connector() as opened:
            for item in opened.poll(after=None, limit=_ALL):
                next(item.chunks())
        with connector() as opened:
            assert [read(item) for item in opened.poll(after=None, limit=_ALL)] == put

    def test_an_unreachable_source_says_so(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        world.become_unreachable()
        assert_unavailable(lambda: poll(connector), "poll")

        def check() -> None:
            with connector() as opened:
                opened.check()

        assert_unavailable(check, "check")

    def test_closing_raises_nothing(self, world: World, connector: MakeConnector) -> None:
        opened = connector().__enter__()
        world.become_unreachable()
        opened.__exit__(None, None, None)

    def test_closing_hides_no_error(self, connector: MakeConnector) -> None:
        error = RuntimeError("raised by whoever uses the connector")
        raised: RuntimeError | None = None
        try:
            with connector():
                raise error
        except RuntimeError as caught:
            raised = caught
        assert raised is error


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


class OcrEngineContract:
    """The promises of ``intake.interfaces.OcrEngine``. Fixture to give: ``engine``."""

    languages: ClassVar[Sequence[str]] = ("ita",)

    def test_it_has_the_shape_of_an_engine(self, engine: OcrEngine) -> None:
        assert isinstance(engine, OcrEngine)
        assert engine.name
        assert engine.version()

    def test_it_returns_the_page_that_was_asked_for(self, engine: OcrEngine) -> None:
        page = self._recognise(engine, number=3)
        assert page.number == 3
        assert page.origin == "ocr"
        assert 0 <= page.confidence <= 1

    def test_it_leaves_the_picture_as_it_is(self, engine: OcrEngine) -> None:
        picture = _white_page()
        before = picture.tobytes()
        engine.recognise(picture, number=1, languages=self.languages, timeout_s=60)
        assert picture.tobytes() == before

    def test_an_unknown_language_is_a_missing_tool(self, engine: OcrEngine) -> None:
        try:
            engine.recognise(_white_page(), number=1, languages=("xyz",), timeout_s=60)
        except ToolMissing:
            return
        raise AssertionError("the language xyz does not exist: ToolMissing was expected")

    def _recognise(self, engine: OcrEngine, *, number: int) -> Any:
        return engine.recognise(
            _white_page(), number=number, languages=self.languages, timeout_s=60
        )


def put_three(world: World) -> list[bytes]:
    """Put three different items into the source; return the bytes it holds, the oldest first."""
    texts = ("prima", "seconda", "terza")
    return [
        world.put(samples.text_mail(text=text, message_id=f"{text}@example.org")) for text in texts
    ]


def poll(connector: MakeConnector) -> list[RawItem]:
    """Return all items that a new connector finds."""
    with connector() as opened:
        return list(opened.poll(after=None, limit=_ALL))


def read(item: RawItem) -> bytes:
    """Return the bytes of the item."""
    return b"".join(item.chunks())


def receipt_of(item: RawItem, content: bytes | None = None) -> Receipt:
    """Return the receipt that proves the item is ours; reads the item if ``content`` is None."""
    facts = item.model_dump(exclude={"cursor", "content"})
    sha256 = hashlib.sha256(read(item) if content is None else content).hexdigest()
    return Receipt(id=1, sha256=sha256, stored_at=datetime.now(UTC), **facts)


def cursor_of(items: Iterable[RawItem]) -> str | None:
    """Return the cursor that stands once all of ``items`` are ours."""
    return next((item.cursor for item in reversed(list(items)) if item.cursor), None)


def parse(parser: Parser, content: bytes) -> Parsed | None:
    """Return what the parser reads; None if it says there is nothing to read."""
    facts = ItemFacts(profile=parser.profile, size_bytes=len(content))
    try:
        return parser.parse(io.BytesIO(content), facts)
    except UnreadableItem:
        return None


def assert_unavailable(action: Callable[[], object], name: str) -> None:
    """Fail unless ``action`` raises SourceUnavailable."""
    try:
        action()
    except SourceUnavailable:
        return
    raise AssertionError(f"{name} of an unreachable source must raise SourceUnavailable")


def _white_page() -> Any:
    from PIL import Image  # noqa: PLC0415 - heavy, and only engines need it

    return Image.new("L", (1240, 400), color=255)
