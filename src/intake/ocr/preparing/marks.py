"""What stands among the type and is none: borders, rules, leaders, the rings of stamps, streaks."""

from __future__ import annotations

from dataclasses import dataclass

from intake.ocr.preparing.borders import without_borders
from intake.ocr.preparing.leaders import without_leaders
from intake.ocr.preparing.prepare import Evened
from intake.ocr.preparing.rings import without_rings
from intake.ocr.preparing.rulings import without_rulings
from intake.ocr.preparing.streaks import without_streaks


@dataclass(frozen=True, slots=True)
class Marks:
    """What was taken out from among the type."""

    has_lines: bool = False
    """Ruled lines or leaders."""
    has_stamp: bool = False
    """A ring that lay over it."""

    def __or__(self, other: Marks) -> Marks:
        return Marks(self.has_lines or other.has_lines, self.has_stamp or other.has_stamp)


def without_marks(page: Evened) -> tuple[Evened, Marks]:
    """Return the page without what is no type, and what that was."""
    bordered = without_borders(page)
    unruled = without_leaders(without_rulings(bordered))
    cleared, has_stamp = without_rings(unruled)
    return without_streaks(cleared), Marks(unruled is not bordered, has_stamp)
