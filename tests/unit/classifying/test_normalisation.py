import random
import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.words.normalisation import Meant, normalise, shown
from intake.classifying.words.segmentation import costs, costs_by_language, segment
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
TEXTS = tomllib.loads((FIXTURES / "odd_spellings.toml").read_text("utf-8"))
OWN = [form for form in TEXTS if form != "plain"]
RULES = UrgencyRules()
UNSEEN = [*FIXTURES.glob("unseen*.toml"), *FIXTURES.glob("unseen_desk*.jsonl")]
LONG_WORDS = sorted(
    {word for path in UNSEEN for word in re.findall(r"[^\W\d_]{9,}", path.read_text("utf-8"))}
)
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
        ("s0s", "sos"),
        ("s0cc0rs0 al piano 3D, scala A1", "soccorso al piano 3D, scala A1"),
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
        *("chemioterapia", "telefonavo", "cofinanziamento", "Civitavecchia", "Casalmaggiore"),
        *("Quattrocchi e Passalacqua di Niederkofler", "Aufenthaltsgenehmigung", "receptionist"),
        *("Stanza S05 urgente", "La G4S perde", "A1 e 3D", "targa FA770RE", "test1, fase1"),
        *("cfr. sgg. ss. nn. 12 e pp. 34", "html css js php sql", "ssh dns", "hmm hmm"),
        *("Na trg Krk in Vrh, smrt", "S.p.A. S.r.l. s.n.c.", "A.I.U.T.O. onlus ringrazia"),
        *("S.O.S. Elettrodomestici s.n.c.", "S.O.S. compiti", "S I  N O", "M. A. R. I. O."),
        *("V. S. I. M. S O S", "VIII circoscrizione", "XVIII e XXXVIII"),
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
    assert shown([normalise("S . O . S . venite")], ["SOS"]) == "S . O . S = SOS"
    assert shown([Meant("", (("s.0.s.", "sos."),))], ["sos"]) == "s.0.s. = sos."


def test_words_by_themselves_and_among_others_are_not_cut_to_pieces() -> None:
    assert len(LONG_WORDS) > 4000
    alone = [word for word in LONG_WORDS if normalise(word).respelt]
    among = [word for word in LONG_WORDS if normalise(f"per la {word} di casa").respelt]
    assert max(len(alone), len(among)) <= 0.001 * len(LONG_WORDS)


@pytest.mark.parametrize(
    "text",
    [
        *("Cordiali saluti.\n\nGori", "Firma: Gori.", "Saluti.\n\nFuoco", "Corso: Fuoco."),
        *("Oggetto: Fuoco", "S.O.S. compiti", "S.O.S. Elettrodomestici s.n.c."),
        *("A.I.U.T.O. onlus ringrazia", "Stanza S05 urgente", "ss. nn. 12 e pp. 34"),
    ],
)
def test_names_titles_and_codes_are_no_cries(text: str) -> None:
    assert _urgency(text) is not Urgency.EMERGENCY


@pytest.mark.parametrize("text", ["Fuoco", "soccorso", "Gori!", "Siamo in via Po 3.\nFuoco!"])
def test_a_cry_is_heard_where_it_is_all_or_called_out(text: str) -> None:
    assert _urgency(text) is Urgency.EMERGENCY


def test_a_subject_is_a_cry_if_nothing_stands_under_it() -> None:
    subject = Document(origin="subject", text="Fuoco")
    course = Document(origin="body", text="Chiedo informazioni sul corso.")
    assert RULES.assess([subject, Document(text="")]).urgency is Urgency.EMERGENCY
    assert RULES.assess([subject, course]).urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "piece", ["abc1de10fg1 ", "a b c d ", "rnolaetsi ", "A I U T O  ", "bcd fgh "]
)
def test_a_long_text_is_read_in_bounded_time(piece: str) -> None:
    started = time.process_time()
    normalise(piece * (150_000 // len(piece)))
    assert time.process_time() - started < 3


@pytest.mark.parametrize("form", FORMS)
def test_calls_that_are_spelt_oddly_are_heard_and_harmless_texts_are_not(form: str) -> None:
    choose = random.Random(form)
    spell = FORMS[form]
    calls = [spell(text) for text in choose.sample(TEXTS["plain"]["calls"], 12)]
    harmless = [spell(text) for text in choose.sample(TEXTS["plain"]["harmless"], 14)]
    assert _share_of_alarms(calls) >= {"bare": 0.65, "together": 0.75}.get(form, 0.9)
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


def _unknown(count: int) -> str:
    draw = random.Random(4)
    return " ".join("".join(draw.choices("bcdfglmnprst", k=18)) for _ in range(count))


def test_the_evidence_says_what_was_too_much_to_be_read_as_it_was_meant() -> None:
    call = "siamobloccatiincantinaeacquasale"
    assessed = RULES.assess([Document(text=f"{_unknown(840)} {call}")])
    assert assessed.urgency is Urgency.HIGH
    assert "letters without blanks" in assessed.evidence[-1].text
    assert RULES.assess([Document(text=_unknown(800))]).evidence == ()
