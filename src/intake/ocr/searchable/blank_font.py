"""A font for PDFs whose letters have a place and a meaning, and show nothing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pikepdf

LETTER_WIDTH = 0.5
"""Every letter is half as wide as it is high."""
DESCENT = 0.2
"""How much of a line's height lies below the line that the letters stand on."""
LARGEST_CODE = 0xFFFF


def blank_font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Return a font in which every code shows nothing and means the Unicode character it is.

    A composite font (PDF 32000-1 §9.7) with two-byte codes, all drawn by glyph 1.
    """
    program = pdf.make_stream(_font_program(), Length1=len(_font_program()))
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=pikepdf.Name.IntakeBlank,
        Flags=4,
        FontBBox=[0, -200, 500, 800],
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=700,
        StemV=80,
        FontFile2=program,
    )
    letters = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=pikepdf.Name.IntakeBlank,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=500,
        CIDToGIDMap=pdf.make_stream(b"\0\1" * (LARGEST_CODE + 1)),
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name.IntakeBlank,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(letters)],
            ToUnicode=pdf.make_stream(_TO_UNICODE),
        )
    )


@cache
def _font_program() -> bytes:
    return (files("intake.ocr") / "data" / "blank.ttf").read_bytes()


_TO_UNICODE = b"\n".join(
    (
        b"/CIDInit /ProcSet findresource begin",
        b"12 dict begin",
        b"begincmap",
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        b"/CMapName /Adobe-Identity-UCS def",
        b"/CMapType 2 def",
        b"1 begincodespacerange",
        b"<0000> <FFFF>",
        b"endcodespacerange",
        b"1 beginbfrange",
        b"<0000> <FFFF> <0000>",
        b"endbfrange",
        b"endcmap",
        b"CMapName currentdict /CMap defineresource pop",
        b"end",
        b"end",
    )
)
"""PDF 32000-1 §9.10.3: each code is its own character."""
