"""What a run did: counts per source and per outcome, and the exit code they amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from intake.schemas.base import Frozen
from intake.schemas.models import ModelRecord

_MOST_SERIOUS_FIRST = (74, 70, 78, 77, 69, 1, 75)


class Problem(Frozen):
    """An error that a run met and survived."""

    error: str
    message: str
    remedy: str
    exit_code: int


class SourceReport(Frozen):
    """What one poll of one source brought. Counts are items."""

    received: int = 0
    known: int = 0
    """Listed again although they are ours already: not stored a second time."""
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    acknowledged: int = 0
    problem: Problem | None = None


class ProcessReport(Frozen):
    """What became of the items that were processed. Counts are items."""

    filed: int = 0
    linked: int = 0
    noted: int = 0
    quarantined: int = 0
    retried: int = 0
    emergencies: int = 0
    needs_review: int = 0
    problem: Problem | None = None
    """A tool or setting that items wait for, or without which they were judged."""


class RunReport(Frozen):
    """One run: every source, every outcome. ``exit_code`` is what the command line returns."""

    sources: Mapping[str, SourceReport] = Field(default_factory=dict)
    processed: ProcessReport = ProcessReport()
    waiting: int = 0
    """Items that are ours and not settled when the run ends."""
    trained: ModelRecord | None = None
    """The model that was trained after the work, if it was time."""
    not_trained: Problem | None = None
    """Why none could be, though it was time; it is tried again some hours later."""

    @property
    def exit_code(self) -> int:
        """Return the sysexits code of the most serious problem; 1 if a person is needed.

        A source that is away for a moment (75) never hides that a person is needed.
        """
        codes = [s.problem.exit_code for s in self.sources.values() if s.problem]
        others = (self.processed.problem, self.not_trained)
        codes += [problem.exit_code for problem in others if problem]
        if self._needs_a_person:
            codes.append(1)
        return most_serious(codes)

    @property
    def _needs_a_person(self) -> bool:
        quarantined = sum(source.quarantined for source in self.sources.values())
        return bool(quarantined or self.processed.quarantined or self.processed.emergencies)


def most_serious(codes: Sequence[int]) -> int:
    """Return the exit code on which a person must act the soonest; 0 when there is none."""
    ranked = [code for code in _MOST_SERIOUS_FIRST if code in codes]
    return next(iter([*ranked, *codes]), 0)
