"""A message as it was read, with its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from intake.parsing.messages.headers import Headers
from intake.parsing.messages.structure import Part
from intake.schemas.documents import Attachment, Enclosed, Leaf, Parsed, ParsedMessage


@dataclass(slots=True)
class File:
    """A leaf that is not told by the text: its record, its bytes, the type its sender gave it."""

    attachment: Attachment
    content: bytes
    declared_type: str
    part: Part | None
    """None for what lay in a container."""
    message: Message | None = None
    """The message that the file is."""
    files: list[File] = field(default_factory=list)
    """What was taken out of the file."""
    is_body: bool = False
    """The message that the file is, is the text of the message it came with (S/MIME)."""


@dataclass(slots=True)
class Message:
    """A message as it was read, with its files."""

    raw: bytes
    root: Part
    facts: ParsedMessage
    files: list[File] = field(default_factory=list)

    @property
    def headers(self) -> Headers:
        return self.root.headers

    @property
    def nested(self) -> dict[str, Message]:
        """The messages among the files, by path."""
        return {file.attachment.path: file.message for file in self.files if file.message}

    def all_files(self) -> Iterator[File]:
        """Yield the files of this message and all that is in them, in their order."""
        waiting = list(reversed(self.files))
        while waiting:
            file = waiting.pop()
            yield file
            waiting += reversed(file.files)
            if file.message is not None:
                waiting += reversed(file.message.files)

    def enclosed(self) -> tuple[Enclosed, ...]:
        """Return what the messages among the files say, but for those that are our own text."""
        return tuple(
            _enclosed(file.attachment.path, file.message.facts)
            for file in self.all_files()
            if file.message is not None and not file.is_body
        )

    def parsed(self, **changes: Any) -> Parsed:
        """Return the result of a parser: the facts with ``changes``, every file and its bytes."""
        everything = list(self.all_files())
        update = {
            "attachments": tuple(file.attachment for file in everything),
            "enclosed": self.enclosed(),
            **changes,
        }
        return Parsed(
            message=self.facts.model_copy(update=update),
            leaves=tuple(
                Leaf(path=file.attachment.path, content=file.content) for file in everything
            ),
        )


def _enclosed(path: str, facts: ParsedMessage) -> Enclosed:
    return Enclosed(
        path=path,
        subject=facts.subject,
        sender=facts.sender,
        date=facts.date,
        message_id=facts.message_id,
        text=facts.text,
        alternative=facts.alternative,
    )
