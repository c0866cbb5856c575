"""mbox: messages cut at true separators, in one pass, the file never changed."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from intake.connectors.mbox import MboxConnector
from intake.errors import ItemGone, SourceRefused, SourceUnavailable, TransientFailure
from intake.testing.contracts import read

LINE = b"From maria@example.org Mon Jan  5 10:00:00 2026\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "archive.mbox"


@pytest.fixture
def make(path):
    def make(**options):
        options = {"path": path, "settle_s": 0, **options}
        return MboxConnector("archive", MboxConnector.options_model(**options))

    return make


def poll(connector, *, after=None, limit=100):
    with connector:
        return list(connector.poll(after=after, limit=limit))


def contents(connector):
    return [read(item) for item in poll(connector)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b"", [], id="empty file"),
        pytest.param(b"\n\n", [], id="empty lines only"),
        pytest.param(LINE + b"A: 1\n\nx\n\n", [b"A: 1\n\nx\n"], id="one message"),
        pytest.param(LINE + b"A: 1\n\nx", [b"A: 1\n\nx"], id="no line end at the end"),
        pytest.param(LINE + b"A\n\n" + LINE + b"B\n\n", [b"A\n", b"B\n"], id="two messages"),
        pytest.param(LINE + b"A\n" + LINE + b"B\n", [b"A\n", b"B\n"], id="no empty line between"),
        pytest.param(LINE + b"A\n\n\n\n" + LINE + b"B\n", [b"A\n\n\n", b"B\n"], id="empty lines"),
        pytest.param(LINE + LINE + b"B\n", [b"", b"B\n"], id="empty message"),
        pytest.param(b"\n" + LINE + b"A\n", [b"A\n"], id="empty line before all"),
        pytest.param(
            LINE.replace(b"\n", b"\r\n") + b"A\r\n\r\n", [b"A\r\n"], id="line ends of Windows"
        ),
        pytest.param(LINE + b"A\n\nFrom here\n", [b"A\n\nFrom here\n"], id="From in a text"),
        pytest.param(LINE + b"x" * 200_000 + b"\n", [b"x" * 200_000 + b"\n"], id="long line"),
        pytest.param(
            LINE + b"x" * 65_536 + LINE, [b"x" * 65_536 + LINE], id="separator within a long line"
        ),
    ],
)
def test_messages_are_cut_at_separators(path, make, raw, expected):
    path.write_bytes(raw)
    assert contents(make()) == expected


def test_quoted_lines_stay_as_they_are_unless_told_otherwise(path, make):
    path.write_bytes(LINE + b"A: 1\n\n>From x\n>>From y\n> From z\n")
    assert contents(make()) == [b"A: 1\n\n>From x\n>>From y\n> From z\n"]
    (item,) = poll(make(unquote=True))
    assert read(item) == b"A: 1\n\nFrom x\n>From y\n> From z\n"
    assert item.size_bytes == len(read(item))


@pytest.mark.parametrize(
    ("separator", "expected"),
    [
        ("From a@b Mon Jan  5 10:00:00 2026", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("From - Mon Jan 05 10:00:00 2026", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("From 17@xxx Mon Jan 05 10:00:00 +0100 2026", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("From a@b Mon Jan  5 10:00 2026", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("From a@b Mon Feb 31 10:00:00 2026", None),
    ],
    ids=["RFC 4155", "Thunderbird", "with a zone", "without seconds", "no such day"],
)
def test_the_separator_states_the_time_of_receipt(path, make, separator, expected):
    path.write_bytes(separator.encode() + b"\nA: 1\n\n")
    (item,) = poll(make())
    assert item.received_at == expected
    assert item.received_at_by == ("file" if expected else "intake")


def test_identical_copies_are_numbered(path, make):
    path.write_bytes((LINE + b"A\n\n") * 3)
    first, second, third = [item.key for item in poll(make())]
    assert len(first) == 64
    assert (second, third) == (f"{first}#2", f"{first}#3")


def test_keys_stay_when_the_owner_deletes_an_earlier_message(path, make):
    path.write_bytes(LINE + b"A\n\n" + LINE + b"B\n\n")
    before = poll(make())[1].key
    path.write_bytes(LINE + b"B\n\n")
    assert [item.key for item in poll(make())] == [before]


def test_a_cursor_whose_message_was_deleted_lists_the_file_whole(path, make):
    path.write_bytes(LINE + b"A\n\n" + LINE + b"B\n\n")
    first, second = poll(make())
    assert [item.key for item in poll(make(), after=first.cursor)] == [second.key]
    path.write_bytes(LINE + b"B\n\n" + LINE + b"C\n\n")
    assert len(poll(make(), after=first.cursor)) == 2


def test_the_last_message_waits_while_the_file_is_written_to(path, make):
    path.write_bytes(LINE + b"A\n\n" + LINE + b"half of")
    assert contents(make(settle_s=3600)) == [b"A\n"]
    path.write_bytes(path.read_bytes() + b" B\n\n")
    assert contents(make()) == [b"A\n", b"half of B\n"]


def test_a_file_rewritten_after_the_poll_fails_for_now(path, make):
    path.write_bytes(LINE + b"A\n\n" + LINE + b"B\n\n")
    items = poll(make())
    path.write_bytes(LINE + b"long before B\n\n" + LINE + b"B\n\n")
    with pytest.raises(TransientFailure) as failure:
        read(items[1])
    assert failure.value.code == "changed"
    path.unlink()
    with pytest.raises(ItemGone):
        read(items[1])


def test_a_file_that_is_no_mbox_is_refused(path, make):
    path.write_bytes(b"Subject: a single message\n\n")
    with pytest.raises(SourceRefused, match="not an mbox"):
        poll(make())


def test_a_missing_file_is_unavailable(make):
    with pytest.raises(SourceUnavailable):
        poll(make())


def test_memory_does_not_grow_with_the_file(path, make):
    message = LINE + b"Subject: x\n\n" + (b"y" * 6_999 + b"\n") * 700 + b"\n"
    with path.open("wb") as stream:
        for _ in range(4):
            stream.write(message)
    tracemalloc.start()
    with make() as connector:
        for item in connector.poll(after=None, limit=100):
            assert sum(len(chunk) for chunk in item.chunks()) > 4_900_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_line_of_many_dates_is_read_in_good_time(path, make):
    path.write_bytes(LINE + b"A\n\nFrom " + b"Mon Jan  5 10:00:00 " * 3_000 + b"\n")
    assert len(poll(make())) == 1
