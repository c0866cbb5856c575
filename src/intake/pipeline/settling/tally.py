"""The tally: counts of items while they are processed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from intake.errors import IntakeError
from intake.pipeline.settling.problems import describe, describe_faults
from intake.pipeline.settling.settle import Outcome
from intake.schemas.classifications import Verdict
from intake.schemas.reports import Problem, ProcessReport


class Tally:
    """Counts what becomes of items, from several threads."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._done = 0
        self.problem: Problem | None = None
        """A tool or setting that items wait for, or without which they were judged."""

    def count(self, outcome: Outcome) -> None:
        """Count an item that has come to its end; one whose claim was lost counts nothing."""
        if outcome.state is None:
            return
        names = [outcome.state.value]
        if outcome.request is not None and outcome.request.urgency == "emergency":
            names.append("emergencies")
        if outcome.request is not None and outcome.request.needs_review:
            names.append("needs_review")
        with self._lock:
            self._counts.update(names)
            self._done += 1
            done = self._done
        self._progress(done)

    def count_retry(self) -> None:
        """Count an item that is to be tried again."""
        with self._lock:
            self._counts["retried"] += 1

    def note_problem(self, error: IntakeError) -> None:
        """Let the run end with the code of what items wait for."""
        self.problem = describe(error)

    def note_faults(self, verdict: Verdict) -> None:
        """Let the run end with the code of wrong settings, though items were judged without it."""
        if verdict.faults and self.problem is None:
            self.problem = describe_faults(verdict.faults)

    def report(self) -> ProcessReport:
        """Return the counts so far; right even when the run ended with an error."""
        with self._lock:
            return ProcessReport(**self._counts, problem=self.problem)
