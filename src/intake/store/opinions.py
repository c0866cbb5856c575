"""Opinions: what each classifier, and each person, took a request for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, distinct, func, insert, select

from intake.schemas.classifications import Classification
from intake.store.tables import classifications, requests

_AT_ONCE = 500
"""So many ids are asked for in one query."""


def insert_opinions(
    connection: Connection, given: Iterable[tuple[str, Classification]], now: datetime
) -> None:
    """Write down opinions with their evidence, each with the id of its request."""
    rows = [
        {
            "request_id": request_id,
            "classifier": opinion.classifier,
            "version": opinion.version,
            "topic": opinion.topic,
            "confidence": opinion.confidence,
            "calibrated": opinion.calibrated,
            "evidence": [evidence.model_dump(mode="json") for evidence in opinion.evidence],
            "created_at": now,
        }
        for request_id, opinion in given
    ]
    if rows:
        connection.execute(insert(classifications), rows)


def count_choices(connection: Connection) -> int:
    """Return how often persons chose a topic: of one request several times if they changed it,
    and once of one that a front end filed with a topic by a person."""
    own, chosen = classifications.c, requests.c
    said = requests.outerjoin(
        classifications, and_(own.request_id == chosen.id, own.classifier == "person")
    )
    counted = connection.execute(
        select(
            func.count(own.id),
            func.count(distinct(chosen.id)),
            func.count(distinct(own.request_id)),
        )
        .select_from(said)
        .where(chosen.topic_by == "person")
    ).one()
    choices, labelled, corrected = counted
    return int(choices + labelled - corrected)


def of_request(connection: Connection, request_id: str) -> list[Classification]:
    """Return every opinion about a request, in the order in which they were given."""
    rows = connection.execute(
        select(classifications)
        .where(classifications.c.request_id == request_id)
        .order_by(classifications.c.id)
    )
    return [
        Classification.model_validate(
            {name: getattr(row, name) for name in Classification.model_fields}
            | {"evidence": [_weighed(each) for each in row.evidence]}
        )
        for row in rows
    ]


def _weighed(evidence: dict[str, Any]) -> dict[str, Any]:
    """Return evidence as stored; a weight that was no number, and is null, is nothing."""
    return evidence | {"weight": evidence["weight"] or 0.0}


def latest_judged(connection: Connection, limit: int) -> list[tuple[str, list[Classification]]]:
    """Return the topic that a person chose, and all opinions without their evidence, of the
    latest ``limit`` requests that have one; the oldest first."""
    rows = connection.execute(
        _latest(limit).where(requests.c.topic_by == "person", requests.c.topic.is_not(None))
    ).all()
    given = _without_evidence(connection, [row.id for row in rows])
    return [(row.topic, given[row.id]) for row in reversed(rows)]


def latest(connection: Connection, limit: int) -> list[list[Classification]]:
    """Return all opinions without their evidence of each of the latest ``limit`` requests, whoever
    has looked at them; the oldest first."""
    ids = [row.id for row in connection.execute(_latest(limit))]
    given = _without_evidence(connection, ids)
    return [given[each] for each in reversed(ids)]


def _latest(limit: int) -> Select[tuple[str, str | None]]:
    newest_first = (requests.c.created_at.desc(), requests.c.id.desc())
    return select(requests.c.id, requests.c.topic).order_by(*newest_first).limit(limit)


def _without_evidence(
    connection: Connection, ids: Sequence[str]
) -> dict[str, list[Classification]]:
    found: dict[str, list[Classification]] = {each: [] for each in ids}
    names = [name for name in Classification.model_fields if name != "evidence"]
    columns = [classifications.c[name] for name in names]
    for start in range(0, len(ids), _AT_ONCE):
        given = connection.execute(
            select(classifications.c.request_id, *columns)
            .where(classifications.c.request_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(classifications.c.id)
        )
        for row in given:
            values = {name: getattr(row, name) for name in names}
            found[row.request_id].append(Classification.model_validate(values))
    return found
