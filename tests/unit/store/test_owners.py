from __future__ import annotations

import subprocess
import sys

from intake.store.owners import current_owner, is_dead

_PRINT_OWNER = "from intake.store.owners import current_owner; print(current_owner())"


def test_this_process_is_alive() -> None:
    assert not is_dead(current_owner())


def test_a_process_that_ended_is_dead() -> None:
    owner = subprocess.check_output([sys.executable, "-c", _PRINT_OWNER], text=True).strip()
    assert is_dead(owner)


def test_a_pid_that_another_process_has_now_is_dead() -> None:
    machine_and_pid, _, _started = current_owner().rpartition("/")
    assert is_dead(f"{machine_and_pid}/1")


def test_a_process_of_another_machine_is_not_presumed_dead() -> None:
    assert not is_dead("another-boot/4026531836/17/12345")
