"""The connectors that read files keep the promises of a connector, left in place and moved."""

import shutil
import time
from pathlib import Path

import pytest

from intake.connectors.eml import EmlFolderConnector
from intake.connectors.maildir import MaildirConnector
from intake.connectors.mbox import MboxConnector
from intake.connectors.scan_folder import ScanFolderConnector
from intake.testing import samples
from intake.testing.contracts import ConnectorContract


class FolderWorld:
    """A folder into which files are put under names that do not follow their age."""

    def __init__(self, root: Path, *, incoming: str = ".", suffix: str = ".eml") -> None:
        self.root = root
        self.incoming = root / incoming
        self.incoming.mkdir(parents=True, exist_ok=True)
        self.suffix = suffix
        self.paths: list[Path] = []
        self.count = 0
        self.youngest_ns = 0

    def put(self, content: bytes) -> bytes:
        self.count += 1
        path = self.incoming / f"{99 - self.count}{self.suffix}"
        path.write_bytes(content)
        while path.stat().st_ctime_ns <= self.youngest_ns:
            time.sleep(0.001)
            path.chmod(0o644)  # a new ctime: file systems count time in ticks of some 4 ms
        self.youngest_ns = path.stat().st_ctime_ns
        self.paths.append(path)
        return content

    def snapshot(self) -> object:
        return {
            path.relative_to(self.root): path.is_file()
            and (path.read_bytes(), path.stat().st_mtime_ns)
            for path in self.root.rglob("*")
        }

    def take_away_oldest(self) -> None:
        self.paths.pop(0).unlink()

    def become_unreachable(self) -> None:
        shutil.rmtree(self.root)


class MaildirWorld(FolderWorld):
    """A Maildir into which messages are delivered."""

    def __init__(self, root: Path) -> None:
        for name in ("tmp", "new", "cur"):
            (root / name).mkdir(parents=True)
        super().__init__(root, incoming="new", suffix=".M1P1.host")


class MboxWorld:
    """An mbox file to which messages are appended as RFC 4155 says."""

    SEPARATOR = b"From maria@example.org Mon Jan  5 10:00:00 2026\n"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()
        self.messages: list[bytes] = []

    def put(self, content: bytes) -> bytes:
        quoted = content.replace(b"\nFrom ", b"\n>From ")
        self.messages.append(quoted if quoted.endswith(b"\n") else quoted + b"\n")
        self._write()
        return self.messages[-1]

    def snapshot(self) -> object:
        return self.path.read_bytes(), self.path.stat().st_mtime_ns

    def take_away_oldest(self) -> None:
        self.messages.pop(0)
        self._write()

    def become_unreachable(self) -> None:
        self.path.unlink()

    def _write(self) -> None:
        self.path.write_bytes(b"".join(self.SEPARATOR + m + b"\n" for m in self.messages))


class TestScanFolder(ConnectorContract):
    contents = (b"", *ConnectorContract.contents, samples.binary_noise())

    @pytest.fixture
    def world(self, tmp_path):
        return FolderWorld(tmp_path / "scans", suffix=".pdf")

    @pytest.fixture
    def connector(self, world):
        options = ScanFolderConnector.options_model(path=world.root, settle_s=0)
        return lambda: ScanFolderConnector("letters", options)


class TestScanFolderLeft(TestScanFolder):
    removes_on_acknowledge = False

    @pytest.fixture
    def connector(self, world):
        options = ScanFolderConnector.options_model(
            path=world.root, settle_s=0, after_receive="leave"
        )
        return lambda: ScanFolderConnector("letters", options)


class TestScanFolderWithSubfolders(TestScanFolder):
    @pytest.fixture
    def world(self, tmp_path):
        return FolderWorld(tmp_path / "scans", incoming="office/second floor", suffix=".pdf")

    @pytest.fixture
    def connector(self, world):
        options = ScanFolderConnector.options_model(path=world.root, settle_s=0, recursive=True)
        return lambda: ScanFolderConnector("letters", options)


class TestEmlFolder(ConnectorContract):
    removes_on_acknowledge = False
    after_receive = "leave"

    @pytest.fixture
    def world(self, tmp_path):
        return FolderWorld(tmp_path / "export")

    @pytest.fixture
    def connector(self, world):
        options = EmlFolderConnector.options_model(
            path=world.root, settle_s=0, after_receive=self.after_receive
        )
        return lambda: EmlFolderConnector("export", options)


class TestEmlFolderMoved(TestEmlFolder):
    removes_on_acknowledge = True
    after_receive = "move"


class TestMaildir(ConnectorContract):
    removes_on_acknowledge = False
    after_receive = "leave"

    @pytest.fixture
    def world(self, tmp_path):
        return MaildirWorld(tmp_path / "Maildir")

    @pytest.fixture
    def connector(self, world):
        options = MaildirConnector.options_model(path=world.root, after_receive=self.after_receive)
        return lambda: MaildirConnector("post", options)


class TestMaildirMoved(TestMaildir):
    removes_on_acknowledge = True
    after_receive = "move"


class TestMbox(ConnectorContract):
    removes_on_acknowledge = False
    items_are_independent = False

    @pytest.fixture
    def world(self, tmp_path):
        return MboxWorld(tmp_path / "archive.mbox")

    @pytest.fixture
    def connector(self, world):
        options = MboxConnector.options_model(path=world.path, settle_s=0)
        return lambda: MboxConnector("archive", options)
