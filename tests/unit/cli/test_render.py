from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intake.cli import render
from intake.cli.render import Column
from intake.cli.streams import speak_plainly
from intake.schemas.requests import Sender

COLUMNS = [Column("reference"), Column("note", share=1, rank=1), Column("subject", share=2)]
ROW = ("CC-2026-0000042-7", "n" * 60, "Richiesta di informazioni sul rischio sismico " * 3)


def printed(capsys: pytest.CaptureFixture[str], width: int) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        render.emit(render.table(COLUMNS, [ROW]))
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_table_fits_the_terminal_and_keeps_references_whole(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(capsys, width)

    assert "CC-2026-0000042-7" in out
    assert max(map(len, out.splitlines())) <= width
    assert len(out.splitlines()) == 3


def test_a_narrow_table_leaves_out_the_columns_that_matter_least(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "note" in printed(capsys, 80)
    assert "note" not in printed(capsys, 30)


def test_a_strangers_text_neither_steers_the_terminal_nor_is_read_as_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[bold red]x[/] \u202egnp.exe\r\nsecond"

    render.emit(render.table([Column("subject")], [(evil,)]), render.plain(evil))
    out = capsys.readouterr().out

    assert "\x1b" not in out
    assert "\x07" not in out
    assert "\u202e" not in out
    assert "[bold red]x[/]" in out


def test_json_understands_models_times_paths_and_keeps_letters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    render.emit_json(
        {"who": Sender(name="Niccolò"), "at": datetime(2026, 1, 1, tzinfo=UTC), "where": Path("/x")}
    )
    out = capsys.readouterr().out

    assert "Niccolò" in out
    assert json.loads(out)["at"] == "2026-01-01T00:00:00Z"
    assert json.loads(out)["where"] == "/x"


def test_json_loses_no_letter_where_stdout_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = BytesIO()
    stream = TextIOWrapper(shown, encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    render.emit_json("città 東京")
    monkeypatch.undo()

    assert not stream.closed
    assert json.loads(shown.getvalue()) == "città 東京"


def test_what_an_encoding_has_no_sign_for_is_written_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = BytesIO()
    stream = TextIOWrapper(shown, encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    speak_plainly()
    render.emit("città ─ “frana”… 東")
    monkeypatch.undo()

    assert not stream.closed
    assert shown.getvalue().decode("latin-1") == 'città - "frana"~ ?\n'


def test_times_are_shown_in_the_configured_zone() -> None:
    at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)

    assert render.local(at, ZoneInfo("Europe/Rome")) == "2026-07-02 01:30"
    assert render.local(None, ZoneInfo("Europe/Rome")) == ""


def test_facts_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    render.emit(render.facts([("subject", "Frana"), ("fax", None), ("follows", "")]))

    assert capsys.readouterr().out.split() == ["subject", "Frana"]


def test_progress_is_shown_on_a_terminal_only() -> None:
    with render.progress(silent=False) as tell:
        assert tell is None


def test_progress_counts_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with render.progress(silent=True) as tell:
        assert tell is None
    with render.progress(silent=False) as tell:
        assert tell is not None
        tell("receive inbox", 3, None)
        tell("process", 1, 4)

    assert capsys.readouterr().out == ""


def test_a_reader_that_went_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        render.emit_json(["x"] * 10)
        monkeypatch.undo()


def test_where_evidence_stands_is_told_in_words() -> None:
    assert render.where("quoted") == "in quoted text"
    assert render.where("n.zip/nota.txt") == "n.zip/nota.txt"
