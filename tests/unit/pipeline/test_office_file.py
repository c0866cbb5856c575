from __future__ import annotations

import re
import runpy
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from intake.errors import UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage, PageLost, PageText
from intake.parsing.media_types import DOCX, ODS, ODT, PPTX, RTF, XLS, XLSX
from intake.pipeline.pages.office_file import read_office, type_of_office

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
LIMITS = PageLimits()
MAKE_OLE = runpy.run_path(str(Path(__file__).parents[1] / "parsing" / "outlook_files.py"))
ODF = "urn:oasis:names:tc:opendocument:xmlns"


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


def test_a_presentation_gives_its_slides_in_their_order_with_notes() -> None:
    pages = _pages((FIXTURES / "office" / "visita.pptx").read_bytes())
    assert [page.text.split("\n") for page in pages] == [
        ["La nostra scuola chiede una visita", "Classe 3B", "alunni\t24", "", "dire il giorno"],
        ["(hidden)", "Grazie"],
    ]


def test_a_hidden_sheet_says_so_and_values_are_written_as_in_italy() -> None:
    sound = _with_rows(b'<row r="1"><c r="A1"><v>12500.5</v></c><c r="B1" t="b"><v>1</v></c></row>')
    with zipfile.ZipFile(BytesIO(sound)) as archive:
        book = archive.read("xl/workbook.xml").replace(b"<sheet ", b'<sheet state="hidden" ')
    (page,) = _pages(_without(sound, "", workbook=book))
    assert page.text == "Danni (hidden)\n12500,5\tVERO"


def _ods(sheets: dict[str, str]) -> bytes:
    """Return an OpenDocument spreadsheet; a sheet is its rows as XML."""
    tables = "".join(
        f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items()
    )
    names = "".join(f' xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table"))
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{ODF}:manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def _cell(kind: str, shown: str, value: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" {value}><text:p>{shown}</text:p>'
        "</table:table-cell>"
    )


def _xls(name: str, rows: list[list[str | float]]) -> bytes:
    """Return an Excel 97 workbook of one sheet (MS-XLS): BIFF8 records in a compound file."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))

    def workbook(sheet_at: int) -> bytes:
        bound = struct.pack("<IHBB", sheet_at, 0, len(name), 0) + name.encode("ascii")
        strings = b"".join(
            struct.pack("<HB", len(each), 1) + each.encode("utf-16-le") for each in texts
        )
        table = struct.pack("<II", len(texts), len(texts)) + strings
        return begin(5) + record(0x85, bound) + record(0xFC, table) + record(0x0A)

    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    sheet = begin(0x10)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                sheet += record(0xFD, place + struct.pack("<I", texts.index(cell)))
            else:
                sheet += record(0x203, place + struct.pack("<d", cell))
    sheet += record(0x0A)
    book: bytes = MAKE_OLE["compound_file"]({"Workbook": workbook(len(workbook(0))) + sheet})
    return book


def test_an_open_document_spreadsheet_gives_its_sheets() -> None:
    row = "<table:table-row>{}</table:table-row>"
    first = row.format(_cell("string", "Via") + _cell("string", "Danno")) + row.format(
        _cell("string", "Roma 12")
        + _cell("float", "1.250 €", 'office:value="1250"')
        + _cell("date", "14 mar", 'office:date-value="2025-03-14"')
    )
    second = row.format(_cell("string", "Totale"))
    pages = _pages(_ods({"Danni": first, "Somma": second}))
    assert [page.text for page in pages] == [
        "Danni\nVia\tDanno\nRoma 12\t1.250 €\t14/03/2025",
        "Somma\nTotale",
    ]


def test_an_excel_97_workbook_gives_its_rows() -> None:
    (page,) = _pages(_xls("Danni", [["Via", "Danno"], ["Roma 12", "è allagata"], ["Milano", 1250]]))
    assert page.text == "Danni\nVia\tDanno\nRoma 12\tè allagata\nMilano\t1250"


@pytest.mark.parametrize(
    ("streams", "code"),
    [
        ({"EncryptionInfo": bytes(64), "EncryptedPackage": bytes(5000)}, "encrypted_document"),
        ({"WordDocument": bytes(5000), "1Table": bytes(5000)}, "unknown_format"),
        ({"Workbook": b"\xff" * 5000}, "corrupt_document"),
    ],
    ids=["locked DOCX", "DOC", "rubbish"],
)
def test_what_an_old_container_holds_is_told_by_its_code(
    streams: dict[str, bytes], code: str
) -> None:
    with pytest.raises(UnreadableItem) as caught:
        _pages(MAKE_OLE["compound_file"](streams))
    assert caught.value.code == code


def test_a_workbook_cut_in_half_has_a_typed_end() -> None:
    whole = _xls("Danni", [["Via", "Danno"]] * 400)
    for length in (100, 600, len(whole) // 2):
        with pytest.raises(UnreadableItem) as caught:
            _pages(whole[:length])
        assert caught.value.code in ("corrupt_document", "unknown_format")


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


@pytest.mark.parametrize("name", ["frana.docx", "volontari.odt", "danni.xlsx", "visita.pptx"])
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


def _last_first(data: bytes) -> bytes:
    """Return a package with its parts the other way round, the first of them large."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        new.writestr("docProps/thumbnail.jpeg", bytes(10_000))
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("danni.xlsx", XLSX), ("visita.pptx", PPTX), ("frana.docx", DOCX), ("volontari.odt", ODT)],
)
def test_a_package_is_known_by_its_parts_whatever_their_order(name: str, kind: str) -> None:
    whole = (FIXTURES / "office" / name).read_bytes()

    assert type_of_office(whole) == type_of_office(_last_first(whole)) == kind


def test_sheets_old_workbooks_and_rich_text_are_known() -> None:
    assert type_of_office(_ods({"Danni": ""})) == ODS
    assert type_of_office(_xls("Danni", [["Via", "Danno"]])) == XLS
    assert type_of_office((FIXTURES / "office" / "allagamento.rtf").read_bytes()) == RTF


def test_what_is_damaged_or_no_office_document_has_no_type() -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("foto.txt", "x")
    old_word: bytes = MAKE_OLE["compound_file"]({"WordDocument": b"x" * 5000})

    for data in (archive.getvalue(), old_word, old_word[:100], b"PK\x03\x04", b"", b"%PDF-"):
        assert type_of_office(data) is None


def _rtf(body: str) -> bytes:
    return ("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}" + body + "}").encode("ascii")


def _pict(data: bytes, kind: str) -> str:
    said = r"{\*\picprop{\sp{\sn name}{\sv }}}\picw1000" + "\\" + kind
    return r"{\pict" + said + "\n" + data.hex() + "}"


def test_rich_text_gives_headers_first_and_footers_last_each_once() -> None:
    (page,) = _pages(
        _rtf(
            "{\\header\\pard Comune di Prato\\par}{\\headerf Comune di Prato}"
            "{\\footer\\pard Pagina {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}}"
            "Gentile Ufficio,\\par segnalo una frana.{\\footerr Via Roma 5}"
        )
    )
    assert page.text.split("\n") == [
        "Comune di Prato",
        "Gentile Ufficio,",
        "segnalo una frana.",
        "Pagina 1",
        "Via Roma 5",
    ]


def _scan() -> bytes:
    out = BytesIO()
    noise = Image.effect_noise((1000, 700), 90)  # as large as a scan is when it is packed
    noise.save(out, "PNG")
    return out.getvalue()


def test_a_picture_in_rich_text_is_a_page_and_the_text_after_it_is_read() -> None:
    once_more = "{\\nonshppict" + _pict(b"\1\0\x09" * 900_000, "wmetafile8") + "}"
    picture = "{\\*\\shppict" + _pict(_scan(), "pngblip") + "}"
    text, page = _pages(_rtf(f"prima\\par {picture}{once_more}dopo"))
    assert text.text.split("\n") == ["prima", "dopo"]
    assert text.defects == ()
    assert page.image.size == (1000, 700)


def test_a_picture_in_rich_text_that_cannot_be_read_is_told() -> None:
    (page,) = _pages(_rtf("prima " + _pict(b"\1\0\x09" * 9_000, "wmetafile8") + "dopo"))
    assert page.text == "prima dopo"
    assert [defect.code for defect in page.defects] == ["page_picture_unread"]


def _metafile(wide: int, high: int) -> bytes:
    """Return a letter with a metafile that is shown so large, in twips."""
    goal = f"\\picwgoal{wide}\\pichgoal{high}\\wmetafile8"
    return _rtf("prima {\\pict" + goal + "\n" + (b"\1\0\x09" * 9_000).hex() + "}dopo")


@pytest.mark.parametrize(
    ("wide", "high", "codes"),
    [
        (1500, 750, []),
        (9000, 900, []),
        (9000, 4000, ["page_picture_unread"]),
    ],
)
def test_a_metafile_is_told_where_it_is_larger_than_a_logo(
    wide: int, high: int, codes: list[str]
) -> None:
    (page,) = _pages(_metafile(wide, high))
    assert page.text == "prima dopo"
    assert [defect.code for defect in page.defects] == codes


def test_a_picture_that_stands_in_rich_text_byte_for_byte_is_read() -> None:
    head = b"{\\rtf1\\ansi prima {\\pict\\pngblip\\picw1000\\bin%d "
    scan = _scan()
    text, page = _pages(head % len(scan) + scan + b"}dopo}")
    assert text.text == "prima dopo"
    assert page.image.size == (1000, 700)


def test_a_metafile_that_stands_in_rich_text_byte_for_byte_is_told() -> None:
    (page,) = _pages(b"{\\rtf1 prima {\\pict\\wmetafile8\\bin9000 " + b"}{\\a" * 2250 + b"}dopo}")
    assert page.text == "prima dopo"
    assert [defect.code for defect in page.defects] == ["page_picture_unread"]


def _with_rows(rows: bytes) -> bytes:
    """Return a workbook whose sheet has these rows, as XML."""
    data = (FIXTURES / "office" / "danni.xlsx").read_bytes()
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )
    return _without(data, "", sheet1=sheet)


def test_a_formula_without_a_value_is_shown_and_one_with_a_value_is_its_value() -> None:
    rows = (
        b'<row r="3"><c r="B3" s="1"><f>SUM(B1:B2)&amp;"x"</f></c></row>'
        b'<row r="4"><c r="A4"><f>1+1</f><v>2</v></c><c r="B4"><f t="shared" si="0"/><v/></c></row>'
        b'<row r="6"><c r="AB6" t="n"><f>1+1</f><v></v></c></row>'
    )
    (page,) = _pages(_with_rows(rows))
    assert page.text.split("\n")[1:] == ['=SUM(B1:B2)&"x"', "2\t=…", "=1+1"]


def test_a_formula_whose_value_is_an_empty_text_is_empty() -> None:
    rows = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Totale</t></is></c>'
        b'<c r="B1" t="str"><f>IF(A2="","",A2)</f><v></v></c></row>'
        b'<row r="2"><c t="str" r="A2"><f>IF(A3="","",A3)</f></c>'
        b'<c r="C2" t="str"><f t="shared" si="0"/><v/></c></row>'
    )
    (page,) = _pages(_with_rows(rows))
    assert "=" not in page.text
    assert "Totale" in page.text


def test_a_part_that_several_sheets_name_is_read_once() -> None:
    data = (FIXTURES / "office" / "danni.xlsx").read_bytes()
    with zipfile.ZipFile(BytesIO(data)) as file:
        workbook = file.read("xl/workbook.xml")
    (sheet,) = re.findall(rb"<sheet [^>]*>", workbook)
    others = b"".join(
        sheet.replace(b'name="Danni"', b'name="Altro %d"' % number) for number in (1, 2)
    )
    first, *again = _pages(_without(data, "", workbook=workbook.replace(sheet, sheet + others)))
    assert isinstance(first, PageText)
    assert [type(page) for page in again] == [PageLost, PageLost]
