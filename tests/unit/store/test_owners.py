from __future__ import annotations

import subprocess
import sys

from intake.store.owners import begin_work, end_work, is_dead

_PRINT_OWNER = "from intake.store.owners import begin_work; print(begin_work())"


def test_work_is_alive_until_it_ends() -> None:
    owner, other = begin_work(), begin_work()
    assert not is_dead(owner)
    end_work(owner)
    assert is_dead(owner)
    assert not is_dead(other)


def test_work_of_a_process_that_ended_is_dead() -> None:
    owner = subprocess.check_output([sys.executable, "-c", _PRINT_OWNER], text=True).strip()
    assert is_dead(owner)


def test_work_of_a_pid_that_another_process_has_now_is_dead() -> None:
    machine_and_pid, _started, number = begin_work().rsplit("/", 2)
    assert is_dead(f"{machine_and_pid}/1/{number}")


def test_work_of_another_machine_is_not_presumed_dead() -> None:
    assert not is_dead("another-boot/4026531836/17/12345/1")


def test_a_name_that_is_none_is_not_presumed_dead() -> None:
    assert not is_dead("")
