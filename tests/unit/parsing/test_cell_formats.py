"""Numbers in a workbook are read as its formats show them."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from intake.parsing.office.cell_formats import formats_of
from intake.parsing.office.formulas import formulas_of
from intake.parsing.office.packages import Package
from intake.parsing.office.spreadsheets import Workbook

SOUND = Path(__file__).parents[3] / "fixtures" / "office" / "danni.xlsx"
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = (
    b"<styleSheet %b><numFmts>"
    b'<numFmt numFmtId="164" formatCode="#,##0.00\\ &quot;&#8364;&quot;"/>'
    b'<numFmt numFmtId="165" formatCode="00000"/><numFmt numFmtId="166" formatCode="0.0%%"/>'
    b'</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
    b'<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/>'
    b"</cellXfs></styleSheet>" % SPACE
)
ROW = (
    b'<row r="1"><c r="A1" s="1"><v>1250</v></c><c s="2" r="B1"><v>185</v></c>'
    b'<c r="C1" s="3"><v>0.125</v></c><c r="D1" s="0"><v>7.5</v></c>'
    b'<c r="E1" s="1" t="inlineStr"><is><t>danni</t></is></c><c r="F1" s="99"><v>3</v></c></row>'
)


def book(styles: bytes) -> bytes:
    sheet = b"<worksheet %b><sheetData>%b</sheetData></worksheet>" % (SPACE, ROW)
    out = BytesIO()
    with zipfile.ZipFile(SOUND) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
        new.writestr("xl/styles.xml", styles)
    return out.getvalue()


def read(data: bytes) -> str:
    return Workbook(data, formats=formats_of(Package(data))).sheet(0).split("\n")[1]


def test_currency_leading_zeros_and_percent_are_read() -> None:
    assert read(book(STYLES)) == "1.250,00 €\t00185\t12,5 %\t7,5\tdanni\t3"


def test_a_workbook_without_styles_has_no_formats() -> None:
    assert formats_of(Package(SOUND.read_bytes()))("Danni") == {}


def test_many_styles_without_an_end_cost_no_time() -> None:
    assert formats_of(Package(book(b"<cellXfs " * 500_000)))("Danni") == {}


def test_the_cells_of_a_sheet_are_looked_at_when_it_is_read() -> None:
    package = Package(book(STYLES))
    read_parts, read_part = [], package.read
    package.read = lambda name: read_parts.append(name) or read_part(name)  # type: ignore[method-assign]
    formulas, formats = formulas_of(package), formats_of(package)
    assert not any("worksheets" in name for name in read_parts)
    assert formats("Danni") == {
        0: {0: '#,##0.00\\ "€"', 1: "00000", 2: "0.0%", 4: '#,##0.00\\ "€"'}
    }
    assert formulas("Danni") == {}
    assert len([name for name in read_parts if "worksheets" in name]) == 2
