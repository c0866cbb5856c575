"""Scan folders: complete files only, each exactly once, moved aside and never overwritten."""

import errno
import os
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from intake.connectors import files, folders
from intake.connectors.scan_folder import ScanFolderConnector
from intake.errors import ItemGone, SourceRefused, SourceUnavailable, TransientFailure
from intake.testing.contracts import read, receipt_of


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "scans"
    path.mkdir()
    return path


@pytest.fixture
def make(folder):
    def make(**options):
        options = {"path": folder, "settle_s": 0, **options}
        return ScanFolderConnector("letters", ScanFolderConnector.options_model(**options))

    return make


def poll(connector, *, after=None, limit=100):
    with connector:
        return list(connector.poll(after=after, limit=limit))


def names(items):
    return [item.file_name for item in items]


def acknowledge(connector, items):
    with connector:
        connector.acknowledge([(item, receipt_of(item)) for item in items])


def receive(connector):
    """Poll and acknowledge, as the pipeline does; return the bytes."""
    with connector:
        items = list(connector.poll(after=None, limit=100))
        contents = [read(item) for item in items]
        pairs = zip(items, contents, strict=True)
        connector.acknowledge([(item, receipt_of(item, content)) for item, content in pairs])
    return contents


@pytest.fixture
def as_nobody(make):
    """Do without the rights of root; yields a folder that everyone may enter."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o777)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            yield path
        finally:
            os.seteuid(was)


def test_an_item_says_what_is_known_of_the_file(folder, make):
    path = folder / "lettera.pdf"
    path.write_bytes(b"%PDF")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (item,) = poll(make())
    assert (item.source, item.profile, item.file_name) == ("letters", "scan", "lettera.pdf")
    assert item.size_bytes == 4
    assert item.received_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert item.received_at_by == "file"
    assert item.attributes["path"] == "lettera.pdf"


@pytest.mark.parametrize(
    "name",
    [".hidden.pdf", "~lock.pdf", "letter.pdf~", "letter.tmp", "letter.PART", "Thumbs.db"],
)
def test_names_of_unfinished_files_are_passed_over(folder, make, name):
    (folder / name).write_bytes(b"x")
    assert poll(make()) == []


def test_patterns_choose_names_and_capitals_do_not_matter(folder, make):
    for name in ("a.PDF", "b.tif", "c.docx"):
        (folder / name).write_bytes(b"x")
    assert sorted(names(poll(make(patterns=["*.pdf", "*.TIF"])))) == ["a.PDF", "b.tif"]


def test_a_file_that_was_touched_lately_waits(folder, make):
    (folder / "scan.pdf").write_bytes(b"half")
    assert poll(make(settle_s=3600)) == []
    assert len(poll(make(settle_s=0))) == 1


@pytest.mark.parametrize(
    ("ctime_s", "mtime_s", "settled"),
    [
        pytest.param(80, 80, True, id="untouched"),
        pytest.param(91, 80, False, id="moved in lately"),
        pytest.param(80, 91, False, id="written lately"),
        pytest.param(90, 90, True, id="just long enough"),
        pytest.param(80, 10_000, True, id="the sender's clock is ahead"),
        pytest.param(101, 80, False, id="our clock was set back"),
    ],
)
def test_complete_means_untouched_for_long_enough(ctime_s, mtime_s, settled):
    fingerprint = files.Fingerprint(1, mtime_s * 10**9, 7)
    file = files.FoundFile(Path("scan.pdf"), fingerprint, ctime_s * 10**9)
    assert file.is_settled(settle_s=10, now_ns=100 * 10**9) is settled


def test_a_file_written_in_pieces_is_received_once_and_whole(folder, make):
    path = folder / "scan.pdf"
    finished = threading.Event()

    def write_slowly():
        with path.open("wb", buffering=0) as stream:
            for number in range(20):
                stream.write(bytes([number]) * 1000)
                time.sleep(0.02)
        finished.set()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    received = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not (finished.is_set() and received):
        received += receive(make(settle_s=0.2))
        time.sleep(0.01)
    writer.join()
    assert received == [b"".join(bytes([number]) * 1000 for number in range(20))]


def test_a_file_that_changes_while_it_is_hashed_waits_for_the_next_poll(folder, make, monkeypatch):
    path = folder / "scan.pdf"
    path.write_bytes(b"first")
    original = files.read_chunks

    def read_while_written(file):
        for chunk in original(file):
            path.write_bytes(b"longer than before")
            yield chunk

    monkeypatch.setattr(files, "read_chunks", read_while_written)
    assert poll(make()) == []
    monkeypatch.undo()
    assert [read(item) for item in poll(make())] == [b"longer than before"]


@pytest.mark.parametrize("content", [b"SECOND", b"longer"], ids=["same size", "other size"])
def test_a_file_that_changes_between_poll_and_reading_fails_for_now(folder, make, content):
    path = folder / "scan.pdf"
    path.write_bytes(b"first!")
    (item,) = poll(make())
    path.write_bytes(content)
    os.utime(path, ns=(0, 0))
    with pytest.raises(TransientFailure) as failure:
        read(item)
    assert failure.value.code == "changed"


def test_new_bytes_under_the_old_times_are_noticed_by_their_digest(folder, make):
    path = folder / "scan.pdf"
    path.write_bytes(b"first!")
    (item,) = poll(make())
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_bytes(b"second")
    os.utime(path, ns=times)
    with pytest.raises(TransientFailure) as failure:
        read(item)
    assert failure.value.code == "changed"


def test_a_large_file_comes_in_chunks_of_one_megabyte(folder, make):
    (folder / "scan.pdf").write_bytes(b"x" * 2_500_000)
    (item,) = poll(make())
    assert [len(chunk) for chunk in item.chunks()] == [1_048_576, 1_048_576, 402_848]


def test_a_renamed_file_keeps_its_key(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    (before,) = poll(make())
    (folder / "scan.pdf").rename(folder / "Rossi.pdf")
    (after,) = poll(make())
    assert before.key == after.key
    assert after.file_name == "Rossi.pdf"


def test_a_file_renamed_after_the_poll_is_still_moved(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    connector = make()
    (item,) = poll(connector)
    pair = (item, receipt_of(item))
    (folder / "scan.pdf").rename(folder / "Rossi.pdf")
    connector.acknowledge([pair])
    assert [path.name for path in (folder / "processed").iterdir()] == ["Rossi.pdf"]


def test_a_file_renamed_before_it_is_read_is_gone_and_comes_again(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    (item,) = poll(make())
    (folder / "scan.pdf").rename(folder / "Rossi.pdf")
    with pytest.raises(ItemGone):
        read(item)
    (again,) = poll(make())
    assert again.key == item.key


def test_a_new_file_with_an_old_name_is_a_new_item(folder, make):
    path = folder / "scan.pdf"
    keys = set()
    for _ in range(3):
        path.write_bytes(b"the very same letter")
        (item,) = poll(make())
        keys.add(item.key)
        acknowledge(make(), [item])
    assert len(keys) == 3
    kept = sorted(path.name for path in (folder / "processed").iterdir())
    assert kept == ["scan-2.pdf", "scan-3.pdf", "scan.pdf"]


def test_moving_never_overwrites(folder, make):
    (folder / "processed").mkdir()
    (folder / "processed" / "scan.pdf").write_bytes(b"yesterday")
    (folder / "scan.pdf").write_bytes(b"today")
    receive(make())
    kept = {path.name: path.read_bytes() for path in (folder / "processed").iterdir()}
    assert kept == {"scan.pdf": b"yesterday", "scan-2.pdf": b"today"}
    assert [path.name for path in folder.iterdir()] == ["processed"]


def test_moving_never_overwrites_where_the_file_system_cannot_promise_it(folder, make, monkeypatch):
    monkeypatch.setattr(files, "_LIBC", object())  # a C library without renameat2(2)
    test_moving_never_overwrites(folder, make)


def test_a_reservation_is_given_back_when_the_move_fails(folder, monkeypatch):
    monkeypatch.setattr(files, "_LIBC", object())
    path = folder / "scan.pdf"
    path.write_bytes(b"letter")
    file = files.look_at(path)
    path.unlink()
    files.move_aside(file, folder / "processed")
    assert list((folder / "processed").iterdir()) == []


def test_nothing_moves_when_files_are_left(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    receive(make(after_receive="leave"))
    assert [path.name for path in folder.iterdir()] == ["scan.pdf"]


def test_a_file_rewritten_after_the_receipt_stays_and_is_a_new_item(folder, make):
    path = folder / "scan.pdf"
    path.write_bytes(b"letter")
    connector = make()
    (item,) = poll(connector)
    pair = (item, receipt_of(item))
    path.write_bytes(b"letter, page two")
    connector.acknowledge([pair])
    (new,) = poll(make())
    assert new.key != item.key


def test_another_file_that_takes_the_name_at_the_last_moment_is_put_back(folder, make, monkeypatch):
    path = folder / "scan.pdf"
    path.write_bytes(b"letter")
    (item,) = poll(make())
    pair = (item, receipt_of(item))
    original = files._rename_to_free_name

    def overtaken(source, target):
        if source == path and path.read_bytes() == b"letter":
            path.rename(folder / "Rossi.pdf")
            path.write_bytes(b"unseen")
        return original(source, target)

    monkeypatch.setattr(files, "_rename_to_free_name", overtaken)
    make().acknowledge([pair])
    assert path.read_bytes() == b"unseen"
    assert not list((folder / "processed").iterdir())


def test_an_item_whose_bytes_were_never_stored_is_not_moved(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    (item,) = poll(make())
    make().acknowledge([(item, receipt_of(item).model_copy(update={"sha256": None}))])
    assert (folder / "scan.pdf").exists()


def test_one_file_that_cannot_be_moved_does_not_keep_the_others(folder, make, monkeypatch):
    for name in ("a.pdf", "b.pdf"):
        (folder / name).write_bytes(name.encode())
    items = poll(make())
    original = folders.move_aside

    def move(file, target):
        if file.path.name == "a.pdf":
            raise PermissionError(errno.EPERM, "Operation not permitted", str(file.path))
        original(file, target)

    monkeypatch.setattr(folders, "move_aside", move)
    with pytest.raises(SourceRefused, match=r"a\.pdf"):
        acknowledge(make(), items)
    assert [path.name for path in (folder / "processed").iterdir()] == ["b.pdf"]


def test_links_and_special_files_are_not_followed(folder, make, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.pdf").write_bytes(b"far")
    (folder / "link.pdf").symlink_to(tmp_path / "secret")
    (folder / "tree").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe.pdf")
    assert poll(make(recursive=True)) == []


def test_a_link_that_takes_the_place_of_a_file_is_not_read(folder, make, tmp_path):
    (tmp_path / "secret").write_bytes(b"letter")
    (folder / "scan.pdf").write_bytes(b"letter")
    (item,) = poll(make())
    (folder / "scan.pdf").unlink()
    (folder / "scan.pdf").symlink_to(tmp_path / "secret")
    with pytest.raises(TransientFailure):
        read(item)


def test_two_names_of_one_file_are_one_item_and_both_leave(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    (folder / "same.pdf").hardlink_to(folder / "scan.pdf")
    assert receive(make()) == [b"letter"]
    receive(make())
    assert poll(make()) == []


@pytest.mark.parametrize(
    "name",
    [b"letter \xe8.pdf", "perché no.pdf".encode(), b"a" * 251 + b".pdf", b"new\nline.pdf"],
    ids=["latin-1", "utf-8", "longest name", "line end"],
)
def test_odd_names_are_received_and_moved_twice(folder, make, name):
    path = folder / os.fsdecode(name)
    for content in (b"one", b"two"):
        path.write_bytes(content)
        (item,) = poll(make())
        item.model_dump_json()
        acknowledge(make(), [item])
    assert sorted(p.read_bytes() for p in (folder / "processed").iterdir()) == [b"one", b"two"]


def test_a_modification_time_beyond_every_calendar_is_no_time_of_receipt(folder):
    fingerprint = files.Fingerprint(1, 2**63 - 1, 7)
    assert files.FoundFile(folder, fingerprint, 0).modified_at is not None
    fingerprint = files.Fingerprint(1, 10**21, 7)
    assert files.FoundFile(folder, fingerprint, 0).modified_at is None


def test_subfolders_are_looked_into_only_if_asked(folder, make):
    (folder / "office").mkdir()
    (folder / ".trash").mkdir()
    (folder / "office" / "a.pdf").write_bytes(b"a")
    (folder / ".trash" / "b.pdf").write_bytes(b"b")
    assert poll(make()) == []
    assert receive(make(recursive=True)) == [b"a"]
    assert (folder / "processed" / "office" / "a.pdf").exists()
    assert poll(make(recursive=True)) == []


def test_a_missing_folder_is_unavailable(folder, make):
    folder.rmdir()
    with pytest.raises(SourceUnavailable):
        poll(make())


def test_a_file_in_place_of_the_folder_is_unavailable(folder, make):
    folder.rmdir()
    folder.write_bytes(b"")
    with pytest.raises(SourceUnavailable):
        poll(make())


def test_a_folder_that_may_not_be_read_refuses(as_nobody, make):
    closed = as_nobody / "closed"
    closed.mkdir(mode=0o000)
    with pytest.raises(SourceRefused):
        poll(make(path=closed))


def test_a_folder_that_may_not_be_written_refuses_unless_files_are_left(as_nobody, make):
    closed = as_nobody / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    with pytest.raises(SourceRefused, match="moved out"):
        poll(make(path=closed))
    assert poll(make(path=closed, after_receive="leave")) == []


def test_a_file_that_may_not_be_read_fails_alone_and_says_so(as_nobody, make):
    (as_nobody / "closed.pdf").write_bytes(b"x")
    (as_nobody / "closed.pdf").chmod(0o000)
    (as_nobody / "open.pdf").write_bytes(b"open")
    items = poll(make(path=as_nobody))
    assert sorted(names(items)) == ["closed.pdf", "open.pdf"]
    closed = next(item for item in items if item.file_name == "closed.pdf")
    with pytest.raises(TransientFailure) as failure:
        read(closed)
    assert failure.value.code == "no_access"
    assert "right to read" in failure.value.remedy


def test_a_cursor_leads_past_what_is_ours_and_is_withheld_from_fresh_files(
    folder, make, monkeypatch
):
    monkeypatch.setattr(folders, "_TICK_NS", 50_000_000)
    (folder / "old.pdf").write_bytes(b"old")
    time.sleep(0.1)
    (folder / "new.pdf").write_bytes(b"new")
    old, new = poll(make(after_receive="leave"))
    assert old.cursor is not None
    assert new.cursor is None
    assert names(poll(make(after_receive="leave"), after=old.cursor)) == ["new.pdf"]


def test_a_file_moved_in_with_an_old_date_is_not_hidden_by_the_cursor(
    folder, make, tmp_path, monkeypatch
):
    monkeypatch.setattr(folders, "_TICK_NS", 0)
    (tmp_path / "late.pdf").write_bytes(b"late")
    os.utime(tmp_path / "late.pdf", (0, 0))
    (folder / "first.pdf").write_bytes(b"first")
    (first,) = poll(make(after_receive="leave"))
    time.sleep(0.02)
    (tmp_path / "late.pdf").rename(folder / "late.pdf")
    assert names(poll(make(after_receive="leave"), after=first.cursor)) == ["late.pdf"]


def test_a_cursor_from_the_future_is_ignored(folder, make):
    (folder / "scan.pdf").write_bytes(b"letter")
    future = f"{time.time_ns() + 10**12}-1"
    assert len(poll(make(after_receive="leave"), after=future)) == 1


def test_no_cursor_overtakes_a_file_that_is_not_complete(folder, make, monkeypatch):
    monkeypatch.setattr(folders, "_TICK_NS", 0)
    for name in ("early.pdf", "slow.pdf", "late.pdf"):
        (folder / name).write_bytes(b"x")
        time.sleep(0.02)
    monkeypatch.setattr(
        files.FoundFile, "is_settled", lambda file, **_: file.path.name != "slow.pdf"
    )
    early, late = poll(make(after_receive="leave"))
    assert early.cursor is not None
    assert late.cursor is None


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b"])
def test_the_subfolder_is_a_plain_name(folder, name):
    with pytest.raises(ValidationError):
        ScanFolderConnector.options_model(path=folder, processed=name)
