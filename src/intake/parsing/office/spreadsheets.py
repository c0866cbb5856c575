"""Text of spreadsheets: XLSX, XLSM, XLSB, XLS and ODS, sheet by sheet, row by row."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterator, Sequence

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from intake.errors import UnreadableItem
from intake.parsing.office.cell_formats import Formats
from intake.parsing.office.formulas import Formulas, no_cells
from intake.parsing.office.number_formats import number_shown

MAX_ROWS = 20_000
MAX_CHARACTERS = 500_000
_DURATION = re.compile(r"\A(-?)PT(\d{1,6})H(\d\d)M(\d\d)(?:[.,]\d+)?S\Z")
"""How a cell of an ODS has it (``office:time-value``)."""


class Workbook:
    """An open spreadsheet; ``formulas`` without a value are shown in place of one.

    ``formats`` say how numbers are shown. Both are asked for a sheet, by its name, when it is read.

    Raises:
        UnreadableItem: ``corrupt_document``; ``encrypted_document`` where it is locked.
    """

    def __init__(
        self,
        data: bytes,
        formulas: Callable[[str], Formulas] = no_cells,
        formats: Callable[[str], Formats] = no_cells,
    ) -> None:
        self._formulas = formulas
        self._formats = formats
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except (CalamineError, ValueError, OSError) as error:
            is_locked = "password" in str(error).lower()
            code = "encrypted_document" if is_locked else "corrupt_document"
            raise UnreadableItem(f"The spreadsheet cannot be opened: {error}", code=code) from error
        self.names: list[str] = self._book.sheet_names

    def sheet(self, index: int) -> str:
        """Return the name of a sheet and its rows, cells with something in them joined by tabs.

        One that a spreadsheet program does not show is called ``(hidden)``.

        Raises:
            UnreadableItem: ``corrupt_document``.
        """
        try:
            sheet = self._book.get_sheet_by_index(index)
            rows = sheet.to_python(nrows=MAX_ROWS)
        except (CalamineError, ValueError, OSError) as error:
            raise UnreadableItem(
                f"Sheet {index + 1} of the spreadsheet is damaged: {error}", code="corrupt_document"
            ) from error
        is_shown = self._book.sheets_metadata[index].visible == SheetVisibleEnum.Visible
        lines = [self.names[index] if is_shown else f"{self.names[index]} (hidden)"]
        length = 0
        formulas = self._formulas(self.names[index])
        formats = self._formats(self.names[index])
        for line in _lines(rows, sheet.start or (0, 0), formulas, formats):
            length += len(line)
            if length > MAX_CHARACTERS:
                break
            if line:
                lines.append(line)
        return "\n".join(lines) if len(lines) > 1 else ""


def _lines(
    rows: Sequence[Sequence[object]], start: tuple[int, int], formulas: Formulas, formats: Formats
) -> Iterator[str]:
    """Yield the rows that stand from cell ``start`` on, with the formulas where nothing stands."""
    first, left = start
    for number in sorted({*range(first, first + len(rows)), *formulas}):
        inside = first <= number < first + len(rows)
        codes = formats.get(number, {})
        cells = {
            column: _shown(cell, codes.get(column, ""))
            for column, cell in enumerate(rows[number - first] if inside else (), left)
        }
        for column, formula in formulas.get(number, {}).items():
            cells[column] = cells.get(column) or formula
        yield "\t".join(text for _, text in sorted(cells.items()) if text)


def _shown(cell: object, code: str) -> str:
    """Return a cell as a person writes it: numbers as their format says, all else as in Italy."""
    if isinstance(cell, float):
        return number_shown(cell, code) or _number(cell)
    if isinstance(cell, bool):
        return "VERO" if cell else "FALSO"
    if isinstance(cell, datetime.datetime):
        return f"{cell:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, datetime.timedelta):
        return _duration(cell)
    text = " ".join(str(cell).split())
    return _DURATION.sub(r"\1\2:\3:\4", text)


def _number(number: float) -> str:
    """Return a number with the figures that a spreadsheet keeps."""
    return str(int(number)) if number.is_integer() else f"{number:.15g}".replace(".", ",")


def _duration(time: datetime.timedelta) -> str:
    """Return hours, minutes and seconds; a day has 24 of the hours."""
    seconds = round(abs(time.total_seconds()))
    sign = "-" if time.total_seconds() < 0 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
