"""Print how well topics are learned from labelled texts, beside words alone in the same run.

``python benchmarks/learning.py EXAMPLES…``: each file has JSON lines with text, topic and at (or
label and date). The peer is a LinearSVC on TF-IDF of words. Splits: 70 % at random, and the earlier
70 %, of which the later texts are judged if their topic is known.
"""

from __future__ import annotations

import os
import random
import string
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from intake.classifying.evaluation import measure
from intake.classifying.examples import Example, LabelledText, read
from intake.classifying.linear_model import LinearModel
from intake.classifying.training import train

LEARNED = 0.7
NOISE = (0.05, 0.20)
SPEED_TEXTS = 2_000


def main() -> None:
    """Print a table a file."""
    if len(sys.argv) < 2:
        print("No labelled texts were given: nothing is measured.\n", __doc__, sep="\n")
        return
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; macro-F1")
    for name in sys.argv[1:]:
        texts = list(read(Path(name)))
        shuffled = random.Random(3).sample(texts, len(texts))
        print(f"\n{Path(name).name}: {len(texts)} texts")
        print(f"{'split':8} {'ours':>6} {'words':>6} {'ECE':>6}", end="")
        print("".join(f"  {'ours':>5} {'words':>5} at {rate:.0%} noise" for rate in NOISE))
        _print_split("random", shuffled)
        _print_split("later", sorted(texts, key=lambda each: each.at or ""))
    _print_speed(texts)


def _print_split(name: str, texts: Sequence[LabelledText]) -> None:
    cut = int(len(texts) * LEARNED)
    learned, known = texts[:cut], {each.topic for each in texts[:cut]}
    held = [each for each in texts[cut:] if each.topic in known]
    model = train([Example(each.text, each.topic) for each in learned])
    words = make_pipeline(TfidfVectorizer(), LinearSVC(random_state=0))
    words.fit([each.text for each in learned], [each.topic for each in learned])
    report = measure(model, held, threshold=0.5)
    line = f"{name:8} {report.macro_f1:6.3f} {_f1(held, words.predict):6.3f}"
    line += f" {report.calibration_error:6.3f}"
    for rate in NOISE:
        choose = random.Random(1)
        noisy = [each.model_copy(update={"text": _noise(each.text, rate, choose)}) for each in held]
        line += f"  {_f1(noisy, _predict(model)):5.3f} {_f1(noisy, words.predict):5.3f}"
        line += " " * 12
    print(line.rstrip())


def _predict(model: LinearModel) -> Callable[[Sequence[str]], list[str]]:
    def predict(texts: Sequence[str]) -> list[str]:
        return [model.manifest.topics[place] for place in model.decide(texts).argmax(axis=1)]

    return predict


def _f1(held: Sequence[LabelledText], predict: Callable[[Sequence[str]], Sequence[str]]) -> float:
    chosen = predict([each.text for each in held])
    return float(f1_score([each.topic for each in held], chosen, average="macro", zero_division=0))


def _noise(text: str, rate: float, choose: random.Random) -> str:
    """Return ``text`` with this share of its characters replaced, dropped or doubled by another."""

    def damage(letter: str) -> str:
        if choose.random() >= rate:
            return letter
        other = choose.choice(string.ascii_lowercase)
        return choose.choice(["", other, letter + other])

    return "".join(damage(letter) for letter in text)


def _print_speed(texts: Sequence[LabelledText]) -> None:
    """Print texts per second of CPU of one core, in one batch, and what a model costs."""
    start = time.process_time()
    model = train([Example(each.text, each.topic) for each in texts])
    print(f"\ntrained on {len(texts)} texts in {time.process_time() - start:.1f} s", end=", ")
    print(f"file of {len(model.to_bytes()) / 1e6:.1f} MB")
    for size in (65, 520):
        batch = [(each.text * 10)[:size] for each in texts]
        batch = [batch[number] for number in np.resize(np.arange(len(batch)), SPEED_TEXTS)]
        start = time.process_time()
        model.probabilities(batch)
        print(f"{SPEED_TEXTS / (time.process_time() - start):8,.0f} texts/s of {size} characters")


if __name__ == "__main__":
    main()
