"""Pages out of picture files: TIFF, JPEG, JPEG 2000, PNG, HEIC, AVIF, WebP, GIF and BMP."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from intake.errors import UnreadableItem
from intake.ocr.files import fax_strips, tiff
from intake.ocr.files.big_tiff import to_classic
from intake.ocr.files.decoder_messages import listening
from intake.ocr.files.frames import Frames, load_decoders, open_picture
from intake.ocr.files.opening import read_sheets
from intake.ocr.files.repeated_rows import longest_bad_run, without_repeats
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.coloured_marks import MOST_PIXELS, find_print
from intake.ocr.preparing.grey import to_grey
from intake.ocr.preparing.resolution import is_guessed, judge_resolution
from intake.ocr.sheets import PageImage, PageLost, Sheet
from intake.schemas.documents import Defect

_TURNED_DEGREES = {3: 180, 6: 90, 8: 270}
_ON_ITS_SIDE = (5, 6, 7, 8)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Spans = list[tuple[int, int]]
"""Rows that could not be decoded: (first, how many)."""


def read_pictures(data: bytes, limits: PageLimits, first: int = 1) -> Iterator[Sheet]:
    """Yield the pages of a picture file from ``first`` on; of an animated file, each different
    picture.

    Pictures are opened in a process of their own. A page that cannot be decoded is yielded as
    PageLost, and the pages after it follow; of a damaged one, what can be read.

    Raises:
        UnreadableItem: the file cannot be opened (``corrupt_image``), or its first page is larger
            than Pillow opens at all (``too_large``).
        TransientFailure: opening it crashed or took too long.
    """
    load_decoders()
    return read_sheets(partial(PictureFile, data, limits), limits, first)


class PictureFile:
    """An open picture file. A photo has one page; a TIFF or an animation may have many."""

    def __init__(self, data: bytes, limits: PageLimits) -> None:
        self._data = data = to_classic(data)
        self._limits = limits
        self._broken_off: int | None = None
        """The number of the page that the file breaks off in, if that is known."""
        self._end = len(data)
        """Where the rows and the directory of the page before this one end."""
        try:
            self._image = self._opened(data)
        except UnreadableItem:
            if not self._rebuild(1, 8):
                raise
        is_tiff = isinstance(self._image, TiffImagePlugin.TiffImageFile)
        self._frames = None if is_tiff else Frames(self._image)

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of the first page, as the header of a file just opened says."""
        return self._image.size

    def read(self, number: int) -> Sheet | None:
        """Return a page, or None when there are not so many.

        Raises:
            UnreadableItem: it cannot be decoded at all.
        """
        try:
            if not self._turn_to(number):
                return None
        except UnreadableItem as error:
            if not self._rebuild(number, self._end):
                return PageLost(number, error, defect="pages_left_out")
        width, height = self._image.size
        if width * height > self._limits.max_pixels:
            raise _too_large(number, f"{width} x {height} pixels")
        with _guard(number):
            return self._decode(number)

    def _opened(self, data: bytes) -> ImageFile.ImageFile:
        with _guard(1):
            image = open_picture(data)
        return image  # noqa: RET504 - inside the guard mypy would miss a return

    def _rebuild(self, number: int, start: int) -> bool:
        """Make page ``number`` of the fax rows from ``start`` on, whose directory is lost."""
        if self._data[:2] not in (b"II", b"MM"):
            return False
        page = fax_strips.find_page(self._data, start)
        if page is None:
            return False
        self._data, self._image, self._broken_off = page, self._opened(page), number
        return True

    def _turn_to(self, number: int) -> bool:
        """Make ``number`` the current page; return False when there are no more."""
        if self._broken_off is not None:
            return number == self._broken_off
        with _guard(number):
            try:
                if self._frames is not None:
                    return self._frames.turn_to(number)
                if number > 1:
                    self._end = tiff.end_of_page(self._data, self._image)
                self._image.seek(number - 1)
            except EOFError:
                return False
        return True

    def _decode(self, number: int) -> PageImage:
        # What the header says is read first: decoding turns a TIFF page and takes its tag away.
        image = self._image
        tagged, bilevel, bad_rows = _tagged_dpi(image), image.mode == "1", tiff.bad_fax_rows(image)
        orientation, bad_run = _orientation(image), longest_bad_run(image)
        if image.width * image.height > MOST_PIXELS:
            image.draft("L", image.size)  # a JPEG gives its brightness alone, at half the cost
        with listening() as heard:
            grey, spans, turn = self._load(orientation)
        with listening():
            wrong_from = tiff.first_wrong_row(self._data, image, heard)
        print_only = None if spans else find_print(image)
        lost = sum(rows for _, rows in spans)
        missing = tiff.missing_fax_rows(self._data, image)
        bad_rows = max(bad_rows, len(tiff.rows_of(image, heard)))
        is_incomplete = bool(lost or missing or wrong_from or self._broken_off)
        mended = without_repeats(grey, bad_run) if bilevel else grey
        upright = mended if turn is None else mended.transpose(turn)
        if print_only is not None and turn is not None:
            print_only = replace(print_only, image=print_only.image.transpose(turn))
        width, height = upright.size
        if orientation in _ON_ITS_SIDE:
            dpi_y, dpi_x = judge_resolution((width, height), tagged, bilevel=bilevel)
        else:
            dpi_x, dpi_y = judge_resolution((width, height), tagged, bilevel=bilevel)
        return PageImage(
            number=number,
            image=upright,
            print_only=print_only,
            dpi_x=dpi_x,
            dpi_y=dpi_y,
            size_is_guessed=is_guessed((width, height), tagged, bilevel=bilevel),
            bilevel=bilevel,
            rotation=_TURNED_DEGREES.get(orientation, 0),
            damaged_share=min((max(bad_rows, missing) + lost) / max(height, 1), 1.0),
            is_incomplete=is_incomplete,
            defects=(
                *_defects(number, height, bad_rows, spans),
                *_fax_defects(number, height, missing, wrong_from, self._broken_off),
            ),
        )

    def _load(self, orientation: int) -> tuple[Image.Image, Spans, Image.Transpose | None]:
        """Return the grey picture, which of its rows could not be decoded, and how to turn it."""
        image = self._image
        frame = image.tell()
        try:
            image.load()
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            rescued = self._rescue(frame)
            if rescued is None:
                raise error from None
            return *rescued, _TURNS.get(orientation)
        return to_grey(image), [], _TURNS.get(_orientation(image))

    def _rescue(self, frame: int) -> tuple[Image.Image, Spans] | None:
        """Return what can be decoded of a damaged page, on white; None where that is nothing."""
        if isinstance(self._image, TiffImagePlugin.TiffImageFile):
            return tiff.rescue(self._data, self._image)
        with open_picture(self._data) as again, _taking_truncated():
            again.draft("L", again.size)
            again.seek(frame)
            again.load()
            return _without_missing(to_grey(again), from_below=again.format == "BMP")


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return how the picture is to be turned still (TIFF 6.0 §8, tag 274), 1 for not at all."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # to ask Pillow would decode the picture
    return int(image.getexif().get(ExifTags.Base.Orientation) or 1)


def _without_missing(grey: Image.Image, *, from_below: bool) -> tuple[Image.Image, Spans] | None:
    """Return a truncated picture with white where nothing was decoded, and which rows that is.

    Decoders leave the missing rows in one tone, which no scan of paper has over a whole band.
    ``from_below``: the file begins with the last row.
    """
    pixels = np.array(grey)
    height = pixels.shape[0]
    rows = pixels[::-1] if from_below else pixels
    differs = np.flatnonzero((rows != rows[-1, -1]).any(axis=1))
    if not len(differs):
        return None
    good = min(int(differs[-1]) + 1, height - 1)
    rows[good:] = 255
    return Image.fromarray(pixels), [(0 if from_below else good, height - good)]


def _tagged_dpi(image: ImageFile.ImageFile) -> tuple[float, float] | None:
    """Return the (x, y) dots per inch that the file claims, None if it claims nothing usable."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        x, y = tiff.tagged_dpi(image)
    else:
        x, y = _pair(image.info.get("dpi"))
    is_usable = math.isfinite(x) and math.isfinite(y) and x > 0 and y > 0
    return (x, y) if is_usable else None


def _pair(claim: object) -> tuple[float, float]:
    if isinstance(claim, tuple) and len(claim) == 2:
        return float(claim[0]), float(claim[1])
    return 0.0, 0.0


def _defects(number: int, height: int, bad_rows: int, lost: Spans) -> tuple[Defect, ...]:
    found = []
    if bad_rows:
        found.append(Defect(code="bad_fax_lines", detail=f"{bad_rows} rows of {height} damaged"))
    if lost:
        rows = ", ".join(f"{first + 1} to {first + count}" for first, count in lost[:5])
        detail = f"page {number}: rows {rows} of {height} could not be decoded"
        found.append(Defect(code="page_incomplete", detail=detail))
    return tuple(found)


def _fax_defects(
    number: int, height: int, missing: int, wrong_from: int | None, broken_off: int | None
) -> Iterator[Defect]:
    if wrong_from:
        detail = f"page {number}: what follows row {wrong_from} of {height} may be wrong"
        yield Defect(code="page_incomplete", detail=detail)
    if missing:
        detail = f"page {number}: {missing} rows of {height} did not arrive"
        yield Defect(code="page_incomplete", detail=detail)
    if number == broken_off:
        detail = f"page {number}: the file breaks off after {height} rows"
        yield Defect(code="page_incomplete", detail=detail)


@contextmanager
def _taking_truncated() -> Iterator[None]:
    """Let Pillow give what it has of a file that ends early."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


@contextmanager
def _guard(number: int) -> Iterator[None]:
    """Turn whatever Pillow raises into UnreadableItem; its warnings about odd tags are dropped."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnreadableItem:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableItem("The picture's header is damaged.", code="corrupt_image") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise _too_large(number, str(error) or "out of memory") from error
    # Pillow raises nearly anything on damaged files: OSError, SyntaxError, struct.error,
    # zlib.error, KeyError, TypeError, RuntimeError ... there is no common class.
    except Exception as error:
        raise UnreadableItem(
            f"Page {number} cannot be decoded: {error or type(error).__name__}",
            code="corrupt_image",
        ) from error


def _too_large(number: int, what: str) -> UnreadableItem:
    return UnreadableItem(f"Page {number} is too large to be opened: {what}", code="too_large")
