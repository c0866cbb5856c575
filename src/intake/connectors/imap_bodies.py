"""Reads messages: short ones in batches ahead of time, long ones chunk by chunk.

A message that a server cannot give, or gives so that nobody can read it, spoils the whole batch it
is in. The batch is halved then until that message is alone: its neighbours are read as usual.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Protocol

from intake.connectors.imap_faults import SessionBroken
from intake.connectors.imap_options import ImapOptions
from intake.connectors.imap_session import Listed
from intake.errors import ItemError, ItemGone, TransientFailure

MOST_FAULTS = 24
"""Broken connections that one poll puts up with: enough to find two bad messages among 200."""
MOST_SLOW_FAULTS = 3
"""Of these, the ones that were waited for until the time was up."""
_MOST_PART_TRIES = 3
_LONGEST = 1 << 30
"""Bytes read of a message whose size is unknown."""

_log = logging.getLogger(__name__)


class Session(Protocol):
    """The part of a session that reads."""

    def reopen(self) -> None: ...
    def read_bodies(self, uids: Sequence[int], expected_bytes: int) -> dict[int, bytes]: ...
    def read_part(self, uid: int, offset: int, size: int) -> bytes | None: ...
    def find_alive(self, uids: Sequence[int]) -> set[int]: ...


class Bodies:
    """Gives the bytes of listed messages, and never those of another message."""

    def __init__(self, session: Session, options: ImapOptions) -> None:
        self._session = session
        self._options = options
        self._fetched: dict[int, bytes | ItemError] = {}
        self._suspects: set[int] = set()
        self._is_slow = False
        self._faults = 0
        self._slow_faults = 0

    def read(self, message: Listed, listed: Sequence[Listed]) -> Iterator[bytes]:
        """Yield the bytes of ``message``, as one piece if it is short.

        ``listed`` holds the messages that will probably be asked for next, in this order.

        Raises:
            ItemGone: the mailbox does not hold it any more.
            TransientFailure: the server does not give it, or not twice the same.
            SourceUnavailable: the server cannot be reached any more.
        """
        if message.size is None or message.size > self._options.batch_bytes:
            yield from self._stream(message)
        else:
            yield self._whole(message.uid, listed)

    def _whole(self, uid: int, listed: Sequence[Listed]) -> bytes:
        if uid not in self._fetched:
            self._fetched = {}  # let the last batch go before the next one comes
            self._fetched = self._fetch_from(uid, listed)
        found = self._fetched.pop(uid)
        if isinstance(found, ItemError):
            raise found
        return found

    def _fetch_from(self, uid: int, listed: Sequence[Listed]) -> dict[int, bytes | ItemError]:
        """Fetch the batch that begins with ``uid``, a smaller one after each fault."""
        while True:
            batch = self._batch_from(uid, listed)
            try:
                outcomes = self._fetch(batch)
            except SessionBroken as fault:
                self._recover(batch, fault)
                continue
            self._suspects -= {message.uid for message in batch}
            self._is_slow = self._is_slow and bool(self._suspects)
            return outcomes

    def _batch_from(self, uid: int, listed: Sequence[Listed]) -> list[Listed]:
        """Return the short messages from ``uid`` on, within the limits of a batch."""
        following = [m for m in listed if m.uid >= uid]
        most = self._options.batch_messages
        if uid in self._suspects:
            following = [m for m in following if m.uid in self._suspects]
            most = 1 if self._is_slow else max(1, len(self._suspects) // 2)
        batch: list[Listed] = []
        room = self._options.batch_bytes
        for message in takewhile(lambda _: len(batch) < most, following):
            if message.size is None or message.size > self._options.batch_bytes:
                continue  # it is streamed when its turn comes
            room -= message.size
            if room < 0:
                break
            batch.append(message)
        return batch

    def _recover(self, batch: Sequence[Listed], fault: SessionBroken) -> None:
        """Connect again, which proves that the server lives, and narrow the suspicion down.

        Raises:
            TransientFailure: the batch is one message, and it fails again.
            SourceUnavailable: the server lives no more, or too much went wrong in this poll.
        """
        self._reopen(fault)
        uids = {message.uid for message in batch}
        if len(uids) == 1 and uids <= self._suspects:
            self._suspects = set()
            self._is_slow = False
            raise TransientFailure(f"The message cannot be read: {fault}", code=fault.code)
        self._suspects = uids
        self._is_slow = fault.code == "timeout"

    def _reopen(self, fault: SessionBroken) -> None:
        self._faults += 1
        self._slow_faults += fault.code == "timeout"
        if self._faults > MOST_FAULTS or self._slow_faults > MOST_SLOW_FAULTS:
            raise fault
        self._session.reopen()

    def _fetch(self, batch: Sequence[Listed]) -> dict[int, bytes | ItemError]:
        uids = [message.uid for message in batch]
        bodies = self._session.read_bodies(uids, sum(message.size or 0 for message in batch))
        self._confirm_sizes(batch, bodies)
        alive = self._session.find_alive(uids)
        return {uid: _outcome(uid, bodies.get(uid), is_alive=uid in alive) for uid in uids}

    def _confirm_sizes(self, batch: Sequence[Listed], bodies: dict[int, bytes]) -> None:
        """Ask again for bodies that are not as long as listed; drop those that differ.

        Some servers estimate RFC822.SIZE and never mend it: two equal answers are accepted.
        """
        odd = [m.uid for m in batch if m.uid in bodies and len(bodies[m.uid]) != m.size]
        if not odd:
            return
        again = self._session.read_bodies(odd, sum(len(bodies[uid]) for uid in odd))
        for uid in odd:
            if again.get(uid) != bodies[uid]:
                del bodies[uid]
            else:
                _log.info("imap size differs", extra={"action": "imap_size_differs", "uid": uid})

    def _stream(self, message: Listed) -> Iterator[bytes]:
        digest, total = hashlib.sha256(), 0
        for chunk in self._parts(message):
            digest.update(chunk)
            total += len(chunk)
            yield chunk
        if total != message.size:
            self._confirm_stream(message, digest.digest(), total)
        if message.uid not in self._session.find_alive([message.uid]):
            raise _gone(message.uid)

    def _confirm_stream(self, message: Listed, digest: bytes, total: int) -> None:
        """Read a message of unexpected length again and compare.

        Raises:
            TransientFailure: it is another one now, or empty.
        """
        again = hashlib.sha256()
        for chunk in self._parts(message):
            again.update(chunk)
        if not total or again.digest() != digest:
            raise _not_given(message.uid)

    def _parts(self, message: Listed) -> Iterator[bytes]:
        """Yield the parts of a message until the server has no more; go on after a cut."""
        offset, failures = 0, 0
        longest = _LONGEST if message.size is None else 2 * message.size
        while offset <= longest:
            try:
                part = self._session.read_part(message.uid, offset, self._options.chunk_bytes)
            except SessionBroken as fault:
                self._reopen(fault)
                failures += 1
                if failures == _MOST_PART_TRIES:
                    raise TransientFailure(
                        f"The message cannot be read: {fault}", code=fault.code
                    ) from fault
                continue
            if part is None:
                self._explain_silence(message.uid)
            if not part:
                return
            failures = 0
            offset += len(part)
            yield part
        raise TransientFailure(f"Message {message.uid} does not end.", code="endless")

    def _explain_silence(self, uid: int) -> None:
        """Raise what it means that a message was not answered."""
        is_alive = uid in self._session.find_alive([uid])
        raise _not_given(uid) if is_alive else _gone(uid)


def _outcome(uid: int, body: bytes | None, *, is_alive: bool) -> bytes | ItemError:
    """Return the body, unless the message is gone: some servers make one up for it then."""
    if not is_alive:
        return _gone(uid)
    return body or _not_given(uid)


def _gone(uid: int) -> ItemGone:
    return ItemGone(f"Message {uid} left the mailbox before it was read.")


def _not_given(uid: int) -> TransientFailure:
    return TransientFailure(
        f"The server lists message {uid} and does not give it, or not twice the same.",
        code="no_body",
    )
