"""The texts of an item that a classifier reads."""

from __future__ import annotations

from collections.abc import Mapping

from intake.schemas.documents import Document, ParsedMessage, RecognisedDocument


def list_texts(
    message: ParsedMessage, recognised: Mapping[str, RecognisedDocument]
) -> list[Document]:
    """Return subject, body, then the text of each picture by path; nothing that is blank."""
    found = [Document(origin="subject", text=message.subject or "")]
    found.append(Document(origin="body", text=message.new_text or message.text))
    for path, document in recognised.items():
        origin = document.pages[0].origin if document.pages else "ocr"
        found.append(
            Document(path=path, origin=origin, text=document.text, confidence=document.confidence)
        )
    return [document for document in found if document.text.strip()]
