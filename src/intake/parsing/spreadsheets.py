"""Text of spreadsheets: XLSX, XLSM, XLSB, XLS and ODS, sheet by sheet, row by row."""

from __future__ import annotations

import datetime
import io

from python_calamine import CalamineError, CalamineWorkbook

from intake.errors import UnreadableItem

MAX_ROWS = 20_000
MAX_CHARACTERS = 500_000


class Workbook:
    """An open spreadsheet.

    Raises:
        UnreadableItem: ``corrupt_document``; ``encrypted_document`` where it is locked.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except (CalamineError, ValueError, OSError) as error:
            is_locked = "password" in str(error).lower()
            code = "encrypted_document" if is_locked else "corrupt_document"
            raise UnreadableItem(f"The spreadsheet cannot be opened: {error}", code=code) from error
        self.names: list[str] = self._book.sheet_names

    def sheet(self, index: int) -> str:
        """Return the name of a sheet and its rows, cells with something in them joined by tabs.

        Raises:
            UnreadableItem: ``corrupt_document``.
        """
        try:
            rows = self._book.get_sheet_by_index(index).to_python(nrows=MAX_ROWS)
        except (CalamineError, ValueError, OSError) as error:
            raise UnreadableItem(
                f"Sheet {index + 1} of the spreadsheet is damaged: {error}", code="corrupt_document"
            ) from error
        lines = [self.names[index]]
        length = 0
        for row in rows:
            line = "\t".join(text for cell in row if (text := _shown(cell)))
            length += len(line)
            if length > MAX_CHARACTERS:
                break
            if line:
                lines.append(line)
        return "\n".join(lines) if len(lines) > 1 else ""


def _shown(cell: object) -> str:
    """Return a cell as a person writes it: whole numbers without point, days as in Italy."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return f"{cell:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return " ".join(str(cell).split())
