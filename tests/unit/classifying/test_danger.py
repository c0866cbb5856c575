from collections.abc import Sequence

import numpy as np
import pytest

from intake.classifying.danger.model import DangerModel, shipped_model
from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.encoding.encoder import Encoder, Floats
from intake.schemas.documents import Document

RULES = UrgencyRules()
CALLS = [
    "Il forno del paese è crollato col fornaio dentro",
    "the neighbour downstairs has stopped answering and there is water up to her window",
    "Mein Vater liegt auf dem Boden und atmet nicht",
]
CALM = [
    "Vorrei ricevere il modulo per la domanda di contributo, grazie",
    "When does the office open on Saturday?",
    "Ich bitte um eine Kopie der Rechnung vom letzten Monat",
]


@pytest.fixture
def texts_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the encoder is given to read."""
    read: list[str] = []
    vectors = Encoder.vectors

    def noted(self: Encoder, texts: Sequence[str]) -> Floats:
        read.extend(texts)
        return vectors(self, texts)

    monkeypatch.setattr(Encoder, "vectors", noted)
    return read


def test_calls_for_help_score_above_calm_letters_in_any_language() -> None:
    scores = shipped_model().score([RULES.passage(text) for text in (*CALLS, *CALM)])
    assert min(scores[: len(CALLS)]) > max(scores[len(CALLS) :])


def test_what_is_clear_from_pieces_of_words_is_not_read(texts_read: list[str]) -> None:
    passages = [RULES.passage(text) for text in CALM]
    clear = shipped_model().score_pieces(passages) < shipped_model().manifest.clear
    assert clear.any()
    shipped_model().score(passages)
    assert len(texts_read) == (~clear).sum()


def test_no_more_is_read_than_asked_for_and_the_likeliest_first(texts_read: list[str]) -> None:
    passages = [RULES.passage(text) for text in CALLS * 3]
    shipped_model().score(passages, most_read=2)
    likeliest = np.argsort(-shipped_model().score_pieces(passages), kind="stable")[:2]
    assert texts_read == [passages[place].prose for place in likeliest]


def test_meaning_is_read_as_it_was_written_but_for_the_end(texts_read: list[str]) -> None:
    shipped_model().score([RULES.passage("«Aiuto, l'acqua è qui!», ha scritto. E poi più nulla.")])
    assert texts_read == ["Aiuto, l'acqua è qui!», ha scritto. E poi più nulla"]


def test_a_question_is_read_as_a_question(texts_read: list[str]) -> None:
    shipped_model().score([RULES.passage("Mio padre non respira, cosa devo fare?")])
    assert texts_read == ["Mio padre non respira, cosa devo fare?"]


def test_miswritten_words_are_read_as_they_were_meant(texts_read: list[str]) -> None:
    shipped_model().score([RULES.passage("Mio padre non resp1ra, cosa devo fare")])
    assert texts_read == ["Mio padre non respira, cosa devo fare"]


@pytest.mark.parametrize(
    "text",
    [
        "Da Pistoia a Pienza la strada e stata allargata",
        "Gli ostaggi sono stati sbloccati, materie e allusione, incensi",
    ],
)
def test_words_of_their_own_are_not_taken_for_alarming_ones(text: str) -> None:
    assert shipped_model().spelling.mend([text]) == [text]


def test_words_that_tell_are_shown_as_they_were_written() -> None:
    assert "resp1ra" in shipped_model().telling_words("mio padre non resp1ra")


def test_a_call_beside_a_long_word_is_read(texts_read: list[str]) -> None:
    call = "un uomo appeso al cornicione sta per lasciarsi andare, mio padre non resp1ra"
    shipped_model().score([RULES.passage(f"{'0f' * 10_300} {call}")])
    assert texts_read[0].endswith("mio padre non respira")
    assert RULES.assess([Document(text=f"{call} {'0f' * 10_300} grazie")]).urgency == "emergency"


def test_a_model_is_the_same_after_it_was_stored() -> None:
    content = shipped_model().to_bytes()
    again = DangerModel.from_bytes(content)
    passages = [RULES.passage(text) for text in (*CALLS, *CALM)]
    assert again.score(passages) == pytest.approx(shipped_model().score(passages))
    assert again.to_bytes() == content
