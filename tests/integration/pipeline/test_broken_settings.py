"""What cannot be used of the settings costs topics, never the look for danger."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from intake import Channel, Intake, RawItem, RequestDraft, Settings
from intake.classifying.models.learned import cold_start
from intake.classifying.models.model_folder import ModelFolder
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError
from intake.pipeline.learning.models import Models
from intake.schemas.models import ModelRecord
from intake.testing.samples import text_mail

TRAPPED = "AIUTO SIAMO BLOCCATI IN CASA E BRUCIA TUTTO"
VERSION = "0" * 12


def _whole() -> bytes:
    name = cold_start(Taxonomy.load().version)
    return files("intake.classifying").joinpath("data", name).read_bytes()


def _in_folder(folder: Path, content: bytes | None, current: str = VERSION) -> dict[str, Any]:
    folder.mkdir()
    (folder / "current").write_text(f"{current}\n")
    if content is not None:
        (folder / f"{VERSION}.model").write_bytes(content)
    return {"model_dir": folder}


def _alone(folder: Path, content: bytes) -> dict[str, Any]:
    folder.mkdir()
    (folder / "topics.model").write_bytes(content)
    return {"model": folder / "topics.model"}


def _wrong_rules(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    (folder / "rules.toml").write_text("[[rules]]\ntopic =")
    return {"rules": folder / "rules.toml"}


BROKEN: dict[str, Callable[[Path], dict[str, Any]]] = {
    "cut off": lambda folder: _alone(folder, _whole()[:-2000]),
    "one byte is wrong": lambda folder: _alone(folder, b"".join(_scratched(_whole()))),
    "something else": lambda folder: _alone(folder, b"a picture"),
    "another model than its name says": lambda folder: _in_folder(folder, _whole()),
    "no such version": lambda folder: _in_folder(folder, None),
    "no name of a version": lambda folder: _in_folder(folder, None, current="../x"),
    "a file that is not there": lambda folder: {"model": folder / "gone.model"},
    "a folder in its place": lambda folder: {"model": folder.parent},
    "rules with a mistake": _wrong_rules,
    "no such plugin": lambda _folder: {"classifiers": ("keywords", "uninstalled")},
}


def _scratched(content: bytes) -> tuple[bytes, bytes, bytes]:
    middle = len(content) // 2
    return content[:middle], bytes([content[middle] ^ 0xFF]), content[middle + 1 :]


@pytest.mark.parametrize("how", BROKEN)
def test_danger_is_found_and_filed_without_what_cannot_be_used(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=tmp_path / "data", classify=BROKEN[how](tmp_path / "models"))
    with Intake(settings) as app, caplog.at_level(logging.ERROR, "intake"):
        app.receive(RawItem(source="push", key="1", content=text_mail("Casa", text=TRAPPED)))
        app.receive(RawItem(source="push", key="2", content=text_mail("Vi", text="Domanda.")))
        report = app.process()
        urgent, calm = app.requests.find()
        events = [event.type for event in app.requests.history(urgent.reference)]
        (checked,) = [each for each in app.check() if each.name == "classify"]
        told = app.submit(RequestDraft(channel=Channel.PHONE, text=TRAPPED))
        again = app.process()
    assert (report.processed.filed, report.processed.emergencies, report.waiting) == (2, 1, 0)
    assert "request.emergency" in events
    assert {"emergency", "misconfigured"} <= set(urgent.review_reasons)
    assert "misconfigured" in calm.review_reasons
    assert (report.exit_code, checked.exit_code) in {(78, 78), (78, 74)}
    assert report.processed.problem is not None
    assert report.processed.problem.message == checked.detail
    assert checked.detail in caplog.text
    assert told.urgency == "emergency"
    assert again.exit_code == 78, "nothing was judged, and it is told all the same"
    assert again.processed.problem == report.processed.problem


@pytest.mark.parametrize("lost", ["the folder", "current"])
def test_a_model_that_is_lost_is_not_taken_for_none(lost: str, tmp_path: Path) -> None:
    content, folder = _whole(), tmp_path / "models"
    version = hashlib.sha256(content).hexdigest()[:12]
    _in_folder(folder, None)
    (folder / f"{version}.model").write_bytes(content)
    (folder / "current").unlink()
    settings = Settings(data_dir=tmp_path / "data", classify={"model_dir": folder})

    def checked(app: Intake) -> tuple[int, str]:
        (found,) = [each for each in app.check() if each.name == "classify"]
        return found.exit_code, found.detail

    with Intake(settings) as app:
        assert checked(app)[0] == 0, "no model was put to use yet"
        app.models.use(version, by="anna")
        assert checked(app)[0] == 0
    if lost == "current":
        (folder / "current").unlink()
    else:
        shutil.rmtree(folder)
    with Intake(settings) as app:
        app.receive(RawItem(source="push", key="1", content=text_mail("Vi", text="Domanda.")))
        report, (code, detail) = app.process(), checked(app)
        (filed,) = app.requests.find()
        with pytest.raises(ConfigError, match=version):
            app.models.current()
        app.models.use("untrained", by="anna")
        assert checked(app)[0] == app.process().exit_code == 0
    assert "misconfigured" in filed.review_reasons
    assert (report.exit_code, code) == (78, 78)
    assert version in detail
    assert report.processed.problem is not None
    assert report.processed.problem.message == detail


def test_a_run_that_tries_nothing_says_for_what_items_wait(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", parsing={"fax_rules": tmp_path / "gone.toml"})
    with Intake(settings) as app:
        app.receive(RawItem(source="push", key="1", profile="fax", content=text_mail("Fax")))
        first, second = app.process(), app.process()
    assert (first.exit_code, first.waiting) == (78, 1)
    assert (second.exit_code, second.waiting) == (78, 1)
    assert second.processed.retried == 0
    assert second.processed.problem is not None
    assert "gone.toml" in second.processed.problem.message


def _trained(_models: Models, _examples: object, folder: Path) -> ModelRecord:
    """Stand for the child that trains: leave a model, and say what it is."""
    (folder / "new.model").write_bytes(b"numbers")
    return ModelRecord.model_construct(version=VERSION)


def test_a_training_that_fails_is_told_by_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(ModelFolder, "_unfinished", Mock(side_effect=full))
    monkeypatch.setattr(Models, "_in_child", _trained)
    classify = {"model_dir": tmp_path / "models", "refit_after": 1}
    said = RequestDraft(channel=Channel.PHONE, text="Buca", topic="strade", topic_by="person")
    with Intake(Settings(data_dir=tmp_path / "data", classify=classify)) as app:
        app.submit(said)
        app.receive(RawItem(source="push", key="1", content=text_mail()))
        report = app.process()
    assert (report.exit_code, report.processed.filed, report.trained) == (74, 1, None)
    assert report.not_trained is not None
    assert os.strerror(errno.ENOSPC) in report.not_trained.message


def test_a_run_names_all_that_cannot_be_used(tmp_path: Path) -> None:
    classify = {"model": tmp_path / "gone.model", "classifiers": ("keywords", "uninstalled")}
    with Intake(Settings(data_dir=tmp_path / "data", classify=classify)) as app:
        app.receive(RawItem(source="push", key="1", content=text_mail()))
        problems = [app.process().processed.problem for _ in range(2)]
    for problem in problems:
        assert problem is not None
        assert "gone.model" in problem.message
        assert "uninstalled" in problem.message
