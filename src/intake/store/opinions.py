"""Opinions: what each classifier, and each person, took a request for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, distinct, func, insert, select

from intake.schemas.classifications import Classification
from intake.store.tables import classifications, requests


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
    latest ``limit`` requests that have one; the oldest first. Those of which nobody gave an
    opinion are left out."""
    return _with_opinions(connection, _latest(limit).where(*_JUDGED))


def latest(connection: Connection, limit: int) -> list[list[Classification]]:
    """Return all opinions without their evidence of each of the latest ``limit`` requests, whoever
    has looked at them; the oldest first. Those without any are left out."""
    return [given for _, given in _with_opinions(connection, _latest(limit))]


def newest_judged(connection: Connection) -> tuple[int | None, str | None]:
    """Return the newest opinion of a person, and the newest request with a topic of a person:
    while both stay the same, ``latest_judged`` does."""
    opinion = select(func.max(classifications.c.id)).where(classifications.c.classifier == "person")
    request = select(requests.c.id).where(*_JUDGED).order_by(*_NEWEST_FIRST).limit(1)
    found = connection.execute(select(opinion.scalar_subquery(), request.scalar_subquery())).one()
    return found[0], found[1]


_JUDGED = (requests.c.topic_by == "person", requests.c.topic.is_not(None))
_NEWEST_FIRST = (requests.c.created_at.desc(), requests.c.id.desc())
_WITHOUT_EVIDENCE = tuple(name for name in Classification.model_fields if name != "evidence")


def _latest(limit: int) -> Select[tuple[str, str | None, datetime]]:
    wanted = select(requests.c.id, requests.c.topic, requests.c.created_at)
    return wanted.order_by(*_NEWEST_FIRST).limit(limit)


def _with_opinions(
    connection: Connection, wanted: Select[tuple[str, str | None, datetime]]
) -> list[tuple[str, list[Classification]]]:
    """Return the topic and the opinions of each of the requests that are ``wanted``."""
    of = wanted.subquery("wanted")
    columns = [classifications.c[name].label(f"of_{name}") for name in _WITHOUT_EVIDENCE]
    rows = connection.execute(
        select(of.c.id, of.c.topic, *columns)
        .join(classifications, classifications.c.request_id == of.c.id)
        .order_by(of.c.created_at, of.c.id, classifications.c.id)
    )
    found = []
    for _, given in groupby(rows, key=attrgetter("id")):
        each = list(given)
        found.append((each[0].topic, [_bare(row) for row in each]))
    return found


def _bare(row: Row[Any]) -> Classification:
    """Return an opinion without its evidence; what was stored was validated then."""
    values = {name: getattr(row, f"of_{name}") for name in _WITHOUT_EVIDENCE}
    return Classification.model_construct(**values, evidence=())
