import json
import random
from pathlib import Path

import pytest

from intake.classifying.danger.asides import assess
from intake.classifying.danger.foreign import foreign_passages, passage_of
from intake.classifying.danger.urgency import MOST_FOREIGN, Assessment, UrgencyRules
from intake.classifying.danger.weighing import DOUBTED
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document
from intake.testing.noise import misread, mistype

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
UNSEEN = [
    json.loads(line) for line in (FIXTURES / "unseen_foreign.jsonl").read_text("utf-8").splitlines()
]
RULES = UrgencyRules()


def _parts(prose: str) -> list[str]:
    return [found.prose for found in foreign_passages([passage_of(prose)])]


def _assess(text: str) -> Assessment:
    return RULES.assess([Document(text=text)])


def _sentence(number: int) -> str:
    return f"Сьогодні гарна погода, ми гуляли в парку і зустріли сусідів номер {number}."


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
        "resistenza di 4 Ω a 20 °C, errore μ, α = 2, Σ = β",
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
    windows = [passage_of(f"{word} Дом рушится, бабушка внутри") for word in ("a", "b")]
    assert len(foreign_passages(windows)) == 1


def test_a_text_of_many_sentences_is_judged_in_few_passages_that_hold_all() -> None:
    text = " ".join(f"{word}. " * 3 for word in map(_sentence, range(12)))
    found = RULES.assess([Document(text=text)])
    assert found.foreign_read <= MOST_FOREIGN
    assert not any("not judged" in evidence.rule for evidence in found.evidence)


def test_of_a_longer_text_a_person_reads_what_was_not_judged() -> None:
    text = " ".join(map(_sentence, range(120)))
    found = RULES.assess([Document(text=text)])
    assert found.foreign_read == MOST_FOREIGN
    assert found.evidence[-1].rule == "high: doubtful length, not judged"


def test_the_call_at_the_end_of_a_long_text_is_heard() -> None:
    text = " ".join(map(_sentence, range(60))) + "\n\nМи застрягли в підвалі, вода піднімається!"
    assert _assess(text).urgency is not Urgency.NORMAL


def test_all_texts_of_an_item_share_the_passages_that_are_read() -> None:
    long = Document(text=" ".join(map(_sentence, range(60))))
    files = [long.model_copy(update={"origin": "file", "path": f"{n}.txt"}) for n in range(3)]
    found = assess(RULES, [long, *files])
    assert any("not judged" in evidence.rule for evidence in found.evidence)


@pytest.mark.parametrize(
    "other", [". Δημήτρης Παπαδόπουλος", ". Отправлено с iPhone", ", σ = α + β", " 王小明"]
)
def test_other_letters_hide_no_call_in_ours(other: str) -> None:
    call = "Jesteśmy uwięzieni w piwnicy i woda się podnosi"
    assert _assess(f"{call}{other}").urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "Vi ringrazio. Mulțumesc pentru ajutor, sunteți minunați",
        "Köszönöm a segítséget, minden rendben",
        "Η βοήθεια σας ήταν πολύτιμη, ευχαριστώ",
        "Bună ziua, vă rog să-mi spuneți cum cer ajutor social pentru copii",
        "Спасите животных: приют ищет волонтеров",
    ],
)
def test_the_word_for_help_alone_is_no_cry(text: str) -> None:
    assert _assess(text).urgency is Urgency.NORMAL


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("Grazie. Дуже дякую за допомогу", True),
        ("Ci scrive: 请问周六你们几点开门，需要什么文件", True),
        ("Bună ziua, ce program aveți sâmbăta la birou?", True),
        ("Cordiali saluti, Иван Петров", False),
        ("La ditta 华为技术有限公司 ci ha inviato il preventivo", False),
        ("Sede: ул. Ленина 5", False),
        ("Ristorante Παράδεισος", False),
        ("concentrazione α, β, γ con Ω e μ", False),
        ("从我的iPhone发送", False),
        ("La sede è in ulica Marszałkowska 10, Warszawa", False),
        ('la canzone "Minha terra tem palmeiras" mi piace', False),
        ("La lettera я e la ж sono cirilliche, anche щ", False),
    ],
)
def test_a_name_an_address_or_a_formula_says_nothing_in_another_language(
    text: str, is_said: bool
) -> None:
    assert _assess(text).has_foreign is is_said


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
