"""Where files may be asked for is checked before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.engines.limits import Limits
from intake.errors import UnreadableItem, UsageError
from intake.ocr.pdf import repair
from intake.pipeline.pages import one_file
from intake.pipeline.pages.one_file import read_file
from intake.pipeline.stage_options import OcrOptions
from intake.schemas.parsers import ParserOptions


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a child is started although the place is wrong."""
    monkeypatch.setattr(one_file, "Child", None)


def test_a_pdf_in_place_of_a_folder_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is a folder"):
        _read(searchable_pdf=tmp_path)


def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not there"):
        _read(debug_html=tmp_path / "nowhere" / "page.html")


def test_a_file_in_a_folder_of_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # root, who runs the tests in a container, may write everywhere
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)

    with pytest.raises(UsageError, match="no right to write"):
        _read(searchable_pdf=tmp_path / "out.pdf")


def test_two_outputs_may_not_be_one_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one file"):
        _read(searchable_pdf=tmp_path / "out", debug_html=tmp_path / "out")


def test_the_reason_of_a_damaged_pdf_is_for_people() -> None:
    with pytest.raises(UnreadableItem) as raised:
        repair.mend(b"%PDF-1.4\nnothing else")

    assert "object at 0x" not in raised.value.message


def _read(**wanted: Path) -> None:
    read_file(
        b"%PDF-",
        None,
        limits=Limits(timeout_s=1, memory_bytes=1 << 30),
        ocr=OcrOptions(),
        parsing=ParserOptions(),
        **wanted,
    )
