"""Make the danger model that intake ships, from the phrases and the grammar in fixtures/classify.

    python scripts/make_danger_model.py              # write danger.npz and known_words.txt
    python scripts/make_danger_model.py --try        # measure on families held out, write nothing

Needs scikit-learn (the extra ``bench``). The same files give the same model. Trying it holds out
a fifth of the families of phrases at a time, so that what is measured is how the model does on
kinds of events it was not shown.
"""

from __future__ import annotations

import argparse
import random
import re
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

from intake.classifying.alarms import KNOWN_WORDS
from intake.classifying.danger import (
    SHIPPED,
    DangerModel,
    Manifest,
    Meaning,
    Passage,
    signal_matrix,
)
from intake.classifying.encoder import Floats, shipped_encoder
from intake.classifying.features import BUCKETS, Features, extract
from intake.classifying.folding import fold, split, windows
from intake.classifying.linear_model import weigh
from intake.classifying.urgency import UrgencyRules
from intake.testing.noise import misread, mistype, without_accents

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures" / "classify"
MODEL = ROOT / "src" / "intake" / "classifying" / "data" / SHIPPED
WORDS = MODEL.with_name(KNOWN_WORDS)
LEARNED = ("emergency.toml", "everyday.toml", "calls.toml", "lookalikes.toml")
SEED = 1
FOLDS = 5
COPIES = 3
"""Of each phrase so many are learned, most of them damaged."""
UNFRAMED, MOST_FRAMED = 0.4, 40
"""The share of damaged phrases that stand alone, and of how many words a phrase is framed."""
SENTENCES = {"it": 12}
OTHER_SENTENCES = 8
"""Of each line of the grammar so many sentences are unfolded."""
GRAMMAR_WEIGHT = 0.5
LEAST_TEXTS = 2
STRENGTH = 10.0
"""The inverse of the regularisation."""
NETWORKS, HIDDEN, ROUNDS = 3, 32, 15
"""How many small networks weigh the meaning together, of so many hidden numbers, and how often each
sees all phrases: all chosen on families held out."""
LEAST_SPREAD = 0.02
"""A number that deviates less is not stretched: a signal that hardly a phrase has is no oracle."""
ONE_READ_IN = 4
"""Of the damaged phrases the meaning of one in so many is learned."""
CLEAR = -3.0
ALARM, DOUBT = 0.25, 0.0
"""The scores from which on a passage is an alarm, and below which an alarm of the rules is none:
chosen on families held out, see docs/explanation/urgency.md."""
_CHOICE = re.compile(r"\{([^{}]*)\}")
_MACRO = re.compile(r"<(\w+)>")
_LARGEST = 127


class Sample(NamedTuple):
    """A text to learn from; ``family`` is what is held out as a whole."""

    text: str
    is_danger: bool
    family: str
    lang: str
    weight: float = 1.0


class Grammar:
    """The sentences of ``danger.toml``."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._macros: dict[str, str] = table["macros"]
        self._groups = [
            (group, is_danger)
            for key, is_danger in (("danger", True), ("harmless", False))
            for group in table[key]
        ]
        self._dangers: dict[str, list[str]] = {}
        for group in table["danger"]:
            self._dangers.setdefault(group["lang"], []).extend(group["lines"])

    def samples(self, choose: random.Random) -> Iterator[Sample]:
        """Yield sentences of every line, some with a cry for help, a greeting or a place."""
        for group, is_danger in self._groups:
            language, family = group["lang"], f"grammar {group['family']}"
            for line in group["lines"]:
                for _ in range(SENTENCES.get(language, OTHER_SENTENCES)):
                    text = self._unfold(line, language, choose)
                    if is_danger:
                        text = self._with_cry(text, language, choose)
                    if language == "it":
                        text = self._with_manners(text, choose)
                    yield Sample(text, is_danger, family, language, GRAMMAR_WEIGHT)

    def _with_cry(self, text: str, language: str, choose: random.Random) -> str:
        macro = "<call>" if language == "it" else f"<call_{language}>"
        cry, chance = self._unfold(macro, language, choose), choose.random()
        if chance < 0.2:
            text = f"{cry}{choose.choice([' ', ', ', '! '])}{text}"
        elif chance < 0.4:
            text = f"{text}{choose.choice([' ', ', ', '. '])}{cry}"
        if language == "it" and choose.random() < 0.2:
            text = f"{text}, {self._unfold('<where>', language, choose)}"
        return text

    def _with_manners(self, text: str, choose: random.Random) -> str:
        if choose.random() < 0.12:
            text = f"{self._unfold('<polite>', 'it', choose)} {text}"
        if choose.random() < 0.12:
            text = f"{text}. {self._unfold('<bye>', 'it', choose)}"
        return text

    def _unfold(self, line: str, language: str, choose: random.Random) -> str:
        while found := _MACRO.search(line) or _CHOICE.search(line):
            if found[0].startswith("<"):
                is_sentence = found[1] == "danger"
                chosen = (
                    choose.choice(self._dangers[language])
                    if is_sentence
                    else f"{{{self._macros[found[1]]}}}"
                )
            else:
                chosen = choose.choice(found[1].split("|"))
            line = line[: found.start()] + chosen + line[found.end() :]
        return re.sub(r"\s+([,.])", r"\1", re.sub(r"\s+", " ", line)).strip(" ,")


def phrases() -> list[Sample]:
    """Return the phrases of the files that are learned from, and the windows of harmless ones."""
    tables = [tomllib.loads((FIXTURES / name).read_text("utf-8")) for name in LEARNED]
    written = [
        Sample(text, family["emergency"], family["name"], family["lang"])
        for table in tables
        for family in table["families"]
        for text in family["phrases"]
    ]
    return [*written, *(part for sample in written for part in harmless_windows(sample))]


def harmless_windows(sample: Sample) -> list[Sample]:
    """Return the windows in which a harmless text is judged: nobody is in danger in any.

    Of a long call for help it is not said in which of them somebody is: it is learned as a whole.
    """
    words = split(sample.text)
    places = list(windows(words))
    if sample.is_danger or len(places) == 1:
        return []
    return [sample._replace(text=words.prose(start, end)) for start, end in places]


def known_words(samples: Sequence[Sample]) -> list[str]:
    """Return the words, folded, of phrases in at least two families: too common to be misread."""
    families: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        for word in split(sample.text).words:
            if word.isalpha():
                families[fold(word)].add(sample.family)
    return sorted(word for word, found in families.items() if len(found) > 1)


def damaged(sample: Sample, choose: random.Random) -> Sample:
    """Return the sample as it is, or as a scanner or a hasty thumb would have it."""
    text, chance = sample.text, choose.random()
    if chance < 0.1:
        text = without_accents(text).lower()
    elif chance < 0.18:
        text = text.upper()
    elif chance < 0.3:
        text = mistype(text, 0.05, choose)
    elif chance < 0.42:
        text = mistype(text, 0.1, choose)
    elif chance < 0.55:
        text = misread(text, 0.06, choose)
    return sample._replace(text=text)


def framed(sample: Sample, around: Mapping[str, Sequence[str]], choose: random.Random) -> Sample:
    """Return a short sample as it is, or with what stands around the words of any letter or form:
    that says nothing of danger, and must not hide it."""
    if choose.random() < UNFRAMED or len(sample.text.split()) > MOST_FRAMED:
        return sample
    lines = choose.sample(around[sample.lang], choose.choice((1, 2, 3)))
    lines.insert(choose.randint(0, len(lines)), sample.text)
    return sample._replace(text="\n".join(lines))


def learnable(samples: Sequence[Sample], choose: random.Random) -> list[Sample]:
    """Return phrases as often as they are learned, and the sentences of the grammar."""
    table = tomllib.loads((FIXTURES / "danger.toml").read_text("utf-8"))
    grammar, around = Grammar(table), table["around"]
    return [
        *(sample for sample in samples),
        *(
            framed(damaged(sample, choose), around, choose)
            for sample in samples
            for _ in range(COPIES - 1)
        ),
        *(damaged(sample, choose) for sample in grammar.samples(choose)),
    ]


class Lesson(NamedTuple):
    """What is learned: samples, what the rules saw of each, and the places of those whose meaning
    is learned too, with their vectors."""

    samples: Sequence[Sample]
    passages: Sequence[Passage]
    read: Sequence[int]
    vectors: Floats

    @classmethod
    def of(cls, every: Sequence[Sample]) -> Lesson:
        """Return the lesson of all phrases; reading their meaning takes some minutes."""
        samples = learnable(every, random.Random(SEED))  # noqa: S311 - a seed, no secret
        rules = UrgencyRules()
        passages = [rules.passage(sample.text) for sample in samples]
        copies = COPIES - 1
        damaged_ones = range(len(every), len(every) * (1 + copies), copies * ONE_READ_IN)
        read = [*range(len(every)), *damaged_ones]
        prose = [passages[place].prose for place in read]
        return cls(samples, passages, read, shipped_encoder().vectors(prose))

    def train(self) -> DangerModel:
        """Return the model."""
        _, mixture = self.held_out()
        pieces = train_pieces(self.samples, self.passages)
        return pieces.with_meaning(mixture.mixed(self._train_meaning(range(len(self.read)))))

    def held_out(self) -> tuple[NDArray[np.float64], Mixture]:
        """Return the scores of those read, and how pieces of words and meaning are mixed for them.

        Each is scored by models that saw nothing of its family: on what a model has learned by
        heart it is too sure.
        """
        folds = self._folds()
        apart = np.zeros((len(self.read), 2))
        for number in range(FOLDS):
            kept = np.flatnonzero(folds != number).tolist()
            pieces = train_pieces([self.samples[n] for n in kept], [self.passages[n] for n in kept])
            is_asked = folds[self.read] == number
            asked = [self.passages[self.read[n]] for n in np.flatnonzero(is_asked).tolist()]
            meaning = self._train_meaning(np.flatnonzero(~is_asked).tolist())
            apart[is_asked, 0] = pieces.score_pieces(asked)
            apart[is_asked, 1] = meaning.decide(
                self.vectors[is_asked],
                signal_matrix(asked, self._names()),
                np.zeros(len(asked), dtype=np.float32),
            )
        mixture = Mixture.of(apart, [self.samples[place] for place in self.read])
        return np.where(apart[:, 0] >= CLEAR, mixture.scores(apart), apart[:, 0]), mixture

    def _folds(self) -> NDArray[np.int64]:
        """Return the fold of each sample: a family is in one; the grammar is learned by all."""
        families = sorted({self.samples[place].family for place in self.read})
        random.Random(SEED).shuffle(families)  # noqa: S311
        fold_of = {family: number % FOLDS for number, family in enumerate(families)}
        return np.array([fold_of.get(sample.family, FOLDS) for sample in self.samples])

    def _names(self) -> tuple[str, ...]:
        return _names(self.passages)

    def _train_meaning(self, rows: Sequence[int]) -> Meaning:
        """Return the network that ``rows`` of those read teach: the mean of some small ones."""
        places = [self.read[row] for row in rows]
        signals = signal_matrix([self.passages[place] for place in places], self._names())
        matrix = np.hstack([self.vectors[rows], signals])
        centre, spread = matrix.mean(axis=0), np.maximum(matrix.std(axis=0), LEAST_SPREAD)
        is_danger = np.array([self.samples[place].is_danger for place in places])
        counts = np.bincount(is_danger)
        balanced = len(places) / (2 * counts[is_danger.astype(int)])
        inner, inner_bias, outer, bias = [], [], [], 0.0
        for number in range(NETWORKS):
            network = MLPClassifier(
                (HIDDEN,),
                alpha=1.0,
                learning_rate_init=2e-3,
                batch_size=128,
                max_iter=ROUNDS,
                random_state=SEED + number,
            )
            with warnings.catch_warnings():  # it is stopped early on purpose
                warnings.simplefilter("ignore", ConvergenceWarning)
                network.fit((matrix - centre) / spread, is_danger, sample_weight=balanced)
            weights = network.coefs_[0] / spread[:, None]
            inner.append(weights)
            inner_bias.append(network.intercepts_[0] - centre @ weights)
            outer.append(network.coefs_[1][:, 0] / NETWORKS)
            bias += float(network.intercepts_[1][0]) / NETWORKS
        return Meaning(
            np.hstack(inner).astype(np.float32),
            np.concatenate(inner_bias).astype(np.float32),
            np.concatenate(outer).astype(np.float32),
            bias,
            0.0,
        )


class Mixture(NamedTuple):
    """What pieces of words and meaning count beside each other, and what is added."""

    pieces: float
    meaning: float
    bias: float

    @classmethod
    def of(cls, apart: NDArray[np.float64], samples: Sequence[Sample]) -> Mixture:
        """Return the one that fits scores of both (columns), each of a model without the family."""
        machine = _machine(apart, samples, STRENGTH)
        pieces, meaning = machine.coef_[0].tolist()
        return cls(pieces, meaning, float(machine.intercept_[0]))

    def scores(self, apart: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mixed scores."""
        return apart[:, 0] * self.pieces + apart[:, 1] * self.meaning + self.bias

    def mixed(self, meaning: Meaning) -> Meaning:
        """Return what meaning decides beside the pieces."""
        return meaning._replace(
            outer=meaning.outer * np.float32(self.meaning),
            bias=meaning.bias * self.meaning + self.bias,
            pieces=self.pieces,
        )


def train_pieces(samples: Sequence[Sample], passages: Sequence[Passage]) -> DangerModel:
    """Return a model of the pieces of words and of the signals."""
    names = _names(passages)
    features = extract([passage.text for passage in passages])
    having = np.bincount(features.buckets, minlength=BUCKETS)
    rarity = np.log((1 + len(samples)) / (1 + having)) + 1
    rarity[having < LEAST_TEXTS] = 0
    stored_rarity = rarity.astype(np.float16)
    matrix = hstack([_matrix(weigh(features, stored_rarity)), signal_matrix(passages, names)])
    machine = _machine(matrix.tocsr(), samples, STRENGTH)
    pieces = machine.coef_[0][:BUCKETS]
    scale = float(np.abs(pieces).max()) / _LARGEST
    return DangerModel(
        Manifest(signals=names, alarm=ALARM, doubt=DOUBT, clear=CLEAR),
        weights=np.rint(pieces / scale).astype(np.int8),
        scale=scale,
        rarity=stored_rarity,
        signals=machine.coef_[0][BUCKETS:].astype(np.float32),
        bias=float(machine.intercept_[0]),
    )


def _names(passages: Sequence[Passage]) -> tuple[str, ...]:
    return tuple(sorted({name for passage in passages for name in passage.signals}))


def _machine(
    matrix: csr_matrix | NDArray[np.floating], samples: Sequence[Sample], strength: float
) -> LogisticRegression:
    machine = LogisticRegression(
        C=strength, solver="liblinear", class_weight="balanced", random_state=SEED
    )
    return machine.fit(
        matrix,
        [sample.is_danger for sample in samples],
        sample_weight=[sample.weight for sample in samples],
    )


def _matrix(features: Features) -> csr_matrix:
    return csr_matrix(
        (features.values, features.buckets, features.starts),
        shape=(len(features.starts) - 1, BUCKETS),
    )


def try_out(lesson: Lesson) -> None:
    """Print recall and false alarms on families held out, by threshold."""
    every = len(phrases())
    scores, mixture = lesson.held_out()
    print(f"pieces {mixture.pieces:.2f}, meaning {mixture.meaning:.2f}, {mixture.bias:.2f} added")
    danger = np.array([lesson.samples[place].is_danger for place in lesson.read])
    alarms = np.array([lesson.passages[place].signals["alarms"] > 0 for place in lesson.read])
    for name, part in (("clean", slice(0, every)), ("damaged", slice(every, None))):
        ours, truth, ruled = scores[part], danger[part], alarms[part]
        area = roc_auc_score(truth, ours)
        print(f"{name}: area {area:.4f}; rules alone {_shares(ruled, truth)}")
        for alarm in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5):
            for doubt in (-2.0, -1.0, 0.0):
                if doubt <= alarm:
                    decided = (ours >= alarm) | (ruled & (ours >= doubt))
                    print(f"  alarm {alarm:5.2f} doubt {doubt:5.2f}: {_shares(decided, truth)}")


def _shares(decided: NDArray[np.bool_], truth: NDArray[np.bool_]) -> str:
    return f"recall {decided[truth].mean():.3f}, false alarms {decided[~truth].mean():.3f}"


def main() -> None:
    """Make the model, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--try", dest="is_trial", action="store_true", help="measure only")
    if parser.parse_args().is_trial:
        try_out(Lesson.of(phrases()))
        return
    WORDS.write_text("\n".join(known_words(phrases())) + "\n", "utf-8")
    MODEL.write_bytes(Lesson.of(phrases()).train().to_bytes())
    print(f"{MODEL.relative_to(ROOT)}: {MODEL.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
