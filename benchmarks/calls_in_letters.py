"""Print how often a call for help is heard that stands in the midst of a calm letter to a desk.

``python benchmarks/calls_in_letters.py``: Italian phrases of ``unseen*.toml``, from which the
danger model never learned, are put between the sentences of letters of ``unseen_desk*.jsonl`` that
are about something else, from which it never learned either. Which letter and which place is drawn
by a seed. Beside: the same phrases alone, the letters alone, and harmless phrases in the same way.
It takes some ten minutes of a core.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.danger.weighing import DOUBTED
from intake.classifying.topics.taxonomy import Taxonomy
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[1] / "fixtures" / "classify"
PHRASES, LETTERS = "unseen*.toml", "unseen_desk*.jsonl"
MOST_WORDS = 40
"""Of a phrase: longer ones are letters themselves."""
LEAST_SENTENCES = 4
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\w)")


def main() -> None:
    """Print a line for each kind of text."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1, help="Draws letters and places.")
    choose, rules, letters = random.Random(parser.parse_args().seed), UrgencyRules(), _letters()
    _print("letters alone", rules, letters)
    for what, wanted in (("calls", True), ("harmless phrases", False)):
        phrases = _phrases(emergency=wanted)
        _print(f"{what} alone", rules, phrases)
        placed = [_placed(phrase, choose.choice(letters), choose) for phrase in phrases]
        _print(f"{what} in letters", rules, placed)


def _phrases(*, emergency: bool) -> list[str]:
    return [
        phrase
        for path in sorted(FIXTURES.glob(PHRASES))
        for family in tomllib.loads(path.read_text("utf-8"))["families"]
        if family["emergency"] is emergency and family["lang"] == "it"
        for phrase in family["phrases"]
        if len(phrase.split()) <= MOST_WORDS
    ]


def _letters() -> list[str]:
    calls = {topic.id for topic in Taxonomy.load().topics if topic.emergency}
    told = [
        json.loads(line)
        for path in sorted(FIXTURES.glob(LETTERS))
        for line in path.read_text("utf-8").splitlines()
    ]
    return [
        each["text"]
        for each in told
        if each["topic"] not in calls and len(SENTENCE_END.split(each["text"])) >= LEAST_SENTENCES
    ]


def _placed(phrase: str, letter: str, choose: random.Random) -> str:
    sentences = SENTENCE_END.split(letter)
    sentences.insert(choose.randrange(1, len(sentences)), phrase)
    return " ".join(sentences)


def _print(what: str, rules: UrgencyRules, texts: Sequence[str]) -> None:
    degrees = Counter(_degree(rules, text) for text in texts)
    print(
        f"{what}: of {len(texts)} {degrees['alarm']} alarms, {degrees['doubted']} more doubted",
        flush=True,
    )


def _degree(rules: UrgencyRules, text: str) -> str:
    judged = rules.assess([Document(text=text)])
    if judged.urgency is Urgency.EMERGENCY:
        return "alarm"
    is_doubted = any(each.rule.startswith(DOUBTED) for each in judged.evidence)
    return "doubted" if judged.urgency is Urgency.HIGH and is_doubted else "calm"


if __name__ == "__main__":
    main()
