"""The texts of an item that are judged for danger, and how much of them."""

from __future__ import annotations

from collections.abc import Sequence

from intake.schemas.documents import Document

_SHORT_SUBJECT, _BEGINNING = 4, 30
"""Words of a subject that is not judged by itself, and of a body that are read with it."""


def texts_of(documents: Sequence[Document]) -> list[str]:
    """Return the texts to judge, a short subject with the beginning of what stands under it.

    By themselves "nonna e caldo" or "macchia nel fiume" say too little not to be feared.
    """
    bodies = [document.text for document in documents if document.origin == "body"]
    beginning = " ".join(bodies[0].split(maxsplit=_BEGINNING)[:_BEGINNING]) if bodies else ""
    return [
        f"{document.text}\n\n{beginning}"
        if document.origin == "subject" and len(document.text.split()) <= _SHORT_SUBJECT
        else document.text
        for document in documents
    ]


def bounded(texts: Sequence[str], most: int) -> tuple[list[str], int]:
    """Return the texts with what is too much left out of their middle, and how much that is."""
    total = sum(map(len, texts))
    left_out = max(0, total - most)
    beginning = most - most // 3
    kept: list[str] = []
    place = 0
    for text in texts:
        start = min(max(beginning - place, 0), len(text))
        end = min(max(beginning + left_out - place, 0), len(text))
        kept.append(text if start == end else f"{text[:start]}\n\n{text[end:]}")
        place += len(text)
    return kept, left_out
