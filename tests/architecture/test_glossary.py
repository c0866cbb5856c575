"""The glossary says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from intake.filing.moves import ALLOWED_MOVES
from intake.schemas.receipts import ReceiptState


@pytest.fixture(scope="module")
def glossary(root: Path) -> str:
    return (root / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_the_moves_are_those_that_are_allowed(glossary: str) -> None:
    table = glossary.partition("allowed moves")[2].partition("Any other move")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE)
    written = {status: set(re.findall(r"`(\w+)`", moves)) for status, moves in rows}
    assert written == {status.value: set(moves) for status, moves in ALLOWED_MOVES.items()}


def test_every_state_of_a_receipt_is_there(glossary: str) -> None:
    table = glossary.partition("States of a receipt")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [
        state.value for state in ReceiptState
    ]


def test_every_reason_for_review_is_there(glossary: str, root: Path) -> None:
    rooms = (root / "src" / "intake" / "filing").glob("*.py")
    filing = "\n".join(room.read_text(encoding="utf-8") for room in rooms)
    reasons = set(re.findall(r'reasons\.append\("(\w+)"\)', filing))
    reasons |= set(re.findall(r'return \["(\w+)"\]', filing))
    assert len(reasons) >= 5
    assert not [reason for reason in reasons if f"`{reason}`" not in glossary]


def test_every_link_between_the_pages_leads_somewhere(root: Path) -> None:
    broken = [
        f"{page.relative_to(root)}: {link}"
        for page in [root / "README.md", *(root / "docs").rglob("*.md")]
        for link in re.findall(r"\]\(([^)#:\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not broken
