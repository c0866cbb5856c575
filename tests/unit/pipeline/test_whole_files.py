"""Files that somebody asks for: whole or not at all, nothing beside them, links stay links."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.errors import StoreError, UsageError
from intake.pipeline.whole_files import check_place, whole_file


def test_a_file_is_replaced_when_the_new_one_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    with whole_file(target) as unfinished:
        unfinished.write_text("new")
        assert target.read_text() == "old"

    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_off_leaves_the_former_file_and_nothing_beside_it(
    tmp_path: Path, error: BaseException
) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    def break_off() -> None:
        with whole_file(target) as unfinished:
            unfinished.write_text("ne")
            raise error

    with pytest.raises((StoreError, KeyboardInterrupt)):
        break_off()

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "page.html", tmp_path / "link.html"
    link.symlink_to(target)

    with whole_file(link) as unfinished:
        unfinished.write_text("new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_place_is_refused_by_what_is_wrong_with_it(tmp_path: Path) -> None:
    check_place(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "no" / "x", tmp_path / "file" / "x", Path("/dev/null")):
        with pytest.raises(UsageError, match="cannot be written"):
            check_place(place)


def test_a_name_of_255_bytes_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("à" * 127 + "b")
    check_place(target)
    with whole_file(target) as unfinished:
        unfinished.write_text("new")
    assert list(tmp_path.iterdir()) == [target]
