"""Fit the page confidence to real error rates, and say how honest it is on pages it has not seen.

python benchmarks/ocr_confidence.py [DIR]... [--every N]

Each DIR is one that benchmarks/ocr.py reads. Pages are dealt into five folds by letter, so that no
letter is both learned from and judged; the curve of ``ocr/words/page_confidence.py`` is fitted to
four folds and judged on the fifth.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ocr_pages import Sample, character_error_rate, load
from ocr_readers import Intake
from scipy.optimize import minimize
from scipy.stats import spearmanr

from intake.ocr.limits import PageLimits
from intake.ocr.words.page_confidence import OFFSET, POWER, SCALE, doubt_of

Figures = npt.NDArray[np.float64]
FOLDS = 5
BAD_CER = 0.10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    samples = [
        sample
        for folder in arguments.folders or [None]
        for sample in load(folder, [], arguments.every)
    ]
    doubts, errors = observe(samples)
    folds = np.array([int("".join(filter(str.isdigit, s.path.stem)) or 0) % FOLDS for s in samples])
    scale, power = fit(doubts, errors)
    print(f"{len(samples)} pages: SCALE {scale:.2f}, POWER {power:.2f} (now {SCALE}, {POWER})")
    print(f"rank correlation of confidence and CER: {-spearmanr(doubts, errors)[0]:.2f}")
    unseen = np.zeros(len(samples))
    for fold in range(FOLDS):
        held = folds == fold
        if held.any() and not held.all():
            unseen[held] = expected(doubts[held], *fit(doubts[~held], errors[~held]))
    print_bands(unseen, errors)


def observe(samples: Sequence[Sample]) -> tuple[Figures, Figures]:
    """Return the doubt and the CER of each page; a page without words is as doubtful as can be."""
    reader = Intake("tesserocr")
    doubts, errors = [], []
    for sample in samples:
        document = reader.document(sample)
        words = [word for page in document.pages for word in page.words]
        doubts.append(doubt_of(words) if words else 3.0)
        errors.append(min(character_error_rate(document.text, sample), 1.0))
    return np.array(doubts), np.array(errors)


def expected(doubts: Figures, scale: float, power: float) -> Figures:
    """Return the share of wrong characters that the curve expects."""
    wrong: Figures = np.minimum(scale * (doubts + OFFSET) ** power, 1.0)
    return wrong


def fit(doubts: Figures, errors: Figures) -> tuple[float, float]:
    """Return (scale, power) of the curve whose mean is right where the pages are (Poisson)."""

    def deviance(parameters: Any) -> float:
        curve = np.maximum(np.exp(parameters[0]) * (doubts + OFFSET) ** parameters[1], 1e-6)
        return float(np.sum(curve - (errors + 1e-4) * np.log(curve)))

    found = minimize(deviance, (np.log(SCALE), POWER), method="Nelder-Mead").x
    return float(np.exp(found[0])), float(found[1])


def print_bands(unseen: Figures, errors: Figures) -> None:
    limit = 1 - PageLimits().review_below
    bad = errors > BAD_CER
    print(
        f"expected wrong > {limit:.0%}: {(unseen[bad] > limit).sum()} of {bad.sum()} pages with ",
        end="",
    )
    print(f"CER > 10 %, {(unseen[~bad] > limit).sum()} of {(~bad).sum()} others")
    edges = (0, 0.01, 0.02, 0.04, 0.08, 0.16, 1.01)
    for low, high in pairwise(edges):
        band = (unseen >= low) & (unseen < high)
        if band.any():
            print(f"expected {low:.0%}-{min(high, 1):.0%}: {band.sum():4} pages, ", end="")
            print(f"expected {unseen[band].mean():.1%}, found {errors[band].mean():.1%}")


if __name__ == "__main__":
    main()
