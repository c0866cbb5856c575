"""SftpConnector: takes the files of a folder on an SFTP server, such as a fax gateway's."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import ClassVar, Literal, Self

import paramiko
from pydantic import BaseModel, ConfigDict, Field

from intake.errors import ItemGone, SourceRefused, SourceUnavailable, TransientFailure
from intake.schemas.receipts import RawItem, Receipt
from intake.schemas.secrets import SecretRef

_CHUNK_BYTES = 256 * 1024


class SftpOptions(BaseModel):
    """Options of a folder on an SFTP server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int = 22
    user: str
    path: PurePosixPath
    """The folder, as the server names it."""
    key_file: Path | None = None
    """A private key without a passphrase."""
    password: SecretRef | None = None
    known_hosts: Path = Path("~/.ssh/known_hosts")
    """The server's key must be in this file; a server with another key is refused."""
    profile: Literal["mail", "pec", "fax", "scan"] = "scan"
    settle_s: float = Field(default=10, ge=0)
    """Seconds for which a file must not have been written to, by the server's clock and ours."""
    processed: str = Field(default="processed", pattern=r"^[^/.][^/]*$")
    """The subfolder into which files are moved once they are ours."""
    timeout_s: float = Field(default=30, gt=0)


class SftpConnector:
    """Takes each file of the folder for an item and moves it aside when it is ours.

    SFTP shows neither inodes nor fractions of seconds, so the key is made of name, size and time
    of modification: a file renamed before it is acknowledged is received a second time, and
    intake notes that its bytes are a copy.
    """

    kind: ClassVar[str] = "sftp"
    options_model = SftpOptions

    def __init__(self, source: str, options: SftpOptions) -> None:
        self.source = source
        self.options = options

    def __enter__(self) -> Self:
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(_RefuseUnknownHosts())
        try:
            with _our_errors(f"{self.options.host}:{self.options.port}"):
                self._connect()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def check(self) -> None:
        """List the folder."""
        self._list()

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:  # noqa: ARG002
        """Yield the files, oldest first. Taken files leave the folder, so it is listed whole."""
        newest = time.time() - self.options.settle_s
        complete = [file for file in self._list() if (file.st_mtime or 0) <= newest]
        for file in complete[:limit]:
            yield self._item(file)

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        """Move the files aside that are still what they were when they were read."""
        shelf = self.options.path / self.options.processed
        with _our_errors(str(shelf)):
            there = {_key_of(file): file.filename for file in self._list()}
            names = [there[item.key] for item, _ in items if item.key in there]
            taken = self._names_in(shelf) if names else set()
            for name in names:
                target = next(free for free in _numbered(name) if free not in taken)
                # SFTP's rename fails where the target exists: it never overwrites
                # (draft-ietf-secsh-filexfer-02 §6.5).
                self._sftp.rename(str(self.options.path / name), str(shelf / target))
                taken.add(target)

    def _connect(self) -> None:
        self._client.load_host_keys(str(self.options.known_hosts.expanduser()))
        key_file = self.options.key_file
        password = self.options.password
        self._client.connect(
            self.options.host,
            port=self.options.port,
            username=self.options.user,
            key_filename=str(key_file) if key_file else None,
            password=password.reveal() if password else None,
            look_for_keys=False,
            allow_agent=False,
            timeout=self.options.timeout_s,
            banner_timeout=self.options.timeout_s,
            auth_timeout=self.options.timeout_s,
        )
        self._sftp = self._client.open_sftp()
        channel = self._sftp.get_channel()
        assert channel is not None  # noqa: S101 - open_sftp has just made it
        channel.settimeout(self.options.timeout_s)

    def _list(self) -> list[paramiko.SFTPAttributes]:
        with _our_errors(str(self.options.path)):
            files = self._sftp.listdir_attr(str(self.options.path))
        regular = [file for file in files if stat.S_ISREG(file.st_mode or 0)]
        visible = [file for file in regular if not file.filename.startswith(".")]
        return sorted(visible, key=lambda file: (file.st_mtime or 0, file.filename))

    def _item(self, file: paramiko.SFTPAttributes) -> RawItem:
        return RawItem(
            source=self.source,
            key=_key_of(file),
            content=partial(self._read, file),
            profile=self.options.profile,
            size_bytes=file.st_size,
            received_at=datetime.fromtimestamp(file.st_mtime or 0, UTC),
            received_at_by="file",
            file_name=file.filename,
            attributes={"host": self.options.host},
        )

    def _read(self, file: paramiko.SFTPAttributes) -> Iterator[bytes]:
        path = str(self.options.path / file.filename)
        with _our_errors(path):
            try:
                remote = self._sftp.open(path, "rb")
            except FileNotFoundError as error:
                raise ItemGone(f"{path} is no longer there.") from error
            except PermissionError as error:
                raise TransientFailure(f"No right to read {path}.", code="no_access") from error
            with remote:
                while chunk := remote.read(_CHUNK_BYTES):
                    yield chunk
                now = remote.stat()
        if (now.st_size, now.st_mtime) != (file.st_size, file.st_mtime):
            raise TransientFailure(f"{path} changed while it was read.", code="changed")

    def _names_in(self, folder: PurePosixPath) -> set[str]:
        try:
            return set(self._sftp.listdir(str(folder)))
        except FileNotFoundError:
            self._sftp.mkdir(str(folder))
            return set()


class _RefuseUnknownHosts(paramiko.MissingHostKeyPolicy):
    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002 - the interface is paramiko's
        hostname: str,
        key: paramiko.PKey,
    ) -> None:
        raise SourceRefused(
            f"The key of {hostname} ({key.fingerprint}) is not in known_hosts.",
            remedy="Compare the fingerprint with the server's owner, then add the key.",
        )


@contextmanager
def _our_errors(place: str) -> Iterator[None]:
    """Say what the errors of paramiko mean for the source."""
    try:
        yield
    except (paramiko.AuthenticationException, paramiko.BadHostKeyException) as error:
        raise SourceRefused(f"{place}: {error}") from error
    except PermissionError as error:
        raise SourceRefused(f"{place}: no right to do this.") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise SourceUnavailable(f"{place}: {error}") from error


def _key_of(file: paramiko.SFTPAttributes) -> str:
    name = hashlib.sha256(file.filename.encode()).hexdigest()[:16]
    return f"{name}-{file.st_size}-{file.st_mtime}"


def _numbered(name: str) -> Iterator[str]:
    yield name
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    number = 2
    while True:
        yield f"{stem}-{number}{suffix}"
        number += 1
