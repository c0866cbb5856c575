from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from intake.errors import UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage, PageLost, PageText
from intake.pipeline.office_file import read_office

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
LIMITS = PageLimits()


def _pages(data: bytes) -> list:
    return list(read_office(data, LIMITS))


def _text(name: str) -> list[str]:
    (page,) = _pages((FIXTURES / "office" / name).read_bytes())
    assert isinstance(page, PageText)
    return page.text.split("\n")


def _without(data: bytes, part: str, **changed: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, changed.get(Path(name).stem, old.read(name)))
    return out.getvalue()


def test_a_word_document_gives_header_body_tables_forms_and_boxes_once_each() -> None:
    assert _text("frana.docx") == [
        "Comune di Sulmona",
        "Oggetto: frana sulla strada provinciale",
        "Gentile Ufficio, segnalo una frana in via dei Tigli.",
        "Via\tDanno",
        "Roma 12\tmuro crollato",
        "Modulo: Anna Bellini",
        "Telefono 0864 555 0142",
    ]


def test_an_open_document_gives_footer_body_and_tables() -> None:
    assert _text("volontari.odt") == [
        "Associazione Alfa, Verona",
        "Richiesta di informazioni",
        "Vorrei diventare volontario\ta Verona.",
        "Nome\tLuca Marangon",
    ]


def test_a_workbook_gives_its_rows() -> None:
    assert _text("danni.xlsx") == [
        "Danni",
        "Via\tDanno",
        "Roma 12\tcantina allagata",
        "Milano 3\ttetto",
    ]


def test_rich_text_gives_its_words() -> None:
    assert "la cantina è allagata da lunedì" in " ".join(_text("allagamento.rtf"))


def test_a_letter_pasted_into_a_document_is_a_page_to_be_read() -> None:
    text, letter = _pages((FIXTURES / "office" / "lettera_incollata.docx").read_bytes())
    assert isinstance(text, PageText)
    assert isinstance(letter, PageImage)
    assert (letter.number, round(letter.dpi_x)) == (2, 150)


def test_a_bomb_in_a_document_is_refused() -> None:
    with pytest.raises(UnreadableItem) as caught:
        _pages((FIXTURES / "hostile" / "bomb_zip.docx").read_bytes())
    assert caught.value.code == "too_large"


def test_a_sheet_with_a_cell_at_its_far_corner_costs_that_sheet_only() -> None:
    sound = (FIXTURES / "office" / "danni.xlsx").read_bytes()
    with zipfile.ZipFile(BytesIO(sound)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b'"B3"', b'"XFD1048576"').replace(b'r="3"', b'r="1048576"')
    (page,) = _pages(_without(sound, "", sheet1=far))
    assert isinstance(page, PageLost)


@pytest.mark.parametrize("name", ["frana.docx", "volontari.odt", "danni.xlsx"])
def test_a_document_cut_in_half_has_a_code(name: str) -> None:
    whole = (FIXTURES / "office" / name).read_bytes()
    with pytest.raises(UnreadableItem) as caught:
        _pages(whole[: len(whole) // 2])
    assert caught.value.code == "corrupt_document"


def test_a_body_that_breaks_off_gives_what_came() -> None:
    sound = (FIXTURES / "office" / "frana.docx").read_bytes()
    with zipfile.ZipFile(BytesIO(sound)) as archive:
        body = archive.read("word/document.xml")
    (page,) = _pages(_without(sound, "", document=body[: len(body) // 2]))
    assert "segnalo una frana" in page.text


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "frana">]><a><t>&b;</t></a>'
    sound = (FIXTURES / "office" / "frana.docx").read_bytes()
    with pytest.raises(UnreadableItem):
        _pages(_without(sound, "word/header1.xml", document=bomb))


def test_a_zip_that_is_no_document_has_a_code() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("foto.txt", "ciao")
    with pytest.raises(UnreadableItem) as caught:
        _pages(out.getvalue())
    assert caught.value.code == "unknown_format"


def test_a_table_of_contents_that_lies_about_sizes_is_no_way_in() -> None:
    data = bytearray((FIXTURES / "hostile" / "bomb_zip.docx").read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/document.xml"))
    struct.pack_into("<I", data, place + 24, 100)
    with pytest.raises(UnreadableItem):
        _pages(bytes(data))
