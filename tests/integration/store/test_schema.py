from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from intake import Intake, Settings
from intake.errors import ConfigError, StoreError
from intake.store import requests, schema
from intake.store.database import Database
from intake.store.tables import metadata
from intake.store.views import VIEWS


def test_an_empty_database_goes_up_step_by_step(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert schema.current_revision(database) is None
    for number in range(1, int(schema.newest_revision()) + 1):
        schema.upgrade(database, f"{number:04}")
        assert schema.current_revision(database) == f"{number:04}"
    schema.upgrade(database)
    database.close()


def test_views_that_a_killed_upgrade_left_out_are_made_by_the_next(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("DROP VIEW events_v1"))

    schema.upgrade(database)

    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM events_v1")).scalar_one() == 0


def test_views_that_a_killed_upgrade_left_out_are_made_when_intake_opens(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with database.write() as connection:
        connection.execute(text("DROP VIEW requests_v1"))
    settings = Settings(data_dir=tmp_path / "data", database={"url": database_url})

    with Intake(settings) as app:
        app.requests.find(limit=1)

    assert schema.has_views(database)


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    def compared(_obj: Any, name: str | None, kind: str, _reflected: bool, _to: Any) -> bool:
        # A descending index is read back without its order on SQLite.
        return not (kind == "index" and name == "ix_receipts_queue")

    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": compared}
        )
        assert compare_metadata(context, metadata) == []
        assert "ix_receipts_queue" in {
            i["name"] for i in inspect(connection).get_indexes("receipts")
        }


def test_the_views_for_front_ends_are_there_with_their_columns(database: Database) -> None:
    with database.read() as connection:
        columns = {
            view: [column["name"] for column in inspect(connection).get_columns(view)]
            for view in VIEWS
        }
    assert set(columns) == {
        "requests_v1", "attachments_v1", "pages_v1", "events_v1", "parties_v1",
    }  # fmt: skip
    assert columns["requests_v1"] == [
        "id", "reference", "channel", "source", "kind", "status", "subject", "text", "language",
        "topic", "topic_confidence", "topic_by", "urgency", "needs_review", "review_reasons",
        "sender_name", "sender_email", "sender_phone", "sender_fax_number", "sender_organisation",
        "sender_verified_by", "received_at", "received_at_by", "claimed_at", "due_at", "follows",
        "follows_reference", "external_ids", "protocol_reference", "tracking_token", "created_at",
        "updated_at", "letter", "claimed_at_has_time",
        "current_topic",
    ]  # fmt: skip
    assert columns["attachments_v1"] == [
        "id", "request_id", "reference", "position", "path", "filename", "media_type",
        "size_bytes", "sha256", "inline", "disposition", "reason", "page_count", "text",
        "confidence", "searchable_sha256",
    ]  # fmt: skip
    assert columns["pages_v1"] == [
        "attachment_id", "request_id", "reference", "number", "kind", "text", "origin",
        "confidence", "dpi_x", "dpi_y", "rotation", "skew", "engine", "engine_version",
        "languages",
    ]  # fmt: skip
    assert columns["events_v1"] == [
        "id", "stream", "seq", "type", "at", "actor", "receipt_id", "request_id", "reference",
        "data", "hash",
    ]  # fmt: skip
    assert columns["parties_v1"] == [
        "id", "request_id", "reference", "role", "name", "email", "phone", "fax_number",
        "organisation", "verified_by",
    ]  # fmt: skip


def test_what_was_filed_before_says_that_a_letters_date_has_no_hour(
    empty_database_url: str,
) -> None:
    database = Database(empty_database_url)
    schema.upgrade(database, "0007")
    with database.write() as connection:
        for number, letter in enumerate(_OLD_LETTERS):
            connection.execute(text(_OLD_REQUEST.format(number=number, letter=letter)))

    schema.upgrade(database)

    with database.read() as connection:
        query = text("SELECT claimed_at_has_time FROM requests_v1 ORDER BY id")
        assert [bool(row[0]) for row in connection.execute(query)] == [False, True, True]
    database.close()


def test_pages_that_were_read_before_name_no_languages(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    schema.upgrade(database, "0009")
    with database.write() as connection:
        for statement in (_OLD_REQUEST.format(number=0, letter="NULL"), _OLD_FILE, _OLD_PAGE):
            connection.execute(text(statement))

    schema.upgrade(database)

    with database.read() as connection:
        [attachment] = requests.get(connection, "0").attachments
    assert (attachment.page_count, attachment.languages) == (1, ())
    database.close()


_OLD_FILE = """
    INSERT INTO attachments (id, request_id, position, path, media_type, size_bytes, sha256,
        inline, disposition)
    VALUES (1, '0', 1, 'a.tif', 'image/tiff', 1, '0', false, 'stored')
"""
_OLD_PAGE = """
    INSERT INTO pages (attachment_id, number, text, origin, confidence, rotation, skew, seconds,
        engine, engine_version)
    VALUES (1, 1, '', 'ocr', 0, 0, 0, 0, '', '')
"""
_OLD_LETTERS = ("""'{"date": {"value": "2025-03-14"}}'""", """'{"date": null}'""", "NULL")
_OLD_REQUEST = """
    INSERT INTO requests (id, reference, tracking_token, channel, source, kind, status, text,
        topic_confidence, urgency, needs_review, review_reasons, received_at, received_at_by,
        external_ids, details, created_at, updated_at, letter)
    VALUES ('{number}', '{number}', '{number}', 'letter', '', 'other', 'new', '', 0, 'normal',
        false, '[]', '2026-01-01T00:00:00.000000Z', 'intake', '{{}}', '{{}}',
        '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', {letter})
"""


def test_a_committed_transaction_survives_a_power_cut(database: Database) -> None:
    assert database.check().startswith(("SQLite 3.", "PostgreSQL "))
    if database.is_sqlite:
        with database.read() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as writer:
        writer.execute(text("INSERT INTO counters (year, last) VALUES (2026, 1)"))
        with database.read() as reader:
            assert reader.execute(text("SELECT count(*) FROM counters")).scalar_one() == 0


def test_an_error_of_the_database_is_a_store_error_and_rolls_back(database: Database) -> None:
    twice = text("INSERT INTO counters (year, last) VALUES (2026, 1), (2026, 2)")
    with pytest.raises(StoreError), database.write() as connection:
        connection.execute(twice)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM counters")).scalar_one() == 0


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense", ""])
def test_a_wrong_url_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match=r"database\.url"):
        Database(url)


def test_a_server_that_is_down_is_a_store_error() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreError):
        schema.current_revision(database)


def test_the_newest_revision_is_the_end_of_the_chain_of_steps() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert scripts.get_heads() == [schema.newest_revision()]
