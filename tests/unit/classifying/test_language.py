import subprocess
import sys

import pytest

from intake.classifying.language import identify
from intake.errors import ConfigError


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


def test_a_script_of_none_of_the_languages_has_no_language() -> None:
    assert identify("Привет, как у вас дела сегодня?") is None


def test_only_configured_languages_are_named() -> None:
    assert identify("Could you tell me where it is?", languages=("it", "de")) in {"it", "de"}


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
