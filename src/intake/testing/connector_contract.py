"""What a connector promises, one test each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar

from pydantic import BaseModel

from intake.errors import SourceUnavailable, TransientFailure
from intake.interfaces import Connector
from intake.testing import samples
from intake.testing.world import (
    MANY,
    MakeConnector,
    World,
    cursor_of,
    poll,
    put_three,
    read,
    receipt_of,
)

_PATIENCE_S = 5


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
            for item in opened.poll(after=None, limit=MANY):
                read(item)
        assert world.snapshot() == before, "poll changed the source"

    def test_an_abandoned_poll_changes_nothing(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        before = world.snapshot()
        with connector() as opened:
            polled = iter(opened.poll(after=None, limit=MANY))
            next(polled)
            del polled
        assert world.snapshot() == before, "poll changed the source"
        assert len(poll(connector)) == 3

    def test_keys_are_the_same_at_every_poll(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        with connector() as opened:
            first = [item.key for item in opened.poll(after=None, limit=MANY)]
            second = [item.key for item in opened.poll(after=None, limit=MANY)]
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
            found = [read(item) for item in opened.poll(after=None, limit=MANY)]
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
            items = list(opened.poll(after=None, limit=MANY))
            found = [read(item) for item in items]
        assert [len(content) for content in found] == [len(content) for content in put]
        assert found == put

    def test_unacknowledged_items_come_again(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        with connector() as opened:
            first, *others = opened.poll(after=None, limit=MANY)
            opened.acknowledge([(first, receipt_of(first))])
        keys = {item.key for item in poll(connector)}
        assert {item.key for item in others} <= keys

    def test_acknowledged_items_leave_if_the_source_removes_them(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            items = list(opened.poll(after=None, limit=MANY))
            opened.acknowledge([(item, receipt_of(item)) for item in items])
        left = {item.key for item in poll(connector)}
        assert left == (set() if self.removes_on_acknowledge else {item.key for item in items})

    def test_acknowledging_twice_is_harmless(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        with connector() as opened:
            first, *others = opened.poll(after=None, limit=MANY)
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
            items = list(crashed.poll(after=None, limit=MANY))
            receipts = [receipt_of(item) for item in items]
        with connector() as restarted:
            again = list(restarted.poll(after=None, limit=MANY))
            restarted.acknowledge(list(zip(again, receipts, strict=True)))
            restarted.acknowledge(list(zip(items, receipts, strict=True)))
        if self.removes_on_acknowledge:
            assert poll(connector) == []

    def test_an_item_that_is_gone_may_be_acknowledged(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            items = list(opened.poll(after=None, limit=MANY))
            receipts = [receipt_of(item) for item in items]
            world.take_away_oldest()
            opened.acknowledge(list(zip(items, receipts, strict=True)))

    def test_a_new_item_after_acknowledging_is_seen(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            items = list(opened.poll(after=None, limit=MANY))
            opened.acknowledge([(item, receipt_of(item)) for item in items])
        new = world.put(samples.html_mail())
        with connector() as opened:
            found = [read(item) for item in opened.poll(after=cursor_of(items), limit=MANY)]
        assert new in found

    def test_the_cursor_skips_nothing_that_is_younger(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        items = poll(connector)
        for position, item in enumerate(items):
            with connector() as opened:
                later = [found.key for found in opened.poll(after=item.cursor, limit=MANY)]
            wanted = [found.key for found in items[position + 1 :]]
            assert later[len(later) - len(wanted) :] == wanted

    def test_a_cursor_that_means_nothing_hides_nothing(
        self, world: World, connector: MakeConnector
    ) -> None:
        put_three(world)
        with connector() as opened:
            assert len(list(opened.poll(after="not a cursor of mine", limit=MANY))) == 3

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
            for number, item in enumerate(opened.poll(after=None, limit=MANY)):
                if number == 0:
                    world.take_away_oldest()
                with suppress(TransientFailure):
                    found.append(read(item))
            if not self.items_are_independent:
                found = [read(item) for item in opened.poll(after=None, limit=MANY)]
        assert found[-2:] == put[1:], "the neighbours of a failed item must go on"

    def test_an_item_whose_reading_broke_off_comes_again(
        self, world: World, connector: MakeConnector
    ) -> None:
        put = put_three(world)
        with connector() as opened:
            for item in opened.poll(after=None, limit=MANY):
                next(item.chunks())
        with connector() as opened:
            assert [read(item) for item in opened.poll(after=None, limit=MANY)] == put

    def test_an_unreachable_source_says_so(self, world: World, connector: MakeConnector) -> None:
        put_three(world)
        world.become_unreachable()
        _assert_unavailable(lambda: poll(connector), "poll")

        def check() -> None:
            with connector() as opened:
                opened.check()

        _assert_unavailable(check, "check")

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


def _assert_unavailable(action: Callable[[], object], name: str) -> None:
    """Fail unless ``action`` raises SourceUnavailable."""
    try:
        action()
    except SourceUnavailable:
        return
    raise AssertionError(f"{name} of an unreachable source must raise SourceUnavailable")
