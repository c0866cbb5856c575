"""The text files and enclosed messages of an item, read where the item is parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.filing.readings import Readings
from intake.parsing.media_types import holds_text, is_read, may_hold_text
from intake.parsing.text_files import MAX_CHARACTERS, both_ends, read_text
from intake.schemas.documents import (
    Attachment,
    Defect,
    Enclosed,
    Parsed,
    ParsedMessage,
    RecognisedDocument,
)

_HEAD_BYTES = 65_536
_REPORTS = ("bounce", "mdn")
"""What a report on a message encloses we sent ourselves."""
_CERTIFIED = "daticert.xml"
"""The provider's own file in a PEC: the parser has read it."""


@dataclass(slots=True)
class _Shelf:
    """What was read, while there is room for more."""

    documents: dict[str, RecognisedDocument] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)
    room: int = 3 * MAX_CHARACTERS

    def put(self, path: str, media_type: str, text: str, *, is_whole: bool) -> None:
        if self.room <= 0:
            self.unread[path] = "too_many_documents"
            return
        self.room -= len(text)
        self.documents[path] = RecognisedDocument(media_type=media_type, text=text, confidence=1.0)
        if not is_whole:
            self.defects.append(Defect(code="text_too_long", detail=path[-200:]))


def read_text_files(parsed: Parsed) -> tuple[Readings, tuple[Defect, ...]]:
    """Return what the text files and enclosed messages of an item say, and what stays unread.

    Such a file has no pages. Of all together some 300,000 characters are read. An archive or an
    old document that nothing opens is unread, too: a person must know.
    """
    shelf = _Shelf()
    for enclosed in _enclosed(parsed.message):
        said = (enclosed.subject, enclosed.text, enclosed.alternative)
        text, is_whole = both_ends("\n\n".join(filter(None, said)))
        shelf.put(enclosed.path, "message/rfc822", text, is_whole=is_whole)
    contents = {leaf.path: leaf.content for leaf in parsed.leaves}
    for attachment in _stored(parsed.message):
        path, media_type = attachment.path, attachment.media_type
        content = contents.get(path, b"")
        if holds_text(media_type, content[:_HEAD_BYTES]):
            text, is_whole = read_text(content, media_type)
            shelf.put(path, media_type, text, is_whole=is_whole)
        elif may_hold_text(media_type) and not is_read(media_type) and not attachment.reason:
            shelf.unread[path] = "unknown_format"
    return Readings(documents=shelf.documents, unread=shelf.unread), tuple(shelf.defects)


def leave_unread(parsed: Parsed) -> Readings:
    """Return that no file was read which would have been here, so that a person reads it."""
    paths = [each.path for each in _enclosed(parsed.message)]
    paths += [each.path for each in _stored(parsed.message) if not is_read(each.media_type)]
    return Readings(unread=dict.fromkeys(paths, "out_of_time"))


def _enclosed(message: ParsedMessage) -> tuple[Enclosed, ...]:
    return () if message.auto.kind in _REPORTS else message.enclosed


def _stored(message: ParsedMessage) -> Iterator[Attachment]:
    """Yield the files that may be text; not the item itself where its text is the message's."""
    if message.profile == "scan" and message.text:
        return
    for attachment in message.attachments:
        if attachment.disposition == "stored" and attachment.filename != _CERTIFIED:
            yield attachment
