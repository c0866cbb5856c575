"""Topics: which one of the taxonomy each name means today, for who reads the views.

What a request was filed under is never changed; a topic that was renamed or merged since is
looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from intake.store.tables import topic_names


def names(connection: Connection) -> dict[str, str]:
    """Return the topic of each name."""
    rows = connection.execute(select(topic_names.c.name, topic_names.c.topic))
    return {row.name: row.topic for row in rows}


def rename(connection: Connection, meanings: Mapping[str, str]) -> None:
    """Write the topic of each name, instead of those that are there."""
    connection.execute(delete(topic_names))
    if meanings:
        rows = [{"name": name, "topic": topic} for name, topic in meanings.items()]
        connection.execute(insert(topic_names), rows)
