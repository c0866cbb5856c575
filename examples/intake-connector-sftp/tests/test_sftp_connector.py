"""The SFTP connector against a real OpenSSH server."""

import os
import shutil
from pathlib import Path

import pytest
from intake_connector_sftp.connector import SftpConnector, SftpOptions

from intake import plugins
from intake.errors import SourceRefused, SourceUnavailable, TransientFailure
from intake.testing.contracts import ConnectorContract, read, receipt_of


class SftpWorld:
    """The folder on the server."""

    def __init__(self, server, root: Path) -> None:
        self.server = server
        self.root = root
        self.root.mkdir()
        self.count = 0

    def put(self, content: bytes) -> bytes:
        self.count += 1
        path = self.root / f"{99 - self.count}.pdf"
        path.write_bytes(content)
        age = 1_700_000_000 + self.count
        os.utime(path, (age, age))
        return content

    def snapshot(self) -> object:
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    def take_away_oldest(self) -> None:
        max(self.root.glob("*.pdf")).unlink()

    def become_unreachable(self) -> None:
        self.server.stop()


@pytest.fixture
def world(server, tmp_path):
    return SftpWorld(server, tmp_path / "outgoing")


@pytest.fixture
def make(world):
    def make(**options):
        given = {
            "host": "127.0.0.1",
            "port": world.server.port,
            "user": world.server.user,
            "path": str(world.root),
            "key_file": world.server.user_key,
            "known_hosts": world.server.known_hosts,
            "settle_s": 0,
            "timeout_s": 5,
        }
        return SftpConnector("faxes", SftpOptions(**{**given, **options}))

    return make


class TestSftpConnector(ConnectorContract):
    contents = (b"", *ConnectorContract.contents)

    @pytest.fixture
    def connector(self, make):
        return make


def poll(connector):
    with connector:
        return list(connector.poll(after=None, limit=100))


def test_it_is_installed_and_comes_in_by_the_door_of_all_connectors():
    assert plugins.load("connectors", "sftp") is SftpConnector


def test_moving_never_overwrites(world, make):
    (world.root / "processed").mkdir()
    (world.root / "processed" / "98.pdf").write_bytes(b"yesterday")
    world.put(b"today")
    with make() as connector:
        (item,) = connector.poll(after=None, limit=10)
        connector.acknowledge([(item, receipt_of(item))])
    kept = {path.name: path.read_bytes() for path in (world.root / "processed").iterdir()}
    assert kept == {"98.pdf": b"yesterday", "98-2.pdf": b"today"}


def test_a_file_written_lately_waits(world, make):
    (world.root / "fresh.pdf").write_bytes(b"half")
    assert poll(make(settle_s=3600)) == []
    assert len(poll(make())) == 1


def test_a_file_that_grows_after_the_poll_fails_for_now_and_is_not_moved(world, make):
    world.put(b"half")
    with make() as connector:
        (item,) = connector.poll(after=None, limit=10)
        receipt = receipt_of(item)
        (world.root / "98.pdf").write_bytes(b"half and the rest")
        with pytest.raises(TransientFailure):
            read(item)
        connector.acknowledge([(item, receipt)])
    assert (world.root / "98.pdf").exists()


@pytest.mark.skipif(os.getuid() == 0, reason="waits for a user whom rights hold back: not root")
def test_a_file_without_rights_fails_alone(world, make):
    world.put(b"closed")
    world.put(b"open")
    (world.root / "98.pdf").chmod(0o000)
    with make() as connector:
        closed, opened = connector.poll(after=None, limit=10)
        with pytest.raises(TransientFailure):
            read(closed)
        assert read(opened) == b"open"


def test_a_wrong_key_is_refused(world, make):
    with pytest.raises(SourceRefused):
        poll(make(key_file=world.server.folder / "stranger_key"))


def test_a_server_with_another_key_is_refused(world, make):
    stranger = (world.server.folder / "stranger_key.pub").read_text()
    world.server.known_hosts.write_text(f"[127.0.0.1]:{world.server.port} {stranger}")
    with pytest.raises(SourceRefused):
        poll(make())


def test_a_server_that_nobody_vouches_for_is_refused(world, make):
    world.server.known_hosts.write_text("")
    with pytest.raises(SourceRefused, match="known_hosts"):
        poll(make())


def test_a_missing_folder_is_unavailable(world, make):
    shutil.rmtree(world.root)
    with pytest.raises(SourceUnavailable), make() as connector:
        connector.check()


def test_a_server_that_comes_back_is_reachable_again(world, make):
    world.put(b"letter")
    world.server.stop()
    with pytest.raises(SourceUnavailable):
        poll(make())
    world.server.start()
    assert [item.file_name for item in poll(make())] == ["98.pdf"]
