"""The fakes fail, stall and refuse when they are told to."""

from datetime import UTC, datetime

import pytest

from intake.errors import SourceRefused, ToolMissing, TransientFailure
from intake.schemas.events import Event
from intake.testing.contracts import read
from intake.testing.fakes import (
    FakeConnector,
    FakeOcrEngine,
    FakeOptions,
    FakeSource,
    RecordingObserver,
)


def connector(world):
    return FakeConnector("fake", FakeOptions(world=world))


def test_an_item_fails_as_often_as_it_was_told_to_and_its_neighbours_do_not():
    world = FakeSource()
    world.put(b"bad", fails=2)
    world.put(b"good")
    with connector(world) as opened:
        bad, good = opened.poll(after=None, limit=10)
        for _ in range(2):
            with pytest.raises(TransientFailure):
                read(bad)
        assert read(good) == b"good"
        assert read(bad) == b"bad"


def test_a_refusing_source_refuses():
    with pytest.raises(SourceRefused):
        connector(FakeSource(refusing=True)).__enter__()


def test_a_source_that_breaks_in_the_middle_ends_the_poll():
    world = FakeSource()
    for content in (b"1", b"2"):
        world.put(content)
    with connector(world) as opened:
        polled = opened.poll(after=None, limit=10)
        next(polled)
        world.refusing = True
        with pytest.raises(SourceRefused):
            next(polled)


def test_an_engine_fails_stalls_and_misses_languages():
    engine = FakeOcrEngine(fails=1)
    given = {"number": 1, "languages": ("ita",), "timeout_s": 0.01}
    with pytest.raises(TransientFailure):
        engine.recognise(None, **given)
    assert engine.recognise(None, **given).text == "Testo letto."
    with pytest.raises(ToolMissing):
        engine.recognise(None, **{**given, "languages": ("deu",)})
    with pytest.raises(TransientFailure) as failure:
        FakeOcrEngine(stall_s=60).recognise(None, **given)
    assert failure.value.code == "timeout"


def test_an_observer_records_what_it_is_told():
    observer = RecordingObserver()
    at = datetime(2026, 1, 5, tzinfo=UTC)
    observer.notify(Event(stream="receipt:1", seq=1, type="receipt.received", at=at))
    assert observer.types() == ["receipt.received"]
