from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from intake.errors import SourceBusy
from intake.store import tables
from intake.store.database import Database
from intake.store.leases import Lease


def test_of_two_who_take_a_new_lease_at_once_one_gets_it(database: Database) -> None:
    start, taken = threading.Barrier(2), threading.Barrier(2)
    outcomes: list[str] = []

    def take() -> None:
        start.wait()
        try:
            with Lease(database, "source:new", lease_s=60):
                outcomes.append("held")
                taken.wait(timeout=10)
        except SourceBusy:
            outcomes.append("busy")
            taken.wait(timeout=10)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy", "held"]


def test_a_lease_has_one_holder(database: Database) -> None:
    with Lease(database, "source:inbox", lease_s=60):
        with pytest.raises(SourceBusy), Lease(database, "source:inbox", lease_s=60):
            pass
        with Lease(database, "source:other", lease_s=60):
            pass
    with Lease(database, "source:inbox", lease_s=60):
        pass


def _hold_as(database: Database, owner: str, *, for_s: float) -> None:
    with database.write() as connection:
        expires_at = database.now(connection) + timedelta(seconds=for_s)
        rows = tables.leases
        connection.execute(update(rows).values(owner=owner, expires_at=expires_at))


def test_a_lease_that_was_given_back_is_free_though_the_clock_is_set_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lease(database, "source:inbox", lease_s=60):
        pass
    with database.write() as connection:  # as another machine would have
        connection.execute(update(tables.leases).values(owner="elsewhere/1/2/3"))
    now = Database.now
    monkeypatch.setattr(Database, "now", lambda *of: now(*of) - timedelta(days=1))
    with Lease(database, "source:inbox", lease_s=60):
        pass


def test_a_lease_that_ran_out_is_taken_over_and_its_old_holder_writes_nothing(
    database: Database,
) -> None:
    with Lease(database, "source:inbox", lease_s=60) as old:
        _hold_as(database, "elsewhere/1/2/3", for_s=-1)
        with Lease(database, "source:inbox", lease_s=60) as new:
            with pytest.raises(SourceBusy), database.write() as connection:
                old.guard(connection)
            with database.write() as connection:
                new.guard(connection)


def test_the_lease_of_a_killed_process_of_this_machine_is_free_at_once(database: Database) -> None:
    with Lease(database, "source:inbox", lease_s=60) as lease:
        machine_and_pid, _started, number = lease._owner.rsplit("/", 2)
        _hold_as(database, f"{machine_and_pid}/1/{number}", for_s=60)
        with Lease(database, "source:inbox", lease_s=60):
            pass


def test_the_lease_of_another_machine_is_respected_until_it_runs_out(database: Database) -> None:
    with Lease(database, "source:inbox", lease_s=60):
        _hold_as(database, "elsewhere/1/2/3", for_s=60)
        with pytest.raises(SourceBusy), Lease(database, "source:inbox", lease_s=60):
            pass


def test_a_lease_taken_while_the_clock_was_ahead_lasts_no_longer_than_any(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lease(database, "source:inbox", lease_s=60):
        _hold_as(database, "elsewhere/1/2/3", for_s=1_000_000)
        with pytest.raises(SourceBusy), Lease(database, "source:inbox", lease_s=60):
            pass
        now = Database.now
        monkeypatch.setattr(Database, "now", lambda *of: now(*of) + timedelta(seconds=61))
        with Lease(database, "source:inbox", lease_s=60):
            pass
