import random
import string
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from intake.classifying.language import identify
from intake.errors import ConfigError

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
SAMPLES = tomllib.loads((FIXTURES / "languages.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Buongiorno, vorrei sapere dove si trova l'area di attesa del mio comune."),
        ("en", "Could you tell me where the assembly area of my town is?"),
        ("de", "Können Sie mir sagen, wo der Sammelplatz meiner Gemeinde ist?"),
        ("fr", "Pouvez-vous me dire où se trouve la zone de rassemblement ?"),
        ("es", "¿Pueden decirme dónde está la zona de encuentro de mi pueblo?"),
        ("sl", "Mi lahko poveste, kje je zbirno mesto v naši občini?"),
        ("it", "STRADA CHIUSA PER FRANA"),
        ("it", "grazie"),
        ("en", "Thank you"),
        ("de", "Hilfe bitte"),
        ("sl", "hvala"),
    ],
)
def test_a_text_s_language_is_named(language: str, text: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize("text", ["", " ", "12 345", "xyzzy", "https://esempio.it/il/di", "!"])
def test_too_little_text_has_no_language(text: str) -> None:
    assert identify(text) is None


@pytest.mark.parametrize("language", sorted(SAMPLES["other"]))
def test_a_text_in_another_language_is_not_taken_for_one_of_ours(language: str) -> None:
    assert [identify(text) for text in SAMPLES["other"][language]] == [language] * len(
        SAMPLES["other"][language]
    )


def test_a_script_that_no_known_language_uses_has_no_language() -> None:
    assert identify("ສະບາຍດີ ຂ້ອຍຢາກຮູ້ວ່າຖະໜົນຈະເປີດເມື່ອໃດ") is None


def test_a_few_words_are_of_a_configured_language() -> None:
    assert identify("Could it be", languages=("it", "de")) in {"it", "de"}


@pytest.mark.parametrize(
    ("kind", "noise", "least"),
    [
        ("messages", 0.0, 0.95),
        ("messages", 0.05, 0.93),
        ("paragraphs", 0.0, 1.0),
        ("paragraphs", 0.1, 0.97),
    ],
)
def test_short_and_damaged_texts_keep_their_language(kind: str, noise: float, least: float) -> None:
    choose = random.Random(1)
    right = [
        identify(_damaged(text, noise, choose)) == language
        for language, texts in SAMPLES[kind].items()
        for text in texts
    ]
    assert sum(right) / len(right) >= least


def _damaged(text: str, rate: float, choose: random.Random) -> str:
    letters = string.ascii_lowercase
    return "".join(choose.choice(letters) if choose.random() < rate else each for each in text)


def test_an_unknown_language_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="xx"):
        identify("Could you tell me where it is?", languages=("it", "xx"))


def test_the_identifier_is_loaded_only_when_it_is_used() -> None:
    code = "import sys, intake.classifying.decide; print('py3langid' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


def test_a_clear_text_needs_no_model() -> None:
    text = "Buongiorno, vorrei sapere dove si trova l'area di attesa e come ci si arriva. Grazie."
    code = (
        "import sys; from intake.classifying.language import identify;"
        f" print(identify({text!r}), 'py3langid' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["it", "False"]
