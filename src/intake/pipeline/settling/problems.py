"""Problems: errors as lines of a report, and what items wait for that a person must mend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.errors import ConfigError, IntakeError, ToolMissing
from intake.schemas.classifications import Fault
from intake.schemas.reports import Problem
from intake.store import receipts
from intake.store.database import Database

WAITS = {ToolMissing: "tool_missing", ConfigError: "misconfigured"}
"""Why items wait for a person, by the error."""


def describe(error: IntakeError) -> Problem:
    """Return an error as a line of a report."""
    return Problem(
        error=type(error).__name__,
        message=error.message,
        remedy=error.remedy,
        exit_code=error.exit_code,
    )


def describe_faults(faults: Sequence[Fault]) -> Problem:
    """Return what cannot be used, all of it, as a line of a report."""
    return describe(together(faults))


def beside(problem: Problem | None, other: Problem) -> Problem:
    """Return one line that tells both, the first with its exit code."""
    if problem is None:
        return other
    told = together([problem, other])
    return problem.model_copy(update={"message": told.message, "remedy": told.remedy})


def together(found: Iterable[Fault | IntakeError | Problem]) -> ConfigError:
    """Return one error that tells what cannot be used, a sentence for each, and what to do."""
    faults = list(found)
    *others, last = dict.fromkeys(each.message for each in faults)
    remedies = dict.fromkeys(each.remedy or "" for each in faults)
    sentences = [f"{each.rstrip('.')}." for each in others]
    return ConfigError(" ".join([*sentences, last]), remedy=" ".join(filter(None, remedies)))


def what_waits(database: Database) -> Problem | None:
    """Return for what items wait that no run tries now; None if none does."""
    errors = {code: kind for kind, code in WAITS.items()}
    with database.read() as connection:
        found = receipts.waiting_for_person(connection, errors)
    return describe(errors[found[0]](found[1])) if found else None
