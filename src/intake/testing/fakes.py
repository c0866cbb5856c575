"""Stand-ins that keep the contracts, and fail when they are told to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from intake.errors import (
    ItemGone,
    SourceRefused,
    SourceUnavailable,
    ToolMissing,
    TransientFailure,
)
from intake.schemas.documents import Page
from intake.schemas.events import Event
from intake.schemas.receipts import RawItem, Receipt

if TYPE_CHECKING:
    from PIL.Image import Image

_FIRST_ARRIVAL = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class _Stored:
    number: int
    content: bytes
    profile: str
    failures_left: int = 0
    stall_s: float = 0
    acknowledged: int = 0


@dataclass
class FakeSource:
    """A source in memory: what a ``FakeConnector`` speaks to, and a ``World`` for contracts.

    ``removes`` says whether acknowledged items leave it. ``acknowledged`` holds the keys in the
    order in which they were acknowledged, repetitions included.
    """

    removes: bool = True
    unreachable: bool = False
    refusing: bool = False
    acknowledged: list[str] = field(default_factory=list)
    _stored: dict[int, _Stored] = field(default_factory=dict)
    _last_number: int = 0

    def put(
        self,
        content: bytes,
        *,
        profile: str = "mail",
        fails: int = 0,
        stall_s: float = 0,
    ) -> bytes:
        """Add an item whose reading fails ``fails`` times and takes ``stall_s`` seconds."""
        self._last_number += 1
        self._stored[self._last_number] = _Stored(
            self._last_number, content, profile, fails, stall_s
        )
        return content

    def snapshot(self) -> object:
        """Return the numbers, bytes and marks of all items."""
        return [(item.number, item.content, item.acknowledged) for item in self.items()]

    def take_away_oldest(self) -> None:
        """Remove the oldest item."""
        del self._stored[min(self._stored)]

    def become_unreachable(self) -> None:
        """Make every later call of a connector raise SourceUnavailable."""
        self.unreachable = True

    def items(self) -> list[_Stored]:
        """Return what the source holds, the oldest first."""
        return list(self._stored.values())

    def demand_reachable(self) -> None:
        """Raise what a connector must raise now, if anything."""
        if self.unreachable:
            raise SourceUnavailable("The fake source is unreachable.")
        if self.refusing:
            raise SourceRefused("The fake source refuses.")

    def read(self, number: int) -> Iterator[bytes]:
        """Yield the bytes of an item in two chunks, as slowly and badly as it was told to."""
        stored = self._stored.get(number)
        if stored is None:
            raise ItemGone(f"The fake item {number} was taken away.")
        time.sleep(stored.stall_s)
        half = len(stored.content) // 2
        yield stored.content[:half]
        if stored.failures_left:
            stored.failures_left -= 1
            raise TransientFailure(f"The fake item {number} fails.", code="fake")
        yield stored.content[half:]

    def take(self, number: int) -> None:
        """Mark an item as taken, or remove it."""
        self.acknowledged.append(str(number))
        stored = self._stored.get(number)
        if stored is not None:
            stored.acknowledged = 1
            if self.removes:
                del self._stored[number]


class FakeOptions(BaseModel):
    """Options of a fake source: the world it speaks to."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    world: FakeSource


class FakeConnector:
    """A connector to a ``FakeSource``."""

    kind: ClassVar[str] = "fake"
    options_model = FakeOptions

    def __init__(self, source: str, options: FakeOptions) -> None:
        self.source = source
        self.world = options.world

    def __enter__(self) -> Self:
        self.world.demand_reachable()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def check(self) -> None:
        self.world.demand_reachable()

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
        self.world.demand_reachable()
        first = int(after) + 1 if after is not None and after.isdecimal() else 0
        listed = [stored for stored in self.world.items() if stored.number >= first]
        for stored in listed[:limit]:
            self.world.demand_reachable()
            yield self._item(stored)

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        self.world.demand_reachable()
        for item, _ in items:
            self.world.take(int(item.key))

    def _item(self, stored: _Stored) -> RawItem:
        return RawItem(
            source=self.source,
            key=str(stored.number),
            content=partial(self.world.read, stored.number),
            profile=stored.profile,
            size_bytes=len(stored.content),
            received_at=_FIRST_ARRIVAL + timedelta(seconds=stored.number),
            received_at_by="server",
            cursor=None if self.world.removes else str(stored.number),
        )


class FakeOcrEngine:
    """An engine that reads ``text`` in every picture, after ``fails`` failures.

    ``calls`` counts how often it was asked.
    """

    name = "fake"

    def __init__(
        self,
        text: str = "Testo letto.",
        *,
        confidence: float = 0.9,
        fails: int = 0,
        stall_s: float = 0,
        languages: Sequence[str] = ("ita", "eng"),
    ) -> None:
        self.text = text
        self.confidence = confidence
        self.fails = fails
        self.stall_s = stall_s
        self.languages = languages
        self.calls = 0

    def version(self) -> str:
        return "1"

    def recognise(
        self,
        image: Image,  # noqa: ARG002 - it reads the same in every picture
        *,
        number: int,
        languages: Sequence[str],
        timeout_s: float,
    ) -> Page:
        self.calls += 1
        if missing := set(languages) - set(self.languages):
            raise ToolMissing(f"The fake engine does not read {sorted(missing)}.")
        if self.stall_s > timeout_s:
            time.sleep(timeout_s)
            raise TransientFailure("The fake engine took too long.", code="timeout")
        time.sleep(self.stall_s)
        if self.calls <= self.fails:
            raise TransientFailure("The fake engine fails.", code="fake")
        return Page(number=number, text=self.text, confidence=self.confidence)


class RecordingObserver:
    """An observer that keeps what it is told, in ``events``."""

    name = "recording"

    def __init__(self) -> None:
        self.events: list[Event] = []

    def notify(self, event: Event) -> None:
        self.events.append(event)

    def types(self) -> list[str]:
        """Return the types of the events, in order."""
        return [event.type for event in self.events]
