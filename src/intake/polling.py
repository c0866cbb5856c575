"""Poll one source: open its connector, receive, and let a source rest that refused us."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from intake import plugins
from intake.config import Settings, SourceSettings, build_options
from intake.errors import IntakeError, SourceRefused, SourceUnavailable, StoreError
from intake.interfaces import Connector
from intake.options import receive_options
from intake.pipeline.receive import Receiver
from intake.pipeline.settling.problems import describe
from intake.premises import Premises
from intake.schemas.events import Event
from intake.schemas.reports import SourceReport
from intake.store import rests
from intake.store.leases import Lease

_log = logging.getLogger(__name__)
_PLUGIN = "Report it to the author of the connector; the traceback is in the log."

Progress = Callable[[str, int, int | None], None]
"""Called with a label, how many are done, and how many there are if that is known."""


class Poller:
    """Receives from sources, one after the other; what one of them does hinders no other."""

    def __init__(
        self,
        settings: Settings,
        premises: Premises,
        *,
        observe: Callable[[Iterable[Event]], None],
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._database, self._blobs = premises.database, premises.blobs
        self._observe, self._progress = observe, progress

    def resting(self, name: str, source: SourceSettings) -> SourceReport | None:
        """Return the report of a source that is left alone now, None if it is not."""
        with self._database.read() as connection:
            rest = rests.current(connection, name)
            now = self._database.now(connection)
        if rest is None or not rest.is_on(now) or rest.settings != source.digest():
            return None
        error = SourceUnavailable(
            f"{name} rests until {rest.until:%H:%M:%S}Z: {rest.reason}",
            remedy=f"When it is mended, run `intake poll {name}`: it is tried at once.",
        )
        return SourceReport(problem=describe(error))

    def poll(self, name: str, source: SourceSettings) -> SourceReport:
        """Receive what the source has, and remember whether it is to rest.

        Raises:
            StoreError: the run ended; nothing is lost.
        """
        lease = Lease(self._database, f"source:{name}", lease_s=self._settings.receive.lease_s)
        receiver = Receiver(
            self._database,
            self._blobs,
            receive_options(self._settings),
            source=name,
            profile=source.profile,
            lease=lease,
            observe=self._observe,
            progress=lambda done: self._progress(f"receive {name}", done, None),
        )
        problem = None
        try:
            with lease, open_connector(name, source) as connector:
                receiver.drain(connector)
            self._remember(name, source, None)
        except StoreError:
            raise
        except IntakeError as error:
            problem = describe(error)
            # A source that gives its items but will not be told of them gives them again.
            self._remember(name, source, None if error is receiver.not_acknowledged else error)
            _log.warning("source failed", extra={"action": "poll", "source": name})
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything: the others go on
            problem = describe(IntakeError(f"The connector failed: {error!r}", remedy=_PLUGIN))
            _log.exception("connector failed", extra={"action": "poll", "source": name})
        return SourceReport(**vars(receiver.tally), problem=problem)

    def _remember(self, name: str, source: SourceSettings, error: IntakeError | None) -> None:
        """Let a source rest that refused us or asked us to slow down; forget it when it did not."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            digest = source.digest()
            if isinstance(error, SourceRefused):
                rests.after_refusal(connection, name, error.message, now, settings=digest)
            elif isinstance(error, SourceUnavailable) and (pause_s := error.retry_after_s):
                rests.slow_down(
                    connection, name, error.message, now, settings=digest, for_s=pause_s
                )
            elif error is None:
                rests.end(connection, name)


@contextmanager
def open_connector(name: str, source: SourceSettings) -> Iterator[Connector]:
    """Open the connector of a source.

    Raises:
        ConfigError: its kind, an option or its profile cannot be used.
        SourceError: it cannot be reached, or refused us.
    """
    connector_class, options = build_options(name, source)
    if source.profile is not None:
        plugins.load("parsers", source.profile)
    connector: Connector = connector_class(name, options)
    with connector:
        yield connector
