"""What a file of urgency rules holds, and how its mistakes are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from intake.classifying.datafile import DataFile, refuse
from intake.classifying.words.patterns import Matcher
from intake.schemas.base import Frozen
from intake.schemas.classifications import Urgency


class Guard(Frozen):
    """A context in which an alarming phrase is no alarm."""

    name: str
    scope: Literal["clause", "sentence", "text"]
    side: Literal["before", "anywhere"] = "anywhere"
    reach: int | None = Field(default=None, ge=0)
    lifted_by_now: bool = False
    urgency: Literal[Urgency.HIGH, Urgency.EMERGENCY] | None = None
    """It guards only the rules of this urgency; None means all."""
    patterns: tuple[str, ...] = Field(min_length=1)


class Rule(Frozen):
    """What raises an alarm of one kind."""

    name: str
    urgency: Literal[Urgency.HIGH, Urgency.EMERGENCY]
    guards: tuple[str, ...] | None = None
    """The names of the guards that hold; None means all."""
    raises: bool = True
    """Whether it raises the urgency; else it only tells the danger model what it found."""
    patterns: tuple[str, ...] = Field(min_length=1)


class AlarmFile(Frozen):
    """All that a file says."""

    real_words: str = ""
    names: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    guards: tuple[Guard, ...] = ()
    rules: tuple[Rule, ...] = Field(min_length=1)


def blame(
    file: DataFile, content: AlarmFile, sections: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """Refuse the pattern that cannot be compiled, by where it stands."""
    for where, patterns in sections:
        for pattern in patterns:
            try:
                Matcher([pattern], groups=content.groups)
            except ValueError as error:
                raise refuse(file, f"{where}: {error}") from error


def check_guards(file: DataFile, content: AlarmFile) -> None:
    """Refuse a guard that does not exist."""
    known = {guard.name for guard in content.guards}
    for rule in content.rules:
        for name in rule.guards or ():
            if name not in known:
                raise refuse(file, f"rule {rule.name!r}, key 'guards': no guard {name!r}")
