"""What people and front ends do with requests: look up, move, correct and export them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from intake.classifying.models.examples import LabelledText
from intake.classifying.thresholds.gate import REMEMBERED, Choice, Outcome
from intake.classifying.topics.ranking import surest
from intake.classifying.topics.taxonomy import Taxonomy
from intake.desk.export import write_files
from intake.errors import ConfigError, UsageError
from intake.filing.drafts import corrected
from intake.filing.moves import check_move
from intake.pipeline.settling.settle import alarm
from intake.pipeline.submissions import urgency_of
from intake.schemas.classifications import Classification, Fault, Urgency
from intake.schemas.events import Event
from intake.schemas.requests import Channel, Request, Status
from intake.store import journal, opinions, replies, requests
from intake.store.blobs import BlobStore
from intake.store.database import Database
from intake.store.journal import Happening

Observe = Callable[[Sequence[Event]], None]

_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,248}@[!-;=?-~]{1,248}")


class Requests:
    """The tracked requests."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        observe: Observe,
        taxonomy: Taxonomy,
        fault: Fault | None = None,
    ) -> None:
        """``fault`` says why the taxonomy cannot be used: then no topic can be chosen."""
        self._database = database
        self._blobs = blobs
        self._taxonomy = taxonomy
        self._fault = fault
        self._observe = observe

    def get(self, reference: str) -> Request:
        """Return a request with its attachments, by reference or id.

        Raises:
            UnknownReference: there is none.
        """
        with self._database.read() as connection:
            return requests.get(connection, reference)

    def find(
        self,
        *,
        channel: Channel | str | None = None,
        topic: str | None = None,
        status: Status | str | None = None,
        since: datetime | None = None,
        needs_review: bool | None = None,
        search: str | None = None,
        limit: int = 50,
    ) -> list[Request]:
        """Return requests without their attachments: open emergencies first, then open ones of
        high urgency, then the others; in each of the three the newest first.

        What was filed under a former name of the topic is found too. ``search`` holds words that
        must all be in subject, text, attachments, reference or sender. ``since`` without a
        time zone is meant as this computer's.

        Raises:
            UsageError: ``since`` is not of the years 1 to 9999 in UTC.
        """
        with self._database.read() as connection:
            return requests.find(
                connection,
                channel=Channel(channel) if channel else None,
                topics=self._taxonomy.names(topic) if topic else None,
                status=Status(status) if status else None,
                since=_in_utc(since) if since else None,
                needs_review=needs_review,
                search=search,
                limit=limit,
            )

    def why_no_topic(self, topic: str) -> UsageError | None:
        """Return the error of a topic that the taxonomy has neither by its id nor a former one;
        None as well where the taxonomy cannot be used."""
        is_known = self._fault is not None or self._taxonomy.find(topic) is not None
        return None if is_known else self._no_topic(topic)

    def _no_topic(self, topic: str) -> UsageError:
        return UsageError(
            f"There is no topic {topic[:100]!r}.",
            remedy=f"Use one of: {', '.join(self._taxonomy.ids())}.",
        )

    def history(self, reference: str) -> list[Event]:
        """Return the events of a request, oldest first."""
        with self._database.read() as connection:
            request = requests.get(connection, reference)
            return journal.history(connection, journal.request_stream(request.id))

    def opinions(self, reference: str) -> list[Classification]:
        """Return every opinion about a request, first what raised its urgency, if anything did."""
        with self._database.read() as connection:
            return opinions.of_request(connection, requests.get(connection, reference).id)

    def transition(
        self, reference: str, *, to: Status | str, by: str, note: str | None = None
    ) -> Request:
        """Move a request to another status and write down who did it.

        Raises:
            UnknownReference: there is no such request.
            TransitionRefused: the move is not allowed.
        """
        with self._database.write() as connection:
            requests.lock(connection, requests.get(connection, reference).id)
            request = requests.get(connection, reference)
            target = Status(to)
            check_move(request, target)
            now = self._database.now(connection)
            data = {"from": request.status, "to": target, "note": note}
            moved = Happening(type="request.moved", actor=by, data=data)
            events = journal.append(connection, [journal.of_request(request.id, moved)], now)
            request = requests.move(connection, request, target, now)
        self._observe(events)
        return request

    def correct(self, reference: str, topic: str, *, by: str) -> Request:
        """Write down the right topic of a request, and who said so.

        Kind and due time follow the topic, but an emergency stays due at once; the request need no
        longer be looked at because of its topic. The taxonomy's emergency topic makes it an
        emergency, which observers are told. What machines thought is kept. `intake train` learns
        from it.

        Raises:
            UnknownReference: there is no such request.
            UsageError: the taxonomy has no such topic.
            ConfigError: the taxonomy cannot be used.
        """
        if self._fault is not None:
            raise ConfigError(self._fault.message, remedy=self._fault.remedy)
        chosen = self._taxonomy.find(topic)
        if chosen is None:
            raise self._no_topic(topic)
        with self._database.write() as connection:
            requests.lock(connection, requests.get(connection, reference).id)
            request = requests.get(connection, reference)
            urgency = Urgency.highest((request.urgency, urgency_of(chosen.id, self._taxonomy)))
            is_raised = urgency is not request.urgency
            if request.topic == chosen.id and request.topic_by == "person" and not is_raised:
                return request
            now = self._database.now(connection)
            opinion = Classification(
                classifier="person", version=by, topic=chosen.id, confidence=1.0
            )
            opinions.insert_opinions(connection, [(request.id, opinion)], now)
            said = Happening(
                type="request.corrected",
                actor=by,
                data={"from": request.topic, "to": chosen.id},
            )
            is_emergency = urgency is Urgency.EMERGENCY
            due_days = self._taxonomy.due_days(chosen.id, is_emergency=is_emergency)
            changes = corrected(
                request, chosen.id, kind=chosen.kind, due_days=due_days, urgency=urgency
            )
            request = requests.set_topic(connection, request, changes, now)
            told = (said, alarm(request)) if is_raised else (said,)
            events = journal.append(connection, [journal.of_request(request.id, *told)], now)
        self._observe(events)
        return request

    def corrections(self) -> list[LabelledText]:
        """Return the texts whose topic a person chose, the oldest first: examples to learn from."""
        with self._database.read() as connection:
            found = requests.labelled(connection)
        return [
            LabelledText(
                text=f"{request.subject or ''}\n{request.text}",
                topic=request.topic,
                at=request.received_at.isoformat() if request.received_at else None,
                channel=request.channel,
            )
            for request in found
            if request.topic is not None
        ]

    def outcomes(self) -> list[Outcome]:
        """Return how sure machines were of the latest topics that persons chose, and whether
        they were right; the oldest first. Of a topic that is no more nothing is told."""
        outcomes = []
        with self._database.read() as connection:
            latest = opinions.latest_judged(connection, REMEMBERED)
        for topic, given in latest:
            chosen, right = self._machines_choice(given), self._taxonomy.find(topic)
            if chosen is not None and right is not None:
                is_right = chosen.topic == right.id
                outcomes.append(Outcome(chosen.confidence, is_right, chosen.topic))
        return outcomes

    def choices(self) -> list[Choice]:
        """Return how sure machines were of the topics of the latest requests, whether or not a
        person has looked at them; the oldest first."""
        with self._database.read() as connection:
            latest = opinions.latest(connection, REMEMBERED)
        found = map(self._machines_choice, latest)
        return [each for each in found if each is not None]

    def _machines_choice(self, given: Sequence[Classification]) -> Choice | None:
        machines = [each for each in given if each.classifier != "person"]
        chosen = surest(machines, self._taxonomy)
        return None if chosen is None else Choice(chosen[1], chosen[0])

    def record_reply(self, reference: str, message_id: str, *, by: str) -> Request:
        """Write down that a message was sent about a request, by whoever sent it.

        A bounce, a PEC receipt or an answer that names ``message_id`` then finds the request.
        The same message is written down once.

        Raises:
            UnknownReference: there is no such request.
            UsageError: ``message_id`` is not one (RFC 5322, section 3.6.4).
        """
        plain = message_id.strip().removeprefix("<").removesuffix(">")
        if not _MESSAGE_ID.fullmatch(plain):
            raise UsageError(f"{message_id[:100]!r} is not a Message-ID such as <1@example.org>.")
        with self._database.write() as connection:
            requests.lock(connection, requests.get(connection, reference).id)
            request = requests.get(connection, reference)
            now = self._database.now(connection)
            if not replies.record(connection, request.id, plain, now):
                return request
            sent = Happening(type="request.replied", actor=by, data={"message_id": plain})
            events = journal.append(connection, [journal.of_request(request.id, sent)], now)
        self._observe(events)
        return request

    def export(self, reference: str, directory: Path) -> list[Path]:
        """Write the original bytes, attachments and searchable PDFs of a request into a folder.

        Every file is hashed while it is written; files that are there are never overwritten.

        Raises:
            UnknownReference: there is no such request.
            StoreError: a blob is missing or altered, or the disk refused.
        """
        with self._database.read() as connection:
            request = requests.get(connection, reference)
            receipt = requests.receipt_of(connection, request.id)
        return write_files(request, receipt, self._blobs, directory / request.reference)


def _in_utc(since: datetime) -> datetime:
    try:
        return since.astimezone(UTC)
    except (OverflowError, ValueError):
        raise UsageError(f"since is {since}: not of the years 1 to 9999 in UTC.") from None
