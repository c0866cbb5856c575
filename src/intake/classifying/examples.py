"""Examples to learn from: labelled texts in a file, and what topics say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import AliasChoices, ConfigDict, Field, ValidationError

from intake.classifying.taxonomy import Taxonomy
from intake.errors import UsageError
from intake.schemas.base import Frozen

TOPIC_WEIGHT = 0.3
"""What a topic says of itself counts so much: enough where there is nothing else."""
_MAX_LINE = 10_000_000


class LabelledText(Frozen):
    """A text whose topic a person chose: one line of an examples file; other keys are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    topic: str = Field(min_length=1, validation_alias=AliasChoices("topic", "label"))
    at: str | None = Field(default=None, validation_alias=AliasChoices("at", "date"))
    """When it came (ISO 8601); where one example has no time, the order of the file counts."""
    channel: str = "mail"
    confidence: float = Field(default=1.0, ge=0, le=1)
    """How well the text could be read, where it was read from a page (0..1)."""
    event: str | None = None
    """The happening it is about, such as one flood: `intake evaluate --split event`."""


class Example(NamedTuple):
    """A text and its right topic. ``weight`` below 1 is for a text that only stands for others."""

    text: str
    topic: str
    weight: float = 1.0


def read(path: Path) -> Iterator[LabelledText]:
    """Yield the examples of a file of JSON lines: ``{"text": …, "topic": …, "at": …}``.

    Raises:
        UsageError: a line is no example; the text names the line.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(_MAX_LINE), ""), start=1):
            if not line.strip():
                continue
            try:
                yield LabelledText.model_validate_json(line)
            except ValidationError as error:
                reason = error.errors()[0]["msg"]
                raise UsageError(
                    f"Line {number} of {path} is no example: {reason}.",
                    remedy='Write one JSON object a line, with the keys "text" and "topic".',
                ) from error


def of_taxonomy(taxonomy: Taxonomy) -> list[Example]:
    """Return what the topics say of themselves, as examples of little weight."""
    return [
        Example(re.sub(r"\s+", " ", f"{label} {description}"), topic.id, TOPIC_WEIGHT)
        for topic in taxonomy.topics
        for label, description in (
            (topic.label.it, topic.description.it),
            (topic.label.en, topic.description.en),
        )
    ]
