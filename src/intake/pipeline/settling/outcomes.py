"""Outcomes: each is one transaction of status, record and events, guarded by the claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from intake.classifying.danger.acknowledgement import acknowledgements
from intake.errors import ItemError, UsageError
from intake.filing.drafts import draft_unread
from intake.filing.senders import channel_of, sender_of
from intake.filing.threads import answered_in
from intake.pipeline.settling.copies import find_home
from intake.pipeline.settling.known_requests import KnownRequests
from intake.pipeline.settling.settle import (
    LOST,
    FilingOptions,
    Item,
    Outcome,
    alarm,
    announce,
    audit,
    named,
    settle_group,
    take_references,
)
from intake.pipeline.stages import Understood
from intake.schemas.classifications import Classification, Verdict
from intake.schemas.documents import ParsedMessage
from intake.schemas.events import Event
from intake.schemas.receipts import Phase, Receipt, ReceiptState
from intake.schemas.requests import Request, RequestDraft
from intake.store import claims, journal, receipts, references, requests
from intake.store.database import Conflict, Connection, Database
from intake.store.journal import Happening
from intake.store.requests import NewRequest


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
            home = find_home(connection, receipt)
            if home is None:
                return None
            request = home.request
            linked = ReceiptState.LINKED
            if not claims.settle(connection, receipt, linked, request_id=request.id):
                return LOST
            now = self._database.now(connection)
            happenings = [Happening(type="request.seen_again", data={"receipt": receipt.id})]
            if home.calls_again:
                request = requests.flag(connection, request, "called_again", now)
                happenings.append(alarm(request))
            data = {"receipt": receipt.id, "original": home.original.id}
            told = Happening(type="receipt.linked", data=data | {"reference": request.reference})
            entries = [
                journal.of_receipt(receipt.id, told),
                journal.of_request(request.id, *happenings),
            ]
            events = journal.append(connection, entries, now)
        called = request if home.calls_again else None
        return Outcome(state=linked, request=called, events=tuple(events))

    def heard_in_thread(self, receipt: Receipt, message: ParsedMessage) -> list[str]:
        """Return the texts that a message may quote as it answers in a thread that we know.

        They were judged when they came, or are ours; see ``threads.answered_in``.
        """
        sender = sender_of(channel_of(receipts.facts(receipt), message), message)
        with self._database.read() as connection:
            known = KnownRequests(
                connection, [Understood(message=message)], {}, self._options.prefix
            )
            thread = known.thread(Understood(message=message))
        heard: list[str] = []
        own = self._options.own_addresses
        for request in answered_in(thread, sender, message.subject, own):
            heard += (request.text, *acknowledgements(request.reference))
        return heard

    def defer(self, receipt: Receipt) -> Outcome:
        """Put an item back whose pictures are still to be read, behind all that is text."""
        with self._database.write() as connection:
            claims.give_back(
                connection, receipt, priority=receipts.ENRICH_PRIORITY, phase=Phase.ENRICH
            )
        return LOST

    def put_behind(self, receipt: Receipt) -> Outcome:
        """Put an item back whose text takes long, behind all other text and before pictures."""
        with self._database.write() as connection:
            claims.give_back(connection, receipt, priority=receipts.SLOW_TEXT_PRIORITY)
        return LOST

    def settle(self, group: Sequence[Item]) -> list[Outcome]:
        """File what was understood of a group: each item as a notice or as a request."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            return settle_group(connection, group, self._options, now)

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
                return LOST
            now = self._database.now(connection)
            why = receipts.quarantined(error.code, error.message)
            events = journal.append(connection, [journal.of_receipt(receipt.id, why)], now)
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
                return LOST
            data = {"reason_code": error.code, "reason_detail": error.message, "failures": failures}
            failed = Happening(type="receipt.failed", data=data)
            events = journal.append(connection, [journal.of_receipt(receipt.id, failed)], now)
        return Outcome(events=tuple(events))

    def release(self, receipt: Receipt, *, by: str) -> tuple[Request, list[Event]]:
        """File a quarantined item as a request of unread bytes, for a person.

        Raises:
            UsageError: it is not in quarantine.
        """
        draft = draft_unread(receipts.facts(receipt), receipt.reason_code or "unknown")
        with self._database.write() as connection:
            now = self._database.now(connection)
            request_id = references.new_request_id()
            if not claims.release(connection, receipt.id, request_id):
                raise UsageError(f"Receipt {receipt.id} is not in quarantine.")
            request = self._file(connection, draft, now, request_id, receipt_id=receipt.id)
            released = Happening(type="receipt.released", actor=by, data=named(request))
            entries = [
                journal.of_receipt(receipt.id, released),
                announce(request, {"released_by": by}),
            ]
            events = journal.append(connection, entries, now)
        return request, events

    def submit(self, draft: RequestDraft, verdict: Verdict | None) -> tuple[Request, list[Event]]:
        """File a front end's request; the same ``submission_key`` gives the same request.

        Raises:
            UnknownReference: there is no request that it could follow.
        """
        try:
            return self._submit(draft, verdict)
        except Conflict:  # another call with the same key was quicker
            return self._submit(draft, verdict)

    def _submit(self, draft: RequestDraft, verdict: Verdict | None) -> tuple[Request, list[Event]]:
        with self._database.write() as connection:
            if draft.submission_key:
                known = requests.find_by_submission_key(connection, draft.submission_key)
                if known is not None:
                    return known, []
            if draft.follows is not None:
                followed = requests.get(connection, draft.follows).id
                draft = draft.model_copy(update={"follows": followed})
            now = self._database.now(connection)
            opinions = verdict.opinions if verdict else ()
            request_id = references.new_request_id()
            draft = audit(draft, request_id, self._options)
            request = self._file(connection, draft, now, request_id, opinions=opinions)
            events = journal.append(connection, [announce(request, {})], now)
        return request, events

    def _file(
        self,
        connection: Connection,
        draft: RequestDraft,
        now: datetime,
        request_id: str,
        *,
        receipt_id: int | None = None,
        opinions: tuple[Classification, ...] = (),
    ) -> Request:
        [reference] = take_references(connection, 1, self._options, now)
        request = requests.number(draft, request_id, reference, now)
        new = NewRequest(request=request, receipt_id=receipt_id, opinions=opinions)
        requests.insert_requests(connection, [new], now)
        return request
