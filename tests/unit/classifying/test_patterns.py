import pytest

from intake.classifying.folding import fold, split
from intake.classifying.patterns import Matcher


def _finds(pattern: str, text: str, **options: object) -> bool:
    return bool(Matcher([pattern], **options).find(split(text)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("terremoto", "Il TERREMOTO!"),
        ("terremot*", "i terremotati"),
        ("perché", "PERCHE'"),
        ("rischio sismic*", "il rischio\nsismico del comune"),
        ("tetto .. croll*", "il tetto della vecchia scuola crolla"),
        ("tetto|muro .. cede", "un muro cede"),
        ("c'è|vi è un incendio", "vi è un incendio"),
        ("@casa brucia", "il palazzo brucia"),
        ("^ aiuto", "Salve. Aiuto!"),
        ("^ sos $", "S.O.S.!"),
        ("terremoto", "terre-\nmoto"),
    ],
)
def test_a_pattern_is_found(pattern: str, text: str) -> None:
    assert _finds(pattern, text, groups={"casa": ["casa", "palazzo"]})


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("terremoto", "terremotati"),
        ("rischio sismic*", "rischio. Sismico"),
        ("tetto .. croll*", "tetto a b c d e crolla"),
        ("tetto .. croll*", "il tetto tiene.\n\nTutto crolla"),
        ("^ aiuto", "chiedo aiuto"),
        ("^ sos $", "sos cavalli"),
    ],
)
def test_a_pattern_is_not_found(pattern: str, text: str) -> None:
    assert not _finds(pattern, text)


@pytest.mark.parametrize(
    "noisy", ["intrappo1ati", "ntrappolati", "intrapppolati", "intrapploati", "lntrappolati"]
)
def test_one_wrong_character_in_a_long_word_is_forgiven(noisy: str) -> None:
    assert _finds("intrappolat*", noisy, tolerant=True)
    assert not _finds("intrappolat*", noisy)


def test_two_wrong_characters_short_words_and_real_words_are_not_forgiven() -> None:
    assert not _finds("intrappolat*", "intruppulati", tolerant=True)
    assert not _finds("aiuto", "aiuta", tolerant=True)
    assert not _finds("ambulanza", "ambulanze", tolerant=True, real_words=["ambulanze"])


@pytest.mark.parametrize("pattern", ["", "..", "casa ..", "@nessuno brucia", "a ! b"])
def test_a_pattern_without_sense_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Matcher([pattern])


def test_folding_removes_case_accents_and_points() -> None:
    assert [fold(word) for word in ("PERCHÉ", "e\u0300", "S.O.S.", "Straße")] == [
        "perche",
        "e",
        "sos",
        "strasse",
    ]
