"""The texts that a danger model learns from, and the windows of long ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from intake.classifying.danger.model import DangerModel
from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.words.folding import split, windows

DESK = "desk: "
"""How the families of messages to a desk begin. None is held out: they are measured on what other
authors wrote."""


class Sample(NamedTuple):
    """A text to learn from; ``family`` is what is held out as a whole."""

    text: str
    is_danger: bool
    family: str
    lang: str
    weight: float = 1.0


def harmless_windows(sample: Sample) -> list[Sample]:
    """Return the windows in which a harmless text is judged: nobody is in danger in any."""
    return [] if sample.is_danger else windows_of(sample)


def windows_of(sample: Sample) -> list[Sample]:
    """Return the windows in which a text is judged, if there is more than one."""
    words = split(sample.text)
    places = list(windows(words))
    if len(places) == 1:
        return []
    return [sample._replace(text=words.prose(start, end)) for start, end in places]


def calling_windows(
    samples: Sequence[Sample], harmless: Set[str], former: DangerModel
) -> Iterator[Sample]:
    """Yield of each long call to a desk the window that ``former`` finds likeliest.

    It is not said in which of its windows somebody is in danger, only that there is one
    (Andrews et al., 2003). It is none of the ``harmless``, which stand in longer messages: the
    other of a pair differs where the danger is.
    """
    rules = UrgencyRules()
    for sample in samples:
        if not (sample.is_danger and sample.family.startswith(DESK)):
            continue
        parts = [part for part in windows_of(sample) if part.text not in harmless]
        if parts:
            scores = former.score([rules.passage(part.text) for part in parts])
            yield parts[scores.index(max(scores))]
