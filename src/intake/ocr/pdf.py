"""Pages out of PDF files, through Poppler: real text as it stands, all else drawn as a picture."""

from __future__ import annotations

import math
import re
import resource
import signal
import subprocess
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pdf2image
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)
from PIL import Image

from intake.errors import ItemError, ToolMissing, TransientFailure, UnreadableItem
from intake.ocr.installing import APT_LINE
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage, PageLost, PageText, Sheet

POINTS_PER_INCH = 72.0
LEAST_USEFUL_CHARACTERS = 50
MOST_BAD_SHARE = 0.05
SCANNED_SHARE = 0.5
"""A page half covered by one picture is a scan: what a person sees on it is read."""
LEAST_RENDER_DPI = 72
_OUTPUT_BYTES = 20_000_000
_NEVER_TEXT = ("Cc", "Co", "Cn", "Cs")  # control, private use, unassigned, half a pair
_CPU_USED_UP = (-signal.SIGXCPU, -signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class _Picture:
    """One picture of a page as ``pdfimages -list`` shows it."""

    width: int
    height: int
    ppi_x: float
    ppi_y: float

    @property
    def area_in2(self) -> float:
        return (self.width / self.ppi_x) * (self.height / self.ppi_y)


@dataclass(frozen=True, slots=True)
class _PageShape:
    """Width and height of a page in inches, as it is seen: turned as the file says."""

    width_in: float
    height_in: float

    @property
    def area_in2(self) -> float:
        return self.width_in * self.height_in


def read_pdf(data: bytes, limits: PageLimits, passwords: Sequence[str] = ()) -> Iterator[Sheet]:
    """Yield the pages of a PDF in order, as PageText where they hold real text.

    A page that cannot be read is yielded as PageLost. Poppler gets a copy of the file in a
    temporary folder, which is gone when the iterator ends. ``passwords`` are tried on a locked
    file; Poppler takes them as arguments, so other users of the machine may see them.

    Raises:
        UnreadableItem: ``encrypted_pdf``, ``corrupt_pdf``, or ``too_large`` when the file's
            structure alone uses up the CPU time allowed.
        ToolMissing: Poppler is not installed.
    """
    with TemporaryDirectory(prefix="intake-pdf-") as folder:
        document = _Document(Path(folder) / "document.pdf", data, limits, passwords)
        shapes, page_count = document.describe()
        for number, shape in enumerate(shapes, start=1):
            try:
                yield document.read(number, shape)
            except ItemError as error:
                yield PageLost(number, error)
        if page_count > len(shapes):
            rest = UnreadableItem(f"Pages after {len(shapes)} were not read", code="too_large")
            yield PageLost(len(shapes) + 1, rest, defect="pages_left_out")


def is_real_text(text: str) -> bool:
    """Say whether the text of a page is worth keeping: 50 letters or digits, under 5 % rubbish."""
    visible = [character for character in text if not character.isspace()]
    useful = sum(character.isalnum() for character in visible)
    bad = sum(
        character == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(character) in _NEVER_TEXT
        for character in visible
    )
    return useful >= LEAST_USEFUL_CHARACTERS and bad < MOST_BAD_SHARE * len(visible)


class _Document:
    """A PDF on disk and the Poppler programs that look into it."""

    def __init__(
        self, path: Path, data: bytes, limits: PageLimits, passwords: Sequence[str]
    ) -> None:
        path.write_bytes(data)
        self._path = str(path)
        self._limits = limits
        self._passwords = passwords
        self._password: str | None = None

    def describe(self) -> tuple[list[_PageShape], int]:
        """Return the shapes of the pages that are within the limits, and how many there are."""
        report = self._report()
        for password in self._passwords:
            if not _is_locked(report):
                break
            self._password = password
            report = self._report()
        if _is_locked(report):
            raise UnreadableItem("The PDF is locked with a password.", code="encrypted_pdf")
        counts = re.findall(r"^Pages:\s+(\d+)$", report, re.MULTILINE)
        shapes = _parse_shapes(report)
        if not counts or not shapes:
            raise UnreadableItem("The PDF is damaged: it has no page.", code="corrupt_pdf")
        return shapes, int(counts[-1])

    def _report(self) -> str:
        last = str(self._limits.max_pages)
        return self._poppler("pdfinfo", "-f", "1", "-l", last, self._path)

    def read(self, number: int, shape: _PageShape) -> Sheet:
        """Return page ``number`` as text if it holds real text, as a picture otherwise."""
        pictures = self._pictures(number)
        if any(picture.width * picture.height > self._limits.max_pixels for picture in pictures):
            raise _too_large(number, "it holds a picture of too many pixels")
        largest = max(pictures, key=lambda picture: picture.area_in2, default=None)
        if largest is None or largest.area_in2 < SCANNED_SHARE * shape.area_in2:
            text = self._text(number)
            if is_real_text(text):
                return PageText(number, text)
        return self._draw(number, shape, largest)

    def _pictures(self, number: int) -> list[_Picture]:
        listing = self._poppler("pdfimages", "-list", *_only(number), self._path)
        return _parse_pictures(listing)

    def _text(self, number: int) -> str:
        raw = self._poppler("pdftotext", "-q", "-enc", "UTF-8", *_only(number), self._path, "-")
        return unicodedata.normalize("NFC", raw.replace("\f", "")).strip()

    def _draw(self, number: int, shape: _PageShape, scan: _Picture | None) -> PageImage:
        dpi = self._render_dpi(number, shape)
        image = self._render(number, dpi)
        expected = (shape.width_in * dpi, shape.height_in * dpi)
        # On a page it cannot draw, Poppler returns a picture of one pixel, or none, in silence.
        if image is None or not _has_size(image, expected):
            raise UnreadableItem(f"Page {number} cannot be drawn.", code="corrupt_pdf")
        return PageImage(
            number=number,
            image=image,
            dpi_x=dpi,
            dpi_y=dpi,
            source_dpi_y=scan.ppi_y if scan else None,
        )

    def _render_dpi(self, number: int, shape: _PageShape) -> int:
        """Return the wanted resolution, less where the page would have too many pixels."""
        most = math.floor(math.sqrt(self._limits.max_pixels / shape.area_in2))
        if most < LEAST_RENDER_DPI:
            sides = f"{shape.width_in:.0f} x {shape.height_in:.0f} inches"
            raise _too_large(number, f"it measures {sides}")
        return min(self._limits.dpi, most)

    def _render(self, number: int, dpi: int) -> Image.Image | None:
        try:
            images = pdf2image.convert_from_path(
                self._path,
                dpi=dpi,
                first_page=number,
                last_page=number,
                grayscale=True,
                use_cropbox=True,
                userpw=self._password,  # type: ignore[arg-type]  # None where there is none
                timeout=self._limits.render_timeout_s,  # type: ignore[arg-type]  # any number
            )
        except PDFInfoNotInstalledError as error:
            raise _no_poppler() from error
        except PDFPopplerTimeoutError as error:
            raise _too_slow(number, self._limits.render_timeout_s) from error
        except (PDFPageCountError, PDFSyntaxError, OSError, ValueError) as error:
            raise UnreadableItem(f"Page {number} cannot be drawn.", code="corrupt_pdf") from error
        return images[0].convert("L") if images else None

    def _poppler(self, *command: str) -> str:
        """Return what a Poppler program prints, its complaints included.

        Raises:
            UnreadableItem: ``too_large``: it used up its CPU time or printed without end.
            TransientFailure: ``timeout``: the machine was too busy to let it end.
            ToolMissing: it is not installed.
        """
        if self._password is not None:
            command = (command[0], "-upw", self._password, *command[1:])
        cpu_s, wall_s = self._limits.pdf_cpu_s, self._limits.page_timeout_s
        try:
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as process:
                # CPU time, not wall time: a busy machine must not make a good file a bad one.
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (cpu_s, cpu_s))
                output, is_late = _read_until(process, wall_s)
        except FileNotFoundError as error:
            raise _no_poppler() from error
        if is_late:
            raise TransientFailure(f"{command[0]} took longer than {wall_s:g} s", code="timeout")
        if len(output) > _OUTPUT_BYTES or process.returncode in _CPU_USED_UP:
            raise UnreadableItem(
                f"The PDF is too large to be looked into: {command[0]} did not come to an end.",
                code="too_large",
            )
        return output.decode("utf-8", errors="replace")


def _read_until(process: subprocess.Popen[bytes], wall_s: float) -> tuple[bytes, bool]:
    """Return at most ``_OUTPUT_BYTES`` + 1 of what it prints, and whether it was stopped late."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(wall_s, stop)
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        output = process.stdout.read(_OUTPUT_BYTES + 1)
        if len(output) > _OUTPUT_BYTES:
            process.kill()
        process.wait()
    finally:
        timer.cancel()
    return output, late.is_set()


def _is_locked(report: str) -> bool:
    return "Incorrect password" in report


def _only(number: int) -> tuple[str, str, str, str]:
    return "-f", str(number), "-l", str(number)


def _parse_shapes(report: str) -> list[_PageShape]:
    """Return the pages' shapes from lines such as ``Page    2 size: 595.3 x 841.9 pts (A4)``."""
    sizes = re.findall(r"^Page +\d+ size: +([\d.e+]+) x ([\d.e+]+) pts", report, re.MULTILINE)
    turns = re.findall(r"^Page +\d+ rot: +(\d+)$", report, re.MULTILINE)
    return [_shape(width, height, turn) for (width, height), turn in zip(sizes, turns, strict=True)]


def _shape(width: str, height: str, turn: str) -> _PageShape:
    sides = [max(float(side) / POINTS_PER_INCH, 0.01) for side in (width, height)]
    if int(turn) % 180:
        sides.reverse()
    return _PageShape(*sides)


def _parse_pictures(listing: str) -> list[_Picture]:
    """Return the pictures from the table of ``pdfimages -list``; masks are shapes, not pictures."""
    rows = [line.split() for line in listing.splitlines()]
    return [
        _Picture(
            width=int(row[3]),
            height=int(row[4]),
            ppi_x=max(float(row[-4]), 1.0),
            ppi_y=max(float(row[-3]), 1.0),
        )
        for row in rows
        if len(row) >= 14 and row[0].isdigit() and row[3].isdigit()
    ]


def _has_size(image: Image.Image, expected: tuple[float, float]) -> bool:
    return all(abs(side - wanted) <= 2 for side, wanted in zip(image.size, expected, strict=True))


def _too_large(number: int, why: str) -> UnreadableItem:
    return UnreadableItem(f"Page {number} is too large to be drawn: {why}.", code="too_large")


def _too_slow(number: int, limit_s: float) -> TransientFailure:
    return TransientFailure(f"Page {number} took longer than {limit_s:g} s to draw", code="timeout")


def _no_poppler() -> ToolMissing:
    return ToolMissing("Poppler is not installed.", remedy=f"Run `{APT_LINE}`.")
