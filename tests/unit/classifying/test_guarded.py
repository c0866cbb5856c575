from __future__ import annotations

import time

import pytest

from intake.classifying.guarded import MOST_OPINIONS, GuardedClassifier, SilentClassifier
from intake.schemas.classifications import Classification, Evidence
from intake.schemas.documents import Document

TEXT = [Document(text="C'è una frana sulla strada provinciale.")]


class Plugin:
    """Does what the test says when it is asked."""

    name, version = "plugin", "7"

    def __init__(self, says):
        self._says, self.asked = says, 0

    def classify(self, documents):
        self.asked += 1
        return self._says()


def _opinion(**facts):
    known = {"classifier": "somebody else", "version": "0", "topic": "info", "confidence": 0.8}
    return Classification.model_construct(**(known | {"calibrated": False, "evidence": ()} | facts))


def _raise(error):
    raise error


class _Silent(Exception):
    """Refuses to say what went wrong."""

    def __str__(self):
        raise OSError


def _hang():
    while True:
        pass


def _hang_on():
    while True:
        try:
            time.sleep(60)
        except Exception:  # noqa: BLE001 - as careless code does
            continue


def _ask(says, timeout_s=5.0):
    return GuardedClassifier(Plugin(says), timeout_s=timeout_s).classify(TEXT)


def test_a_sound_opinion_is_kept_in_the_name_of_the_plugin_that_gave_it():
    (opinion,) = _ask(lambda: [_opinion()])

    assert (opinion.classifier, opinion.version) == ("plugin", "7")
    assert (opinion.topic, opinion.confidence) == ("info", 0.8)


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: _raise(RuntimeError("no connection")),
        lambda: _raise(SystemExit(1)),
        lambda: None,
        lambda: ["info"],
        lambda: [_opinion(confidence=7.0)],
        lambda: [_opinion(confidence=float("nan"))],
        lambda: [_opinion(confidence=None)],
        lambda: [_opinion(topic="x" * 10_000)],
        lambda: [_opinion(evidence=(Evidence(rule="r", text="t"),) * 1000)],
        lambda: [_opinion(evidence=(Evidence(rule="r", text="t", weight=float("nan")),))],
        lambda: [_opinion(evidence=(Evidence(rule="r", text="t", weight=-float("inf")),))],
        lambda: [_opinion(evidence=(Evidence(rule="r", text="\ud83d"),))],
        lambda: [_opinion(evidence=(Evidence(rule="r\0", text="t"),))],
        lambda: [_opinion(evidence=(Evidence(rule="r", text="t", topic="\udfff"),))],
        lambda: [_opinion(topic="\ud800")],
        lambda: _raise(ValueError("\ud800")),
        lambda: _raise(_Silent()),
        lambda: [_opinion()] * (MOST_OPINIONS + 1),
        lambda: iter(_opinion, None),
    ],
)
def test_nonsense_becomes_no_opinion_that_says_what_happened(nonsense):
    (opinion,) = _ask(nonsense)

    assert (opinion.topic, opinion.confidence) == (None, 0.0)
    assert opinion.evidence[0].rule == "failed"
    assert opinion.evidence[0].text
    assert opinion.model_dump_json()


@pytest.mark.parametrize("slow", [_hang, _hang_on])
def test_a_plugin_that_hangs_is_interrupted(slow):
    started = time.monotonic()

    (opinion,) = _ask(slow, timeout_s=0.1)

    assert "longer than 0.1 s" in opinion.evidence[0].text
    assert time.monotonic() - started < 30


def test_a_plugin_that_fails_again_and_again_is_left_out_for_a_while():
    plugin = Plugin(lambda: _raise(ValueError("still ill")))
    guarded = GuardedClassifier(plugin, timeout_s=5)

    said = [guarded.classify(TEXT)[0].evidence[0].text for _ in range(5)]

    assert plugin.asked == 3
    assert said[:3] == ["ValueError: still ill"] * 3
    assert all("left out" in each for each in said[3:])


def test_a_success_in_between_forgives_what_was_before():
    answers = iter([ValueError("ill"), ValueError("ill"), None, ValueError("ill"), None])
    plugin = Plugin(lambda: _raise(error) if (error := next(answers)) else [_opinion()])
    guarded = GuardedClassifier(plugin, timeout_s=5)

    topics = [guarded.classify(TEXT)[0].topic for _ in range(5)]

    assert topics == [None, None, "info", None, "info"]


def test_one_that_is_not_asked_says_why():
    (opinion,) = SilentClassifier("llm", "the child that asked it ended").classify(TEXT)

    assert (opinion.classifier, opinion.topic) == ("llm", None)
    assert opinion.evidence[0].text == "the child that asked it ended"
