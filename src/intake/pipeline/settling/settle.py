"""Settle: what was understood of a group of items is written in one transaction.

::

    lock the claims -> look up threads -> number -> requests, notices, events -> end the claims

Items whose claim was lost meanwhile are left out. An item may answer another of its own group:
requests made a moment ago are found as those of earlier runs are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.classifying.danger.acknowledgement import acknowledge_emergency
from intake.classifying.thresholds.gate import is_audited
from intake.filing.drafts import audited, draft_request
from intake.filing.notices import find_notice, is_undelivered, summarise_notice
from intake.pipeline import batches
from intake.pipeline.settling import copies
from intake.pipeline.settling.known_requests import KnownRequests
from intake.pipeline.stages import Understood
from intake.schemas.base import Frozen
from intake.schemas.classifications import Verdict
from intake.schemas.events import Event
from intake.schemas.notices import Notice
from intake.schemas.receipts import Receipt, ReceiptState
from intake.schemas.references import format_reference
from intake.schemas.requests import Request, RequestDraft
from intake.store import claims, journal, notices, receipts, references, requests
from intake.store.database import Connection
from intake.store.journal import Happening
from intake.store.requests import NewRequest

Item = tuple[Receipt, Understood]


class FilingOptions(Frozen):
    """How requests are numbered, and what identical bytes of one source become."""

    prefix: str = "CC"
    timezone: str = "Europe/Rome"
    links_identical: bool = True
    audit_share: float = 0.0
    """Share (0..1) of the requests whose topic needs no person that a person sees anyway."""
    own_addresses: frozenset[str] = frozenset()
    """Casefolded addresses whose mail is our own coming back."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose calendar year a reference carries."""
        return ZoneInfo(self.timezone)


class Outcome(Frozen):
    """What a transaction did; ``state`` is None if the claim was lost and nothing was written."""

    state: ReceiptState | None = None
    request: Request | None = None
    events: tuple[Event, ...] = ()


LOST = Outcome()

_TOLD = "request.notice"
_MACHINES = ("rule", "model")


def settle_group(
    connection: Connection, group: Sequence[Item], options: FilingOptions, now: datetime
) -> list[Outcome]:
    """Write a group's notices and requests and end its claims; one outcome for each item."""
    held = claims.hold(connection, [receipt for receipt, _ in group])
    ours = [item for item in group if item[0].id in held]
    receipts.record_blobs(connection, [blob for _, each in ours for blob in each.blobs], now)
    opened, received = _receive_parts(connection, ours, now)
    noted = {r.id: notice for r, each in ours if (notice := _notice(each, options))} | opened
    unfiled = [item for item in ours if item[0].id not in noted]
    known = KnownRequests(connection, [each for _, each in unfiled], noted, options.prefix)
    told = _tell(connection, noted, known, now)
    filed = _file(connection, unfiled, known, options, now)
    notices.insert_notices(connection, noted, now)
    claims.settle_held(connection, ReceiptState.NOTED, dict.fromkeys(noted))
    claims.settle_held(
        connection, ReceiptState.FILED, {id_: request.id for id_, request in filed.items()}
    )
    entries = [entry for item in ours for entry in _entries(item, noted, filed)]
    events = [*received, *journal.append(connection, [*entries, *told], now)]
    return [_outcome(receipt, noted, filed, events) for receipt, _ in group]


def _receive_parts(
    connection: Connection, items: Sequence[Item], now: datetime
) -> tuple[dict[int, Notice], list[Event]]:
    """Receive the letters of the batches among the items; return the notices they end as."""
    notices: dict[int, Notice] = {}
    events: list[Event] = []
    for receipt, understood in items:
        if understood.parts:
            notices[receipt.id], new = batches.receive_parts(
                connection, receipt, understood.parts, now
            )
            events += new
    return notices, events


def announce(request: Request, data: dict[str, Any]) -> journal.Entry:
    """Return the first entry of a request; an emergency says so in an event of its own."""
    happenings = [Happening(type="request.filed", data=named(request) | data)]
    if request.urgency == "emergency":
        happenings.append(alarm(request))
    return journal.of_request(request.id, *happenings, is_new=True)


def alarm(request: Request) -> Happening:
    """Return the event of an emergency.

    It carries what to answer the writer at once; an observer or a front end sends it.
    """
    answer = acknowledge_emergency(request.reference, language=request.language)
    data = named(request) | {"acknowledgement": answer._asdict()}
    return Happening(type="request.emergency", data=data)


def named(request: Request) -> dict[str, Any]:
    """Return the facts that name a request in an event."""
    return {"reference": request.reference, "request": request.id, "channel": request.channel}


def take_references(
    connection: Connection, count: int, options: FilingOptions, now: datetime
) -> list[str]:
    """Return the next references of the year, which is the calendar's in the options' zone."""
    year = now.astimezone(options.zone).year
    numbers = references.take_numbers(connection, year, count)
    return [format_reference(options.prefix, year, number) for number in numbers]


def audit(draft: RequestDraft, request_id: str, options: FilingOptions) -> RequestDraft:
    """Return what is to be filed; a share of what a machine alone chose the topic of is looked at
    by a person all the same."""
    if draft.needs_review or draft.topic_by not in _MACHINES:
        return draft
    return audited(draft) if is_audited(request_id, options.audit_share) else draft


def _notice(understood: Understood, options: FilingOptions) -> Notice | None:
    return find_notice(understood.message, understood.verdict, own_addresses=options.own_addresses)


def _tell(
    connection: Connection, noted: Mapping[int, Notice], known: KnownRequests, now: datetime
) -> list[journal.Entry]:
    """Return what the requests are told of the notices about them.

    A person must look at a request if what was sent about it did not arrive.
    """
    told: dict[str, list[Happening]] = {}
    for receipt_id, notice in noted.items():
        for request in known.concerned(notice):
            data = {"receipt": receipt_id} | summarise_notice(notice)
            told.setdefault(request.id, []).append(Happening(type=_TOLD, data=data))
    lost = {
        request.id
        for notice in noted.values()
        if is_undelivered(notice)
        for request in known.concerned(notice)
    }
    for request_id in sorted(told):
        requests.lock(connection, request_id)
        if request_id in lost:
            request = requests.get(connection, request_id)
            requests.flag(connection, request, "undelivered", now)
    return [journal.of_request(id_, *happenings) for id_, happenings in told.items()]


def _file(
    connection: Connection,
    items: Sequence[Item],
    known: KnownRequests,
    options: FilingOptions,
    now: datetime,
) -> dict[int, Request]:
    """Write the requests of these items; return them by receipt id."""
    if not items:
        return {}
    free = take_references(connection, len(items), options, now)
    new: list[NewRequest] = []
    for (receipt, understood), reference in zip(items, free, strict=True):
        draft = draft_request(
            receipts.facts(receipt),
            understood.message,
            understood.readings,
            understood.verdict,
            known.thread(understood),
            letter=understood.letter,
        )
        if draft.follows is None and options.links_identical:
            draft = draft.model_copy(update={"follows": copies.last_of(connection, receipt)})
        request_id = references.new_request_id()
        draft = audit(draft, request_id, options)
        request = requests.number(draft, request_id, reference, now)
        known.add([request])
        new.append(
            NewRequest(
                request=request,
                receipt_id=receipt.id,
                readings=understood.readings.documents,
                opinions=understood.verdict.opinions,
            )
        )
    requests.insert_requests(connection, new, now)
    return {receipt.id: each.request for (receipt, _), each in zip(items, new, strict=True)}


def _entries(
    item: Item, noted: dict[int, Notice], filed: dict[int, Request]
) -> list[journal.Entry]:
    receipt, understood = item
    if notice := noted.get(receipt.id):
        data = {"kind": notice.kind, "about": notice.about}
        return [journal.of_receipt(receipt.id, Happening(type="receipt.noted", data=data))]
    request = filed[receipt.id]
    told = Happening(type="receipt.filed", data=named(request))
    return [
        journal.of_receipt(receipt.id, told),
        announce(request, _verdict_facts(understood.verdict)),
    ]


def _outcome(
    receipt: Receipt,
    noted: dict[int, Notice],
    filed: dict[int, Request],
    events: Sequence[Event],
) -> Outcome:
    request = filed.get(receipt.id)
    if request is None and receipt.id not in noted:
        return LOST
    streams = {journal.receipt_stream(receipt.id)}
    if receipt.id in noted:
        streams |= {journal.receipt_stream(id_) for id_ in batches.letters_of(noted[receipt.id])}
    streams |= {journal.request_stream(request.id)} if request else set()
    return Outcome(
        state=ReceiptState.FILED if request else ReceiptState.NOTED,
        request=request,
        events=tuple(
            event
            for event in events
            if event.stream in streams
            or (event.type == _TOLD and event.data["receipt"] == receipt.id)
        ),
    )


def _verdict_facts(verdict: Verdict) -> dict[str, Any]:
    return {
        "topic": verdict.topic,
        "urgency": verdict.urgency,
        "language": verdict.language,
        "evidence": [each.model_dump(mode="json") for each in verdict.evidence],
        "model_version": verdict.model_version,
    }
