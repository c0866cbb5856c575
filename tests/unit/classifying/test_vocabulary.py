"""The words of the examples, and which of them a miswritten word was meant to be."""

import random
from pathlib import Path

import numpy as np
import pytest

from intake.classifying.models.examples import Example
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.classifying.words import vocabulary
from intake.classifying.words.vocabulary import Vocabulary
from intake.errors import ConfigError
from intake.testing.noise import mistype


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lampiome", "lampione"),  # another letter
        ("lampine", "lampione"),  # a letter less
        ("lampioone", "lampione"),  # a letter more
        ("lam1ione", "lampione"),
        ("LAMPIOME", "lampione"),
        ("ampione", "lampione"),
        ("lampioni", "lampioni"),  # known itself
        ("lanpiome", "lanpiome"),  # two errors
        ("lampion", "lampion"),  # near to two words
        ("vla", "vla"),  # too short to tell
        ("2016", "2016"),
    ],
)
def test_a_word_one_edit_from_a_single_known_word_is_read_as_this_one(
    written: str, meant: str
) -> None:
    known = Vocabulary(["lampione", "lampioni", "strada"])
    assert known.mend([f"Via Po: {written}.\nGrazie"]) == [f"Via Po: {meant}.\nGrazie"]


def test_accents_and_case_make_no_word_another() -> None:
    assert Vocabulary(["viabilita"]).mend(["VIABILITÀ, viabilità"]) == ["VIABILITÀ, viabilità"]


def test_words_of_few_texts_are_not_kept() -> None:
    twice = ["il lampione di Brambilla"] * 2
    known = Vocabulary.of([*twice, "un lampione"])
    assert known.mend(["lampiome", "Brambillo"]) == ["lampione", "Brambillo"]
    assert b"brambilla" not in known.arrays()["words"].tobytes()


def test_a_rare_word_of_the_examples_is_no_miswriting() -> None:
    assert Vocabulary.of(["lampione"] * 3 + ["lampiome"]).mend(["lampiome"]) == ["lampiome"]


def test_words_of_the_language_are_no_miswritings() -> None:
    known = Vocabulary.of_words(["bloccati", "strada", "devo"], {"sbloccati", "stradi", "cometa"})
    assert known.mend(["sbloccati blocati stradi strade devo"]) == [
        "sbloccati bloccati stradi strada devo"
    ]
    assert len(known.arrays()["rare"]) == 2  # nothing is like a comet


def test_in_a_damaged_text_a_word_near_to_several_is_read_as_the_commonest() -> None:
    known = Vocabulary.of_words(["fermata", "bloccati", "armata", "strada"], {"firmata"})
    assert known.mend(["la ermata"]) == ["la ermata"]  # one word alone may be a name
    assert known.mend(["bloccti alla ermata"]) == ["bloccati alla fermata"]
    assert known.mend(["bloccti alla firmata"]) == ["bloccati alla firmata"]  # a word of its own
    stored = known.arrays()
    again = Vocabulary.checked(stored["words"], stored["rare"], guesses=True)
    assert again.mend(["bloccti alla ermata"]) == ["bloccati alla fermata"]


def test_many_words_are_read_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"{first}a{second}ione" for first in "bcdflmnprst" for second in "bcdflmnprst"]
    choose = random.Random(2)
    written = [mistype(word, 0.15, choose) for word in words * 5]
    few = Vocabulary(words).mend(written)
    monkeypatch.setattr(vocabulary, "_FEW_ASKED", 0)
    assert Vocabulary(words).mend(written) == few
    assert 0 < sum(map(str.__ne__, few, written)) < len(written)


def test_a_file_gives_the_same_words_again() -> None:
    stored = Vocabulary.of(["perché strada lampione"] * 3 + ["buche"]).arrays()
    again = Vocabulary.checked(stored["words"], stored["rare"])
    assert all((array == stored[name]).all() for name, array in again.arrays().items())
    assert again.mend(["lampiome perchè stradda"]) == ["lampione perchè strada"]


def _model() -> LinearModel:
    lamps = [Example(f"spento il lampione numero {number}", "luce") for number in range(20)]
    holes = [Example(f"buche profonde davanti casa {number}", "strade") for number in range(20)]
    return train([*lamps, *holes])


def test_a_miswritten_word_counts_and_is_explained_as_the_word_meant() -> None:
    model = _model()
    right, wrong = model.decide(["lampione spento", "lampiome spemto"])
    assert wrong == pytest.approx(right)
    told = model.contributions("lampiome spemto", ["lampiome", "spemto"], [], ["luce"])
    assert told == pytest.approx(
        model.contributions("lampione spento", ["lampione", "spento"], [], ["luce"])
    )


@pytest.mark.parametrize("words", [b"\xff\xfe", b"a" * 31, b"ab " * 20_001])
def test_words_of_a_file_that_cannot_be_are_refused(words: bytes, tmp_path: Path) -> None:
    path = tmp_path / "topics.model"
    path.write_bytes(_model().to_bytes())
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["read_words"] = np.frombuffer(words, dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(ConfigError, match="cannot be used"):
        LinearModel.load(path)
