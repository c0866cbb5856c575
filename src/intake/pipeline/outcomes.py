"""Outcomes: each is one transaction of status, record and events, guarded by the claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from intake import filing
from intake.errors import ItemError, UsageError
from intake.filing import Readings, Thread
from intake.pipeline.stages import Understood
from intake.schemas.base import Frozen
from intake.schemas.classifications import Verdict
from intake.schemas.documents import ParsedMessage, RecognisedDocument
from intake.schemas.events import Event
from intake.schemas.notices import Notice
from intake.schemas.receipts import Phase, Receipt, ReceiptState
from intake.schemas.requests import Request, RequestDraft
from intake.store import claims, journal, receipts, references, requests
from intake.store.database import Connection, Database
from intake.store.journal import Happening


class FilingOptions(Frozen):
    """How requests are numbered, and what identical bytes of one source become."""

    prefix: str = "CC"
    timezone: str = "Europe/Rome"
    links_identical: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose calendar year a reference carries."""
        return ZoneInfo(self.timezone)


class Outcome(Frozen):
    """What a transaction did; ``state`` is None if the claim was lost and nothing was written."""

    state: ReceiptState | None = None
    request: Request | None = None
    events: tuple[Event, ...] = ()


_LOST = Outcome()


class Registrar:
    """Writes outcomes. Every method is one transaction and does nothing if the claim is lost."""

    def __init__(self, database: Database, options: FilingOptions) -> None:
        self._database = database
        self._options = options

    def link_copy(self, receipt: Receipt) -> Outcome | None:
        """Link a copy to its original's request; None if it is to be read by itself."""
        if receipt.duplicate_of is None or not self._options.links_identical:
            return None
        with self._database.write() as connection:
            original = receipts.get(connection, receipt.duplicate_of)
            if original.request_id is None:
                return None
            linked = ReceiptState.LINKED
            if not claims.settle(connection, receipt, linked, request_id=original.request_id):
                return _LOST
            now = self._database.now(connection)
            data = {"receipt": receipt.id, "original": original.id, "reference": original.reference}
            events = [
                *_tell(connection, receipt, Happening(type="receipt.linked", data=data), now),
                *journal.append(
                    connection,
                    journal.request_stream(original.request_id),
                    [Happening(type="request.seen_again", data={"receipt": receipt.id})],
                    now,
                    request_id=original.request_id,
                ),
            ]
        return Outcome(state=linked, events=tuple(events))

    def defer(self, receipt: Receipt, verdict: Verdict) -> Outcome:
        """Put an item back whose pictures are still to be read; emergencies go first."""
        priority = receipts.EMERGENCY_PRIORITY if verdict.emergency else receipts.ENRICH_PRIORITY
        with self._database.write() as connection:
            claims.give_back(connection, receipt, priority=priority, phase=Phase.ENRICH)
        return _LOST

    def settle(self, receipt: Receipt, understood: Understood) -> Outcome:
        """File what was understood: as a notice or as a request."""
        notice = filing.find_notice(understood.message, understood.verdict)
        if notice is not None:
            return self._note(receipt, notice, understood)
        return self._file(receipt, understood)

    def quarantine(self, receipt: Receipt, error: ItemError, *, failures: int) -> Outcome:
        """Set an item aside with its bytes and the reason."""
        state = ReceiptState.QUARANTINED
        with self._database.write() as connection:
            is_ours = claims.settle(
                connection,
                receipt,
                state,
                reason_code=error.code,
                reason_detail=error.message,
                failures=failures,
            )
            if not is_ours:
                return _LOST
            now = self._database.now(connection)
            why = receipts.quarantined(error.code, error.message)
            events = _tell(connection, receipt, why, now)
        return Outcome(state=state, events=tuple(events))

    def retry_later(
        self, receipt: Receipt, error: ItemError, *, failures: int, delay_s: float
    ) -> Outcome:
        """Put an item back that failed; it is claimed again after ``delay_s`` at the earliest."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            is_ours = claims.give_back(
                connection,
                receipt,
                failures=failures,
                not_before=now + timedelta(seconds=delay_s),
                reason_code=error.code,
                reason_detail=error.message,
            )
            if not is_ours:
                return _LOST
            data = {"reason_code": error.code, "reason_detail": error.message, "failures": failures}
            failed = Happening(type="receipt.failed", data=data)
            events = _tell(connection, receipt, failed, now)
        return Outcome(events=tuple(events))

    def release(self, receipt: Receipt, *, by: str) -> tuple[Request, list[Event]]:
        """File a quarantined item as a request of unread bytes, for a person.

        Raises:
            UsageError: it is not in quarantine.
        """
        draft = filing.draft_unread(receipts.facts(receipt), receipt.reason_code or "unknown")
        with self._database.write() as connection:
            now = self._database.now(connection)
            request_id = references.new_request_id()
            if not claims.release(connection, receipt.id, request_id):
                raise UsageError(f"Receipt {receipt.id} is not in quarantine.")
            request = self._insert(connection, draft, now, request_id, receipt.id)
            released = Happening(type="receipt.released", actor=by, data=_named(request))
            events = _tell(connection, receipt, released, now)
            events += self._announce(connection, request, {"released_by": by}, now)
        return request, events

    def submit(self, draft: RequestDraft, verdict: Verdict | None) -> tuple[Request, list[Event]]:
        """File a front end's request; the same ``submission_key`` gives the same request."""
        with self._database.write() as connection:
            if draft.submission_key:
                known = requests.find_by_submission_key(connection, draft.submission_key)
                if known is not None:
                    return known, []
            now = self._database.now(connection)
            request = self._insert(connection, draft, now, references.new_request_id())
            requests.insert_attachments(connection, request, {})
            if verdict is not None:
                requests.insert_classifications(connection, request.id, verdict.opinions, now)
            events = self._announce(connection, request, {}, now)
        return request, events

    def _file(self, receipt: Receipt, understood: Understood) -> Outcome:
        message, readings = understood.message, understood.readings
        state = ReceiptState.FILED
        with self._database.write() as connection:
            request_id = references.new_request_id()
            if not claims.settle(connection, receipt, state, request_id=request_id):
                return _LOST
            now = self._database.now(connection)
            receipts.record_blobs(connection, understood.blobs, now)
            thread = self._thread(connection, message)
            draft = filing.draft_request(
                receipts.facts(receipt), message, readings, understood.verdict, thread
            )
            request = self._insert(connection, draft, now, request_id, receipt.id)
            self._insert_readings(connection, request, readings, understood.verdict, now)
            filed = Happening(type="receipt.filed", data=_named(request))
            events = _tell(connection, receipt, filed, now)
            events += self._announce(connection, request, _verdict_facts(understood.verdict), now)
        return Outcome(state=state, request=request, events=tuple(events))

    def _note(self, receipt: Receipt, notice: Notice, understood: Understood) -> Outcome:
        state = ReceiptState.NOTED
        with self._database.write() as connection:
            if not claims.settle(connection, receipt, state):
                return _LOST
            now = self._database.now(connection)
            receipts.record_blobs(connection, understood.blobs, now)
            requests.insert_notice(connection, receipt.id, notice, now)
            data = {"kind": notice.kind, "about": notice.about}
            events = _tell(connection, receipt, Happening(type="receipt.noted", data=data), now)
        return Outcome(state=state, events=tuple(events))

    def _thread(self, connection: Connection, message: ParsedMessage) -> Thread:
        answered = [each for each in (message.in_reply_to, *message.references) if each]
        own = [message.message_id] if message.message_id else []
        quoted = references.find_references(message.subject or "", self._options.prefix)
        return Thread(
            answered=requests.find_by_message_id(connection, answered),
            quoted=requests.find_by_references(connection, quoted),
            same_message_id=requests.find_by_message_id(connection, own),
        )

    def _insert(
        self,
        connection: Connection,
        draft: RequestDraft,
        now: datetime,
        request_id: str,
        receipt_id: int | None = None,
    ) -> Request:
        return requests.insert_request(
            connection,
            draft,
            prefix=self._options.prefix,
            zone=self._options.zone,
            now=now,
            request_id=request_id,
            receipt_id=receipt_id,
        )

    @staticmethod
    def _insert_readings(
        connection: Connection,
        request: Request,
        readings: Readings,
        verdict: Verdict,
        now: datetime,
    ) -> None:
        read: Mapping[str, RecognisedDocument] = readings.documents
        requests.insert_attachments(connection, request, read)
        requests.insert_classifications(connection, request.id, verdict.opinions, now)

    @staticmethod
    def _announce(
        connection: Connection, request: Request, data: Mapping[str, Any], now: datetime
    ) -> list[Event]:
        happenings = [Happening(type="request.filed", data=_named(request) | dict(data))]
        if request.urgency == "emergency":
            happenings.append(Happening(type="request.emergency", data=_named(request)))
        stream = journal.request_stream(request.id)
        return journal.append(
            connection, stream, happenings, now, request_id=request.id, is_new=True
        )


def _tell(
    connection: Connection, receipt: Receipt, happening: Happening, now: datetime
) -> list[Event]:
    stream = journal.receipt_stream(receipt.id)
    return journal.append(connection, stream, [happening], now, receipt_id=receipt.id)


def _named(request: Request) -> dict[str, Any]:
    return {"reference": request.reference, "request": request.id, "channel": request.channel}


def _verdict_facts(verdict: Verdict) -> dict[str, Any]:
    evidence: Sequence[Any] = [each.model_dump(mode="json") for each in verdict.evidence]
    return {
        "topic": verdict.topic,
        "urgency": verdict.urgency,
        "language": verdict.language,
        "evidence": evidence,
        "model_version": verdict.model_version,
    }
