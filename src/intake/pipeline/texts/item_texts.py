"""What classifiers read: the texts of an item, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from intake.filing.senders import channel_of, sender_of
from intake.parsing.media_types import is_card
from intake.parsing.writing.quoted import left_out
from intake.schemas.classifications import Origin
from intake.schemas.documents import Document, ParsedMessage, RecognisedDocument
from intake.schemas.receipts import ItemFacts


def list_texts(
    message: ParsedMessage, recognised: Mapping[str, RecognisedDocument], *, channel: str
) -> list[Document]:
    """Return subject, body, the text of each file by path, and what was left out of the body.

    Nothing that is blank.
    """
    left = left_out(message.text, message.new_text or message.text)
    found = [
        Document(origin="subject", text=message.subject or ""),
        Document(origin="body", text=message.new_text or message.text),
        *(_of_file(path, document) for path, document in recognised.items()),
        Document(origin="quoted", text=left.quoted),
        Document(origin="footer", text=left.footer),
        Document(origin="alternative", text=message.alternative),
    ]
    return [each.model_copy(update={"channel": channel}) for each in found if each.text.strip()]


def _of_file(path: str, document: RecognisedDocument) -> Document:
    """Return the text of a file; that of a card or an appointment is no more than a signature."""
    text, confidence = document.text, document.confidence
    if document.pages:
        origin = document.pages[0].origin
        return Document(path=path, origin=origin, text=text, confidence=confidence)
    return Document(
        path=path, origin="footer" if is_card(document.media_type) else "file", text=text
    )


def origin_of(item: ItemFacts, message: ParsedMessage) -> Origin:
    """Return where an item comes from, as its source and its message say."""
    channel = channel_of(item, message)
    sender = sender_of(channel, message)
    return Origin(
        channel=channel,
        source=item.source,
        sender=sender.email or "",
        number=sender.fax_number or sender.phone or "",
    )
