"""How the numbers of an ODS are shown: its cells hold that text beside the value (ODF 1.3 §19.385).

From ``1.250,00 €`` beside 1250 comes the code of a format, as an XLSX has one. Which sign parts
thousands and which decimals is told by the value; where neither way gives it, nothing is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from itertools import islice

from intake.errors import UnreadableItem
from intake.parsing.office.cell_formats import Formats
from intake.parsing.office.packages import Package
from intake.parsing.office.spreadsheets import MAX_ROWS

_MOST_CELLS = 100_000
"""Of a file, for the CPU time that its opening has; the text of a sheet holds no more."""
_PIECES = re.compile(
    rb"(?P<tag><table:(?P<kind>table|table-row|table-cell|covered-table-cell)(?:[\s/][^<>]*)?>)"
    rb"(?:\s*<text:p(?:\s[^<>]*)?>"
    rb"(?P<shown>[^<]{0,200}(?:<text:s(?:\s[^<>]*)?/>[^<]{0,200}){0,9})</text:p>)?"
)
"""Of a cell with more text or spaces in it the text is not looked at; no number is so long."""
_SPACES = re.compile(rb"<[^<>]*>")
_NAME = re.compile(rb'\stable:name="([^"]*)"')
_IS_NUMBER = re.compile(rb'\soffice:value-type="(?:float|currency|percentage)"')
_VALUE = re.compile(rb'\soffice:value="(-?\d{1,40}(?:\.\d{1,40})?(?:[Ee][+-]?\d{1,3})?)"')
_REPEATED = {
    kind: re.compile(rb'\stable:number-%b-repeated="(\d{1,7})"' % kind)
    for kind in (b"columns", b"rows")
}
_SHOWN = re.compile(r"(?P<before>[^\d\"]*?)-?(?P<figures>\d[\d.,]*)(?P<after>[^\d\"]*)", re.ASCII)
_FIGURES = re.compile(
    r"(?P<whole>\d+|(?P<parted>\d{1,3}(?:\.\d{3})+))(?:,(?P<rest>\d*))?", re.ASCII
)
_SWAPPED = str.maketrans(".,", ",.")
_ROUNDED = 0.5 + 1e-6
"""Of the last figure shown: by so much it may differ from the value."""


def read_shown_numbers(package: Package) -> dict[str, Formats]:
    """Return the formats of the cells by the name of their sheet; none of what is damaged."""
    try:
        content = package.read("content.xml")
    except UnreadableItem:  # the reader of the sheets says what is wrong with it
        return {}
    sheets: dict[str, dict[int, dict[int, str]]] = {}
    codes: dict[int, dict[int, str]] = {}
    count = 0
    for tag, shown, place in islice(_cells(content), _MOST_CELLS):
        if place is None:
            codes = sheets[_table_name(tag)] = defaultdict(dict)
            continue
        code = _code(tag, shown)
        for row in range(place[0], min(place[0] + place[2], MAX_ROWS)) if code else ():
            for column in range(place[1], place[1] + min(place[3], _MOST_CELLS - count)):
                codes[row][column] = code
                count += 1
            if count >= _MOST_CELLS:
                return dict(sheets)
    return dict(sheets)


_Place = tuple[int, int, int, int]
"""Row and column of a cell, and how many rows and columns it is told for."""


def _cells(content: bytes) -> Iterator[tuple[bytes, bytes, _Place | None]]:
    """Yield the cells with a number: tag, text and place; a table has none of the last two."""
    row = column = rows = 0
    for piece in _PIECES.finditer(content):
        tag, kind, shown = piece.groups()
        if kind == b"table":
            row = column = rows = 0
            yield tag, b"", None
        elif kind == b"table-row":
            row, column = row + rows, 0
            rows = _repeated(tag, b"rows")
        else:
            columns = _repeated(tag, b"columns")
            if shown and _IS_NUMBER.search(tag):
                yield tag, shown, (row, column, rows, columns)
            column += columns


def _table_name(tag: bytes) -> str:
    name = _NAME.search(tag)
    return unescape(name[1].decode("utf-8", "replace")) if name else ""


def _repeated(tag: bytes, kind: bytes) -> int:
    count = _REPEATED[kind].search(tag)
    return max(1, int(count[1])) if count else 1


def _code(tag: bytes, shown: bytes) -> str:
    """Return the code by which the value of a cell is shown as it is; an empty one for none."""
    number = _VALUE.search(tag)
    found = _SHOWN.fullmatch(_SPACES.sub(b" ", shown).decode("utf-8", "replace").strip())
    if number is None or found is None:
        return ""
    before, figures, after = found.groups()
    is_percent = "%" in before or "%" in after
    value = abs(float(number[1])) * (100 if is_percent else 1)
    for spelt in (figures, figures.translate(_SWAPPED)):
        parts = _FIGURES.fullmatch(spelt)
        if parts is None:
            continue
        rest = parts["rest"] or ""
        as_number = float(f"{parts['whole'].replace('.', '')}.{rest}")
        if abs(as_number - value) <= _ROUNDED * 10 ** -len(rest):
            field = "#,##0" if parts["parted"] else _field(parts["whole"])
            return _whole_code(before, field, len(rest), after)
    return ""


def _field(whole: str) -> str:
    """Return the places of digits; a number that begins with 0 has as many as it has digits."""
    return "0" * len(whole) if whole.startswith("0") else "0"


@lru_cache(maxsize=256)
def _whole_code(before: str, field: str, decimals: int, after: str) -> str:
    return _as_code(before) + field + ("." + "0" * decimals if decimals else "") + _as_code(after)


def _as_code(text: str) -> str:
    """Return plain text as it stands in the code of a format; a percent sign is none."""
    return "%".join(f'"{part}"' if part.strip() else part for part in text.split("%"))
