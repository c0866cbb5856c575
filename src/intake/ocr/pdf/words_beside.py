"""What a PDF holds beside what is drawn on a page: notes of people, the data of a form, files."""

from __future__ import annotations

from dataclasses import replace

from intake.ocr.pdf.form_data import FORM_UNREAD, FormData
from intake.ocr.pdf.notes import NOTES_UNREAD, Notes
from intake.ocr.sheets import PageImage, PageText
from intake.schemas.documents import FILES_INSIDE, Defect


def with_words_beside(
    sheet: PageText | PageImage, notes: Notes, form: FormData, *, has_files: bool
) -> PageText | PageImage:
    """Return the sheet with the data of the form and the notes after what stands on the page.

    Files in the document or on the page are told, and are no fault of the page.
    """
    remarks = {
        FORM_UNREAD: not form.is_whole,
        NOTES_UNREAD: not notes.is_whole,
        FILES_INSIDE: has_files or notes.has_files,
    }
    codes = [code for code, is_so in remarks.items() if is_so]
    told = tuple(Defect(code=code, detail=f"page {sheet.number}") for code in codes)
    defects = (*sheet.defects, *told)
    if isinstance(sheet, PageText):
        parts = (sheet.text, form.beside(sheet.text), notes.beside(sheet.text))
        return replace(sheet, text="\n\n".join(filter(None, parts)), defects=defects)
    beside = "\n\n".join(filter(None, (form.beside(""), notes.beside(""))))
    is_incomplete = sheet.is_incomplete or not (form.is_whole and notes.is_whole)
    return replace(sheet, notes=beside, defects=defects, is_incomplete=is_incomplete)
