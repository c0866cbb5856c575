"""Make the danger model that intake ships, from the phrases and the grammar in fixtures/classify.

    python scripts/make_danger_model.py              # write danger.npz and known_words.txt
    python scripts/make_danger_model.py --onwards FILE   # go on from what FILE was taught
    python scripts/make_danger_model.py --try        # measure on families held out, write nothing

``--onwards`` takes a quarter of the time: it learns all that citizens write to a desk and a few of
the other phrases, and a long call also in the window in which FILE hears it. The shipped file went
on from the one of commit 30b367a, and that from the one of c23c50a, which the first command made
before there were messages to a desk.

Needs scikit-learn (the extra ``bench``), Tesseract's programs and its data for our six languages,
and two and a half hours of a core, of which it takes two. The same files give
the same model on the same machine. A tenth of the families of phrases is held out from what is
taught of meaning: what is measured is how it does on kinds of events it was not shown.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from danger_samples import DESK, Sample, calling_windows, harmless_windows
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tuning import Head, Lessons, tune

from intake.classifying.danger.model import (
    SHIPPED,
    DangerModel,
    Manifest,
    Meaning,
    Passage,
    signal_matrix,
)
from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.encoding.encoder import Adapter, Encoder
from intake.classifying.language import identify
from intake.classifying.models.examples import read
from intake.classifying.topics.taxonomy import Taxonomy
from intake.classifying.words.features import BUCKETS, Features, extract, weigh
from intake.classifying.words.folding import fold, split
from intake.classifying.words.known_words import KNOWN_WORDS
from intake.classifying.words.vocabulary import Vocabulary
from intake.ocr.tesseract.language_data import data_folder
from intake.testing.noise import misread, mistype, without_accents

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures" / "classify"
MODEL = ROOT / "src" / "intake" / "classifying" / "data" / SHIPPED
WORDS = MODEL.with_name(KNOWN_WORDS)
MESSAGES = MODEL.with_name("citizens.jsonl")
TOLD = FIXTURES / "told.jsonl"
LEARNED = ("emergency.toml", "everyday.toml", "calls.toml", "lookalikes.toml")
SPOKEN = {"it": "ita", "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "sl": "slv"}
"""The languages of the phrases, and as Tesseract calls them."""
SEED = 1
FOLDS = 10
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
READ_WINDOWS, READ_DAMAGED, READ_GRAMMAR, READ_RUBBISH = 0.2, 0.16, 0.1, 0.3
"""The shares of the windows, the damaged phrases, the sentences of the grammar and the rubbish that
are read for their meaning in a round; of the phrases as they were written, all."""
ONWARDS = 0.12
"""The share of what is read in a round that is not written to a desk, where one goes on."""
READ_DESK_WINDOWS, READ_DESK_DAMAGED = 0.5, 0.15
"""Then the shares of the windows and of the damaged texts that are."""
RUBBISH, RUBBISH_FAMILY = 3000, "rubbish"
"""So many texts are what a page that cannot be read is read as."""
STROKES = ("", "", " |", ".", " ,", " -", ";", "'", " .", " ~")
TRIED_DAMAGED = 16
"""Of the damaged phrases held out, one in so many is tried."""
CLEAR = -4.0
ALARM, DOUBT = 0.8, 0.0
"""The scores from which on a passage is an alarm, and below which an alarm of the rules is none:
chosen on families held out, see docs/explanation/urgency.md."""
_CHOICE = re.compile(r"\{([^{}]*)\}")
_MACRO = re.compile(r"<(\w+)>")
_LARGEST = 127


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
    """Return the phrases of the files that are learned from."""
    tables = [tomllib.loads((FIXTURES / name).read_text("utf-8")) for name in LEARNED]
    told = [
        Sample(text, family["emergency"], family["name"], family["lang"])
        for table in tables
        for family in table["families"]
        for text in family["phrases"]
    ]
    return [*told, *to_a_desk()]


def to_a_desk() -> Iterator[Sample]:
    """Yield messages of citizens about each topic, then those of which it is told whether somebody
    is in danger: pairs (nobody in the first, somebody in the second), messages and phrases."""
    topics = Taxonomy.load()
    for message in read(MESSAGES):
        topic = topics.find(message.topic)
        is_danger = topic is not None and topic.emergency
        language = identify(message.text)
        spoken = language if language in SPOKEN else "it"
        yield Sample(message.text, is_danger, f"{DESK}{message.topic}", spoken)
    for line in TOLD.read_text("utf-8").splitlines():
        told = json.loads(line)
        yield Sample(told["text"], told["danger"], f"{DESK}{told['kind']}", told["lang"])


def families_of_words(samples: Sequence[Sample]) -> dict[str, set[str]]:
    """Return the families in whose phrases each word, folded, stands."""
    families: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        for word in split(sample.text).words:
            if word.isalpha():
                families[fold(word)].add(sample.family)
    return dict(families)


def known_words(samples: Sequence[Sample]) -> list[str]:
    """Return the words of phrases in at least two families: too common to be misread."""
    found = families_of_words(samples)
    return sorted(word for word, families in found.items() if len(families) > 1)


def spelling(samples: Sequence[Sample], real_words: Set[str]) -> Vocabulary:
    """Return what tells which known word a miswritten one was meant to be: none that is a word of
    its own, in the phrases or the language."""
    found = families_of_words(samples)
    known = [word for word, families in found.items() if len(families) > 1]
    common = sorted(known, key=lambda word: (-len(found[word]), word))
    return Vocabulary.of_words(common, {*found, *real_words})


def words_of_languages() -> frozenset[str]:
    """Return the words, folded, of Tesseract's data for our languages, those of letters alone."""
    words: set[str] = set()
    with TemporaryDirectory() as folder:
        for language in SPOKEN.values():
            part = f"{folder}/{language}."
            for command in (
                ["combine_tessdata", "-u", str(data_folder() / f"{language}.traineddata"), part],
                ["dawg2wordlist", f"{part}lstm-unicharset", f"{part}lstm-word-dawg", f"{part}txt"],
            ):
                subprocess.run(command, check=True, capture_output=True)
            listed = Path(f"{part}txt").read_text("utf-8").split()
            words.update(word for word in map(fold, listed) if word.isalpha())
    return frozenset(words)


def damaged(sample: Sample, choose: random.Random) -> Sample:
    """Return the sample as it is, or as a scanner or a hasty thumb would have it."""
    text, chance = sample.text, choose.random()
    if chance < 0.1:
        text = without_accents(text).lower()
    elif chance < 0.18:
        text = text.upper()
    elif chance < 0.34:
        text = mistype(text, 0.05, choose)
    elif chance < 0.5:
        text = mistype(text, 0.1, choose)
    elif chance < 0.66:
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
    """Return phrases as often as they are learned, the sentences of the grammar, and rubbish."""
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
        *rubbish(samples, choose),
    ]


def rubbish(samples: Sequence[Sample], choose: random.Random) -> Iterator[Sample]:
    """Yield what a page that cannot be read is read as: letters of phrases in another order, most
    of them wrong, or a few of them among points and strokes. It says nothing of danger."""
    for _ in range(RUBBISH):
        sample = choose.choice(samples)
        shuffled = [choose.sample(word, len(word)) for word in sample.text.split()]
        way = choose.random()
        if way < 0.4:
            text = " ".join(map("".join, shuffled))
        elif way < 0.7:
            text = mistype(sample.text, choose.uniform(0.6, 0.9), choose)
        else:
            text = " ".join("".join(word[:3]) + choose.choice(STROKES) for word in shuffled)
        yield sample._replace(
            text=text, is_danger=False, family=RUBBISH_FAMILY, weight=GRAMMAR_WEIGHT
        )


class Lesson(NamedTuple):
    """What is learned: samples, what the rules saw of each, and how likely each is read for its
    meaning in a round."""

    samples: Sequence[Sample]
    passages: Sequence[Passage]
    shares: NDArray[np.float32]
    phrases: int
    """So many come first, as they were written."""
    names: tuple[str, ...]
    real_words: Set[str]
    """What is no miswritten word, though no phrase has it."""
    taught: Meaning | None = None
    """What meaning goes on from."""

    @classmethod
    def of(
        cls, every: Sequence[Sample], real_words: Set[str], former: DangerModel | None = None
    ) -> Lesson:
        """Return the lesson of all phrases, which goes on from what ``former`` was taught.

        A long call is learned as a whole, and in the window in which ``former`` hears it.
        """
        harmless = [part for sample in every for part in harmless_windows(sample)]
        windowed = [*every, *harmless]
        if former is not None:
            windowed += calling_windows(every, {part.text for part in harmless}, former)
        samples = learnable(windowed, random.Random(SEED))  # noqa: S311 - a seed, no secret
        rules = UrgencyRules()
        passages = [rules.passage(sample.text) for sample in samples]
        is_rubbish = [sample.family == RUBBISH_FAMILY for sample in samples]
        shares = np.where(is_rubbish, READ_RUBBISH, READ_GRAMMAR).astype(np.float32)
        shares[: len(windowed) * COPIES] = READ_DAMAGED
        shares[: len(windowed)] = READ_WINDOWS
        shares[: len(every)] = 1
        names = _names(passages)
        taught = former.meaning if former else None
        return cls(samples, passages, shares, len(every), names, real_words, taught)

    def read(self) -> NDArray[np.float32]:
        """Return how likely each is read for its meaning in a round: if something was taught
        before, it is what is written to a desk, and little else."""
        if self.taught is None:
            return self.shares
        at_desk = np.array([sample.family.startswith(DESK) for sample in self.samples])
        read = np.where(at_desk, self.shares, self.shares * np.float32(ONWARDS))
        read[at_desk & (self.shares == np.float32(READ_WINDOWS))] = READ_DESK_WINDOWS
        read[at_desk & (self.shares == np.float32(READ_DAMAGED))] = READ_DESK_DAMAGED
        return read

    def train(self, meaning: Meaning) -> DangerModel:
        """Return the model: pieces of words learn from all samples, and meaning goes on from what
        all but those held out have taught it."""
        every = np.arange(len(self.samples))
        return self._pieces(every, self._spelling(every)).with_meaning(meaning)

    def held_out(self) -> Tried:
        """Return what all samples but those held out teach, and how that judges these."""
        is_held_out = self._are_held_out()
        asked = np.flatnonzero(is_held_out & (self.shares == 1))
        damaged_ones = np.flatnonzero(is_held_out & (self.shares == np.float32(READ_DAMAGED)))
        asked = np.concatenate([asked, damaged_ones[::TRIED_DAMAGED]])
        kept = np.flatnonzero(~is_held_out)
        words = self._spelling(kept)
        passages = [self.passages[place] for place in asked.tolist()]
        pieces = self._pieces(kept, words).score_pieces(passages)
        meaning = self._meaning(kept, words)
        decisions = meaning.decide(
            Encoder.shipped()
            .adapted(meaning.adapter)
            .vectors(words.mend([each.prose for each in passages])),
            signal_matrix(passages, self.names),
            np.zeros(len(passages), dtype=np.float32),
        )
        scores = np.stack([pieces, decisions], axis=1).astype(np.float64)
        return Tried(scores, asked, meaning)

    def _are_held_out(self) -> NDArray[np.bool_]:
        """Return which samples are of the families held out; the grammar is learned by all, and
        what is written to a desk."""
        written = [
            sample.family
            for sample in self.samples
            if sample.weight == 1 and not sample.family.startswith(DESK)
        ]
        families = sorted(set(written))
        random.Random(SEED).shuffle(families)  # noqa: S311
        held_out = set(families[::FOLDS])
        return np.array([sample.family in held_out for sample in self.samples])

    def _spelling(self, places: NDArray[np.int64]) -> Vocabulary:
        """Return what the phrases at ``places``, as they were written, tell of miswritten words."""
        written = places[places < self.phrases].tolist()
        return spelling([self.samples[place] for place in written], self.real_words)

    def _pieces(self, places: NDArray[np.int64], words: Vocabulary) -> DangerModel:
        chosen = places.tolist()
        samples = [self.samples[place] for place in chosen]
        return train_pieces(samples, [self.passages[place] for place in chosen], words)

    def _meaning(self, places: NDArray[np.int64], words: Vocabulary) -> Meaning:
        """Return what the samples at ``places`` teach of meaning; the pieces count nothing yet."""
        passages = [self.passages[place] for place in places.tolist()]
        samples = [self.samples[place] for place in places.tolist()]
        lessons = Lessons(
            words.mend([passage.prose for passage in passages]),
            signal_matrix(passages, self.names),
            np.array([sample.is_danger for sample in samples]),
            np.array([sample.weight for sample in samples], dtype=np.float32),
            self.read()[places],
        )
        adapter, head = tune(lessons, SEED, taught=_as_taught(self.taught))
        return Meaning(
            adapter, head.inner, head.inner_bias, head.outer, float(head.bias[0]), pieces=0.0
        )


def _as_taught(meaning: Meaning | None) -> tuple[Adapter, Head] | None:
    if meaning is None:
        return None
    bias = np.array([meaning.bias], dtype=np.float32)
    return meaning.adapter, Head(meaning.inner, meaning.inner_bias, meaning.outer, bias)


class Tried(NamedTuple):
    """How pieces of words and meaning (columns) score what is held out (rows), by models that saw
    nothing of its families: on what a model has learned by heart it is too sure."""

    scores: NDArray[np.float64]
    places: NDArray[np.int64]
    """Those of the samples that were held out."""
    meaning: Meaning


class Mixture(NamedTuple):
    """What pieces of words and meaning count beside each other, and what is added."""

    pieces: float
    meaning: float
    bias: float

    @classmethod
    def of(cls, apart: NDArray[np.float64], samples: Sequence[Sample]) -> Mixture:
        """Return the one that fits scores of both (columns), each of a model without the family."""
        machine = _machine(apart, samples)
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


def train_pieces(
    samples: Sequence[Sample], passages: Sequence[Passage], words: Vocabulary
) -> DangerModel:
    """Return a model of the pieces of words, miswritten ones as they were meant, and signals."""
    names = _names(passages)
    features = extract(words.mend([passage.text for passage in passages]))
    having = np.bincount(features.buckets, minlength=BUCKETS)
    rarity = np.log((1 + len(samples)) / (1 + having)) + 1
    rarity[having < LEAST_TEXTS] = 0
    stored_rarity = rarity.astype(np.float16)
    matrix = hstack([_matrix(weigh(features, stored_rarity)), signal_matrix(passages, names)])
    machine = _machine(matrix.tocsr(), samples)
    pieces = machine.coef_[0][:BUCKETS]
    scale = float(np.abs(pieces).max()) / _LARGEST
    return DangerModel(
        Manifest(signals=names, alarm=ALARM, doubt=DOUBT, clear=CLEAR),
        weights=np.rint(pieces / scale).astype(np.int8),
        scale=scale,
        rarity=stored_rarity,
        signals=machine.coef_[0][BUCKETS:].astype(np.float32),
        bias=float(machine.intercept_[0]),
        spelling=words,
    )


def _names(passages: Sequence[Passage]) -> tuple[str, ...]:
    return tuple(sorted({name for passage in passages for name in passage.signals}))


def _machine(
    matrix: csr_matrix | NDArray[np.floating], samples: Sequence[Sample]
) -> LogisticRegression:
    machine = LogisticRegression(
        C=STRENGTH, solver="liblinear", class_weight="balanced", random_state=SEED
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


def try_out(lesson: Lesson) -> Meaning:
    """Print recall and false alarms on families held out, by threshold; return what was learned of
    meaning, and counts beside the pieces of words as fits them."""
    apart, places, meaning = lesson.held_out()
    samples = [lesson.samples[place] for place in places.tolist()]
    mixture = Mixture.of(apart, samples)
    print(f"pieces {mixture.pieces:.2f}, meaning {mixture.meaning:.2f}, {mixture.bias:.2f} added")
    scores = np.where(apart[:, 0] >= CLEAR, mixture.scores(apart), apart[:, 0])
    danger = np.array([sample.is_danger for sample in samples])
    alarms = np.array([lesson.passages[place].signals["alarms"] > 0 for place in places.tolist()])
    is_written = places < lesson.phrases
    for name, part in (("as written", is_written), ("damaged or framed", ~is_written)):
        ours, truth, ruled = scores[part], danger[part], alarms[part]
        area = roc_auc_score(truth, ours)
        print(f"{name}: area {area:.4f}; rules alone {_shares(ruled, truth)}")
        for alarm in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5):
            for doubt in (-2.0, -1.0, 0.0):
                if doubt <= alarm:
                    decided = (ours >= alarm) | (ruled & (ours >= doubt))
                    print(f"  alarm {alarm:5.2f} doubt {doubt:5.2f}: {_shares(decided, truth)}")
    return mixture.mixed(meaning)


def _shares(decided: NDArray[np.bool_], truth: NDArray[np.bool_]) -> str:
    return f"recall {decided[truth].mean():.3f}, false alarms {decided[~truth].mean():.3f}"


def main() -> None:
    """Make the model, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--try", dest="is_trial", action="store_true", help="measure only")
    parser.add_argument(
        "--onwards", type=Path, metavar="FILE", help="go on from what this danger.npz was taught"
    )
    given = parser.parse_args()
    is_trial = given.is_trial
    former = DangerModel.from_bytes(given.onwards.read_bytes()) if given.onwards else None
    samples = phrases()
    if not is_trial:  # the rules know these words before they look at any phrase
        WORDS.write_text("\n".join(known_words(samples)) + "\n", "utf-8")
    lesson = Lesson.of(samples, words_of_languages(), former)
    if former is not None and former.manifest.signals != lesson.names:
        parser.error(f"{given.onwards} was taught other signals of the rules: make it anew")
    meaning = try_out(lesson)
    if is_trial:
        return
    MODEL.write_bytes(lesson.train(meaning).to_bytes())
    print(f"{MODEL.relative_to(ROOT)}: {MODEL.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
