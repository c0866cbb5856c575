"""Rules on where an item comes from: sender, channel, number."""

from pathlib import Path

import pytest

from intake.classifying.decide import judge
from intake.classifying.topics.origins import From
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError
from intake.schemas.classifications import Classification, Origin
from intake.schemas.documents import Document

TEXT = [Document(text="Si trasmette quanto in oggetto.")]


def _rules(folder: Path, text: str) -> KeywordClassifier:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return KeywordClassifier(path)


@pytest.mark.parametrize(
    ("asked", "origin", "fits"),
    [
        ({"senders": ["Office@Example.org"]}, {"sender": "OFFICE@example.org"}, True),
        ({"senders": ["office@example.org"]}, {"sender": "other@example.org"}, False),
        ({"senders": ["office@example.org"]}, {}, False),
        ({"senders": ["@example.org"]}, {"sender": "a@example.org"}, True),
        ({"senders": ["@example.org"]}, {"sender": "a@mail.example.org"}, True),
        ({"senders": ["@example.org"]}, {"sender": "a@notexample.org"}, False),
        ({"senders": ["@example.org"]}, {"sender": "a@example.org.evil.com"}, False),
        ({"senders": ["@example.org"]}, {"sender": "example.org"}, True),
        ({"channels": ["fax", "letter"]}, {"channel": "letter"}, True),
        ({"channels": ["fax"]}, {"channel": "email"}, False),
        ({"numbers": ["+39 06 123 456"]}, {"number": "+3906123456"}, True),
        ({"numbers": ["+39 06 123 456"]}, {"number": "+39061234567"}, False),
        ({"numbers": ["+39 06 123*"]}, {"number": "+39061234567"}, True),
        ({"numbers": ["+39 06 123*"]}, {"number": ""}, False),
        ({"numbers": ["+39*"]}, {"number": "+3906123456"}, True),
        ({"numbers": ["+39*"]}, {"number": "+41911234567"}, False),
        (
            {"channels": ["fax"], "numbers": ["+3906*"]},
            {"channel": "fax", "number": "+3902"},
            False,
        ),
        ({"channels": ["fax"], "numbers": ["+3906*"]}, {"channel": "fax", "number": "+3906"}, True),
    ],
)
def test_an_origin_fits_if_it_has_one_of_each_that_is_asked(
    asked: dict[str, list[str]], origin: dict[str, str], fits: bool
) -> None:
    assert bool(From.model_validate(asked).fits(Origin(**origin))) is fits


def test_a_rule_of_an_origin_speaks_by_itself_and_says_what_it_saw(tmp_path: Path) -> None:
    rules = _rules(
        tmp_path,
        '[[rules]]\ntopic = "accesso"\nname = "law firm"\n'
        'weight = 4.0\nsenders = ["@legali.example"]\n',
    )
    origin = Origin(sender="Rossi@legali.example", channel="pec")
    (opinion,) = rules.classify_from(TEXT, origin)
    assert (opinion.topic, opinion.confidence, opinion.calibrated) == ("accesso", 0.7843, False)
    (evidence,) = opinion.evidence
    assert (evidence.rule, evidence.text) == ("law firm", "sender Rossi@legali.example")
    assert rules.classify_from(TEXT, Origin(sender="rossi@example.org")) == ()
    assert rules.classify(TEXT) == ()


def test_a_fax_of_which_nothing_was_read_has_the_topic_of_its_number(tmp_path: Path) -> None:
    rules = _rules(
        tmp_path,
        '[[rules]]\ntopic = "accesso"\nname = "office"\n'
        'channels = ["fax"]\nnumbers = ["+39 06 1*"]\n',
    )
    (opinion,) = rules.classify_from([], Origin(channel="fax", number="+390612345"))
    assert opinion.topic == "accesso"
    assert opinion.evidence[0].text == "channel fax, number +390612345"


def test_words_with_an_origin_count_only_from_there(tmp_path: Path) -> None:
    rules = _rules(
        tmp_path,
        '[[rules]]\ntopic = "reclamo"\nname = "form"\nchannels = ["web"]\nit = ["oggetto"]\n',
    )
    assert rules.classify(TEXT) == ()
    (opinion,) = rules.classify_from(TEXT, Origin(channel="web"))
    assert opinion.evidence[0].text == "oggetto"


def test_what_the_operator_is_certain_of_counts_beside_what_was_learned(tmp_path: Path) -> None:
    rules = _rules(
        tmp_path,
        '[[rules]]\ntopic = "accesso"\nname = "office"\nsenders = ["a@example.org"]\n'
        "certainty = 0.97\n",
    )

    class Learned:
        name, version = "learned", "1"

        def classify(self, documents):
            return [
                Classification(
                    classifier="learned",
                    version="1",
                    topic="reclamo",
                    confidence=0.8,
                    calibrated=True,
                )
            ]

    def topic(sender: str) -> tuple[str | None, str | None, float]:
        verdict = judge(
            TEXT,
            classifiers=[Learned(), rules],
            taxonomy=Taxonomy.load(),
            threshold=0.5,
            origin=Origin(sender=sender),
        )
        return verdict.topic, verdict.topic_by, verdict.confidence

    assert topic("a@example.org") == ("accesso", "rule", 0.97)
    assert topic("b@example.org") == ("reclamo", "model", 0.8)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ('senders = ["example"]', ["'senders.0'", "@example.org"]),
        ('channels = ["telex"]', ["'channels.0'", "fax"]),
        ('numbers = ["06 123456"]', ["'numbers.0'", "country"]),
        ('numbers = ["+ - ()*"]', ["'numbers.0'", "country"]),
        ("certainty = 0.9", ["certainty", "alone"]),
        ('certainty = 0.9\nsenders = ["a@example.org"]\nit = ["x"]', ["certainty", "alone"]),
    ],
)
def test_a_wrong_origin_names_its_rule_and_key(tmp_path: Path, key: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        _rules(tmp_path, f'[[rules]]\ntopic = "accesso"\nname = "a"\n{key}\n')
    assert all(word in error.value.message for word in ["'accesso'", *words])
