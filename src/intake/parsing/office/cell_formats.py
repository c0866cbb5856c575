"""Which cells of an XLSX have a format of numbers (ECMA-376 part 1 §18.8.30, §18.8.45)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from intake.errors import UnreadableItem
from intake.parsing.office.formulas import column_number, no_cells, sheet_parts, tags
from intake.parsing.office.packages import Package

Formats = Mapping[int, Mapping[int, str]]
"""Row -> column -> code of the format, such as ``0.00%``; both count from 0."""
_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
             37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}  # fmt: skip
"""Those with a number; which currency 5 to 8 and 41 to 44 have depends on the reader's country."""
_MOST_CELLS = 250_000
"""Of a sheet; more do not fit into its text."""
_MOST_STYLES = 10_000_000
"""Bytes of the styles of cells that are read; a file has 65,490 of them at most."""
_FORMAT = re.compile(r"<(?:\w+:)?numFmt\s[^<>]*>")
_STYLES, _STYLES_END = re.compile(rb"<(?:\w+:)?cellXfs[\s>]"), re.compile(rb"</(?:\w+:)?cellXfs>")
_STYLE = re.compile(r"<(?:\w+:)?xf\s[^<>]*>")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_NAME = re.compile(rb'(?:\A|\s)r="([A-Z]{1,3})(\d{1,7})"')
_STYLED = re.compile(rb'(?:\A|\s)s="(\d{1,5})"')


def formats_of(package: Package) -> Callable[[str], Formats]:
    """Return what reads the formats of a sheet's cells by its name; none of what is damaged."""
    try:
        codes = _codes(package.read("xl/styles.xml"))
        parts = sheet_parts(package)
    except UnreadableItem:  # the reader of the sheets says what is wrong with them
        return no_cells

    def formats(sheet: str) -> Formats:
        try:
            return _formats(package.read(parts[sheet]), codes) if sheet in parts else {}
        except UnreadableItem:
            return {}

    return formats if any(codes) else no_cells


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


def _formats(sheet: bytes, codes: list[str]) -> Formats:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    count = 0
    for cell in _CELL.finditer(sheet):
        name, style = _NAME.search(cell[1]), _STYLED.search(cell[1])
        if name is None or style is None or int(style[1]) >= len(codes):
            continue
        if code := codes[int(style[1])]:
            found[int(name[2]) - 1][column_number(name[1])] = code
            count += 1
            if count >= _MOST_CELLS:
                break
    return found
