"""In which windows long texts are learned from: ``scripts/danger_samples.py``."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from intake.classifying.danger.model import Passage

SCRIPT = Path(__file__).parents[3] / "scripts" / "danger_samples.py"
CALM = "Vorrei sapere gli orari dello sportello e quali moduli servono per la domanda. " * 8
CALL = f"{CALM}La casa brucia e siamo dentro. {CALM}"


class Former:
    """A model that hears a call where it reads ``word``."""

    def __init__(self, word: str) -> None:
        self.word = word

    def score(self, passages: Sequence[Passage]) -> list[float]:
        return [float(self.word in passage.prose) for passage in passages]


@pytest.fixture(scope="module")
def samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("danger_samples", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def call(samples: ModuleType) -> Any:
    return samples.Sample(CALL, is_danger=True, family=f"{samples.DESK}fire", lang="it")


def test_a_long_call_to_a_desk_is_learned_in_the_window_in_which_it_is_heard(
    samples: ModuleType, call: Any
) -> None:
    [window] = samples.calling_windows([call], set(), Former("brucia"))

    assert "brucia" in window.text
    assert len(window.text) < len(CALL)
    assert window._replace(text=CALL) == call


def test_a_window_that_a_harmless_message_has_too_is_none(samples: ModuleType, call: Any) -> None:
    heard = {part.text for part in samples.windows_of(call) if "brucia" in part.text}

    [window] = samples.calling_windows([call], heard, Former("brucia"))
    nothing = samples.calling_windows(
        [call], {part.text for part in samples.windows_of(call)}, Former("brucia")
    )

    assert "brucia" not in window.text
    assert not list(nothing)


def test_what_is_short_or_harmless_or_said_elsewhere_has_none(
    samples: ModuleType, call: Any
) -> None:
    others = [
        call._replace(text="La casa brucia."),
        call._replace(is_danger=False),
        call._replace(family="fire"),
    ]

    assert not list(samples.calling_windows(others, set(), Former("brucia")))


def test_a_harmless_text_is_harmless_in_all_its_windows(samples: ModuleType, call: Any) -> None:
    harmless = call._replace(text=CALM * 2, is_danger=False)

    windows = samples.harmless_windows(harmless)

    assert len(windows) > 1
    assert not any(window.is_danger for window in windows)
    assert not samples.harmless_windows(call)
