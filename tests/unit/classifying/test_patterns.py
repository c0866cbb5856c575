import pytest

from intake.classifying.words.folding import LONGEST_STRETCH, fold, split, windows
from intake.classifying.words.patterns import Matcher


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


@pytest.mark.parametrize("noisy", ["casa bruxia", "caza brucia", "la csa dei vicini brucia"])
def test_a_short_word_may_be_damaged_where_the_others_are_right(noisy: str) -> None:
    pattern = "casa .. brucia"
    assert _finds(pattern, noisy, tolerant=True, forgiving={0})
    assert not _finds(pattern, noisy, tolerant=True)
    assert not _finds(pattern, noisy, tolerant=True, forgiving={0}, real_words=noisy.split())


def test_of_a_phrase_of_two_words_one_must_be_right() -> None:
    assert not _finds("casa .. brucia", "caza bruxia", tolerant=True, forgiving={0})
    assert not _finds("aiuto", "aiuta", tolerant=True, forgiving={0})


def test_a_very_long_word_may_have_two_wrong_characters_where_the_others_are_right() -> None:
    options = {"tolerant": True, "forgiving": {0}}
    assert _finds("siamo intrappolat*", "siamo intgapplati", **options)
    assert not _finds("intrappolat*", "intgapplati", **options)


@pytest.mark.parametrize(
    ("joined", "apart"),
    [
        ("siamobloccati qui", "siamo bloccati qui"),
        ("siamoxbloccati", "siamo bloccati"),
        ("lacqua sale", "l acqua sale"),
        ("acquario", "acquario"),
        ("siamo", "siamo"),
    ],
)
def test_words_that_ran_together_are_cut(joined: str, apart: str) -> None:
    matcher = Matcher(["siamo bloccat*", "acqua sale"], tolerant=True, real_words=["qui"])
    separated = matcher.separate(split(joined))
    assert separated.words == tuple(apart.split())
    assert len(separated.clauses) == len(separated.sentences) == len(separated.words)


def test_a_whole_word_is_not_cut_though_its_halves_are_words() -> None:
    matcher = Matcher(["fermo"], tolerant=True, real_words=["con"], whole_words={"confermo"})
    assert matcher.separate(split("Le confermo, e sto confermo")).words[1] == "confermo"
    assert matcher.separate(split("confermi")).words == ("confermi",)
    assert Matcher(["fermo"], tolerant=True, real_words=["con"]).separate(
        split("confermo")
    ).words == ("con", "fermo")


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


def test_windows_are_stretches_and_each_two_sentences() -> None:
    words = split("Buongiorno. La casa brucia. Venite. Grazie mille.")
    assert [words.quote(*place) for place in windows(words)] == [
        "Buongiorno La casa brucia Venite Grazie mille",
        "Buongiorno La casa brucia",
        "La casa brucia Venite",
        "Venite Grazie mille",
    ]
    assert windows(split("Aiuto, brucia tutto")) == [(0, 3)]
    assert windows(split("")) == []


@pytest.mark.parametrize(
    "text", ["Uno due tre. " * 400, "parola " * 3000 + ". " + "parola " * 3000]
)
def test_no_window_is_longer_than_a_stretch(text: str) -> None:
    assert max(end - start for start, end in windows(split(text))) <= LONGEST_STRETCH
