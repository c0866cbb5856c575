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
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from intake.classifying.danger import SHIPPED, DangerModel, Manifest, Passage, signal_matrix
from intake.classifying.features import BUCKETS, Features, extract
from intake.classifying.folding import fold, split
from intake.classifying.linear_model import weigh
from intake.classifying.urgency import KNOWN_WORDS, UrgencyRules
from intake.testing.noise import misread, mistype, without_accents

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures" / "classify"
MODEL = ROOT / "src" / "intake" / "classifying" / "data" / SHIPPED
WORDS = MODEL.with_name(KNOWN_WORDS)
LEARNED = ("emergency.toml", "everyday.toml", "calls.toml", "lookalikes.toml")
SEED = 1
FOLDS = 5
COPIES = 4
"""Of each phrase so many are learned, most of them damaged."""
SENTENCES = {"it": 12}
OTHER_SENTENCES = 8
"""Of each line of the grammar so many sentences are unfolded."""
GRAMMAR_WEIGHT = 0.5
LEAST_TEXTS = 2
STRENGTH = 10.0
"""The inverse of the regularisation."""
ALARM, DOUBT = 0.5, 0.0
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
                    yield Sample(text, is_danger, family, GRAMMAR_WEIGHT)

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
    """Return the phrases of the files that are learned from, each once."""
    tables = [tomllib.loads((FIXTURES / name).read_text("utf-8")) for name in LEARNED]
    return [
        Sample(text, family["emergency"], family["name"])
        for table in tables
        for family in table["families"]
        for text in family["phrases"]
    ]


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


def learnable(samples: Sequence[Sample], choose: random.Random) -> list[Sample]:
    """Return phrases as often as they are learned, and the sentences of the grammar."""
    grammar = Grammar(tomllib.loads((FIXTURES / "danger.toml").read_text("utf-8")))
    return [
        *(sample for sample in samples),
        *(damaged(sample, choose) for sample in samples for _ in range(COPIES - 1)),
        *(damaged(sample, choose) for sample in grammar.samples(choose)),
    ]


def seen(rules: UrgencyRules, texts: Sequence[str]) -> list[Passage]:
    """Return each text as one passage, however long."""
    return [rules.passage(text) for text in texts]


def train(samples: Sequence[Sample], passages: Sequence[Passage]) -> DangerModel:
    """Return the model of ``samples``, of which ``passages`` are what the rules saw."""
    names = tuple(sorted({name for passage in passages for name in passage.signals}))
    features = extract([passage.text for passage in passages])
    having = np.bincount(features.buckets, minlength=BUCKETS)
    rarity = np.log((1 + len(samples)) / (1 + having)) + 1
    rarity[having < LEAST_TEXTS] = 0
    stored_rarity = rarity.astype(np.float16)
    matrix = hstack([_matrix(weigh(features, stored_rarity)), signal_matrix(passages, names)])
    machine = LogisticRegression(
        C=STRENGTH, solver="liblinear", class_weight="balanced", random_state=SEED
    )
    machine.fit(
        matrix.tocsr(),
        [sample.is_danger for sample in samples],
        sample_weight=[sample.weight for sample in samples],
    )
    pieces = machine.coef_[0][:BUCKETS]
    scale = float(np.abs(pieces).max()) / _LARGEST
    return DangerModel(
        Manifest(signals=names, alarm=ALARM, doubt=DOUBT),
        weights=np.rint(pieces / scale).astype(np.int8),
        scale=scale,
        rarity=stored_rarity,
        signals=machine.coef_[0][BUCKETS:].astype(np.float32),
        bias=float(machine.intercept_[0]),
    )


def _matrix(features: Features) -> csr_matrix:
    return csr_matrix(
        (features.values, features.buckets, features.starts),
        shape=(len(features.starts) - 1, BUCKETS),
    )


def held_out() -> tuple[list[Sample], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the phrases, clean and with 5 % wrong characters, their scores and the rules' word.

    Each is scored by a model that saw no phrase of its family.
    """
    choose = random.Random(SEED)  # noqa: S311 - a seed, no secret
    rules, every = UrgencyRules(), phrases()
    order = sorted({sample.family for sample in every})
    random.Random(SEED).shuffle(order)  # noqa: S311
    fold_of = {family: number % FOLDS for number, family in enumerate(order)}
    learned = learnable(every, choose)
    views = seen(rules, [sample.text for sample in learned])
    tried = [*every, *(s._replace(text=mistype(s.text, 0.05, choose)) for s in every)]
    tried_views = seen(rules, [sample.text for sample in tried])
    scores = np.zeros(len(tried))
    for held in range(FOLDS):
        kept = [n for n, sample in enumerate(learned) if fold_of.get(sample.family) != held]
        model = train([learned[n] for n in kept], [views[n] for n in kept])
        places = [n for n, sample in enumerate(tried) if fold_of[sample.family] == held]
        scores[places] = model.score([tried_views[n] for n in places])
    alarms = np.array([view.signals["alarms"] > 0 for view in tried_views])
    return tried, scores, alarms


def try_out() -> None:
    """Print recall and false alarms on families held out, by threshold and by language."""
    tried, scores, alarms = held_out()
    danger = np.array([sample.is_danger for sample in tried])
    half = len(tried) // 2
    for name, part in (("clean", slice(0, half)), ("5 % wrong", slice(half, None))):
        ours, truth, ruled = scores[part], danger[part], alarms[part]
        print(f"{name}: rules alone {_shares(ruled, truth)}")
        for alarm in (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0):
            for doubt in (-2.5, -1.5, -1.0, -0.5):
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
        try_out()
        return
    WORDS.write_text("\n".join(known_words(phrases())) + "\n", "utf-8")
    learned = learnable(phrases(), random.Random(SEED))  # noqa: S311
    rules = UrgencyRules()
    MODEL.write_bytes(train(learned, seen(rules, [sample.text for sample in learned])).to_bytes())
    print(f"{MODEL.relative_to(ROOT)}: {MODEL.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
