"""ScanParser: an item that is one file, such as a letter from the scanner."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from intake.errors import UnreadableItem
from intake.parsing import media_types
from intake.parsing.messages.bodies import MAX_TEXT
from intake.parsing.writing import charsets
from intake.parsing.writing.names import extension_for, safe_name
from intake.parsing.writing.text import clean_text
from intake.schemas.documents import Attachment, Defect, Leaf, Parsed, ParsedMessage
from intake.schemas.receipts import ItemFacts


class ScanParser:
    """Reads a file: what it is, by its bytes. Its words are found later, by OCR."""

    profile = "scan"

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:
        """Return the file as one attachment, and as ``text`` when it is plain text.

        Raises:
            UnreadableItem: it has no bytes (``empty``), or they are of no known kind
                (``unknown_format``).
        """
        content = stream.read()
        if not content:
            raise UnreadableItem("The file has no bytes.", code="empty")
        name = safe_name(item.file_name)
        media_type = _media_type(content, item.media_type, name)
        attachment = Attachment(
            filename=name,
            media_type=media_type,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            path=name or f"scan{extension_for(media_type)}",
        )
        text, defects = _text(content, media_type)
        return Parsed(
            message=ParsedMessage(
                profile=self.profile,
                text=text,
                new_text=text,
                attachments=(attachment,),
                defects=defects,
            ),
            leaves=(Leaf(path=attachment.path, content=content),),
        )


def _media_type(content: bytes, declared: str | None, name: str | None) -> str:
    """Return what the bytes are; a name or a declaration alone makes no file readable."""
    found = media_types.sniff(content[:4096], declared, name)
    proven = media_types.sniff(content[:4096])
    if proven == media_types.UNKNOWN and not media_types.is_read(found):
        raise UnreadableItem(
            f"The file {name or ''} is of no known kind.".replace("  ", " "), code="unknown_format"
        )
    return found


def _text(content: bytes, media_type: str) -> tuple[str, tuple[Defect, ...]]:
    if media_type != "text/plain":
        return "", ()
    text = clean_text(charsets.decode(content)).strip("\n")
    if len(text) <= MAX_TEXT:
        return text, ()
    return text[:MAX_TEXT], (Defect(code="text_too_long", detail=f"{len(text)} characters"),)
