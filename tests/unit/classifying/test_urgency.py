import random
import string
import textwrap
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from intake.classifying.danger.familiarity import is_rubbish
from intake.classifying.danger.model import DangerModel, Passage
from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.language import LANGUAGES
from intake.errors import ConfigError
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document
from intake.testing.noise import misread, mistype

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
FAMILIES = tomllib.loads((FIXTURES / "emergency.toml").read_text("utf-8"))["families"]
CALLS = [text for family in FAMILIES if family["emergency"] for text in family["phrases"]]
CALM = [text for family in FAMILIES if not family["emergency"] for text in family["phrases"]]
RULES = UrgencyRules()
DOUBTED = "I am drowning in paperwork"


def _urgency(*texts: str) -> Urgency:
    return RULES.assess([Document(text=text) for text in texts]).urgency


def _share_of_alarms(texts: Sequence[str]) -> float:
    return sum(_urgency(text) is Urgency.EMERGENCY for text in texts) / len(texts)


def test_the_phrase_set_is_large_enough_to_mean_something() -> None:
    assert len(set(CALLS)) == len(CALLS) >= 300
    assert len(set(CALM)) == len(CALM) >= 700
    assert {family["lang"] for family in FAMILIES} == set(LANGUAGES)


def test_calls_for_help_are_found_and_calm_phrases_raise_few_alarms() -> None:
    choose = random.Random(5)
    assert _share_of_alarms(choose.sample(CALLS, 60)) >= 0.98
    assert _share_of_alarms(choose.sample(CALM, 60)) <= 0.02


@pytest.mark.parametrize(
    ("name", "asked", "found", "mistaken"),
    [
        ("unseen.toml", 50, 0.85, 0.15),  # in words that are oblique on purpose
        ("unseen_plain.toml", 40, 0.9, 0.15),
        ("unseen_usual.toml", 40, 0.95, 0.05),
        ("unseen_tricky.toml", 40, 0.9, 0.04),
        ("unseen_others.toml", 40, 0.95, 0.04),
    ],
)
def test_danger_is_found_in_words_that_nobody_has_taught_us(
    name: str, asked: int, found: float, mistaken: float
) -> None:
    unseen = tomllib.loads((FIXTURES / name).read_text("utf-8"))["families"]
    calls = [text for family in unseen if family["emergency"] for text in family["phrases"]]
    calm = [text for family in unseen if not family["emergency"] for text in family["phrases"]]
    assert not {*calls, *calm} & {*CALLS, *CALM}
    choose = random.Random(11)  # benchmarks/classify.py measures on all of them
    assert _share_of_alarms(choose.sample(calls, asked)) >= found
    assert _share_of_alarms(choose.sample(calm, 40)) <= mistaken


@pytest.mark.parametrize(
    "text",
    ["test", "Oggetto", "next", "hello", "no", "sì", "n30", "Re: sì", "IMG_2045", "Le confermo"],
)
def test_a_word_or_two_raise_no_alarm_by_themselves(text: str) -> None:
    assert _urgency(text) is Urgency.NORMAL
    assert _urgency(text, "Vorrei ricevere il modulo per la domanda di contributo.") is (
        Urgency.NORMAL
    )


@pytest.mark.parametrize("text", ["aiuto", "AIUTO!", "Siamo intrappolati", "help us", "Hilfe"])
def test_a_short_cry_for_help_is_an_alarm(text: str) -> None:
    assert _urgency(text) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "call",
    [
        "dajl terzo piano la signora vuofle lancirsi",
        "mil zia enongapre più la porta bda ieri e paogeva",
    ],
)
def test_a_likely_call_of_which_few_words_are_known_is_an_alarm(call: str) -> None:
    assert _urgency(call) is Urgency.EMERGENCY


def test_calls_for_help_are_found_with_wrong_characters() -> None:
    choose = random.Random(7)
    calls, calm = choose.sample(CALLS, 40), choose.sample(CALM, 40)
    assert _share_of_alarms([mistype(text, 0.05, choose) for text in calls]) >= 0.90
    assert _share_of_alarms([mistype(text, 0.05, choose) for text in calm]) <= 0.05
    assert _share_of_alarms([misread(text, 0.05, choose) for text in calls]) >= 0.95


@pytest.mark.parametrize("phrase", ["Aiuto", "S.O.S.", "Fuga di gas", "mio padre non respira"])
def test_an_alarm_shows_the_words_that_raised_it(phrase: str) -> None:
    assessment = RULES.assess([Document(text=phrase)])
    assert assessment.urgency is Urgency.EMERGENCY
    assert assessment.evidence[0].rule.startswith("emergency: ")
    assert assessment.evidence[0].text


def test_an_alarm_that_the_model_doubts_is_read_soon_even_so() -> None:
    assessment = RULES.assess([Document(text=DOUBTED)])
    assert assessment.urgency is Urgency.HIGH
    assert any("doubtful" in evidence.rule for evidence in assessment.evidence)


@pytest.mark.parametrize("phrase", ["aiuto siamo bloccati in ascensore", "c'è un incendio in casa"])
def test_capitals_and_line_ends_change_nothing(phrase: str) -> None:
    assert _urgency(phrase.upper()) is Urgency.EMERGENCY
    assert _urgency(phrase.replace(" ", "\n")) is Urgency.EMERGENCY


def test_a_call_for_help_is_found_among_much_other_text() -> None:
    calm = "Buongiorno, chiedo informazioni sugli orari. " * 200
    assert _urgency(calm + "Siamo intrappolati in casa. " + calm) is Urgency.EMERGENCY


def test_a_drill_in_the_subject_covers_the_body_unless_it_is_said_to_be_real() -> None:
    assert _urgency("Esercitazione", "Tre persone intrappolate in casa.") is Urgency.NORMAL
    real = "Aiuto, tre persone sono intrappolate davvero"
    assert _urgency("Esercitazione", real) is Urgency.EMERGENCY


def _of_mail(subject: str, body: str) -> Urgency:
    return RULES.assess(
        [Document(origin="subject", text=subject), Document(origin="body", text=body)]
    ).urgency


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "macchia nel fiume",
            "C'è una chiazza tipo gasolio sul Lambro, da ieri. Chi se ne occupa?",
        ),
        ("nonna e caldo", "Domani danno 39 a Firenze. Finestre aperte o chiuse di giorno?"),
        ("Viento en Trieste", "Hola, ¿dónde puedo consultar el aviso de viento del jueves?"),
    ],
)
def test_a_subject_is_judged_with_what_is_written_under_it(subject: str, body: str) -> None:
    assert _of_mail(subject, body) is not Urgency.EMERGENCY


LONG_BODY = (
    "Buongiorno, vi avevo già scritto a marzo per la strada provinciale e nessuno mi ha risposto. "
    "Chiedo di sapere a che punto è la pratica e chi la segue, perché gli uffici del Comune mi "
    "rimandano a voi e voi a loro. Distinti saluti.\n\nLe informazioni contenute in questa e-mail "
    "sono riservate al destinatario; chi le riceve per sbaglio è pregato di distruggerle."
)


@pytest.mark.parametrize("body", ["", "Inviato da iPhone", "Grazie. " * 100, LONG_BODY])
@pytest.mark.parametrize(
    "subject",
    [
        "Siamo bloccati in casa, aiuto",
        "L'acqua è già al primo piano e siamo sul tetto",
        "Mia madre non respira",
        "c'è un incendio in casa",
        "mio figlio si vuole ammazzare",
        "il tetto sta cedendo su di noi",
        "uomo a terra davanti alla scuola",
    ],
)
def test_a_call_in_the_subject_is_heard_whatever_stands_under_it(subject: str, body: str) -> None:
    assert _of_mail(subject, body) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "subject", ["Vorrei sapere se", "L'anno scorso", "Quando ero piccolo", "Il libro", "Re: libri"]
)
@pytest.mark.parametrize("body", ["mia madre non respira", "c'è un incendio e siamo bloccati"])
def test_a_subject_hides_no_call_that_stands_under_it(subject: str, body: str) -> None:
    assert _of_mail(subject, body) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "phrase",
    [
        "Mia madre è disabile e ha bisogno di farmaci",
        "Vivo da sola e sono anziana, mi serve assistenza",
        "La domanda va presentata entro il 30 giugno",
        "Il termine perentorio scade domani",
        "Atto di diffida e messa in mora",
        "Il mio avvocato farà ricorso al TAR del Lazio",
        "We need an answer by tomorrow",
        "Il Comune ci dà dieci giorni per lo sgombero",
    ],
)
def test_vulnerable_people_deadlines_and_legal_acts_are_urgent(phrase: str) -> None:
    assert _urgency(phrase) is Urgency.HIGH


def test_what_cannot_wait_is_found_and_the_same_words_elsewhere_are_let_be() -> None:
    families = tomllib.loads((FIXTURES / "high.toml").read_text("utf-8"))["families"]
    assert sum(len(each["phrases"]) for each in families if each["high"]) >= 120
    assert sum(len(each["phrases"]) for each in families if not each["high"]) >= 200

    def share(*, half: str, high: bool) -> float:
        found = [
            _urgency(text) is not Urgency.NORMAL
            for each in families
            if each["half"] == half and each["high"] is high
            for text in each["phrases"]
        ]
        return sum(found) / len(found)

    assert share(half="a", high=True) >= 0.90
    assert share(half="a", high=False) <= 0.10
    assert share(half="b", high=True) >= 0.88
    assert share(half="b", high=False) <= 0.14


def test_a_guard_of_one_urgency_leaves_the_other_alone(tmp_path: Path) -> None:
    path = tmp_path / "urgency.toml"
    path.write_text(
        '[[guards]]\nname = "study"\nscope = "sentence"\nurgency = "high"\npatterns = ["tesi"]\n'
        '[[rules]]\nname = "soon"\nurgency = "high"\npatterns = ["domani"]\n'
        '[[rules]]\nname = "fire"\nurgency = "emergency"\npatterns = ["incendio"]\n',
        "utf-8",
    )
    rules = UrgencyRules(path)
    assert rules.assess([Document(text="La tesi è per domani")]).urgency is Urgency.NORMAL
    assert rules.assess([Document(text="È per domani")]).urgency is Urgency.HIGH
    fire = rules.assess([Document(text="Una tesi su un incendio")])
    assert fire.urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "Quali sono gli orari?",
        "Materiale per i bambini",
        "Da sei giorni non ricevo la newsletter",  # "dà sei giorni" is another word
        "Ne parlavano ieri al bar",  # no "al TAR" with a wrong letter
        "Mi mandate circa venti moduli senza timbro?",  # nor somebody "cieca ... senza"
    ],
)
def test_the_rest_is_normal(phrase: str) -> None:
    assert _urgency(phrase) is Urgency.NORMAL


def test_nothing_to_read_is_normal() -> None:
    assert UrgencyRules().assess([])[:2] == (Urgency.NORMAL, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[rules]]\nname="a"\nurgency="high"\npatterns=["x .."]', ["'a'", "x .."]),
        (
            '[[rules]]\nname="a"\nurgency="high"\nguards=["b"]\npatterns=["x"]',
            ["'a'", "guards", "'b'"],
        ),
        ('[[rules]]\nname="a"\nurgency="normal"\npatterns=["x"]', ["'a'", "urgency"]),
    ],
)
def test_an_error_names_file_rule_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "urgency.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        UrgencyRules(path)
    assert all(word in error.value.message for word in [str(path), *words])


@pytest.mark.parametrize(
    "name", sorted((FIXTURES.parent / "fax").glob("*.txt")), ids=lambda path: path.stem
)
def test_an_ordinary_letter_raises_no_alarm(name: Path) -> None:
    assert _urgency(name.read_text("utf-8")) is not Urgency.EMERGENCY


ENVELOPE = (
    "Comune di Accumoli\nUfficio del Sindaco\n\nSpett.le Dipartimento della Protezione Civile\n"
    "Oggetto: comunicazione.\n\n{}\n\nDistinti saluti\nil Sindaco\n\n"
    "Avviso: il messaggio è riservato; in caso di ricezione per errore si prega di distruggerlo."
)


@pytest.mark.parametrize(
    "call",
    [
        "Mio nonno è rimasto sotto le macerie, risponde ancora",
        "Siamo intrappolati in macchina nel sottopasso allagato",
        "Ho preso una scossa fortissima, il soffitto è crollato su mia moglie",
    ],
)
def test_a_letterhead_and_a_notice_do_not_outweigh_a_call_for_help(call: str) -> None:
    assert _urgency(ENVELOPE.format(call)) is Urgency.EMERGENCY


def test_a_letterhead_and_a_notice_raise_no_alarm() -> None:
    request = "Chiediamo copia del piano di emergenza comunale"
    assert _urgency(ENVELOPE.format(request)) is not Urgency.EMERGENCY


def test_one_sentence_of_danger_in_a_long_letter_is_an_alarm() -> None:
    letter = (FIXTURES.parent / "fax" / "standard_clean.txt").read_text("utf-8")
    middle = letter.index(". ", len(letter) // 2) + 2
    call = "Mio padre è bloccato in cantina e l'acqua sale, venite subito. "
    assert _urgency(letter[:middle] + call + letter[middle:]) is Urgency.EMERGENCY


def _rubbish(words: int, choose: random.Random) -> str:
    return " ".join(
        "".join(choose.choices(string.ascii_letters + "|;:.,'", k=choose.randint(1, 9)))
        for _ in range(words)
    )


def test_a_page_that_was_read_as_rubbish_is_no_emergency() -> None:
    choose = random.Random(5)
    rubbish = [_rubbish(choose.randint(5, 60), choose) for _ in range(60)]
    assert not [text for text in rubbish if _urgency(text) == Urgency.EMERGENCY]


def test_a_call_in_rubbish_is_not_doubted_for_the_calm_text_beside_it() -> None:
    choose = random.Random(3)
    letters = ["".join(choose.choices(string.ascii_lowercase, k=6)) for _ in range(50)]
    page = " ".join([*letters[:25], "AIUTO SIAMO INTRAPPOLATI", *letters[25:]])
    cover = "Avete ricevuto un fax di una pagina il giorno 3 marzo. Il documento è allegato."
    assert _urgency(cover) == Urgency.NORMAL
    assert _urgency(cover, page) == Urgency.EMERGENCY


def test_a_call_among_many_figures_is_no_rubbish() -> None:
    call = "il soffitto ci è venuto addosso e non riusciamo a muoverci"
    assert not is_rubbish(UrgencyRules().passage(f"{call} {'3331234567 0737638 ' * 30}"))
    assert is_rubbish(UrgencyRules().passage("xqzt vbbrk wwptl zzgh kqrst"))


def test_what_is_little_known_is_no_less_an_alarm_beside_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def score(_model: DangerModel, passages: Sequence[Passage], **_: int) -> list[float]:
        return [0.5 if "blorfa" in passage.text else 0.7 for passage in passages]

    monkeypatch.setattr(DangerModel, "score", score)
    strange, plain = "La blorfa del nonno quertila.", "Chiedo informazioni sul rischio sismico."
    assert _urgency(strange) is Urgency.EMERGENCY
    assert _urgency(plain) is Urgency.NORMAL
    assert _urgency(strange, plain) is Urgency.EMERGENCY


POLITE = (
    "Gentile ufficio, chiedo trenta copie degli opuscoli per la scuola. Cordiali saluti, Rossi."
)


@pytest.mark.parametrize(
    "call",
    [
        "Il bambino è caduto nel pozzo",
        "nonna nn respira bene labbra blu aiutateci",
        "siamo intrappolati sotto le macerie",
        "Hay un olor muy fuerte a gas y mi madre se ha desmayado",
        "Wir sind im Keller eingeschlossen und das Wasser steigt",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}\n" + POLITE, POLITE + "\n{}", "Buongiorno\n{}\n" + POLITE, "{}\n\n" + POLITE]
)
def test_a_line_without_a_full_stop_is_heard_beside_polite_ones(call: str, around: str) -> None:
    assessed = UrgencyRules().assess([Document(text=around.format(call))])
    assert assessed.urgency is Urgency.EMERGENCY


def test_a_line_is_heard_though_another_speaks_against_it() -> None:
    call = "Aiutateci, stiamo per morire qui, nessuno risponde al telefono"
    thanks = (
        "Vi ringrazio per la risposta di lunedì sulla domanda di alloggio e sul modulo firmato."
    )
    assessed = UrgencyRules().assess([Document(text=f"{call}\n{thanks}")])
    assert assessed.urgency is Urgency.HIGH
    assert assessed.evidence[0].rule == "high: doubtful learned"


def test_what_is_likely_a_call_but_not_sure_is_read_before_its_turn() -> None:
    calm = " Vi scrivo per la domanda di alloggio che ho spedito il mese passato."
    oblique = "pattinavano sul laghetto e il ghiaccio si è rotto, ne vedo solo uno che si tiene"
    assert UrgencyRules().assess([Document(text=oblique)]).urgency is Urgency.EMERGENCY
    assessed = UrgencyRules().assess([Document(text=oblique + calm * 30)])
    assert assessed.urgency is Urgency.HIGH
    assert assessed.evidence[0].rule == "high: doubtful learned"


@pytest.mark.parametrize("place", ["start", "end"])
def test_of_a_very_long_text_beginning_and_end_are_judged(place: str) -> None:
    draw = random.Random(3)
    pasted = " ".join("".join(draw.choices("abcdefgilmnoprstuvz", k=7)) for _ in range(25_000))
    call = "Aiuto, mia madre è sotto le macerie e non respira."
    text = f"{call} {pasted}" if place == "start" else f"{pasted} {call}"
    assessed = UrgencyRules().assess([Document(text=text)])
    assert assessed.urgency is Urgency.EMERGENCY
    assert "doubtful length" in assessed.evidence[-1].rule


def test_what_is_too_long_to_be_judged_whole_is_shown_to_a_person() -> None:
    calm = "Vi scrivo per la domanda di alloggio che ho spedito il mese passato. "
    whole = UrgencyRules().assess([Document(text=calm * 1500)])
    assert whole.urgency is Urgency.NORMAL
    first, second = (Document(text=calm * 1500) for _ in range(2))
    assessed = UrgencyRules().assess([first, second])
    assert assessed.urgency is Urgency.HIGH
    assert assessed.evidence[-1].rule.startswith("high: doubtful length")


@pytest.mark.parametrize(
    "text",
    [
        "L'anno scorso abbiamo avuto un incendio in casa e mia Madre è rimasta intrappolata; "
        "vorrei sapere come chiedere il risarcimento dei danni alla compagnia",
        "Siamo tornati a casa e stiamo bene, in casa non ci sono danni e nessuno È ferito o "
        "intrappolato; vorremmo solo una verifica del tetto",
        "In the training course they told us what we should do in the case that I smell gas in "
        "the house, and I would like to have the leaflet",
        "We are planning a drill for the school in May, it simulates a fire in the gym with 12 "
        "pupils trapped, and we would like somebody of yours to come",
    ],
)
@pytest.mark.parametrize("width", [30, 45, 60, 72])
def test_where_prose_is_wrapped_changes_nothing(text: str, width: int) -> None:
    wrapped = textwrap.fill(text, width)
    assert UrgencyRules().assess([Document(text=wrapped)]).urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize("end", [" a\nFuoco", " a fuoco"])
def test_an_alarm_goes_on_over_the_end_of_a_line(end: str) -> None:
    assessed = UrgencyRules().assess([Document(text=f"la mia casa va{end}")])
    assert assessed.urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "Segnalazione: nessuna\nFeriti: no\nIncendio: no\nPersone intrappolate: no\nNote: nessuna",
        "Injured: no\nPeople trapped: no\nGas leak: no\nNotes: none",
        "Grazie, cordiali saluti\nMario Rossi\nVigile del Fuoco\nVia Incendio 3\n00100 Roma",
        "Cordiali saluti\nDott. Luca Neri\nDirigente\nVia Trieste 1\n00100 Roma",
        "Croce Verde Trento\nAmbulanza e Pronto Soccorso\nVia Brennero 3\n38121 Trento",
    ],
)
def test_the_rows_of_a_form_or_an_address_raise_no_alarm(text: str) -> None:
    assert UrgencyRules().assess([Document(text=text)]).urgency is not Urgency.EMERGENCY
