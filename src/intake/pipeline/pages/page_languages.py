"""Which languages the pages of a file are read in: the usual ones, and their own where it shows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from intake.classifying.language import tell_clearly
from intake.errors import ToolMissing
from intake.interfaces import OcrEngine, Polyglot

_NAMES = {
    **{"it": "ita", "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "sl": "slv"},
    **{"ro": "ron", "sq": "sqi", "pl": "pol", "pt": "por", "nl": "nld", "hr": "hrv"},
    **{"cs": "ces", "hu": "hun", "tr": "tur", "tl": "fil", "uk": "ukr", "ru": "rus"},
    **{"bg": "bul", "ar": "ara", "fa": "fas", "ur": "urd", "bn": "ben", "hi": "hin"},
    **{"pa": "pan", "zh": "chi_sim", "ja": "jpn", "el": "ell"},
}
"""The languages that texts are told to be in (ISO 639-1), as Tesseract names them."""


class PageLanguages:
    """Finds languages of ``more`` that an engine has data for, where a text is in one of them.

    A language without data is left out in silence: the page is read as it would be without.
    """

    def __init__(self, engine: OcrEngine, usual: Sequence[str], more: Sequence[str]) -> None:
        self._engine = engine
        self._usual = tuple(usual)
        self._more = frozenset(more)

    def beside(self, language: str | None) -> tuple[str, ...]:
        """Return those for pages that came with a text in ``language`` (ISO 639-1), if any."""
        own = self._readable(language)
        return self._usual if own is None or own in self._usual else (own, *self._usual)

    def tell(self, text: str) -> str | None:
        """Return the language of ``more`` that the text of a page is clearly in; None for none."""
        return self._readable(tell_clearly(text))

    def _readable(self, language: str | None) -> str | None:
        name = _NAMES.get(language or "")
        return name if name in self._more and name in self._installed else None

    @cached_property
    def _installed(self) -> frozenset[str]:
        if not isinstance(self._engine, Polyglot):
            return frozenset()
        try:
            return self._engine.installed_languages()
        except ToolMissing:  # which the first page that is read says; there may be none to read
            return frozenset()
