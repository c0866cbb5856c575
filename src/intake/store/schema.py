"""Which revision the database is at, and how it gets to the newest."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from intake.errors import StoreError
from intake.store import views
from intake.store.database import Database, migration_engine

_SCRIPTS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the revision that this version of intake writes: the number of its last step."""
    return max(step.name[:4] for step in _SCRIPTS.glob("versions/[0-9]*.py"))


_LOCK = 0x696E74616B65
"""The number of PostgreSQL's advisory lock for migrations: "intake" in ASCII."""


def current_revision(database: Database) -> str | None:
    """Return the revision of the database; None if it is empty.

    Raises:
        StoreError: the database cannot be read.
    """
    with database.read() as connection:
        return _revision_of(connection)


def has_views(database: Database) -> bool:
    """Return whether the views for front ends are there: a killed upgrade may leave them out.

    Raises:
        StoreError: the database cannot be read.
    """
    with database.read() as connection:
        return views.are_there(connection)


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database up to ``revision``, step by step; do nothing if it is there.

    The views for front ends are those of the newest revision: they are taken away before the
    steps, since no database alters a table under a view, and made after the last one.

    Raises:
        StoreError: a step failed; the steps before it stand.
    """
    from alembic import command  # noqa: PLC0415 - heavy, and most runs find nothing to upgrade
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    engine = migration_engine(database)
    try:
        with engine.connect() as connection:
            if not database.is_sqlite:  # processes that start together must not both make it
                connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            if _revision_of(connection) == newest_revision() and views.are_there(connection):
                return
            views.drop(connection)
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            if _revision_of(connection) == newest_revision():
                views.create(connection)
            connection.commit()
    except SQLAlchemyError as error:
        raise StoreError(f"The schema of {database!r} cannot be upgraded: {error}") from error
    finally:
        engine.dispose()


def _revision_of(connection: Connection) -> str | None:
    """Return what Alembic wrote down when it last changed the database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
