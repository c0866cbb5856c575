"""Connectors that look right and break one promise each. The contract must catch them all.

Each is a ``FakeConnector`` with one defect; ``breaks`` names the promise that it must fail.
"""

import uuid
from contextlib import suppress

from intake.errors import SourceUnavailable, TransientFailure
from intake.testing.fakes import FakeConnector


class Liar(FakeConnector):
    breaks = ""
    removes = True


class EatsOnPoll(Liar):
    breaks = "test_poll_changes_nothing"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            content = b"".join(item.chunks())
            del self.world._stored[int(item.key)]
            yield item.model_copy(update={"content": content})


class AcknowledgesOnPoll(Liar):
    breaks = "test_poll_changes_nothing"
    removes = False

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            yield item
            self.world.take(int(item.key))


class AcknowledgesWhenAbandoned(Liar):
    breaks = "test_an_abandoned_poll_changes_nothing"

    def poll(self, *, after, limit):
        finished = False
        try:
            yield from super().poll(after=after, limit=limit)
            finished = True
        finally:
            if not finished:
                self.world.take_away_oldest()


class MarksOnCheck(Liar):
    breaks = "test_check_changes_nothing"
    removes = False

    def check(self):
        super().check()
        for stored in self.world.items():
            stored.acknowledged = 1


class ConnectsWhenMade(Liar):
    breaks = "test_making_one_touches_nothing"

    def __init__(self, source, options):
        super().__init__(source, options)
        self.world.demand_reachable()


class HasNoKind(Liar):
    breaks = "test_it_has_the_shape_of_a_connector"
    kind = ""


class NewKeysEachTime(Liar):
    breaks = "test_keys_are_the_same_at_every_poll"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            yield item.model_copy(update={"key": f"{uuid.uuid4()}"})

    def acknowledge(self, items):
        self.world.demand_reachable()


class NumbersItsItemsAnew(Liar):
    """Its keys are positions in the listing, which change when an item leaves."""

    breaks = "test_unacknowledged_items_come_again"

    def poll(self, *, after, limit):
        for position, item in enumerate(super().poll(after=after, limit=limit)):
            yield item.model_copy(update={"key": f"{position}"})

    def acknowledge(self, items):
        numbers = [stored.number for stored in self.world.items()]
        for item, _ in items:
            with suppress(IndexError):
                self.world.take(numbers[int(item.key)])


class KeysByContent(Liar):
    breaks = "test_two_identical_items_have_two_keys"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            key = f"{hash(self.world._stored[int(item.key)].content)}"
            yield item.model_copy(update={"key": key})


class ForgetsItsName(Liar):
    breaks = "test_items_name_their_source_alike"

    def poll(self, *, after, limit):
        for number, item in enumerate(super().poll(after=after, limit=limit)):
            yield item.model_copy(update={"source": f"fake{number}"})


class YoungestFirst(Liar):
    breaks = "test_the_oldest_comes_first"

    def poll(self, *, after, limit):
        yield from reversed(list(super().poll(after=after, limit=limit)))


class IgnoresTheLimit(Liar):
    breaks = "test_the_limit_is_respected"

    def poll(self, *, after, limit):
        return super().poll(after=after, limit=1000)


class InventsAnItem(Liar):
    breaks = "test_an_empty_source_has_no_items"

    def poll(self, *, after, limit):
        if not self.world.items():
            self.world.put(b"Subject: welcome\r\n\r\n")
        return super().poll(after=after, limit=limit)


class DropsTheLastByte(Liar):
    breaks = "test_bytes_are_verbatim"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            whole = b"".join(item.chunks())
            yield item.model_copy(update={"content": whole[:-1]})


class MendsLineEnds(Liar):
    breaks = "test_bytes_are_verbatim"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            whole = b"".join(item.chunks())
            yield item.model_copy(update={"content": whole.replace(b"\r\n", b"\n")})


class SharesOneBuffer(Liar):
    """Its items read from the place where the latest of them was found."""

    breaks = "test_bytes_are_verbatim"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            self.latest = item
            yield item.model_copy(update={"content": self._read_latest})

    def _read_latest(self):
        return self.latest.chunks()


class AcknowledgesEverything(Liar):
    breaks = "test_unacknowledged_items_come_again"

    def acknowledge(self, items):
        for stored in self.world.items():
            self.world.take(stored.number)


class NeverAcknowledges(Liar):
    breaks = "test_acknowledged_items_leave_if_the_source_removes_them"

    def acknowledge(self, items):
        self.world.demand_reachable()


class FailsOnSecondAcknowledge(Liar):
    breaks = "test_acknowledging_twice_is_harmless"

    def acknowledge(self, items):
        for item, _ in items:
            del self.world._stored[int(item.key)]


class AcknowledgesTheNextOne(Liar):
    """Takes the oldest item, whichever it was asked for."""

    breaks = "test_acknowledging_twice_is_harmless"

    def acknowledge(self, items):
        for _ in items:
            if self.world.items():
                self.world.take_away_oldest()


class RemembersWhatItPolled(Liar):
    """Acknowledges only what this very instance has listed last."""

    breaks = "test_acknowledging_after_a_crash_is_possible"

    def poll(self, *, after, limit):
        self.listed = {}
        for item in super().poll(after=after, limit=limit):
            self.listed[item.key] = id(item)
            yield item

    def acknowledge(self, items):
        if any(self.listed.get(item.key) != id(item) for item, _ in items):
            raise LookupError("not an item of mine")
        super().acknowledge(items)
        self.world.acknowledged.clear()


class StumblesOverGoneItems(Liar):
    breaks = "test_an_item_that_is_gone_may_be_acknowledged"

    def acknowledge(self, items):
        for item, _ in items:
            if int(item.key) not in self.world._stored:
                raise TransientFailure("where is it?")
        super().acknowledge(items)


class SeesOnlyTheFirstListing(Liar):
    """Keeps its first listing in the source and never looks again."""

    breaks = "test_a_new_item_after_acknowledging_is_seen"

    def poll(self, *, after, limit):
        listed = getattr(self.world, "listed", None)
        if listed is None:
            listed = {stored.number for stored in self.world.items()}
            self.world.listed = listed
        items = super().poll(after=after, limit=limit)
        yield from (item for item in items if int(item.key) in listed)


class CursorTooFar(Liar):
    breaks = "test_the_cursor_skips_nothing_that_is_younger"
    removes = False

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            yield item.model_copy(update={"cursor": f"{int(item.key) + 1}"})


class StumblesOverCursors(Liar):
    breaks = "test_a_cursor_that_means_nothing_hides_nothing"
    removes = False

    def poll(self, *, after, limit):
        return super().poll(after=after and f"{int(after)}", limit=limit)


class ShowsTheSameAgain(Liar):
    """Leaves items where they are and offers no way past them."""

    breaks = "test_small_polls_reach_every_item"
    removes = False

    def poll(self, *, after, limit):
        return super().poll(after=None, limit=limit)


class GivesUpAtTheFirstFailure(Liar):
    breaks = "test_an_item_that_vanishes_costs_only_itself"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            failed = []
            yield item.model_copy(update={"content": self._watched(item, failed)})
            if failed:
                return

    def _watched(self, item, failed):
        def content():
            try:
                yield from item.chunks()
            except TransientFailure:
                failed.append(item.key)
                raise

        return content


class LosesWhatFailed(Liar):
    """Takes an item for read once its first bytes were asked for."""

    breaks = "test_an_item_whose_reading_broke_off_comes_again"

    def poll(self, *, after, limit):
        for item in super().poll(after=after, limit=limit):
            yield item.model_copy(update={"content": self._watched(item)})

    def _watched(self, item):
        def content():
            whole = b"".join(item.chunks())
            finished = False
            try:
                yield whole[:1]
                yield whole[1:]
                finished = True
            finally:
                if not finished:
                    self.world.take(int(item.key))

        return content


class SwallowsUnreachable(Liar):
    breaks = "test_an_unreachable_source_says_so"

    def __enter__(self):
        return self

    def poll(self, *, after, limit):
        with suppress(SourceUnavailable):
            yield from super().poll(after=after, limit=limit)


class RaisesWhenClosed(Liar):
    breaks = "test_closing_raises_nothing"

    def __exit__(self, kind, error, traceback):
        self.world.demand_reachable()


class HidesErrors(Liar):
    breaks = "test_closing_hides_no_error"

    def __exit__(self, kind, error, traceback):
        return True


LIARS = tuple(Liar.__subclasses__())
