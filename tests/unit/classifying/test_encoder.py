import numpy as np
import pytest

from intake.classifying.encoding.encoder import Encoder, Packed
from intake.classifying.encoding.pieces import BEGIN, END, PADDING, UNKNOWN, WORD_START, Pieces

SAID = {
    "it": ["la casa brucia", "vorrei pagare la multa", "il fiume sta salendo", "chiude la scuola"],
    "en": [
        "the house is on fire",
        "I want to pay the fine",
        "the river is rising",
        "school closes",
    ],
    "de": ["das Haus brennt", "ich will das Bußgeld zahlen", "der Fluss steigt", "Schule schließt"],
    "fr": ["la maison brûle", "je veux payer l'amende", "la rivière monte", "l'école ferme"],
    "es": ["la casa arde", "quiero pagar la multa", "el río está subiendo", "cierra la escuela"],
}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.shipped()


def _pieces(**scores: float) -> Pieces:
    names = [BEGIN, PADDING, END, UNKNOWN, *(name.replace("_", WORD_START) for name in scores)]
    return Pieces(names, np.array([0.0, 0.0, 0.0, 0.0, *scores.values()], dtype=np.float32))


def test_a_word_is_cut_in_the_likeliest_way() -> None:
    pieces = _pieces(_fu=-1.0, oco=-1.0, _fuo=-3.0, co=-3.0)
    assert pieces.of("Fuoco", most=10) == [0, 4, 5, 2]


def test_what_no_piece_has_is_unknown() -> None:
    assert _pieces(_a=-1.0).of("a☂", most=10) == [0, 4, 3, 2]


def test_a_text_has_no_more_pieces_than_asked_for() -> None:
    assert _pieces(_a=-1.0).of("a " * 100, most=5) == [0, 4, 4, 4, 2]


def test_packed_weights_are_halves_of_bytes_times_the_scale_of_their_block() -> None:
    halves = np.full((1, 16), 8 + 16 * 10, dtype=np.uint8)
    halves[0, 0] = 0 + 16 * 15
    found = Packed(np.array([[0.5]], dtype=np.float16), halves).floats()
    assert found.shape == (1, 32)
    assert found[0, :2].tolist() == [-4.0, 0.0]
    assert found[0, 16:18].tolist() == [3.5, 1.0]


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: Encoder) -> None:
    texts = ["aiuto", "la casa brucia e il nonno è dentro, venite subito", "", "l'acqua sale"]
    together = encoder.vectors(texts)
    alone = np.concatenate([encoder.vectors([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-3)
    assert np.isfinite(together).all()


@pytest.mark.parametrize("text", ["x" * 100_000, "\x00\ufffd☂" * 50, "a b " * 10_000])
def test_whatever_is_written_has_a_vector(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.vectors([text])).all()


def test_of_a_text_without_measure_the_beginning_is_read(encoder: Encoder) -> None:
    beginning = "0123456789 " * 300
    ours, longer = encoder.vectors([beginning, beginning + "aiuto " * 10_000])
    assert longer == pytest.approx(ours, abs=1e-3)


@pytest.mark.parametrize("language", sorted(set(SAID) - {"it"}))
def test_the_same_said_in_another_language_is_nearest(encoder: Encoder, language: str) -> None:
    """Cosines of what is left when the mean of each language is taken away."""
    ours, theirs = (encoder.vectors(SAID[each]) for each in ("it", language))
    ours, theirs = (
        (each - each.mean(axis=0)) / np.linalg.norm(each - each.mean(axis=0), axis=1)[:, None]
        for each in (ours, theirs)
    )
    assert (ours @ theirs.T).argmax(axis=1).tolist() == [0, 1, 2, 3]
