"""Boxes to tick in documents of an office: ``[X]`` is ticked, ``[ ]`` is empty, as on scans.

A box is a form field, or a sign of one of Microsoft's fonts of signs. What these show is in
"Status of encoding of Wingdings and Webdings Symbols", ISO/IEC JTC1/SC2/WG2 N4384.
"""

from __future__ import annotations

TICKED, EMPTY = "[X]", "[ ]"
_PRIVATE = 0xF000
"""Where programs put the signs of such a font in Unicode (ECMA-376 part 1 §17.3.3.30)."""
_WINGDINGS = {
    **dict.fromkeys((0x78, 0xFD, 0xFE), TICKED),
    **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), EMPTY),
    0xFB: "✗",
    0xFC: "✓",
}
_WINGDINGS_2 = {
    **dict.fromkeys((0x51, 0x52, 0x53, 0x54), TICKED),
    0xA3: EMPTY,
    0x4F: "✗",
    0x50: "✓",
}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_OTHER_FONTS = frozenset(
    {"symbol", "webdings", "wingdings 3", "marlett", "mt extra", "monotype sorts", "zapfdingbats"}
)
"""Fonts that draw other signs for the same codes."""


def box(is_ticked: bool) -> str:
    """Return a box as it is written in text."""
    return TICKED if is_ticked else EMPTY


def is_on(value: str | None) -> bool:
    """Return what an on/off property says: one without a value is on (ECMA-376 part 1 §17.17.4)."""
    return (value or "1").lower() not in ("0", "false", "off", "unchecked", "unknown")


def sign(font: str, code: int) -> str:
    """Return the box or tick that ``font`` draws for a code, moved into the private area or not.

    Empty for any other sign, and any other font.
    """
    return _FONTS.get(font.lower(), {}).get(code & 0xFF, "")


def with_signs(text: str, font: str) -> str:
    """Return the text with boxes and ticks in place of the letters that draw them.

    Other letters in a font of signs stay as they are: they are arrows and bullets, and harm nobody.
    Where the font is not known or none of signs, those in the private area are Wingdings'.
    """
    if font.lower() in _FONTS:
        return "".join(sign(font, ord(letter)) or letter for letter in text)
    if font.lower() in _OTHER_FONTS or all(
        ord(letter) - _PRIVATE not in _WINGDINGS for letter in text
    ):
        return text
    return "".join(_WINGDINGS.get(ord(letter) - _PRIVATE, letter) for letter in text)
