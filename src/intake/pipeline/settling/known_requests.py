"""The requests that a group's messages and notices may speak of, looked up once for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from intake.filing.threads import Thread
from intake.pipeline.stages import Understood
from intake.schemas.documents import ParsedMessage
from intake.schemas.letters import LetterFacts
from intake.schemas.notices import Notice
from intake.schemas.references import find_references
from intake.schemas.requests import Request
from intake.store import replies, requests
from intake.store.database import Connection


class KnownRequests:
    """Finds them by Message-ID, by reference, and by what was sent about them."""

    def __init__(
        self,
        connection: Connection,
        items: Sequence[Understood],
        noted: Mapping[int, Notice],
        prefix: str,
    ) -> None:
        self._prefix = prefix
        self._by_message_id: dict[str, list[Request]] = {}
        messages = [item.message for item in items]
        mentioned = {each for message in messages for each in (*_answered(message), *_own(message))}
        mentioned |= {notice.about for notice in noted.values() if notice.about}
        quoted = {reference for message in messages for reference in self._quoted(message)}
        quoted |= {reference for item in items for reference in _written(item.letter)}
        self.add(requests.find_by_message_id(connection, mentioned))
        self._add_replies(connection, mentioned)
        found = requests.find_by_references(connection, quoted)
        self._by_reference = {request.reference: request for request in found}

    def add(self, made: Iterable[Request]) -> None:
        """Let later messages find these requests."""
        for request in made:
            message_id = request.external_ids.get("message_id")
            if message_id:
                self._by_message_id.setdefault(message_id, []).append(request)

    def _add_replies(self, connection: Connection, mentioned: Iterable[str]) -> None:
        sent = replies.find(connection, mentioned)
        answered = {
            each.id: each for each in requests.find_by_id(connection, {id_ for _, id_ in sent})
        }
        for message_id, request_id in sent:
            self._by_message_id.setdefault(message_id, []).append(answered[request_id])

    def concerned(self, notice: Notice) -> list[Request]:
        """Return the requests whose message, or a message sent about them, a notice names."""
        return self._having([notice.about] if notice.about else [])

    def thread(self, understood: Understood) -> Thread:
        """Return the requests that an item speaks of, oldest first."""
        message = understood.message
        return Thread(
            answered=self._having(_answered(message)),
            quoted=self._called(self._quoted(message)),
            written=self._called(_written(understood.letter)),
            same_message_id=self._having(_own(message)),
        )

    def _called(self, quoted: Iterable[str]) -> list[Request]:
        return [self._by_reference[each] for each in quoted if each in self._by_reference]

    def _having(self, message_ids: Iterable[str]) -> list[Request]:
        found = (each for id_ in message_ids for each in self._by_message_id.get(id_, ()))
        return sorted({each.id: each for each in found}.values(), key=lambda each: each.created_at)

    def _quoted(self, message: ParsedMessage) -> list[str]:
        return find_references(message.subject or "", self._prefix)


def _answered(message: ParsedMessage) -> list[str]:
    return [each for each in (message.in_reply_to, *message.references) if each]


def _written(letter: LetterFacts | None) -> list[str]:
    return [fact.value for fact in letter.references] if letter else []


def _own(message: ParsedMessage) -> list[str]:
    return [message.message_id] if message.message_id else []
