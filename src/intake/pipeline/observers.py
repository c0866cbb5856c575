"""The plugins that are told of every event once it is committed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from intake import plugins
from intake.interfaces import Observer
from intake.schemas.events import Event

_log = logging.getLogger(__name__)


def load(names: Iterable[str]) -> list[Observer]:
    """Return the observers of these names.

    Raises:
        ConfigError: one is not installed.
    """
    return [plugins.load("observers", name)() for name in names]


def tell(observers: Sequence[Observer], events: Iterable[Event]) -> None:
    """Tell all observers of each event."""
    for event in events:
        for observer in observers:
            _notify(observer, event)


def _notify(observer: Observer, event: Event) -> None:
    try:
        observer.notify(event)
    except Exception:  # noqa: BLE001 - an observer's fault must not undo what is committed
        _log.exception("observer failed", extra={"action": "observe", "observer": observer.name})
