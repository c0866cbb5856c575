"""The page that explains a reading shows what could not be read, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from intake.engines.forked import Forked
from intake.engines.forking import ForkServers, NotForked
from intake.errors import TransientFailure, UnreadableItem
from intake.options import StageOptions
from intake.pipeline.stage_options import OcrOptions
from intake.reading import recognise

ENGINE = """
import os, signal
from intake.engines.forked import Forked
from intake.engines.forking import ForkServers, NotForked
from intake.errors import UnreadableItem
from intake.schemas.documents import Page

class Brittle:
    name = "brittle"
    def version(self):
        return "1"
    def recognise(self, image, *, number, languages, timeout_s):
        if number == 2:
            os.kill(os.getpid(), signal.SIGSEGV)
        if number == 4:
            raise UnreadableItem("No letter was found.", code="corrupt_image")
        return Page(number=number, text=f"read of {number}", confidence=0.99)

class Deadly(Brittle):
    def recognise(self, image, **_how):
        os.kill(os.getpid(), signal.SIGSEGV)
"""


@pytest.fixture
def explain(
    install_plugins: Callable[..., None], tmp_path: Path
) -> Callable[[str, bytes], tuple[str, list[int]]]:
    """Return a function that reads a file with an engine, and gives the HTML and the pages read."""
    install_plugins("intake.ocr_engines", ENGINE, {"brittle": "Brittle", "deadly": "Deadly"})

    def read(engine: str, content: bytes) -> tuple[str, list[int]]:
        options = StageOptions(ocr=OcrOptions(engine=engine))
        target = tmp_path / "why.html"
        pages: list[int] = []
        try:
            document = recognise(content, options=options, debug_html=target)
            pages = [page.number for page in document.pages]
        finally:
            html = target.read_text("utf-8")
        return html, pages

    return read


def _file(pages: int) -> bytes:
    sheet = Image.new("L", (300, 200), 255)
    write = ImageDraw.Draw(sheet)
    for line in range(3):
        write.text((10, 20 + 50 * line), "Notizie", fill=0, font_size=36)
    written = BytesIO()
    sheet.save(written, "TIFF", dpi=(200, 200), save_all=True, append_images=[sheet] * (pages - 1))
    return written.getvalue()


def _sections(html: str) -> list[str]:
    return re.findall("<section>.*?</section>", html, re.DOTALL)


def test_each_page_is_shown_in_order_though_some_were_lost(
    explain: Callable[[str, bytes], tuple[str, list[int]]],
) -> None:
    html, pages = explain("brittle", _file(5))
    assert pages == [1, 3, 5]
    *shown, document = _sections(html)
    assert [re.search("<h2>(.*?)</h2>", each)[1] for each in shown] == [  # type: ignore[index]
        f"Page {number}" for number in range(1, 6)
    ]
    assert [each.count("<img") for each in shown] == [2, 1, 2, 1, 2]
    assert "signal 11" in shown[1] or "SIGSEGV" in shown[1]
    assert "No letter was found." in shown[3]
    assert "page_lost" in document
    assert html.rstrip().endswith("</html>")


def test_a_file_of_which_nothing_was_read_is_explained_too(
    explain: Callable[[str, bytes], tuple[str, list[int]]], tmp_path: Path
) -> None:
    with pytest.raises(TransientFailure):
        explain("deadly", _file(1))
    html = (tmp_path / "why.html").read_text("utf-8")
    page, document = _sections(html)
    assert page.count("<img") == 1
    assert "ended by itself" in document
    assert html.rstrip().endswith("</html>")


def test_what_was_read_stays_where_the_machine_forks_no_more(
    explain: Callable[[str, bytes], tuple[str, list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fork, forked = ForkServers.fork, []

    def fork_once(self: ForkServers, *given: Any, **more: Any) -> Forked:
        if forked:
            raise NotForked("No process.", code="crash")
        forked.append(1)
        return fork(self, *given, **more)

    monkeypatch.setattr(ForkServers, "fork", fork_once)
    html, pages = explain("brittle", _file(5))
    assert pages == [1]
    assert "pages_left_out" in html


def test_a_file_that_cannot_be_opened_is_explained_too(
    explain: Callable[[str, bytes], tuple[str, list[int]]], tmp_path: Path
) -> None:
    with pytest.raises(UnreadableItem) as raised:
        explain("brittle", b"no picture at all")
    [document] = _sections((tmp_path / "why.html").read_text("utf-8"))
    assert raised.value.message in document.replace("&#x27;", "'")
