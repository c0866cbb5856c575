import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.classifying.normalisation import normalise, shown
from intake.classifying.segmentation import costs, costs_by_language, segment
from intake.classifying.urgency import UrgencyRules
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
TEXTS = tomllib.loads((FIXTURES / "odd_spellings.toml").read_text("utf-8"))
OWN = [form for form in TEXTS if form != "plain"]
RULES = UrgencyRules()
VOWELS = "aeiouàèéòùûäöüéíóú"


def _apart(text: str, between: str, gap: str) -> str:
    return gap.join(between.join(word) for word in text.upper().split())


def _stretched(text: str) -> str:
    return " ".join(re.sub(r"([aeiou])(?=[^aeiou]*$)", r"\1\1\1\1", word) for word in text.split())


FORMS: dict[str, Callable[[str], str]] = {
    "wide gaps": lambda text: _apart(text, " ", "   "),
    "gaps alike": lambda text: " ".join(text.upper().replace(" ", "")),
    "hyphens": lambda text: _apart(text, "-", " "),
    "points": lambda text: _apart(text, ".", "  "),
    "stretched": _stretched,
    "together": lambda text: re.sub("[ ']", "", text),
    "figures": lambda text: text.translate(str.maketrans("aeio", "4310")),
    "bare": lambda text: re.sub(f"[{VOWELS}]", "", text),
}


def _urgency(text: str) -> Urgency:
    return RULES.assess([Document(origin="body", text=text)]).urgency


def _share_of_alarms(texts: list[str]) -> float:
    return sum(_urgency(text) is Urgency.EMERGENCY for text in texts) / len(texts)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("A I U T O  S I A M O  B L O C C A T I", "AIUTO SIAMO BLOCCATI"),
        ("F U G A D I G A S", "FUGA DI GAS"),
        ("L ' A C Q U A  S A L E", "L'ACQUA SALE"),
        ("A-I-U-T-O", "AIUTO"),
        ("S . O . S .", "SOS ."),
        ("siamo A I U T O", "siamo AIUTO"),
        ("il fuocooo è arrivato alla portaaaa", "il fuoco è arrivato alla porta"),
        ("siamobloccatiincantinaelacquasale", "siamo bloccati in cantina e l acqua sale"),
        ("casainfiammeviaroma12", "casa in fiamme via roma 12"),
        ("nousavonsbesoindaide", "nous avons besoin d aide"),
        ("s0cc0rs0! bruc14 l4 c4s4", "soccorso! brucia la casa"),
        ("4iut000 5i4m0 bl0cc4t1", "aiuto siamo bloccati"),
        ("mia mdr è dntr", "mia madre è dentro"),
        ("sccrs! l cs brc", "soccorso! la casa brucia"),
        ("\U0001f525\U0001f198 \U0001f198", "\U0001f525 SOS "),
        ("a\u200bi\u200bu\u200bt\u200bo", "aiuto"),
    ],
)
def test_an_odd_spelling_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert normalise(written).text == meant


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS["plain"]["calls"],
        *TEXTS["plain"]["harmless"],
        *("A. B. Rossi", "S N S S N S", "M F M F", "A B C D E F", "x | x | o", "a) b) c) d)"),
        *("IT60X0542811101000000123456", "RSSMRA80A01H501U", "AB123CD", "CC-2026-0000042-7"),
        *("H2O", "1st floor, 4th door", "via Roma 10a", "tel. 06 68201", "pratica n. 4S5T0B"),
        *("www.comune.it/cosafareincasodincendio", "info@cosafareincasodincendio.it"),
        *("Katastrophenschutz", "elettroencefalogramma", "Papa Giovanni XXXIII", "zzz"),
        *("il PNRR e il DPCM", "smrt je vrh trga prst", "km, kg, mm", "我 们 被 困 在 家 里"),
    ],
)
def test_what_is_not_spelt_oddly_is_let_be(text: str) -> None:
    assert normalise(text).text is text
    assert normalise(text).respelt == ()


def test_what_was_written_is_shown_where_its_meaning_is_quoted() -> None:
    meant = [normalise("l4 c4s4 bruc14"), normalise("graaazie mille")]
    assert shown(meant, ["brucia, casa"]) == "c4s4 = casa; bruc14 = brucia"
    assert shown(meant, ["aiuto"]) == ""


@pytest.mark.parametrize("form", FORMS)
def test_calls_that_are_spelt_oddly_are_heard_and_harmless_texts_are_not(form: str) -> None:
    choose = random.Random(form)
    spell = FORMS[form]
    calls = [spell(text) for text in choose.sample(TEXTS["plain"]["calls"], 12)]
    harmless = [spell(text) for text in choose.sample(TEXTS["plain"]["harmless"], 14)]
    assert _share_of_alarms(calls) >= (0.65 if form == "bare" else 0.9)
    assert _share_of_alarms(harmless) <= 0.1


@pytest.mark.parametrize("form", OWN)
def test_what_came_so_by_itself_is_told_apart(form: str) -> None:
    assert _share_of_alarms(TEXTS[form]["calls"]) >= 0.8
    assert _share_of_alarms(TEXTS[form]["harmless"]) <= 0.1


def test_the_evidence_says_what_was_written() -> None:
    evidence = RULES.assess([Document(text="S0CC0RS0! bruc14 l4 c4s4")]).evidence
    assert evidence[0].rule.startswith("emergency: ")
    assert evidence[-1].rule.startswith("spelling: ")
    assert "S0CC0RS0 = SOCCORSO" in evidence[-1].text


def test_a_drill_whose_letters_stand_apart_is_one() -> None:
    subject = Document(origin="subject", text="E S E R C I T A Z I O N E")
    body = Document(origin="body", text="Tre persone intrappolate in casa.")
    assert RULES.assess([subject, body]).urgency is not Urgency.EMERGENCY


def test_letters_are_cut_in_the_language_in_which_that_is_likeliest() -> None:
    found = segment("WirSindImKellerEingeschlossen")
    assert found is not None
    assert found.words == ("Wir", "Sind", "Im", "Keller", "Eingeschlossen")
    assert found.unknown == 0
    assert segment("qwzxkjqwzxkj") is None
    assert set(costs_by_language()) == {"it", "en", "de", "fr", "es", "sl"}
    assert costs()["la"] < costs()["cantina"]
