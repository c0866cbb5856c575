"""Bytes of a picture or PDF in, text and confidence page by page out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL import Image

from intake.interfaces import LineReader, OcrEngine
from intake.ocr.files.kinds import detect
from intake.ocr.limits import PageLimits
from intake.ocr.open_sheets import open_sheets
from intake.ocr.own_language import Tell
from intake.ocr.read_sheet import Watcher, read_sheet
from intake.ocr.readings import Reading, document_of
from intake.ocr.sheets import Sheet
from intake.schemas.documents import RecognisedDocument


def try_engine(engine: OcrEngine, languages: Sequence[str]) -> None:
    """Let the engine read an empty picture.

    Raises:
        ToolMissing: the engine or a language is not installed.
    """
    engine.recognise(Image.new("L", (64, 64), 255), number=1, languages=languages, timeout_s=30)


def try_line_reader(reader: LineReader, languages: Sequence[str]) -> None:
    """Let a second engine read an empty line.

    Raises:
        ToolMissing: the engine or a language is not installed.
    """
    reader.read_line(Image.new("L", (200, 40), 255), languages=languages)


def recognise(
    data: bytes,
    media_type: str | None,
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    passwords: Sequence[str] = (),
    watch: Watcher | None = None,
    tell: Tell | None = None,
) -> RecognisedDocument:
    """Return the text of a picture or PDF, page by page. It is opened in a process of its own.

    The bytes decide what the file is; ``media_type``, the sender's claim, is only named in the
    error. The document's confidence is that of its worst page; blank pages do not count. It
    needs review when that is below ``limits.review_below``, when pages were lost or left out,
    when a page is no print, has far less text than ink or arrived with gaps, or when there is no
    text at all. Each of these reasons is among its defects.
    ``passwords`` are tried on a locked PDF. ``watch`` is shown each page that was read as a
    picture. A page whose text ``tell`` finds to be in a language that is not among ``languages`` is
    read once more with it, and so are the pages after it, at once.

    Raises:
        UnreadableItem: no page can be read. ``code`` is ``empty``, ``unknown_format``,
            ``corrupt_image``, ``corrupt_pdf``, ``encrypted_pdf`` or ``too_large``.
        TransientFailure: no page can be read, and one crashed its reader or took too long.
        ToolMissing: the engine or a language is not installed.
    """
    kind = detect(data, media_type)
    sheets = open_sheets(data, kind, limits, passwords)
    return read_document(
        kind,
        sheets,
        engine=engine,
        languages=languages,
        limits=limits,
        watch=watch,
        tell=tell,
    )


def read_document(
    kind: str,
    sheets: Iterable[Sheet],
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    watch: Watcher | None = None,
    tell: Tell | None = None,
) -> RecognisedDocument:
    """Return the document of media type ``kind`` that the sheets make; see ``recognise``.

    Raises:
        UnreadableItem, TransientFailure, ToolMissing: as ``recognise`` does.
    """
    reader = SheetReader(engine, languages, limits, watch=watch, tell=tell)
    readings = [reader.read(sheet) for sheet in sheets]
    return document_of(kind, readings, limits, engine=lambda: (engine.name, engine.version()))


class SheetReader:
    """Reads one sheet of a file after the other; the languages of a page are tried on the next."""

    def __init__(
        self,
        engine: OcrEngine,
        languages: Sequence[str],
        limits: PageLimits,
        *,
        watch: Watcher | None = None,
        tell: Tell | None = None,
    ) -> None:
        self._engine = engine
        self._languages = languages
        self._limits = limits
        self._watch = watch
        self._tell = tell

    def read(self, sheet: Sheet) -> Reading:
        """Return the page that the sheet became, or the error that took its place.

        Raises:
            ToolMissing: the engine or a language is not installed.
        """
        reading = read_sheet(
            sheet,
            engine=self._engine,
            languages=self._languages,
            limits=self._limits,
            watch=self._watch,
            tell=self._tell,
        )
        if reading.page is not None:
            self._languages = reading.page.languages or self._languages
        return reading
