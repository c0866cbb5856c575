"""Topics: which one of the taxonomy each name means today, for who reads the views.

What a request was filed under is never changed; a topic that was renamed or merged since is
looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from intake.store.database import tolerant_insert
from intake.store.tables import topic_names


def names(connection: Connection) -> dict[str, str]:
    """Return the topic of each name."""
    rows = connection.execute(select(topic_names.c.name, topic_names.c.topic))
    return {row.name: row.topic for row in rows}


def rename(connection: Connection, meanings: Mapping[str, str]) -> None:
    """Write the topic of each name, instead of those that are there.

    Another run may write the same at the same moment.
    """
    connection.execute(delete(topic_names).where(topic_names.c.name.not_in(meanings)))
    if meanings:
        insert = tolerant_insert(connection, topic_names)
        rows = [{"name": name, "topic": topic} for name, topic in sorted(meanings.items())]
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["name"], set_={"topic": insert.excluded.topic}
            ),
            rows,
        )
