"""Connections to SQLite and PostgreSQL, and what differs between the two.

Writers take the write lock at once (SQLite ``BEGIN IMMEDIATE``); readers never do. Both are set
so that a committed transaction survives a power cut: SQLite in WAL mode with
``synchronous=FULL``, PostgreSQL with ``synchronous_commit`` not off.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection as Connection  # noqa: PLC0414 - given on: rooms above name no SQLAlchemy
from sqlalchemy import Engine, Table, create_engine, event, text
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool, QueuePool

from intake.errors import ConfigError, StoreError, ToolMissing, TransientFailure
from intake.schemas.secrets import without_password

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA trusted_schema=OFF",
)
_WAL_RESET_BUG_FIXED_IN = (3, 51, 3)


class Conflict(StoreError):
    """Another process wrote what only one may write; read again before you give up."""


class Database:
    """One database by URL: ``sqlite:///path`` or ``postgresql+psycopg://...``.

    Raises:
        ConfigError: the URL names no database that intake knows.
        ToolMissing: the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self._shown = without_password(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._sqlite_engine() if self.is_sqlite else self._postgresql_engine()

    def __repr__(self) -> str:
        return f"Database({self._shown!r})"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a write transaction: commit at the end, roll back on error.

        Raises:
            StoreError: the database failed; nothing of the transaction is there.
        """
        with _translated(self), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state and takes no write lock.

        Raises:
            StoreError: the database failed.
        """
        with _translated(self), self._engine.connect() as connection:
            reader = connection.execution_options(intake_reads=True)
            with reader.begin():
                yield reader

    def now(self, connection: Connection) -> datetime:
        """Return the database's clock: leases must not depend on one host's clock."""
        if self.is_sqlite:
            return datetime.now(UTC)
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    def check(self) -> str:
        """Return the server's name and version after proving that commits are durable.

        Raises:
            StoreError: it cannot be opened, or it would lose what it committed.
        """
        with self.read() as connection:
            if self.is_sqlite:
                return _check_sqlite(connection)
            return _check_postgresql(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _sqlite_engine(self) -> Engine:
        if self.url.database and self.url.database != ":memory:":
            _make_folder(Path(self.url.database).parent)
        engine = create_engine(
            self.url,
            module=_sqlite_module(),
            poolclass=QueuePool,
            pool_size=20,
            connect_args={"check_same_thread": False, "timeout": 30},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgresql_engine(self) -> Engine:
        try:
            engine = create_engine(self.url, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise ToolMissing(
                f"The PostgreSQL driver is not installed: {error}",
                remedy="pip install 'citizen-intake[postgres]'",
            ) from error
        event.listen(engine, "connect", _prepare_postgresql)
        return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} of the database cannot be made: {error}") from error


def tolerant_insert(connection: Connection, table: Table) -> SqliteInsert | PostgresqlInsert:
    """Return an INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if connection.dialect.name == "sqlite":
        return sqlite_insert(table)
    return postgresql_insert(table)


def migration_engine(database: Database) -> Engine:
    """Return a fresh engine without a pool, for the migrations."""
    if database.is_sqlite:
        engine = create_engine(database.url, module=_sqlite_module(), poolclass=NullPool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(database.url, poolclass=NullPool)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError(
            f"database.url is no database URL: {without_password(url)}", remedy=_URL_REMEDY
        ) from error
    if backend == "sqlite":
        return parsed.set(drivername="sqlite")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigError(f"database.url: {backend!r} is not supported.", remedy=_URL_REMEDY)


_URL_REMEDY = "Use sqlite:///path/to/intake.db or postgresql://user@host/database."


def _sqlite_module() -> ModuleType:
    """Prefer pysqlite3: its SQLite has the fix of the WAL-reset defect (3.51.3)."""
    try:
        import pysqlite3  # noqa: PLC0415 - optional
    except ModuleNotFoundError:
        return sqlite3
    module: ModuleType = pysqlite3
    return module


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _prepare_postgresql(dbapi_connection: Any, _record: object) -> None:
    # In another time zone the first and last hours that UTC has are of a year that Python has not.
    cursor = dbapi_connection.cursor()
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.close()
    dbapi_connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("intake_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _check_sqlite(connection: Connection) -> str:
    level = int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
    if level < 2:
        raise StoreError("SQLite runs with synchronous < FULL: a power cut would lose mail.")
    version = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar_one())
    if tuple(int(part) for part in version.split(".")) < _WAL_RESET_BUG_FIXED_IN:
        return f"SQLite {version} (pip install 'citizen-intake[sqlite]' brings a newer one)"
    return f"SQLite {version}"


def _check_postgresql(connection: Connection) -> str:
    for name in ("synchronous_commit", "fsync"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off":
            raise StoreError(
                f"PostgreSQL runs with {name} = off: a power cut would lose mail.",
                remedy=f"Set {name} = on in postgresql.conf.",
            )
    return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}"


@contextmanager
def _translated(database: Database) -> Iterator[None]:
    """Turn the library's errors into StoreError: the run ends, no item is charged.

    A value that no column takes is the fault of the item it came from, and of no other.
    """
    try:
        yield
    except DataError as error:
        raise TransientFailure(
            f"{database!r} refuses a value: {error.orig}", code="not_storable"
        ) from error
    except IntegrityError as error:
        raise Conflict(f"{database!r} refuses a row: {error.orig}") from error
    except DBAPIError as error:
        raise StoreError(f"{database!r} failed: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"{database!r} failed: {error}") from error
