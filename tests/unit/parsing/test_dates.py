from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from intake.parsing.writing import dates


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("Mon, 05 Feb 2024 10:12:33 +0100", "2024-02-05 09:12:33"),
        ("5 Feb 24 10:12 +0100", "2024-02-05 09:12:00"),
        ("Mon, 5 Feb 124 10:12:33 +0100", "2024-02-05 09:12:33"),
        ("lun. 5 février 2024 10:12:33 +0100", "2024-02-05 09:12:33"),
        ("Di, 5 März 2024 10:12:33 +0100", "2024-03-05 09:12:33"),
        ("Mon, 5 Feb 1998 10:12:33 GMT", "1998-02-05 10:12:33"),
        ("Mon, 05 Feb 2024 10:12:33 CET", "2024-02-05 09:12:33"),
        ("Mon, 05 Aug 2024 10:12:33 +0200 (CEST)", "2024-08-05 08:12:33"),
        ("Mon, 05 Aug 2024 10:12:33 (CEST)", "2024-08-05 08:12:33"),
        ("Mon, 05 Feb 2024 10:12:33", "2024-02-05 10:12:33"),
        ("Mon, 05 Feb 2024 10:12:33 -0000", "2024-02-05 10:12:33"),
        ("Mon, 05 Feb 2024 10:12:33 EST", "2024-02-05 15:12:33"),
        ("Mon, 05 Feb 2024 10.12.33 +0100", "2024-02-05 09:12:33"),
        ("lun, 5 feb 2024 10:12:33 +0100", "2024-02-05 09:12:33"),
        ("lunedì 5 febbraio 2024 10:12", "2024-02-05 10:12:00"),
        ("mer, 25 dic 2024 10.12.00 +0100", "2024-12-25 09:12:00"),
        ("1° marzo 2024 08:00 +0100", "2024-03-01 07:00:00"),
        ("2024-02-05T10:12:33Z", "2024-02-05 10:12:33"),
        ("2024-02-05T10:12:33.123+01:00", "2024-02-05 09:12:33"),
        ("2024-02-05 10:12", "2024-02-05 10:12:00"),
        ("05/02/2024 10:12:33", "2024-02-05 10:12:33"),
        ("Mon Feb  5 10:12:33 2024", "2024-02-05 10:12:33"),
        ("Mon Feb  5 10:12:33 CET 2024", "2024-02-05 09:12:33"),
        ("February 5, 2024 10:12 PM", "2024-02-05 22:12:00"),
        ("Mon, 05 Feb 2024 12:00 AM +0000", "2024-02-05 00:00:00"),
        ("Mon, 05 Feb 2024 10:12:60 +0000", "2024-02-05 10:12:59"),
        ("Mon, 05 Feb 2024 10:12:33 +9999", "2024-02-05 10:12:33"),
    ],
)
def test_dates_of_the_wild_are_read(written: str, utc: str) -> None:
    found = dates.parse(written)
    assert found is not None
    assert found.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") == utc


@pytest.mark.parametrize(
    "written",
    ["", "ieri", "Mon, 31 Feb 2024 10:12", "99/99/9999", "1 Jan 0001 00:00 +1400",
     "31 Dec 9999 23:59 -1200", "25:99", "5 Foo 2024", "\0\0", "9" * 300],
)  # fmt: skip
def test_what_names_no_moment_is_none(written: str) -> None:
    assert dates.parse(written) is None


def test_a_local_time_takes_the_offset_of_another_moment() -> None:
    rome = datetime(2026, 3, 2, 11, 0, tzinfo=timezone(timedelta(hours=1)))
    for written, american in (
        ("2026:03:02 11:02:44", False),
        ("03/02/2026 11:02:44 AM", True),
        ("Mon, 02 Mar 2026 11:02:44 +0100", False),
        ("2026-03-02 10:02:44 GMT", False),
    ):
        found = dates.parse_local(written, rome, american=american)
        assert found is not None
        assert found.astimezone(UTC) == datetime(2026, 3, 2, 10, 2, 44, tzinfo=UTC)
