"""Texts beside a message are heard by themselves, within the bounds of one item."""

from __future__ import annotations

from intake.classifying.asides import assess
from intake.classifying.urgency import MOST_CHARACTERS, UrgencyRules
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

CALM = "Vi scrivo per la domanda di alloggio che ho spedito il mese passato. "
CALL = "Aiuto, mia madre è sotto le macerie e non respira."


def test_many_long_files_share_what_is_judged_of_an_item() -> None:
    long = CALM * (MOST_CHARACTERS // len(CALM) // 2)
    files = [Document(origin="file", path=str(number), text=long) for number in range(4)]
    assessed = assess(UrgencyRules(), [Document(text=CALM), *files])
    assert assessed.urgency is Urgency.HIGH
    assert {each.rule for each in assessed.evidence} == {"high: doubtful length, not judged"}
    left_out = sum(int(each.text.split()[0]) for each in assessed.evidence)
    assert left_out >= len(CALM) + 4 * len(long) - MOST_CHARACTERS


def test_a_short_file_beside_long_ones_is_heard_whole() -> None:
    files = [Document(origin="file", path="long", text=CALM * 4000)]
    files += [Document(origin="file", path="short", text=CALL)]
    assert assess(UrgencyRules(), files).urgency is Urgency.EMERGENCY
