"""Formulas of an XLSX that hold no value yet: a program that wrote the file left them to others.

A value that was calculated is in the file and is read as any other (ECMA-376 part 1 §18.3.1.4).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from html import unescape

from intake.errors import UnreadableItem
from intake.parsing.office.packages import Package

Formulas = Mapping[int, Mapping[int, str]]
"""Row -> column -> formula as a person writes it; both count from 0."""
_CELL = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)>\s*"
    rb"<(?:\w+:)?f(?:\s[^<>]*?)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell that has a formula and no value; openpyxl writes an empty one."""
_NAME = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_TYPE = re.compile(rb'\st="(?!n")')
"""Of a cell that holds no number: it was calculated, and nothing in it is the empty text."""
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r'(?<![\w:.-])([\w:.-]+)="([^"]*)"')
_UNTOLD = "…"
"""What stands for a formula that is told once for several cells."""


def formulas_of(package: Package) -> Callable[[str], Formulas]:
    """Return what reads a sheet's formulas without a value by its name; none of what is damaged."""
    try:
        parts = sheet_parts(package)
    except UnreadableItem:  # the reader of the sheets says what is wrong with them
        return no_cells

    def formulas(sheet: str) -> Formulas:
        try:
            return _formulas(package.read(parts[sheet])) if sheet in parts else {}
        except UnreadableItem:
            return {}

    return formulas


def no_cells(sheet: str) -> dict[int, dict[int, str]]:
    """Return what is told of the cells of a sheet where nothing is told of any."""
    del sheet
    return {}


def sheet_parts(package: Package) -> dict[str, str]:
    """Return the parts of a workbook that hold its sheets, by their names.

    Raises:
        UnreadableItem: ``corrupt_document`` or ``too_large``.
    """
    relations = tags(package.read("xl/_rels/workbook.xml.rels"), _RELATION)
    sheets = tags(package.read("xl/workbook.xml"), _SHEET)
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    names = {each.get("name", ""): targets.get(each.get("r:id"), "") for each in sheets}
    parts = {name: _part(target) for name, target in names.items()}
    return {name: part for name, part in parts.items() if part in package.names}


def tags(part: bytes, pattern: re.Pattern[str]) -> list[dict[str, str]]:
    """Return the attributes of the tags that match."""
    text = part.decode("utf-8", "replace")
    return [
        {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        for tag in pattern.findall(text)
    ]


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _formulas(sheet: bytes) -> Formulas:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for attributes, formula in _CELL.findall(sheet):
        name = _NAME.search(attributes)
        if name and not _TYPE.search(attributes):
            text = unescape(formula.decode("utf-8", "replace")).strip()
            found[int(name[2]) - 1][column_number(name[1])] = f"={text or _UNTOLD}"
    return found


def column_number(column: bytes) -> int:
    """Return the number of a column, which is named A to Z, then AA."""
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
