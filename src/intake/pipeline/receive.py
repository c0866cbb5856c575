"""Receive: bytes to the blob store, one transaction, only then acknowledge.

::

    poll a group -> known? -> blobs (fsync) -> folders (fsync) -> COMMIT -> acknowledge -> COMMIT
                                                                 ^ the item is ours from here

A crash before the commit leaves an orphan file and nothing else: the item is listed again. A
crash after it finds the key known at the next poll: nothing is stored twice, and the item is
acknowledged again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.errors import ItemGone, SourceError, TransientFailure, UsageError
from intake.interfaces import Connector
from intake.schemas.base import Frozen
from intake.schemas.events import Event
from intake.schemas.receipts import RawItem, Receipt
from intake.store import cursors, receipts
from intake.store.arrivals import Arrival, count_unfetched, forget_unfetched, record
from intake.store.blobs import BlobStore
from intake.store.cursors import Cursor
from intake.store.database import Conflict, Connection, Database
from intake.store.leases import Lease

_log = logging.getLogger(__name__)


class ReceiveOptions(Frozen):
    """How items are received. Times in seconds, sizes in bytes."""

    group_items: int = 50
    group_bytes: int = 64 << 20
    poll_limit: int = 10_000
    full_scan_s: float = 24 * 3600.0
    max_failures: int = 3


@dataclass
class SourceTally:
    """Counts of items while a source is drained; the fields are those of SourceReport."""

    received: int = 0
    known: int = 0
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    acknowledged: int = 0


class Receiver:
    """Takes the items of one source, group by group, under the lease of that source.

    ``profile`` overrules the connector's choice of parser; None leaves it.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        options: ReceiveOptions,
        *,
        source: str,
        profile: str | None = None,
        lease: Lease,
        observe: Callable[[Sequence[Event]], None],
        progress: Callable[[int], None] = lambda _done: None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._options = options
        self._source = source
        self._profile = profile
        self._lease = lease
        self._observe = observe
        self._progress = progress
        self.tally = SourceTally()
        """The counts so far; right even when ``drain`` ended with an error."""
        self._cursor = Cursor()
        self._has_gap = False
        self.not_acknowledged: SourceError | None = None
        """Why the source could not be told what is ours."""

    def drain(self, connector: Connector) -> None:
        """Receive all that the source has, a listing of ``poll_limit`` items at a time.

        Raises:
            SourceError: the source ended it; what was committed stays ours.
            StoreError: the store failed; nothing of the last group was acknowledged.
        """
        after = self._start()
        is_whole = after is None
        while True:
            before = self.tally.received
            listed, last = self._take_listing(connector, after)
            if listed < self._options.poll_limit:
                break
            if last in (None, after) and self.tally.received == before:
                break
            after = last
        if is_whole and not self._has_gap:
            self._mark_listed_whole()
        if self.not_acknowledged is not None:
            raise self.not_acknowledged

    def _start(self) -> str | None:
        """Return from where to list: from the start once a day, else behind what is ours."""
        with self._database.read() as connection:
            self._cursor = cursors.get(connection, self._source)
            now = self._database.now(connection)
        whole_at = self._cursor.listed_whole_at
        if whole_at is None or now - whole_at >= timedelta(seconds=self._options.full_scan_s):
            return None
        return self._cursor.after

    def _take_listing(self, connector: Connector, after: str | None) -> tuple[int, str | None]:
        """Receive one listing; return how many items it had and the last cursor."""
        listed, last = 0, None
        items = self._as_configured(connector.poll(after=after, limit=self._options.poll_limit))
        for group in _groups(items, self._options):
            self._take_group(connector, group)
            listed += len(group)
            last = group[-1].cursor or last
            self._progress(self.tally.received)
        return listed, last

    def _as_configured(self, items: Iterable[RawItem]) -> Iterator[RawItem]:
        """Give each item once, under this source's name and the profile that is configured."""
        seen: set[str] = set()
        for item in items:
            if item.key in seen:
                continue
            seen.add(item.key)
            profile = self._profile or item.profile
            yield item.model_copy(update={"source": self._source, "profile": profile})

    def _take_group(self, connector: Connector, group: Sequence[RawItem]) -> None:
        with self._database.read() as connection:
            known = receipts.known(connection, self._source, [item.key for item in group])
        fresh = [item for item in group if item.key not in known]
        arrivals, failures = self._store(fresh)
        recorded = self._commit(group, arrivals, failures)
        self.tally.known += len(known)
        by_key = known | {receipt.key: receipt for receipt in recorded}
        self._acknowledge(connector, [(i, by_key[i.key]) for i in group if i.key in by_key])

    def _store(
        self, items: Sequence[RawItem]
    ) -> tuple[list[Arrival], list[tuple[RawItem, TransientFailure]]]:
        arrivals: list[Arrival] = []
        failures: list[tuple[RawItem, TransientFailure]] = []
        with self._blobs.batch() as batch:
            for item in items:
                try:
                    arrivals.append(Arrival(item=item, blob=batch.put(self._chunks(item))))
                except ItemGone:
                    self.tally.gone += 1
                except TransientFailure as error:
                    failures.append((item, error))
            batch.seal()
        return arrivals, failures

    def _chunks(self, item: RawItem) -> Iterator[bytes]:
        for chunk in item.chunks():
            self._lease.renew_when_due()
            yield chunk

    def _commit(
        self,
        group: Sequence[RawItem],
        arrivals: Sequence[Arrival],
        failures: Sequence[tuple[RawItem, TransientFailure]],
    ) -> list[Receipt]:
        with self._database.write() as connection:
            now = self._database.now(connection)
            self._lease.guard(connection)
            given_up = [
                Arrival(item=item, blob=None, reason_code=error.code, reason_detail=error.message)
                for item, error in failures
                if count_unfetched(connection, item, error, now) >= self._options.max_failures
            ]
            recorded, events = record(connection, [*arrivals, *given_up], now)
            forget_unfetched(connection, self._source, [r.key for r in recorded])
            self._has_gap = self._has_gap or len(failures) > len(given_up)
            self._advance(connection, group, now)
        self.tally.received += len(arrivals)
        self.tally.quarantined += len(given_up)
        self.tally.failed += len(failures) - len(given_up)
        for item, error in failures:
            _log.warning(
                "item not fetched",
                extra={"action": "receive", "source": self._source, "item_key": item.key,
                       "reason_code": error.code},
            )  # fmt: skip
        self._observe(events)
        return recorded

    def _advance(self, connection: Connection, group: Sequence[RawItem], now: datetime) -> None:
        """Move the cursor behind the group; after a gap it stands until the next run."""
        last = group[-1].cursor
        if last is None or self._has_gap:
            return
        self._cursor = self._cursor.model_copy(update={"after": last})
        cursors.put(connection, self._source, self._cursor, now)

    def _acknowledge(self, connector: Connector, pairs: Sequence[tuple[RawItem, Receipt]]) -> None:
        """Tell the source which items are ours; what we could not fetch stays as it is.

        A source that refuses to be told is not told any more in this run: receiving goes on.
        """
        ours = [(item, receipt) for item, receipt in pairs if receipt.sha256 is not None]
        if not ours or self.not_acknowledged is not None:
            return
        try:
            connector.acknowledge(ours)
        except SourceError as error:
            self.not_acknowledged = error
            return
        with self._database.write() as connection:
            now = self._database.now(connection)
            receipts.acknowledged(connection, [receipt.id for _, receipt in ours], now)
        self.tally.acknowledged += len(ours)

    def _mark_listed_whole(self) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            self._cursor = self._cursor.model_copy(update={"listed_whole_at": now})
            cursors.put(connection, self._source, self._cursor, now)


def receive_one(database: Database, blobs: BlobStore, item: RawItem) -> tuple[Receipt, list[Event]]:
    """Receive one pushed item; the same source and key twice give the same receipt.

    Raises:
        UsageError: the key was used for other bytes.
        StoreError: the store failed; the item is not ours.
        TransientFailure: the item's content could not be read.
    """
    arrival = Arrival(item=item, blob=blobs.put(item.chunks()))
    try:
        return _record_one(database, arrival)
    except Conflict:  # another push of the same key was quicker
        return _record_one(database, arrival)


def _record_one(database: Database, arrival: Arrival) -> tuple[Receipt, list[Event]]:
    item, blob = arrival.item, arrival.blob
    with database.write() as connection:
        known = receipts.known(connection, item.source, [item.key]).get(item.key)
        if known is None:
            recorded, events = record(connection, [arrival], database.now(connection))
            return recorded[0], events
    if blob is not None and known.sha256 != blob.sha256:
        raise UsageError(
            f"The key {item.key!r} of {item.source} was used for other bytes (receipt {known.id}).",
            remedy="Push every message under a key of its own.",
        )
    return known, []


def _groups(items: Iterable[RawItem], options: ReceiveOptions) -> Iterator[list[RawItem]]:
    """Cut a listing into groups that share their syncs and their commit."""
    group: list[RawItem] = []
    size_bytes = 0
    for item in items:
        group.append(item)
        size_bytes += item.size_bytes or 0
        if len(group) >= options.group_items or size_bytes >= options.group_bytes:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group
