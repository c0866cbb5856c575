"""Make the list of words by which odd spellings are read, from the phrases in fixtures/classify.

    python scripts/make_word_frequencies.py

One line for each language: its name, then its words without case and accents, the most frequent
first. How often a word is used is told by its place alone (Zipf's law). The same phrases give the
same file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from make_danger_model import MODEL, SPOKEN, phrases

from intake.classifying.words.folding import fold, split
from intake.classifying.words.segmentation import WORDS

STRETCHED = re.compile(r"(.)\1\1")
LEAST_COUNT = 3
LEAST_SHARES = {1: 0.001, 2: 0.0002}
"""Of short words so large a share of all must be: others are initials, units and slips."""


def main() -> None:
    """Write the file."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in phrases():
        words = (fold(word) for word in split(sample.text).words if word.isalpha())
        found[sample.lang].update(words)
    lines = [" ".join([language, *common(found[language])]) for language in SPOKEN]
    path = MODEL.with_name(WORDS)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


def common(counts: Counter[str]) -> list[str]:
    """Return the words that are frequent enough, the most frequent first."""
    total = counts.total()
    kept = [
        (-count, word)
        for word, count in counts.items()
        if count >= max(LEAST_COUNT, LEAST_SHARES.get(len(word), 0) * total)
        and not STRETCHED.search(word)
    ]
    return [word for _, word in sorted(kept)]


if __name__ == "__main__":
    main()
