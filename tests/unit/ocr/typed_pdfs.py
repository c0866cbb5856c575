"""PDFs of one page of typed text with a picture on it."""

from __future__ import annotations

import runpy
import zlib
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

MAKE = runpy.run_path(str(Path(__file__).resolve().parents[3] / "fixtures" / "make_scans.py"))
LETTER = MAKE["VOLONTARIATO"]
LINES = [line for line in LETTER.split("\n") if line]
SAID = "IL CONTRATTO SCADE OGGI"


def picture_of(text=SAID, size=(900, 450), shade=0):
    """Return a picture that says ``text``, one line of large type."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).text((40, 60), text, font=ImageFont.load_default(56), fill=shade)
    return image


def pdf_with(*placed, text=LETTER, under=b"", over=b"", page=b"/Type /Page /"):
    """Return a letter with pictures; ``placed`` are (picture, left, bottom, width, height)."""
    objects, drawn = [], b""
    for number, (image, left, bottom, width, height) in enumerate(placed, start=1):
        head = (
            f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height}"
            " /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode"
        )
        objects.append(MAKE["stream"](head, zlib.compress(image.tobytes())))
        drawn += f"q {width} 0 0 {height} {left} {bottom} cm /Im{number} Do Q ".encode()
    names = " ".join(f"/Im{number} {number + 5} 0 R" for number in range(1, len(placed) + 1))
    resources = f"/Font << /F1 5 0 R >> /XObject << {names} >>"
    content = under + drawn + MAKE["text_stream"](text) + b"\n" + over
    return MAKE["pdf_of"](content, resources=resources, extra=objects).replace(
        b"/Type /Page /", page
    )
