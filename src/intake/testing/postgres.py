"""A throw-away PostgreSQL cluster: real commits, real crashes, nothing left behind."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, SIGTERM, Signals
from types import TracebackType
from typing import Any, Literal, Self

from intake.errors import StoreError, ToolMissing

StopMode = Literal["smart", "fast", "immediate", "kill"]
"""It waits for its clients; sends them away; ends without saving; all its processes are killed."""

_SIGNALS: Mapping[StopMode, Signals] = {
    "smart": SIGTERM,
    "fast": SIGINT,
    "immediate": SIGQUIT,
    "kill": SIGKILL,
}  # PostgreSQL manual, "Shutting Down the Server"
_SUPERUSER = "intake"
_DEBIAN_HOME = Path("/usr/lib/postgresql")
"""Debian keeps each major version in a folder of its own here and none of them on PATH."""
_SETTINGS = (
    "listen_addresses=",  # the socket only: no port to collide on, nobody from outside
    "fsync=on",  # what is promised is tested with the promise switched on
    "synchronous_commit=on",
    "timezone=Europe/Rome",  # a server that does not think in UTC, as in real life
    "max_connections=60",
    "shared_buffers=32MB",
)


class Postgres:
    """A PostgreSQL server in a temporary folder, reached by a Unix socket; a context manager.

    Started by root it runs as ``postgres`` or ``nobody``, since the server refuses to be root.
    """

    def __init__(self) -> None:
        self._binaries = _find_binaries()
        self._numbers = count(1)
        self._server: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def __enter__(self) -> Self:
        """Make the cluster and start it.

        Raises:
            StoreError: the server does not start; the message ends with its log.
        """
        # A socket's path may not be longer than 107 bytes (unix(7)): hence not pytest's folder.
        self._folder = Path(tempfile.mkdtemp(prefix="intake-pg-", dir="/tmp"))
        try:
            self._make_cluster()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server and remove its folder."""
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of ``database``."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self._folder}"

    def create_database(self, template: str = "template1") -> str:
        """Make a copy of the database named ``template`` and return the URL of the copy.

        Raises:
            StoreError: the server refuses or cannot be reached.
        """
        name = f"t{next(self._numbers)}"
        self._order("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that ``create_database`` made, with the connections it still has.

        Raises:
            StoreError: the server refuses or cannot be reached.
        """
        name = url.partition("?")[0].rpartition("/")[2]
        self._order("DROP DATABASE {} WITH (FORCE)", name)

    def start(self) -> None:
        """Start the server and wait until it takes connections; it recovers by itself.

        Raises:
            StoreError: it does not; the message ends with its log.
        """
        arguments = [argument for setting in _SETTINGS for argument in ("-c", setting)]
        arguments += ["-D", str(self._data), "-k", str(self._folder)]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is ours to handle
                **self._as_owner(),
            )
        self._wait_until_ready(timeout_s=30)

    def stop(self, mode: StopMode = "fast") -> None:
        """End the server: ``immediate`` and ``kill`` are crashes, and ``start`` recovers."""
        if self._server is None:
            return
        children = _children(self._server.pid)
        self._server.send_signal(_SIGNALS[mode])
        if mode == "kill":
            _kill(children)  # orphans would hold the shared memory and forbid the next start
        self._server.wait(timeout=30)
        self._server = None

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _make_cluster(self) -> None:
        owner = _owner()
        os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", *options, "--username", _SUPERUSER, "--pgdata", str(self._data))

    def _order(self, order: str, *names: str) -> None:
        """Run a statement with these names in it; a client program would cost more than it does."""
        import psycopg  # noqa: PLC0415 - of the extra "postgres", which the URLs need as well

        statement = psycopg.sql.SQL(order).format(*map(psycopg.sql.Identifier, names))
        try:
            with psycopg.connect(
                host=str(self._folder), user=_SUPERUSER, dbname="postgres", autocommit=True
            ) as connection:
                connection.execute(statement)
        except psycopg.Error as error:
            raise StoreError(f"{order} failed: {str(error).strip()}") from error

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            **self._as_owner(),
        )
        if done.returncode:
            raise StoreError(f"{program} failed: {done.stderr.strip()}")

    def _as_owner(self) -> dict[str, Any]:
        """Return the arguments of ``subprocess`` that start a program as the cluster's owner."""
        owner = _owner()
        place = {"cwd": self._folder}
        if os.geteuid() != 0:
            return place
        return place | {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def _wait_until_ready(self, timeout_s: float) -> None:
        """Wait for the word ``ready`` in the last line of postmaster.pid, as pg_ctl does."""
        assert self._server is not None
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self._server.poll() is not None:
                break
            if _says_ready(self._data / "postmaster.pid", self._server.pid):
                return
            time.sleep(0.02)
        raise StoreError(f"PostgreSQL does not start:\n{self._log.read_text()[-2000:]}")


def _children(parent: int) -> list[int]:
    """Return the process ids whose parent is ``parent``: the fourth field of proc(5) stat."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state_and_parent = stat.read_text().rpartition(")")[2].split()
            if state_and_parent[1] == str(parent):
                found.append(int(stat.parent.name))
    return found


def _kill(processes: list[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, SIGKILL)


def _says_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _owner() -> pwd.struct_passwd:
    """Return the user who runs the server: ourselves, or somebody harmless if we are root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _find_binaries() -> Path:
    """Return the folder of PostgreSQL's programs.

    Raises:
        ToolMissing: there is none.
    """
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = sorted(
        (path.parent for path in _DEBIAN_HOME.glob("*/bin/initdb")),
        key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()],
    )
    if not folders:
        raise ToolMissing(
            "PostgreSQL's server programs (initdb, postgres) are not installed.",
            remedy="apt-get install postgresql, or `make setup` in a clone of the project.",
        )
    return folders[-1]
