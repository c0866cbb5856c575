"""Which cells of an XLSX have a format of numbers (ECMA-376 part 1 §18.8.30, §18.8.45)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from intake.errors import UnreadableItem
from intake.parsing.formulas import column_number, sheet_parts, tags
from intake.parsing.packages import Package

Formats = Mapping[int, Mapping[int, str]]
"""Row -> column -> code of the format, such as ``0.00%``; both count from 0."""
_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
             37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}  # fmt: skip
"""Those with a number; which currency 5 to 8 and 41 to 44 have depends on the reader's country."""
MOST_CELLS = 250_000
"""Of a file; more do not fit into its text."""
_MOST_STYLES = 10_000_000
"""Bytes of the styles of cells that are read; a file has 65,490 of them at most."""
_FORMAT = re.compile(r"<(?:\w+:)?numFmt\s[^<>]*>")
_STYLES, _STYLES_END = re.compile(rb"<(?:\w+:)?cellXfs[\s>]"), re.compile(rb"</(?:\w+:)?cellXfs>")
_STYLE = re.compile(r"<(?:\w+:)?xf\s[^<>]*>")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_NAME = re.compile(rb'(?:\A|\s)r="([A-Z]{1,3})(\d{1,7})"')
_STYLED = re.compile(rb'(?:\A|\s)s="(\d{1,5})"')


def read_formats(package: Package) -> dict[str, Formats]:
    """Return the formats of the cells by the name of their sheet; none of what is damaged."""
    try:
        codes = _codes(package.read("xl/styles.xml"))
        if not any(codes):
            return {}
        return _of_sheets(package, codes)
    except UnreadableItem:  # the reader of the sheets says what is wrong with them
        return {}


def _of_sheets(package: Package, codes: list[str]) -> dict[str, Formats]:
    """Return the formats by sheet; a part that several sheets name is read once."""
    parts = sheet_parts(package)
    known: dict[str, Formats] = {}
    left = MOST_CELLS
    for part in dict.fromkeys(parts.values()):
        known[part] = _formats(package.read(part), codes, left) if left > 0 else {}
        left -= sum(map(len, known[part].values()))
    return {name: known[part] for name, part in parts.items()}


def _codes(styles: bytes) -> list[str]:
    """Return the code of each style of a cell; an empty one where it shows numbers as they are."""
    own = {each.get("numFmtId", ""): each.get("formatCode", "") for each in tags(styles, _FORMAT)}
    own = {str(number): code for number, code in _BUILT_IN.items()} | own
    first = _STYLES.search(styles)
    end = first and _STYLES_END.search(styles, first.end())
    if first is None or end is None:
        return []
    cells = styles[first.end() : end.start()][:_MOST_STYLES]
    return [own.get(each.get("numFmtId", ""), "") for each in tags(cells, _STYLE)]


def _formats(sheet: bytes, codes: list[str], most: int) -> Formats:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    count = 0
    for cell in _CELL.finditer(sheet):
        name, style = _NAME.search(cell[1]), _STYLED.search(cell[1])
        if name is None or style is None or int(style[1]) >= len(codes):
            continue
        if code := codes[int(style[1])]:
            found[int(name[2]) - 1][column_number(name[1])] = code
            count += 1
            if count >= most:
                break
    return found
