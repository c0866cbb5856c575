"""The folder of models: nothing is overwritten, and whoever is killed leaves a model in use."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.classifying.models.model_folder import UNTRAINED, ModelFolder
from intake.errors import ConfigError, StoreError, UsageError
from intake.schemas.evaluations import Interval
from intake.schemas.models import Contest, ModelRecord

ONE, TWO = "0" * 12, "1" * 12


class Killed(BaseException):
    pass


def record(version: str, day: int = 1) -> ModelRecord:
    """Return a record of a version that won."""
    contest = Contest(
        rival=UNTRAINED,
        measured_on=20,
        macro_f1=0.8,
        rival_macro_f1=0.5,
        lead=Interval(low=0.1, high=0.5),
        odds=1.0,
        is_won=True,
    )
    return ModelRecord(
        version=version,
        trained_at=datetime(2026, 3, day, tzinfo=UTC),
        examples=80,
        data_digest="",
        seed=0,
        topics=("a", "b"),
        contest=contest,
        reason="Better.",
    )


def add_and_use(folder: ModelFolder, content: bytes, its: ModelRecord) -> None:
    folder.add(content, its)
    folder.use(its.version)


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "models")


def test_a_folder_that_is_not_there_has_no_model(folder: ModelFolder) -> None:
    assert folder.current() == UNTRAINED
    assert folder.current_path() is None
    assert folder.records() == []


def test_a_version_is_in_use_when_it_is_said_so_and_can_be_left_again(folder: ModelFolder) -> None:
    folder.add(b"two", record(TWO, day=2))
    folder.add(b"one", record(ONE, day=1))
    assert [each.version for each in folder.records()] == [ONE, TWO], "the oldest first"
    assert folder.current() == UNTRAINED

    folder.use(TWO)
    path = folder.current_path()
    assert path is not None
    assert path.read_bytes() == b"two"
    folder.use(ONE)
    assert folder.current() == ONE
    folder.use(UNTRAINED)
    assert folder.current_path() is None


def test_a_version_is_never_overwritten(folder: ModelFolder) -> None:
    folder.add(b"first", record(ONE, day=1))
    folder.add(b"second", record(ONE, day=2))
    folder.use(ONE)
    path = folder.current_path()
    assert path is not None
    assert path.read_bytes() == b"first"
    assert folder.records() == [record(ONE, day=1)]


@pytest.mark.parametrize("version", [TWO, "../../etc/passwd", "", "current"])
def test_only_versions_of_the_folder_can_be_used(folder: ModelFolder, version: str) -> None:
    folder.add(b"one", record(ONE))
    folder.use(ONE)
    with pytest.raises(UsageError, match="no model"):
        folder.use(version)
    assert folder.current() == ONE


def test_a_missing_model_in_use_is_told_with_what_to_do(folder: ModelFolder) -> None:
    folder.add(b"one", record(ONE))
    folder.use(ONE)
    (folder.root / f"{ONE}.model").unlink()
    with pytest.raises(ConfigError, match=f"'{ONE}', which is in use") as missing:
        folder.current_path()
    assert "intake models use" in missing.value.remedy


def test_a_record_that_is_spoilt_names_its_file(folder: ModelFolder) -> None:
    folder.add(b"one", record(ONE))
    (folder.root / f"{ONE}.json").write_text("{")
    with pytest.raises(ConfigError, match=f"{ONE}.json"):
        folder.records()


@pytest.mark.parametrize("step", range(6))
def test_killed_at_any_step_leaves_the_old_or_the_new_one_whole(
    folder: ModelFolder, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.add(b"one", record(ONE, day=1))
    folder.use(ONE)
    steps = iter(range(step + 1))
    sync = os.fsync

    def dies(handle: int) -> None:
        if next(steps) == step:
            raise Killed
        sync(handle)

    monkeypatch.setattr(os, "fsync", dies)
    with pytest.raises(Killed):
        add_and_use(folder, b"two", record(TWO, day=2))
    monkeypatch.undo()

    path = folder.current_path()
    assert path is not None
    assert (path.stem, path.read_bytes()) in [(ONE, b"one"), (TWO, b"two")]
    assert all((folder.root / f"{each.version}.model").exists() for each in folder.records())
    add_and_use(folder, b"two", record(TWO, day=2))
    assert folder.current() == TWO


def test_a_disk_that_refuses_is_told_as_such(folder: ModelFolder) -> None:
    folder.root.parent.mkdir(exist_ok=True)
    folder.root.write_text("a file in the way")
    with pytest.raises(StoreError, match="models"):
        folder.add(b"one", record(ONE))


@pytest.mark.parametrize("content", ["{", "[]", '{"version": "x"}'])
def test_a_record_that_cannot_be_read_is_named_in_plain_words(
    content: str, folder: ModelFolder
) -> None:
    folder.add(b"one", record(ONE))
    (folder.root / f"{ONE}.json").write_text(content)
    with pytest.raises(ConfigError) as caught:
        folder.records()
    assert f"{ONE}.json" in caught.value.message
    assert "pydantic" not in caught.value.message
    assert "\n" not in caught.value.message


def test_a_damaged_version_is_made_whole_by_the_same_training(folder: ModelFolder) -> None:
    version = hashlib.sha256(b"whole").hexdigest()[:12]
    add_and_use(folder, b"whole", record(version))
    path = folder.root / f"{version}.model"
    path.write_bytes(b"hole")
    folder.add(b"whole", record(version))
    assert path.read_bytes() == b"whole"
    assert not list(folder.root.glob(".unfinished-*"))


def test_a_full_disk_leaves_nothing_behind(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.add(b"one", record(ONE))
    there = sorted(folder.root.iterdir())

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError):
        folder.add(b"two", record(TWO))
    with pytest.raises(StoreError):
        folder.use(ONE)

    assert sorted(folder.root.iterdir()) == there
