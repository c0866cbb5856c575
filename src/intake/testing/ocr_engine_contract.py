"""What an OCR engine promises, one test each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from intake.errors import ToolMissing
from intake.interfaces import OcrEngine, Preloadable


class OcrEngineContract:
    """The promises of ``intake.interfaces.OcrEngine``. Fixture to give: ``engine``."""

    languages: ClassVar[Sequence[str]] = ("ita",)

    def test_it_has_the_shape_of_an_engine(self, engine: OcrEngine) -> None:
        assert isinstance(engine, OcrEngine)
        assert engine.name
        assert engine.version()

    def test_it_returns_the_page_that_was_asked_for(self, engine: OcrEngine) -> None:
        page = self._recognise(engine, number=3)
        assert page.number == 3
        assert page.origin == "ocr"
        assert 0 <= page.confidence <= 1

    def test_it_leaves_the_picture_as_it_is(self, engine: OcrEngine) -> None:
        picture = _white_page()
        before = picture.tobytes()
        engine.recognise(picture, number=1, languages=self.languages, timeout_s=60)
        assert picture.tobytes() == before

    def test_it_may_be_told_how_the_page_was_scanned_or_not(self, engine: OcrEngine) -> None:
        for told in (
            {"dpi": (250, 250), "scanned_dpi": 98, "scanned_grey": True},
            {"dpi": None, "scanned_dpi": 98},
            {"scanned_dpi": None},
            {},
        ):
            picture = _white_page()
            picture.info.update(told)
            page = engine.recognise(picture, number=1, languages=self.languages, timeout_s=60)
            assert page.origin == "ocr"

    def test_an_unknown_language_is_a_missing_tool(self, engine: OcrEngine) -> None:
        try:
            engine.recognise(_white_page(), number=1, languages=("xyz",), timeout_s=60)
        except ToolMissing:
            return
        raise AssertionError("the language xyz does not exist: ToolMissing was expected")

    def test_what_it_loads_for_other_processes_starts_no_thread(self, engine: OcrEngine) -> None:
        before = _threads()
        if isinstance(engine, Preloadable):
            engine.preload(self.languages)
        assert _threads() == before

    def _recognise(self, engine: OcrEngine, *, number: int) -> Any:
        return engine.recognise(
            _white_page(), number=number, languages=self.languages, timeout_s=60
        )


def _threads() -> set[str]:
    """Return the threads of this process, those of native libraries too (proc(5))."""
    return {task.name for task in Path("/proc/self/task").iterdir()}


def _white_page() -> Any:
    from PIL import Image  # noqa: PLC0415 - heavy, and only engines need it

    return Image.new("L", (1240, 400), color=255)
