"""Examples to learn from: labelled texts in a file, and what topics say of themselves."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field, ValidationError

from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import UsageError
from intake.schemas.base import Frozen
from intake.schemas.requests import Channel

_MAX_LINE = 10_000_000
_CITIZENS = "citizens.jsonl"


def _channel(written: str) -> str:
    return Channel.EMAIL.value if written == "mail" else written


def _time(written: str) -> str:
    try:
        _moment(written)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{written[:40]!r} is no time: write 2026-03-02 or 2026-03-02T10:30+01:00 (ISO 8601)"
        ) from None
    return written


def _moment(written: str) -> datetime:
    read = datetime.fromisoformat(written)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


class LabelledText(Frozen):
    """A text whose topic a person chose: one line of an examples file; other keys are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    topic: str = Field(min_length=1, validation_alias=AliasChoices("topic", "label"))
    at: Annotated[str, AfterValidator(_time)] | None = Field(
        default=None, validation_alias=AliasChoices("at", "date")
    )
    """When it came (ISO 8601, UTC where it names no offset); where one example has no time, the
    order of the file counts."""
    channel: Annotated[str, AfterValidator(_channel)] = Channel.EMAIL.value
    """As requests name it; ``mail`` is ``email``."""
    confidence: float = Field(default=1.0, ge=0, le=1)
    """How well the text could be read, where it was read from a page (0..1)."""
    event: str | None = None
    """The happening it is about, such as one flood: `intake evaluate --split event`."""

    @property
    def moment(self) -> datetime | None:
        """When it came, in UTC, so that times of several offsets are in order."""
        return None if self.at is None else _moment(self.at)


class Example(NamedTuple):
    """A text, its right topic, and the channel by which it came where that is known."""

    text: str
    topic: str
    channel: str = ""


def forward(examples: Iterable[LabelledText], taxonomy: Taxonomy) -> list[LabelledText]:
    """Return the examples with the topics that theirs were renamed to or merged with."""
    return [each.model_copy(update={"topic": taxonomy.forward(each.topic)}) for each in examples]


def read(path: Path) -> Iterator[LabelledText]:
    """Yield the examples of a file of JSON lines: ``{"text": …, "topic": …, "at": …}``.

    Raises:
        UsageError: a line is no example; the text names the line.
    """
    with path.open("rb") as stream:
        yield from read_stream(stream, str(path))


def read_stream(stream: BinaryIO, name: str) -> Iterator[LabelledText]:
    """Yield the examples of JSON lines in UTF-8, which may begin with a byte order mark.

    ``name`` is what people call the stream.

    Raises:
        UsageError: a line is no example; the text names the line.
    """
    for number, line in enumerate(iter(lambda: stream.readline(_MAX_LINE), b""), start=1):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not content.strip():
            continue
        try:
            yield LabelledText.model_validate_json(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise UsageError(
                f"Line {number} of {name} is not UTF-8: byte {content[error.start]:#04x}.",
                remedy="Write the file anew in UTF-8, such as with `iconv -f latin1 -t utf-8`.",
            ) from error
        except ValidationError as error:
            reason = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise UsageError(
                f"Line {number} of {name} is no example: {reason}.",
                remedy='Write one JSON object a line, with the keys "text" and "topic".',
            ) from error


def of_taxonomy(taxonomy: Taxonomy) -> list[Example]:
    """Return what the topics say of themselves: labels, descriptions and each keyword."""
    return [
        Example(re.sub(r"\s+", " ", text), topic.id)
        for topic in taxonomy.topics
        for label in (topic.label, topic.description)
        for text in (label.it, label.en)
    ] + [Example(keyword, topic.id) for topic in taxonomy.topics for keyword in topic.keywords]


def of_citizens(taxonomy: Taxonomy) -> list[Example]:
    """Return the invented messages of citizens that we ship, about the topics of ``taxonomy``.

    None for one that has not most of our topics: the few would outweigh its others.
    """
    with as_file(files("intake.classifying").joinpath("data", _CITIZENS)) as path:
        written = list(read(path))
    known = [each for each in forward(written, taxonomy) if each.topic in taxonomy]
    if 2 * len(known) <= len(written):
        return []
    return [Example(each.text, each.topic) for each in known]
