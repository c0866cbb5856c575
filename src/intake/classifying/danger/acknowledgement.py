"""The answer to a person in danger: call 112, 115 or 118. Pure; somebody else sends it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from intake.classifying.datafile import read, validate
from intake.schemas.base import Frozen

_SECOND_LANGUAGE = "en"


class Acknowledgement(NamedTuple):
    """A text that may be sent as it is, and its language (ISO 639-1)."""

    language: str
    text: str


class _File(Frozen):
    texts: dict[str, str]


def acknowledge_emergency(reference: str, *, language: str | None) -> Acknowledgement:
    """Return what to answer at once to the emergency ``reference`` in the writer's ``language``.

    Who wrote in a language that we have no text in is answered in English; None is Italian.
    """
    texts = _texts()
    spoken = "it" if language is None else language if language in texts else _SECOND_LANGUAGE
    return Acknowledgement(spoken, texts[spoken].format(reference=reference))


def acknowledgements(reference: str) -> list[str]:
    """Return the answers to the emergency ``reference`` in all languages that we have."""
    return [text.format(reference=reference) for text in _texts().values()]


@cache
def _texts() -> dict[str, str]:
    content = validate(read(None, shipped="acknowledgement.toml"), _File)
    return {language: text.strip() for language, text in content.texts.items()}
