"""Pages with known text, and how far a reading is from it: what benchmarks/ocr.py measures with."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@dataclass(frozen=True)
class Sample:
    group: str
    path: Path
    truth: str
    has_header: bool


def load(folder: Path | None, sets: Sequence[str], every: int) -> list[Sample]:
    """Return every so-many-th page of each set; all sets where none is named."""
    samples = load_index(folder) if folder else load_fixtures()
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        if not sets or sample.group in sets:
            groups.setdefault(sample.group, []).append(sample)
    return [sample for group in groups.values() for sample in group[::every]]


def load_index(folder: Path) -> list[Sample]:
    rows = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return [
        Sample(
            group=row["set"],
            path=folder / row["file"],
            truth=(folder / row["truth"]).read_text(encoding="utf-8"),
            has_header=bool(row.get("header")),
        )
        for row in rows
    ]


def load_fixtures() -> list[Sample]:
    """Return the pages of fixtures/fax and fixtures/scan that have their text beside them."""
    return [
        Sample(
            group=truth.parent.name,
            path=page,
            truth=truth.read_text(encoding="utf-8"),
            has_header=truth.parent.name == "fax",
        )
        for truth in sorted(FIXTURES.glob("fax/*.txt")) + sorted(FIXTURES.glob("scan/*.txt"))
        for page in sorted(truth.parent.glob(f"{truth.stem}.*"))
        if page.suffix in (".tif", ".jpg", ".png")
    ]


def character_error_rate(text: str, sample: Sample) -> float:
    """Return the edit distance as a share of the truth; above 1.0 where much was invented."""
    truth = _normal(sample.truth)
    readings = [text]
    if sample.has_header:  # the first line with ink; on a poor line it may not have been read
        readings.append("\n".join(text.strip().split("\n")[1:]))
    return min(Levenshtein.distance(_normal(reading), truth) for reading in readings) / len(truth)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
