"""Write src/intake/ocr/data/blank.ttf anew: a font of one glyph that shows nothing.

The glyph is a line that encloses nothing, from corner to corner of the letter's box: PDFium passes
over text on a page turned by 90 degrees if its letters have no height.

Run it with ``python scripts/blank_font.py``; the result is the same each time. Searchable PDFs
carry this font (under 1 KB) so that viewers know how wide the unseen letters are.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph

TARGET = Path(__file__).parents[1] / "src" / "intake" / "ocr" / "data" / "blank.ttf"
UNITS_PER_EM = 1000
ASCENT, DESCENT = 800, -200
ADVANCE = 500
"""Each letter is half as wide as it is high; ``ocr/searchable/blank_font.py`` knows this figure."""


def main() -> None:
    """Build the font and write it."""
    names = [".notdef", "blank"]
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf(dict.fromkeys(names, _diagonal()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "IntakeBlank", "styleName": "Regular"})
    builder.setupOS2(
        sTypoAscender=ASCENT,
        sTypoDescender=DESCENT,
        usWinAscent=ASCENT,
        usWinDescent=-DESCENT,
    )
    builder.setupPost(keepGlyphNames=False)
    head = builder.font["head"]
    head.created = head.modified = 0
    builder.font.recalcTimestamp = False
    builder.font.save(TARGET)


def _diagonal() -> Glyph:
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((ADVANCE, ASCENT))
    pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    main()
