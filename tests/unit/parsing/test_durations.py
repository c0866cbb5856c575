"""Durations in spreadsheets are told in hours, minutes and seconds."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from intake.parsing.office.spreadsheets import Workbook

SOUND = Path(__file__).resolve().parents[3] / "fixtures" / "office" / "danni.xlsx"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = (
    b"<styleSheet %b><cellXfs><xf numFmtId='0'/><xf numFmtId='46'/></cellXfs></styleSheet>" % SPACE
)


@pytest.mark.parametrize(
    ("days", "shown"), [(b"1.25", "30:00:00"), (b"0.0625", "1:30:00"), (b"-0.5", "-12:00:00")]
)
def test_a_duration_is_told_in_hours(days: bytes, shown: str) -> None:
    rows = b'<row r="1"><c r="A1" s="1"><v>%b</v></c><c r="B1"><v>7</v></c></row>' % days
    sheet = b"<worksheet %b><sheetData>%b</sheetData></worksheet>" % (SPACE, rows)
    out = BytesIO()
    with zipfile.ZipFile(SOUND) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
        new.writestr("xl/styles.xml", STYLES)
    assert Workbook(out.getvalue()).sheet(0).split("\n")[1:] == [f"{shown}\t7"]


def test_a_duration_of_an_open_document_is_told_alike() -> None:
    names = " ".join(f'xmlns:{each}="{ODF}:{each}:1.0"' for each in ("office", "text", "table"))
    cells = "".join(
        f'<table:table-cell office:value-type="time" office:time-value="{value}"/>'
        for value in ("PT30H00M00S", "PT06H05M00S")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet><table:table "
        f'table:name="Ore"><table:table-row>{cells}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{ODF}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    assert Workbook(out.getvalue()).sheet(0) == "Ore\n30:00:00\t06:05:00"
