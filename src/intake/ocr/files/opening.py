"""Opens files of strangers in a process of its own, page by page, within limits.

Decoders are native code: a few kilobytes can make them run for minutes, take gigabytes or crash.
The process is forked from ours, which costs some milliseconds where a new Python costs a tenth of
a second. It gets so much CPU time for each page and so much memory, and what it tells is lengths,
JSON and pixels: nothing of it is executed. When it dies, that page is lost; another one goes on
with the next.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import resource
import selectors
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from PIL import Image

from intake import errors
from intake.errors import ItemError, TransientFailure, UnreadableItem
from intake.ocr.files.told_sheets import image_from, text_from, told_image, told_text
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.grey import bands
from intake.ocr.sheets import PageFile, PageImage, PageLost, Sheet

MOST_DEATHS = 3
"""After so many pages that end their process, the rest of a file is left to a person."""
_LENGTHS = struct.Struct(">IQ")  # bytes of JSON, bytes of pixels
_LONGEST_JSON = 64 << 20
_MOST_PICTURES = 2
"""A page comes as it is, and perhaps once more without coloured ink over its print."""
_NEARLY_ALL = 0.75
_PR_SET_PDEATHSIG = 1  # prctl(2)

Open = Callable[[], PageFile]


def read_sheets(open_file: Open, limits: PageLimits, first: int = 1) -> Iterator[Sheet]:
    """Yield the pages of a file from ``first`` on, each opened in a process that may die of it.

    A page that cannot be read is yielded as PageLost, and the pages after it follow.

    Raises:
        UnreadableItem: the file as a whole cannot be opened; ``too_large`` when that alone
            uses up the CPU time allowed.
        TransientFailure: opening it crashed (``crash``) or took too long (``timeout``).
    """
    for _ in range(MOST_DEATHS):
        reader = _Reader(open_file, first, limits)
        try:
            yield from reader.sheets()
        except _Died as death:
            if not reader.is_open:
                raise death.error from None
            first = reader.next_number + 1
            yield PageLost(reader.next_number, death.error)
        else:
            return
        finally:
            reader.close()
    rest = UnreadableItem(f"Pages from {first} on were not tried.", code="too_large")
    yield PageLost(first, rest, defect="pages_left_out")


def pages_of(file: PageFile, first: int, max_pages: int) -> Iterator[Sheet]:
    """Yield the pages of an open file from ``first`` on; those after ``max_pages`` are named."""
    for number in range(first, max_pages + 2):
        try:
            sheet = file.read(number)
        except ItemError as error:
            sheet = PageLost(number, error)
        if sheet is None:
            return
        if number > max_pages:
            rest = UnreadableItem(f"Pages after {max_pages} were not read", code="too_large")
            sheet = PageLost(number, rest, defect="pages_left_out")
        yield sheet
        if isinstance(sheet, PageLost) and sheet.defect == "pages_left_out":
            return


class _Died(Exception):
    """The process ended by itself or was stopped; ``error`` is what became of the page."""

    def __init__(self, error: ItemError) -> None:
        super().__init__(error.message)
        self.error = error


class _Reader:
    """The parent's side of one process that reads pages from ``first`` on."""

    def __init__(self, open_file: Open, first: int, limits: PageLimits) -> None:
        self._limits = limits
        self.is_open = False
        self.next_number = first
        ours, theirs = os.pipe()
        parent = os.getpid()
        self._inherited_kb = _pages_taken(resident=True) * resource.getpagesize() >> 10
        with warnings.catch_warnings():
            # Python 3.12 warns of any fork beside threads. What runs in the child takes no lock
            # that a thread of ours may hold: it decodes, writes to its pipe and ends.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            os.close(ours)
            _serve(open_file, first, limits, theirs, parent)
        os.close(theirs)
        self._pipe = ours

    def sheets(self) -> Iterator[Sheet]:
        """Yield what the process tells until it has no more."""
        while True:
            told, pixels = self._receive()
            if "opened" in told:
                self.is_open = True
            elif "end" in told:
                return
            elif "error" in told and "number" not in told:
                raise _error(told["error"])
            else:
                sheet = _revived(told, pixels)
                del pixels  # it has a copy; theirs would be kept for as long as it is read
                yield sheet
                self.next_number = sheet.number + 1

    def close(self) -> None:
        """End the process, which has nothing to lose."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def _receive(self) -> tuple[dict[str, Any], bytearray]:
        deadline = time.monotonic() + self._limits.page_timeout_s
        sizes = _LENGTHS.unpack(self._read(_LENGTHS.size, deadline))
        if sizes[0] > _LONGEST_JSON or sizes[1] > _MOST_PICTURES * self._limits.max_pixels:
            raise _Died(_too_large("it gave too much"))
        told: dict[str, Any] = json.loads(self._read(sizes[0], deadline))
        return told, self._read(sizes[1], deadline)

    def _read(self, length: int, deadline: float) -> bytearray:
        received = bytearray(length)
        view, done = memoryview(received), 0
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe, selectors.EVENT_READ)
            while done < length:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise _Died(self._too_slow())
                count = os.readv(self._pipe, [view[done:]])
                if not count:
                    raise _Died(self._cause())
                done += count
        return received

    def _too_slow(self) -> ItemError:
        limit_s = self._limits.page_timeout_s
        return TransientFailure(
            f"Page {self.next_number} took longer than {limit_s:g} s to open", code="timeout"
        )

    def _cause(self) -> ItemError:
        """Return what the end of the process means; it is over, or about to be."""
        _, status, used = os.wait4(self._pid, 0)
        self._pid = 0
        code = os.waitstatus_to_exitcode(status)
        # Decoders abort where memory is refused. What we had ourselves at the fork counts for us.
        own_kb = used.ru_maxrss - self._inherited_kb
        if own_kb >= _NEARLY_ALL * (self._limits.open_memory_mb << 10):
            return _too_large(f"it took more than {self._limits.open_memory_mb} MB of memory")
        if code == -signal.SIGXCPU:
            return _too_large(f"it took more than {self._limits.open_cpu_s} s of CPU time")
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return TransientFailure(
            f"Opening page {self.next_number} ended its process: {how}", code="crash"
        )


def _serve(open_file: Open, first: int, limits: PageLimits, pipe: int, parent: int) -> None:
    """Read the pages and tell them; never returns."""
    code = 1
    try:
        _limit(limits, parent)
        with os.fdopen(pipe, "wb", buffering=0) as out:
            _tell_pages(open_file, first, limits, out)
        code = 0
    finally:
        os._exit(code)  # no clean-up of the parent's runs here


def _tell_pages(open_file: Open, first: int, limits: PageLimits, out: IO[bytes]) -> None:
    _allow_cpu(limits.open_cpu_s)
    try:
        file = open_file()
    except errors.IntakeError as error:
        _tell(out, {"error": _described(error)})
        return
    except MemoryError:
        _tell(out, {"error": _described(_too_large("out of memory"))})
        return
    _tell(out, {"opened": True})
    for sheet in pages_of(file, first, limits.max_pages):
        _tell_sheet(out, sheet)
        _allow_cpu(limits.open_cpu_s)
    _tell(out, {"end": True})


def _tell_sheet(out: IO[bytes], sheet: Sheet) -> None:
    if isinstance(sheet, PageLost):
        facts = {"number": sheet.number, "error": _described(sheet.error), "defect": sheet.defect}
        _tell(out, facts)
        return
    _tell(out, *(told_image(sheet) if isinstance(sheet, PageImage) else told_text(sheet)))


def _tell(out: IO[bytes], told: dict[str, Any], pictures: Sequence[Image.Image] = ()) -> None:
    """Tell facts, and the pixels of grey pictures by bands: no large one is copied for that."""
    encoded = json.dumps(told).encode("ascii")
    pixels = sum(picture.width * picture.height for picture in pictures)
    out.write(_LENGTHS.pack(len(encoded), pixels) + encoded)
    for picture in pictures:
        for band, _ in bands(picture):
            view = memoryview(band.tobytes())
            while view:
                view = view[out.write(view) or 0 :]


def _revived(told: dict[str, Any], pixels: bytearray) -> Sheet:
    if "error" in told:
        return PageLost(told["number"], _error(told["error"]), defect=told["defect"])
    if "text" in told:
        return text_from(told, memoryview(pixels))
    return image_from(told, memoryview(pixels))


def _described(error: errors.IntakeError) -> dict[str, Any]:
    code = error.code if isinstance(error, ItemError) else None
    return {"class": type(error).__name__, "message": error.message, "code": code}


def _error(described: dict[str, Any]) -> ItemError:
    kind = TransientFailure if described["class"] == "TransientFailure" else UnreadableItem
    return kind(described["message"], code=described["code"])


def _too_large(why: str) -> UnreadableItem:
    return UnreadableItem(f"The page or file is too large to be opened: {why}", code="too_large")


def _limit(limits: PageLimits, parent: int) -> None:
    """Bound memory, write no core file, and die with the process that forked this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    taken = _pages_taken(resident=False) * resource.getpagesize()
    memory = taken + (limits.open_memory_mb << 20)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)  # which only root may raise
    memory = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # what decoders complain of is not for our reader
        os.dup2(nowhere, descriptor)
    faulthandler.disable()  # nor where a crash was: who waits for the pages says that there was one


def _pages_taken(*, resident: bool) -> int:
    """Return the memory pages of this process (proc_pid_statm(5)): in memory, or all it may use."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - one line of the kernel
        return int(statm.read().split()[1 if resident else 0])


def _allow_cpu(seconds: int) -> None:
    """Let this process use so many seconds of CPU from now on; after that it is ended."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = round(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
