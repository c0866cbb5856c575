"""Damaged, locked and exploding files: a typed end, soon, in little memory."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from intake.errors import UnreadableItem
from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.sheets import PageImage
from intake.ocr.tesseract.program import TesseractEngine

HOSTILE = Path(__file__).resolve().parents[3] / "fixtures" / "hostile"

READ_WITHIN_LIMITS = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_200_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
from intake.errors import IntakeError
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.tesseract.program import TesseractEngine
data = open(sys.argv[1], "rb").read()
try:
    recognise(data, None, engine=TesseractEngine(), languages=("ita",), limits=PageLimits())
except IntakeError as error:
    code = error.code
own, programs = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
cpu_s = own.ru_utime + own.ru_stime + programs.ru_utime + programs.ru_stime
status = open("/proc/self/status").read()
own_peak_kb = int(status.split("VmHWM:")[1].split()[0])
print(json.dumps({"code": code, "cpu_s": cpu_s, "rss_kb": max(own_peak_kb, programs.ru_maxrss)}))
"""
READ_BY_THE_PUBLIC_NAME = """
import json, resource, sys
import intake
try:
    intake.recognise(open(sys.argv[1], "rb").read())
except intake.UnreadableItem as error:
    code = error.code
own, programs = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
cpu_s = own.ru_utime + own.ru_stime + programs.ru_utime + programs.ru_stime
print(json.dumps({"code": code, "cpu_s": cpu_s, "rss_kb": programs.ru_maxrss}))
"""
# Our own peak is VmHWM, because ru_maxrss outlives exec and would be that of the test process.


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.tif", "empty"),
        ("cut_off.pdf", "corrupt_pdf"),
        ("locked.pdf", "encrypted_pdf"),
    ],
)
def test_what_cannot_be_read_has_a_code(name, code):
    with pytest.raises(UnreadableItem) as caught:
        recognise(
            (HOSTILE / name).read_bytes(),
            None,
            engine=TesseractEngine(),
            languages=("ita",),
            limits=PageLimits(),
        )
    assert caught.value.code == code


def test_a_locked_pdf_is_read_with_a_known_password():
    document = recognise(
        (HOSTILE / "locked.pdf").read_bytes(),
        None,
        engine=TesseractEngine(),
        languages=("ita",),
        limits=PageLimits(),
        passwords=("sbagliata", "segreto"),
    )
    assert "volontari" in document.text.lower()


@pytest.mark.parametrize(
    "name",
    [
        "bomb_60000_pixels.png",
        "bomb_100000_pixels.tif",
        "bomb_14400_points.pdf",
        "bomb_g4.pdf",
        "bomb_flate.pdf",
    ],
)
def test_a_bomb_ends_within_five_cpu_seconds_and_500_mb(name):
    run = subprocess.run(
        [sys.executable, "-c", READ_WITHIN_LIMITS, str(HOSTILE / name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    report = json.loads(run.stdout)
    assert report["code"] == "too_large"
    assert report["cpu_s"] < 5
    assert report["rss_kb"] < 500_000


def _white_png(side, *, bits, channels, colour_type):
    """Return a square PNG (ISO/IEC 15948 §11.2) that decodes to many times its size."""

    def chunk(name, content):
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    row = b"\0" + b"\xff" * (side * channels * bits // 8)
    packing = zlib.compressobj(1)
    rows = b"".join(packing.compress(row) for _ in range(side)) + packing.flush()
    head = struct.pack(">IIBBBBB", side, side, bits, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("bits", "channels", "colour_type"),
    [pytest.param(16, 4, 6, id="RGBA of 16 bits"), pytest.param(8, 2, 4, id="LA")],
)
def test_the_largest_picture_that_is_read_leaves_room_in_500_mb(bits, channels, colour_type):
    limits = PageLimits(open_memory_mb=340)  # the process that it is forked from has 150
    side = int(limits.max_pixels**0.5)

    picture = _white_png(side, bits=bits, channels=channels, colour_type=colour_type)

    (sheet,) = read_pictures(picture, limits)
    assert isinstance(sheet, PageImage)
    assert sheet.image.size == (side, side)


def test_a_bomb_of_1_gb_ends_within_the_limits_of_the_public_function():
    run = subprocess.run(
        [sys.executable, "-c", READ_BY_THE_PUBLIC_NAME, str(HOSTILE / "bomb_flate.pdf")],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    report = json.loads(run.stdout)
    assert report["code"] == "too_large"
    assert report["cpu_s"] < 8  # 3 s for the opening; the rest loads the libraries
    assert report["rss_kb"] < 700_000
