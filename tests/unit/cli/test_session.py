from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer

from intake.cli.session import choice, moment, this_person
from intake.schemas.requests import Channel

ROME = ZoneInfo("Europe/Rome")
NOON = datetime(2026, 7, 15, 12, tzinfo=UTC)

MOMENTS = {
    "a day begins in the configured zone": ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
    "a time is one of the configured zone": (
        "2026-01-01T10:30",
        datetime(2026, 1, 1, 9, 30, tzinfo=UTC),
    ),
    "a time with a zone is taken as it is": (
        "2026-01-01T10:30+00:00",
        datetime(2026, 1, 1, 10, 30, tzinfo=UTC),
    ),
    "days count back from now": ("3d", datetime(2026, 7, 12, 12, tzinfo=UTC)),
    "hours count back from now": ("12h", datetime(2026, 7, 15, tzinfo=UTC)),
    "weeks count back from now": ("1w", datetime(2026, 7, 8, 12, tzinfo=UTC)),
}


@pytest.mark.parametrize(("written", "meant"), MOMENTS.values(), ids=MOMENTS.keys())
def test_a_moment_is_understood(written: str, meant: datetime) -> None:
    assert moment(written, ROME, now=NOON) == meant


@pytest.mark.parametrize("written", ["yesterday", "", "3y", "2026-13-01"])
def test_what_is_no_moment_is_a_usage_error(written: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no time"):
        moment(written, ROME)


def test_a_choice_is_understood_whatever_its_capitals() -> None:
    assert choice("PEC", Channel, "--channel") is Channel.PEC
    assert choice(None, Channel, "--channel") is None


def test_a_wrong_choice_names_the_right_ones() -> None:
    with pytest.raises(typer.BadParameter, match="email, pec, fax, letter, web, phone"):
        choice("telegram", Channel, "--channel")


def test_who_acts_is_the_user_of_the_computer_unless_named() -> None:
    assert this_person("anna") == "anna"
    assert this_person(None)


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 4321"), OSError("none")])
def test_a_user_without_a_name_is_a_number(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr("getpass.getuser", nobody)
    monkeypatch.setattr("os.getuid", lambda: 4321)

    assert this_person(None) == "uid 4321"
    assert this_person("anna") == "anna"
