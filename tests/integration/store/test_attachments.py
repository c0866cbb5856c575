"""The files of a request and the pages read in them are what was filed, on either database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import column, select, table

from intake.schemas.documents import Page, RecognisedDocument, Word
from intake.schemas.requests import Channel, RequestAttachment, RequestDraft
from intake.store import requests
from intake.store.column_types import Json
from intake.store.requests import NewRequest

NOW = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
ITALIAN, GERMAN = ("ita", "eng"), ("deu", "ita", "eng")
WORD = Word(text="Ciao", confidence=0.9, left=1, top=2, right=3, bottom=4)
LETTER = RecognisedDocument(
    media_type="image/tiff",
    pages=(
        Page(number=1, text="Ciao", languages=ITALIAN, words=(WORD,)),
        Page(number=2, kind="blank"),
        Page(number=3, text="Grüße", languages=GERMAN),
    ),
)


def _file(path, **facts):
    return RequestAttachment(
        path=path, media_type="image/tiff", size_bytes=1, sha256="0" * 64, **facts
    )


def _filed(database, files, readings):
    draft = RequestDraft(channel=Channel.LETTER, attachments=files)
    with database.write() as connection:
        request = requests.number(draft, "0", "CC-2026-0000001-0", NOW)
        requests.insert_requests(connection, [NewRequest(request=request, readings=readings)], NOW)
    with database.read() as connection:
        return requests.get(connection, "CC-2026-0000001-0")


def test_a_file_says_how_many_pages_it_has_and_in_which_languages_they_were_read(database):
    letter = _file("letter.tif", page_count=3, languages=LETTER.languages)
    photo = _file("photo.jpg")

    request = _filed(database, (photo, letter), {"letter.tif": LETTER})

    found = [(each.path, each.page_count, each.languages) for each in request.attachments]
    assert found == [("photo.jpg", 0, ()), ("letter.tif", 3, ("ita", "eng", "deu"))]


def test_the_view_of_pages_says_in_which_languages_each_was_read(database):
    _filed(database, (_file("letter.tif"),), {"letter.tif": LETTER})

    query = select(column("number"), column("languages", Json)).select_from(table("pages_v1"))
    with database.read() as connection:
        rows = connection.execute(query.order_by("number")).all()
    assert [tuple(row) for row in rows] == [(1, [*ITALIAN]), (2, []), (3, [*GERMAN])]
