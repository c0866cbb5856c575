"""How the numbers of an ODS are shown: its cells hold that text beside the value (ODF 1.3 §19.385).

From ``1.250,00 €`` beside 1250 comes the code of a format, as an XLSX has one. Which sign parts
thousands and which decimals is told by the value; where neither way gives it, nothing is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from intake.errors import UnreadableItem
from intake.parsing.cell_formats import MOST_CELLS, Formats
from intake.parsing.formulas import tags
from intake.parsing.number_formats import number_shown
from intake.parsing.packages import Package
from intake.parsing.spreadsheets import MAX_ROWS

_NUMBERS = frozenset({"float", "currency", "percentage"})
_PIECES = re.compile(
    rb"(?P<tag><table:(?P<kind>table|table-row|table-cell|covered-table-cell)(?:[\s/][^<>]*)?>)"
    rb"(?:\s*<text:p(?:\s[^<>]*)?>"
    rb"(?P<shown>[^<]*(?:<text:s(?:\s[^<>]*)?/>[^<]*)*)</text:p>)?"
)
_MOST_SHOWN = 200
"""Characters of a cell that are looked at; no number is longer."""
_ANY = re.compile("<[^<>]*>")
_SHOWN = re.compile(r"(?P<before>\D*?)-?(?P<figures>\d[\d.,]*)(?P<after>\D*)")


def read_shown_numbers(package: Package) -> dict[str, Formats]:
    """Return the formats of the cells by the name of their sheet; none of what is damaged."""
    try:
        content = package.read("content.xml")
    except UnreadableItem:  # the reader of the sheets says what is wrong with it
        return {}
    sheets: dict[str, dict[int, dict[int, str]]] = {}
    codes: dict[int, dict[int, str]] = {}
    count = 0
    for kind, attributes, shown, place in islice(_cells(content), MOST_CELLS):
        if kind == "table":
            codes = sheets[attributes.get("table:name", "")] = defaultdict(dict)
            continue
        code = _code(attributes, shown)
        for row in range(place[0], min(place[0] + place[2], MAX_ROWS)) if code else ():
            for column in range(place[1], place[1] + min(place[3], MOST_CELLS - count)):
                codes[row][column] = code
                count += 1
            if count >= MOST_CELLS:
                return dict(sheets)
    return dict(sheets)


_Place = tuple[int, int, int, int]
"""Row and column of a cell, and how many rows and columns it is told for."""


def _cells(content: bytes) -> Iterator[tuple[str, dict[str, str], str, _Place]]:
    """Yield the tables and their cells: kind, attributes, text and place."""
    row = column = rows = 0
    for piece in _PIECES.finditer(content):
        (attributes,) = tags(piece["tag"], _ANY)
        kind = piece["kind"].decode()
        columns = _repeated(attributes, "table:number-columns-repeated")
        if kind == "table":
            row = column = rows = 0
        elif kind == "table-row":
            row, column = row + rows, 0
            rows = _repeated(attributes, "table:number-rows-repeated")
            continue
        shown = _ANY.sub(" ", (piece["shown"] or b"").decode("utf-8", "replace"))
        yield kind, attributes, shown, (row, column, rows, columns)
        column += columns


def _repeated(attributes: dict[str, str], name: str) -> int:
    count = attributes.get(name, "1")
    return max(1, int(count)) if count.isascii() and count.isdigit() and len(count) < 8 else 1


def _code(attributes: dict[str, str], shown: str) -> str:
    """Return the code by which the value of a cell is shown as it is; an empty one for none."""
    if attributes.get("office:value-type") not in _NUMBERS or len(shown) > _MOST_SHOWN:
        return ""
    found = _SHOWN.fullmatch(shown.strip())
    if found is None or '"' in shown:
        return ""
    try:
        value = float(attributes.get("office:value", ""))
    except ValueError:
        return ""
    before, after = _as_code(found["before"]), _as_code(found["after"])
    for thousands, decimal in (".,", ",."):
        whole, _, rest = found["figures"].partition(decimal)
        parted = re.fullmatch(r"\d{1,3}(?:\.\d{3})+", whole.replace(thousands, "."))
        if not parted and not whole.isdigit():
            continue
        field = "#,##0" if parted else "0" * len(whole) if whole.startswith("0") else "0"
        code = before + field + ("." + "0" * len(rest) if rest else "") + after
        if _digits(number_shown(value, code)) == _digits(found["figures"]):
            return code
    return ""


def _as_code(text: str) -> str:
    """Return plain text as it stands in the code of a format; a percent sign is none."""
    return "%".join(f'"{part}"' if part.strip() else part for part in text.split("%"))


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
