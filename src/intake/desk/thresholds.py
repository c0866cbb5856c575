"""The thresholds that persons' outcomes teach, learned anew when there is something to learn."""

from __future__ import annotations

from intake.classifying.thresholds.gate import JUDGED_ALIKE, choose_thresholds
from intake.desk.requests import Requests
from intake.schemas.base import Frozen
from intake.schemas.classifications import Thresholds
from intake.store import opinions
from intake.store.database import Database


class _Lesson(Frozen):
    """What was learned last, of which taxonomy, from the newest outcome there was, and for how many
    texts it holds."""

    taxonomy: str
    newest: tuple[int | None, str | None]
    thresholds: Thresholds
    left: int = JUDGED_ALIKE - 1


class RollingThresholds:
    """Follows the outcomes of one database. Several threads may ask it."""

    def __init__(self, database: Database, precision: float) -> None:
        """Keep ``precision``, the share (0..1) of what is filed that must be right."""
        self._database = database
        self._precision = precision
        self._last: _Lesson | None = None

    def learned(self, requests: Requests, taxonomy: str) -> Thresholds:
        """Return the thresholds that the outcomes teach now; ``taxonomy`` is its version.

        Raises:
            StoreError: the outcomes cannot be read.
        """
        newest = self._newest()  # before the outcomes: what comes meanwhile is learned next time
        thresholds = choose_thresholds(
            requests.outcomes(), precision=self._precision, lately=requests.choices()
        )
        self._last = _Lesson(taxonomy=taxonomy, newest=newest, thresholds=thresholds)
        return thresholds

    def of_lately(self, requests: Requests, taxonomy: str) -> Thresholds:
        """Return the thresholds for one text: those of the texts before it, unless a person has
        told something since, the taxonomy is another, or they were many: to learn anew for each
        would cost more than to judge it.

        Raises:
            StoreError: the outcomes cannot be read.
        """
        last = self._last
        if (
            last is None
            or not last.left
            or last.taxonomy != taxonomy
            or last.newest != self._newest()
        ):
            return self.learned(requests, taxonomy)
        self._last = last.model_copy(update={"left": last.left - 1})
        return last.thresholds

    def _newest(self) -> tuple[int | None, str | None]:
        with self._database.read() as connection:
            return opinions.newest_judged(connection)
