"""What a PDF says beside what is drawn on a page: notes of people, the data of a form."""

from __future__ import annotations

from dataclasses import replace

from intake.ocr.pdf_form_data import FORM_UNREAD, FormData
from intake.ocr.pdf_notes import NOTES_UNREAD, Notes
from intake.ocr.sheets import PageImage, PageText
from intake.schemas.documents import Defect


def with_words_beside(
    sheet: PageText | PageImage, notes: Notes, form: FormData
) -> PageText | PageImage:
    """Return the sheet with the data of the form and the notes after what stands on the page."""
    lacks = {FORM_UNREAD: not form.is_whole, NOTES_UNREAD: not notes.is_whole}
    codes = [code for code, is_so in lacks.items() if is_so]
    unread = tuple(Defect(code=code, detail=f"page {sheet.number}") for code in codes)
    defects = (*sheet.defects, *unread)
    if isinstance(sheet, PageText):
        parts = (sheet.text, form.beside(sheet.text), notes.beside(sheet.text))
        return replace(sheet, text="\n\n".join(filter(None, parts)), defects=defects)
    beside = "\n\n".join(filter(None, (form.beside(""), notes.beside(""))))
    is_incomplete = sheet.is_incomplete or bool(unread)
    return replace(sheet, notes=beside, defects=defects, is_incomplete=is_incomplete)
