from __future__ import annotations

import pytest

from intake.schemas.reports import Problem, ProcessReport, RunReport, SourceReport


def _problem(code: int) -> SourceReport:
    problem = Problem(error="E", message="m", remedy="r", exit_code=code)
    return SourceReport(problem=problem)


@pytest.mark.parametrize(
    ("codes", "emergencies", "exit_code"),
    [
        ((), 0, 0),
        ((), 1, 1),
        ((75,), 0, 75),
        ((75,), 1, 1),
        ((75, 77), 1, 77),
        ((70, 75), 0, 70),
        ((78, 74), 0, 74),
    ],
)
def test_the_exit_code_is_the_one_that_needs_a_person_most(
    codes: tuple[int, ...], emergencies: int, exit_code: int
) -> None:
    report = RunReport(
        sources={str(code): _problem(code) for code in codes},
        processed=ProcessReport(emergencies=emergencies),
    )
    assert report.exit_code == exit_code
