import json
import random
from pathlib import Path

import pytest

from intake.classifying.danger import Passage
from intake.classifying.foreign import foreign_passages, passage_of
from intake.classifying.urgency import DOUBTED, Assessment, UrgencyRules
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document
from intake.testing.noise import misread, mistype

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
UNSEEN = [
    json.loads(line) for line in (FIXTURES / "unseen_foreign.jsonl").read_text("utf-8").splitlines()
]
RULES = UrgencyRules()


def _parts(prose: str) -> list[str]:
    return [found.prose for found in foreign_passages([Passage("", {}, prose=prose)])]


def _assess(text: str) -> Assessment:
    return RULES.assess([Document(text=text)])


def _is_doubted(assessment: Assessment) -> bool:
    return any(evidence.rule.startswith(DOUBTED) for evidence in assessment.evidence)


@pytest.mark.parametrize(
    ("prose", "part"),
    [
        ("Buongiorno, scusi. Ми на даху з двома дітьми, via Roma 3", "Ми на даху з двома дітьми"),
        ("Ci dice 我们被困在地下室，水越来越高 e non capiamo", "我们被困在地下室，水越来越高"),
        ("scrive: البيت يحترق وأولادي في الداخل", "البيت يحترق وأولادي في الداخل"),
        ("বাঁচান! আমরা আটকা", "বাঁচান! আমরা আটকা"),
        ("A luat foc casa, copiii sunt înăuntru", "A luat foc casa, copiii sunt înăuntru"),
        (
            'Un ospite ha scritto "Jesteśmy uwięzieni w piwnicy i woda się podnosi" e basta',
            "Jesteśmy uwięzieni w piwnicy i woda się podnosi",
        ),
    ],
)
def test_what_is_foreign_is_found_beside_what_is_not(prose: str, part: str) -> None:
    assert part in _parts(prose)


@pytest.mark.parametrize(
    "prose",
    [
        "",
        "Siamo bloccati in cantina e l'acqua sale, mandate qualcuno",
        "the ceiling came down on my brother",
        "Wir sind im Keller eingeschlossen und das Wasser steigt",
        "Ujeti smo v kleti in voda narašča",
        "resistenza di 4 Ω a 20 °C, errore µ, α = 2",
        "Rossi Bianchi Verdi Esposito Colombo Ferrari",
        "IT60 X054 2811 1010 0000 0123 456",
    ],
)
def test_our_languages_names_and_formulae_are_not_foreign(prose: str) -> None:
    assert _parts(prose) == []


def test_rubbish_is_no_foreign_call() -> None:
    choose = random.Random(7)
    text = (
        "Oggetto: richiesta di sopralluogo in via delle Magnolie 12 a seguito delle piogge di "
        "martedì, che hanno allagato le cantine del condominio e il garage di mio suocero."
    )
    for _ in range(20):
        words = [choose.sample(word, len(word)) for word in text.split()]
        rubbish = (
            " ".join(map("".join, words)),
            mistype(text, choose.uniform(0.4, 0.9), choose),
            misread(text, 0.5, choose),
        )
        for each in rubbish:
            rules = [evidence.rule for evidence in _assess(each).evidence]
            assert not any("foreign" in rule for rule in rules)


def test_a_part_that_stands_in_many_windows_is_judged_once() -> None:
    windows = [Passage("", {}, prose=f"{word} Дом рушится, бабушка внутри") for word in ("a", "b")]
    assert len(foreign_passages(windows)) == 1


def test_no_more_than_a_bounded_number_of_parts_is_judged() -> None:
    windows = [Passage("", {}, prose=f"Дом рушится номер {n}я") for n in range(500)]
    assert len(foreign_passages(windows)) == 100


def test_a_foreign_passage_has_no_signal_but_its_length() -> None:
    passage = passage_of("Дом рушится, бабушка внутри")
    assert passage.signals == {"length": pytest.approx(4 / 60)}
    assert passage.prose == "Дом рушится, бабушка внутри"


@pytest.mark.parametrize("name", ["unseen_foreign.jsonl", "unseen_foreign_others.jsonl"])
def test_danger_is_heard_in_languages_that_no_phrase_is_in(name: str) -> None:
    unseen = [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]
    choose = random.Random(4)
    calls, calm = (
        [
            _assess(each["text"])
            for each in choose.sample([one for one in unseen if one["danger"] is danger], 20)
        ]
        for danger in (True, False)
    )
    assert sum(each.urgency is Urgency.EMERGENCY for each in calls) >= 14
    assert sum(each.urgency is Urgency.EMERGENCY for each in calm) <= 1
    assert sum(_is_doubted(each) for each in calm) <= 2


def test_the_evidence_quotes_the_foreign_words() -> None:
    found = _assess("Buongiorno, scusate se scrivo male. Стеля обвалилася, чоловік під завалами")
    assert found.evidence[0].rule == "emergency: foreign language"
    assert found.evidence[0].text == "Стеля обвалилася, чоловік під завалами"


@pytest.mark.parametrize(
    "cry", ["救命！", "Допоможіть!", "Ndihmë", "Ajutor!!", "النجدة", "Ratunku"]
)
def test_a_cry_of_one_word_is_an_alarm_in_other_languages(cry: str) -> None:
    assert _assess(cry).urgency is Urgency.EMERGENCY
