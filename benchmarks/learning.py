"""Print how well topics are learned from labelled texts, beside a peer in the same run.

``python benchmarks/learning.py EXAMPLES[=TAXONOMY]…``: each file has JSON lines with text, topic
and at (or label and date). The peer is a LinearSVC on TF-IDF of words; ours is measured with what
embeddings tell where words leave a doubt, and without. Splits: 70 % at random, and the earlier
70 %, of which the later texts are judged if their topic is known. With a taxonomy, also
what is known on the first day, with no example and with eight a topic (of topics that have eleven
or more); ``benchmarks/topics`` has two.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from intake.classifying.encoding.embeddings import Embedder, shipped_embedder
from intake.classifying.measuring.evaluation import measure
from intake.classifying.models.examples import Example, LabelledText, of_taxonomy, read
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.testing.noise import misread, mistype

LEARNED = 0.7
NOISE = (0.05, 0.20)
NOISY_TIMES = 3
"""Characters are mistyped so many times anew: macro-F1 hangs on a handful of rare texts."""
MISREAD = 0.10
SPEED_TEXTS, EMBEDDED = 2_000, 200
FEW, FEW_TIMES = 8, 5
LARGE = 10_000


def main() -> None:
    """Print a table a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("examples", nargs="*", metavar="EXAMPLES[=TAXONOMY]")
    examples: list[str] = parser.parse_args().examples
    if not examples:
        print("No labelled texts were given: nothing is measured.\n", __doc__, sep="\n")
        return
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; macro-F1")
    for argument in examples:
        name, _, taxonomy = argument.partition("=")
        texts = list(read(Path(name)))
        shuffled = random.Random(3).sample(texts, len(texts))
        print(f"\n{Path(name).name}: {len(texts)} texts")
        print(f"{'split':8} {'':16} {'F1':>6} {'ECE':>6}", end="")
        print("".join(f" {rate:>5.0%} noise" for rate in NOISE))
        _print_split("random", shuffled)
        _print_split("later", sorted(texts, key=lambda each: each.at or ""))
        _print_channels("random", shuffled)
        _print_channels("later", sorted(texts, key=lambda each: each.at or ""))
        if taxonomy:
            _print_first_days(texts, Taxonomy.load(Path(taxonomy)))
    _print_speed(texts)


def _print_split(name: str, texts: Sequence[LabelledText]) -> None:
    cut = int(len(texts) * LEARNED)
    learned, known = texts[:cut], {each.topic for each in texts[:cut]}
    held = [each for each in texts[cut:] if each.topic in known]
    examples = [Example(each.text, each.topic) for each in learned]
    words = make_pipeline(TfidfVectorizer(), LinearSVC(random_state=0))
    words.fit([each.text for each in learned], [each.topic for each in learned])
    noisy = [[_mistyped(held, rate, seed) for seed in range(1, NOISY_TIMES + 1)] for rate in NOISE]
    for embedder in (None, shipped_embedder()):
        model = train(examples, embedder=embedder)
        report = measure(model, held, threshold=0.5)
        line = [report.macro_f1, report.calibration_error, *_means(noisy, _predict(model))]
        _print_line(name, "with embeddings" if embedder else "ours", line)
    _print_line(
        name, "words alone", [_f1(held, words.predict), None, *_means(noisy, words.predict)]
    )


def _means(
    noisy: Sequence[Sequence[Sequence[LabelledText]]],
    predict: Callable[[Sequence[str]], Sequence[str]],
) -> list[float]:
    """Return macro-F1 at each rate of noise, the mean of several draws."""
    return [float(np.mean([_f1(texts, predict) for texts in draws])) for draws in noisy]


def _mistyped(texts: Sequence[LabelledText], rate: float, seed: int) -> list[LabelledText]:
    choose = random.Random(seed)
    return [each.model_copy(update={"text": mistype(each.text, rate, choose)}) for each in texts]


def _print_line(split: str, name: str, figures: Sequence[float | None]) -> None:
    f1, error, *noisy = ("" if each is None else f"{each:.3f}" for each in figures)
    print(f"{split:8} {name:16} {f1:>6} {error:>6}", end="")
    print("".join(f" {each:>11}" for each in noisy), flush=True)


def _print_channels(name: str, texts: Sequence[LabelledText]) -> None:
    """Print the calibration error of mails and of faxes, which are every third text, misread."""
    choose, mixed = random.Random(4), []
    for number, each in enumerate(texts):
        values = {"channel": "email"}
        if number % 3 == 0:
            values = {"channel": "fax", "text": misread(each.text, MISREAD, choose)}
        mixed.append(each.model_copy(update=values))
    cut = int(len(mixed) * LEARNED)
    learned, known = mixed[:cut], {each.topic for each in mixed[:cut]}
    held = [each for each in mixed[cut:] if each.topic in known]
    errors = []
    for channels in ([""] * len(learned), [each.channel for each in learned]):
        examples = zip(learned, channels, strict=True)
        model = train([Example(each.text, each.topic, channel) for each, channel in examples])
        report = measure(model, held, threshold=0.5)
        errors.append({each.channel: each.calibration_error for each in report.channels})
    print(f"{name:8} calibration error, one for all -> by channel:", end="")
    print(
        ", ".join(f" {each} {errors[0][each]:.3f} -> {errors[1][each]:.3f}" for each in errors[0])
    )


def _print_first_days(texts: Sequence[LabelledText], taxonomy: Taxonomy) -> None:
    """Print macro-F1 with few examples a topic: of what is learned from them alone, and with the
    words of the topics; and of a peer with the same examples and words."""
    rules, described = KeywordClassifier(taxonomy=taxonomy), of_taxonomy(taxonomy)
    counts = Counter(each.topic for each in texts)
    common = [each for each in texts if counts[each.topic] > FEW + 2]
    embedders = {"ours": None, "with embeddings": shipped_embedder()}
    words = [
        taxonomy.topics[0].id if not row.any() else list(taxonomy.ids())[int(row.argmax())]
        for row in rules.shares([each.text for each in common], list(taxonomy.ids()))
    ]
    print("no example:", end=" ")
    for name, embedder in embedders.items():
        model = train([], described=described, prior=rules.shares, embedder=embedder)
        print(f"{name} {_f1(common, _predict(model)):.3f}", end=", ")
    print(f"keywords alone {_f1(common, lambda _texts: words):.3f}", end=", ")
    print(f"SVM {_f1(common, _svm(described)):.3f}", flush=True)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for seed in range(FEW_TIMES):
        learned, held = _few(common, random.Random(seed))
        for name, embedder in embedders.items():
            model = train(learned, described=described, prior=rules.shares, embedder=embedder)
            found[name].append(_f1(held, _predict(model)))
        found["from the examples alone"].append(_f1(held, _predict(train(learned))))
        found["SVM"].append(_f1(held, _svm([*learned, *described])))
    means = (f"{name} {np.mean(each):.3f}" for name, each in found.items())
    print(f"{FEW} a topic: {', '.join(means)}", flush=True)


def _svm(examples: Sequence[Example]) -> Callable[[Sequence[str]], list[str]]:
    """Return what one support vector machine a topic says, on words and pieces of words."""
    counts: dict[str, Any] = {"norm": None, "alternate_sign": False, "n_features": 2**18}
    pieces = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **counts)
    words = HashingVectorizer(ngram_range=(1, 2), **counts)
    machine = make_pipeline(
        make_union(pieces, words),
        TfidfTransformer(sublinear_tf=True),
        LinearSVC(class_weight="balanced", random_state=0),
    )
    machine.fit([each.text for each in examples], [each.topic for each in examples])
    return lambda texts: [str(topic) for topic in machine.predict(texts)]


def _few(
    texts: Sequence[LabelledText], choose: random.Random
) -> tuple[list[Example], list[LabelledText]]:
    """Return ``FEW`` examples a topic, and the other texts."""
    taken: Counter[str] = Counter()
    learned, held = [], []
    for each in choose.sample(texts, len(texts)):
        taken[each.topic] += 1
        if taken[each.topic] <= FEW:
            learned.append(Example(each.text, each.topic))
        else:
            held.append(each)
    return learned, held


def _predict(model: LinearModel) -> Callable[[Sequence[str]], list[str]]:
    def predict(texts: Sequence[str]) -> list[str]:
        return [model.manifest.topics[place] for place in model.probabilities(texts).argmax(axis=1)]

    return predict


def _f1(held: Sequence[LabelledText], predict: Callable[[Sequence[str]], Sequence[str]]) -> float:
    chosen = predict([each.text for each in held])
    right = [each.topic for each in held]
    topics = sorted(set(right))
    return float(f1_score(right, chosen, labels=topics, average="macro", zero_division=0))


def _print_speed(texts: Sequence[LabelledText]) -> None:
    """Print texts per second of CPU of one core, in one batch, and what a model costs."""
    start = time.process_time()
    model = train([Example(each.text, each.topic) for each in texts])
    print(f"\ntrained on {len(texts)} texts in {time.process_time() - start:.1f} s", end=", ")
    print(f"file of {len(model.to_bytes()) / 1e6:.1f} MB")
    choose = random.Random(5)
    pairs = [(choose.choice(texts), choose.choice(texts)) for _ in range(LARGE)]
    large = [Example(f"{one.text} {two.text}"[:500], one.topic) for one, two in pairs]
    start = time.process_time()
    packed = train(large).to_bytes()
    print(
        f"trained on {LARGE} texts of 500 characters in {time.process_time() - start:.1f} s", end=""
    )
    print(f", file of {len(packed) / 1e6:.1f} MB")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "topics.model"
        path.write_bytes(packed)
        start = time.process_time()
        LinearModel.load(path)
        print(f"read again in {time.process_time() - start:.2f} s")
    for size in (65, 520):
        batch = [(each.text * 10)[:size] for each in texts]
        batch = [batch[number] for number in np.resize(np.arange(len(batch)), SPEED_TEXTS)]
        start = time.process_time()
        model.probabilities(batch)
        print(f"{SPEED_TEXTS / (time.process_time() - start):8,.0f} texts/s of {size} characters")
    some = [Example(each.text, each.topic) for each in texts[:EMBEDDED]]
    start = time.process_time()
    train(some, embedder=Embedder())
    used = time.process_time() - start
    print(f"embedding a text: {used / EMBEDDED * 1000:.0f} ms")


if __name__ == "__main__":
    main()
