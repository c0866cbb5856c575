"""Write src/intake/ocr/data/blank.ttf anew: a font of one glyph that shows nothing.

Run it with ``python scripts/blank_font.py``; the result is the same each time. Searchable PDFs
carry this font (under 1 KB) so that viewers know how wide the unseen letters are.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

TARGET = Path(__file__).parents[1] / "src" / "intake" / "ocr" / "data" / "blank.ttf"
UNITS_PER_EM = 1000
ADVANCE = 500
"""Each letter is half as wide as it is high; ``searchable_pdf.py`` knows this figure."""


def main() -> None:
    """Build the font and write it."""
    names = [".notdef", "blank"]
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf(dict.fromkeys(names, Glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "IntakeBlank", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost(keepGlyphNames=False)
    head = builder.font["head"]
    head.created = head.modified = 0
    builder.font.recalcTimestamp = False
    builder.font.save(TARGET)


if __name__ == "__main__":
    main()
