"""What classifiers read: the texts of an item, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from intake.filing.senders import channel_of, sender_of
from intake.schemas.classifications import Origin
from intake.schemas.documents import Document, ParsedMessage, RecognisedDocument
from intake.schemas.receipts import ItemFacts


def list_texts(
    message: ParsedMessage, recognised: Mapping[str, RecognisedDocument], *, channel: str
) -> list[Document]:
    """Return subject, body, then the text of each picture by path; nothing that is blank."""
    found = [Document(origin="subject", text=message.subject or "")]
    found.append(Document(origin="body", text=message.new_text or message.text))
    for path, document in recognised.items():
        origin = document.pages[0].origin if document.pages else "ocr"
        found.append(
            Document(path=path, origin=origin, text=document.text, confidence=document.confidence)
        )
    return [each.model_copy(update={"channel": channel}) for each in found if each.text.strip()]


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
