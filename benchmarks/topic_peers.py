"""Print how well topics are learned beside two peers on the same splits, and what is foreign.

``python benchmarks/topic_peers.py EXAMPLES… [--foreign TEXTS…]``: each file of examples has JSON
lines with text, topic and at (or label and date). The peers are words (LinearSVC on TF-IDF of
words) and the classifier of paperless-ngx as its documentation describes it: counts of one and two
words that 1 % of the texts have, and a multilayer perceptron. Splits: 70 % at random, and the
earlier 70 %, of which the later texts are judged if their topic is known. Noise is the share of
characters replaced, dropped or doubled by another. Foreign are rubbish, the texts of
``fixtures/classify/foreign.toml``, those of files after ``--foreign`` (parted by empty lines) and,
with several files of examples, each to the others: of these the ones under a topic of the same name
are told apart, since raising funds is raising funds in any emergency.
"""

from __future__ import annotations

import argparse
import random
import re
import string
import time
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from intake.classifying.encoding.embeddings import shipped_embedder
from intake.classifying.models.examples import Example, LabelledText, read
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.testing.noise import mistype

FOREIGN = Path(__file__).parents[1] / "fixtures" / "classify" / "foreign.toml"
LEARNED = 0.7
NOISE = (0.0, 0.05, 0.10, 0.20)
THRESHOLD = 0.5
RUBBISH = 200
SHORTEST = 40
Predict = Callable[[Sequence[str]], Sequence[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("examples", nargs="*", type=Path)
    parser.add_argument("--foreign", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    if not given.examples:
        print("No labelled texts were given: nothing is measured.\n", __doc__, sep="\n")
        return
    files = {path.name: list(read(path)) for path in given.examples}
    foreign = tomllib.loads(FOREIGN.read_text("utf-8"))
    foreign |= {path.name: list(_paragraphs(path)) for path in given.foreign}
    for name, texts in files.items():
        print(f"\n{name}: {len(texts)} texts; macro-F1/accuracy")
        print(f"{'split':7} {'who':10} {'CPU s':>6}", "".join(f"{rate:>12.0%}" for rate in NOISE))
        shuffled = random.Random(3).sample(texts, len(texts))
        model = _print_split("random", shuffled)
        _print_foreign(model, shuffled, foreign)
        for other in files.keys() - {name}:
            _print_other(model, other, files[other])
        model = _print_split("later", sorted(texts, key=lambda each: each.at or ""))


def _print_split(split: str, texts: Sequence[LabelledText]) -> LinearModel:
    cut = int(len(texts) * LEARNED)
    learned, known = texts[:cut], {each.topic for each in texts[:cut]}
    held = [each for each in texts[cut:] if each.topic in known]
    examples = [Example(each.text, each.topic) for each in learned]
    for who, embedder in (("by words", None), ("ours", shipped_embedder())):
        start = time.process_time()
        model = train(examples, embedder=embedder)
        _print_line(split, who, time.process_time() - start, held, _choose(model))
    for who, peer in _peers().items():
        start = time.process_time()
        with warnings.catch_warnings():  # a perceptron that has not settled is what the peer uses
            warnings.simplefilter("ignore")
            peer.fit([each.text for each in learned], [each.topic for each in learned])
        _print_line(split, who, time.process_time() - start, held, peer.predict)
    return model


def _peers() -> dict[str, Pipeline]:
    return {
        "words": make_pipeline(TfidfVectorizer(), LinearSVC(random_state=0)),
        "paperless": make_pipeline(
            CountVectorizer(analyzer="word", ngram_range=(1, 2), min_df=0.01),
            MLPClassifier(tol=0.01, random_state=0),
        ),
    }


def _print_line(
    split: str, who: str, seconds: float, held: Sequence[LabelledText], predict: Predict
) -> None:
    right, cells = [each.topic for each in held], []
    for rate in NOISE:
        choose = random.Random(1)
        chosen = predict([mistype(each.text, rate, choose) for each in held])
        f1 = f1_score(right, chosen, average="macro", zero_division=0)
        cells.append(f"{f1:7.3f}/{accuracy_score(right, chosen):.2f}")
    print(f"{split:7} {who:10} {seconds:6.1f}", "".join(cells))


def _choose(model: LinearModel) -> Predict:
    def choose(texts: Sequence[str]) -> list[str]:
        return [model.manifest.topics[place] for place in model.probabilities(texts).argmax(axis=1)]

    return choose


def _print_foreign(
    model: LinearModel, texts: Sequence[LabelledText], foreign: Mapping[str, Sequence[str]]
) -> None:
    """Print of texts from elsewhere, and of the held-out ones, which share would be filed."""
    held = [each.text for each in texts[int(len(texts) * LEARNED) :]]
    choose = random.Random(2)
    letters = string.ascii_lowercase + "    .,|1!/"
    rubbish = ["".join(choose.choices(letters, k=choose.randint(9, 600))) for _ in range(RUBBISH)]
    sets = {"held out": held, "empty": ["", " ", "?!"], "rubbish": rubbish, **foreign}
    for name, each in sets.items():
        filed = np.mean(model.probabilities(each).max(axis=1) >= THRESHOLD)
        print(f"{'filed':7} {name:24} {filed:.3f} of {len(each)}")


def _print_other(model: LinearModel, name: str, texts: Sequence[LabelledText]) -> None:
    """Print which share of the texts of another emergency would be filed, under what."""
    shares = model.probabilities([each.text for each in texts])
    chosen = [model.manifest.topics[place] for place in shares.argmax(axis=1)]
    filed = shares.max(axis=1) >= THRESHOLD
    same = np.array([topic == each.topic for topic, each in zip(chosen, texts, strict=True)])
    print(f"{'filed':7} {name:24} {filed.mean():.3f} of {len(texts)}", end="")
    print(f", {(filed & same).mean():.3f} under the topic of the same name")


def _paragraphs(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    for each in re.split(r"\n\s*\n", text):
        if len(each) >= SHORTEST:
            yield " ".join(each.split())


if __name__ == "__main__":
    main()
