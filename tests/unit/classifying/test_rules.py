import tomllib
from pathlib import Path

import pytest

from intake import plugins
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError
from intake.interfaces import Classifier
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
TEXTS = [
    (topic, text)
    for topic, texts in tomllib.loads((FIXTURES / "topics.toml").read_text("utf-8")).items()
    for text in texts
    if topic != "emergenza-in-corso"
]


@pytest.mark.parametrize(("topic", "text"), TEXTS, ids=lambda value: value[:30])
def test_a_citizen_s_text_gets_its_topic_on_the_first_day(topic: str, text: str) -> None:
    opinions = KeywordClassifier().classify([Document(text=text)])
    assert opinions[0].topic == topic
    assert opinions[0].confidence >= 0.5
    assert opinions[0].evidence[0].rule
    assert opinions[0].evidence[0].text


def test_the_rules_come_in_by_the_plugin_door() -> None:
    classifier = plugins.load("classifiers", "keywords")()
    assert isinstance(classifier, Classifier)
    assert classifier.name == "keywords"
    assert classifier.version == KeywordClassifier().version


def test_every_topic_but_the_emergency_has_a_rule() -> None:
    assert set(Taxonomy.load().ids()) - KeywordClassifier().topics == {"emergenza-in-corso"}


@pytest.mark.parametrize("text", ["", "   ", "asdf qwer", "12345", "Привет, как дела?"])
def test_a_text_without_a_hint_gets_no_opinion(text: str) -> None:
    assert KeywordClassifier().classify([Document(text=text)]) == ()


def test_no_document_gets_no_opinion() -> None:
    assert KeywordClassifier().classify([]) == ()


def test_the_subject_weighs_more_than_the_body() -> None:
    subject = Document(origin="subject", text="Reclamo")
    body = Document(text="Ho pagato la TARI.")
    assert KeywordClassifier().classify([body, subject])[0].topic == "reclamo"
    swapped = [Document(text="Reclamo"), Document(origin="subject", text="TARI")]
    assert KeywordClassifier().classify(swapped)[0].topic == "non-competenza"


def test_badly_read_pages_weigh_less() -> None:
    sure = KeywordClassifier().classify([Document(text="benemerenza")])[0]
    unsure = KeywordClassifier().classify(
        [Document(text="benemerenza", origin="ocr", confidence=0.3)]
    )[0]
    assert unsure.confidence < sure.confidence


def test_words_that_speak_against_a_topic_weaken_it() -> None:
    plain = KeywordClassifier().classify([Document(text="Fiamme alte.")])[0]
    against = KeywordClassifier().classify([Document(text="Fiamme alte. Vigili del fuoco.")])
    assert plain.topic == "segnalazione.incendio"
    assert against[0].confidence < plain.confidence


def test_one_good_hint_alone_files_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rules]]\ntopic = "piscina"\nname = "nuoto"\nit = ["piscin*", "vasc*"]\n', "utf-8"
    )
    classifier = KeywordClassifier(path)
    once = classifier.classify([Document(text="Ho lasciato gli occhiali in piscina.")])[0]
    twice = classifier.classify([Document(text="La vasca della piscina è vuota.")])[0]
    assert once.confidence < 0.5 < twice.confidence


def test_a_word_of_its_own_is_not_another_one_misread() -> None:
    flooded, attached = (
        KeywordClassifier().classify([Document(text=text)])
        for text in ("garage alIagato", "vedi allegato")
    )
    assert flooded[0].topic == "segnalazione.frana-alluvione"
    assert not attached


def test_a_site_s_own_rules_have_their_own_version(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\ntopic = "piscina"\nname = "nuoto"\nit = ["piscin*"]\n', "utf-8")
    classifier = KeywordClassifier(path)
    opinions = classifier.classify([Document(text="Orari delle piscine?")])
    assert [o.topic for o in opinions] == ["piscina"]
    assert opinions[0].version == classifier.version != KeywordClassifier().version


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('it = ["casa .."]', ["'nuoto'", "'it'", "casa .."]),
        ("it = 3", ["'it'"]),
        ("weigth = 3", ["'weigth'"]),
    ],
)
def test_an_error_names_file_topic_and_key(tmp_path: Path, line: str, words: list[str]) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(f'[[rules]]\ntopic = "piscina"\nname = "nuoto"\n{line}\n', "utf-8")
    with pytest.raises(ConfigError) as error:
        KeywordClassifier(path)
    assert all(word in error.value.message for word in [str(path), "'piscina'", *words])


def test_rules_that_name_a_former_id_speak_for_the_topic_of_today(tmp_path: Path) -> None:
    opinions = {}
    for rules_name in ("strade", "viabilita"):
        taxonomy, rules = tmp_path / "taxonomy.toml", tmp_path / f"{rules_name}.toml"
        label = 'label = { it = "a", en = "a" }\ndescription = { it = "a", en = "a" }\n'
        topic = f'[[topics]]\nid = "strade"\n{label}queue = "q"\nkeywords = ["asfalto"]\n'
        taxonomy.write_text(f'{topic}formerly = ["viabilita"]\n')
        rule = f'[[rules]]\ntopic = "{rules_name}"\nname = "hole"\nweight = 2.0\n'
        rules.write_text(f'{rule}it = ["buca"]\n')
        classifier = KeywordClassifier(rules, taxonomy=Taxonomy.load(taxonomy))
        [opinions[rules_name]] = classifier.classify([Document(text="Una buca nell'asfalto")])
    assert opinions["viabilita"].topic == "strade"
    assert opinions["viabilita"].confidence == opinions["strade"].confidence
