from __future__ import annotations

import pytest

from intake.schemas.references import check_digit, find_references, format_reference


def test_the_documented_reference_has_the_documented_check_digit() -> None:
    assert format_reference("CC", 2026, 42) == "CC-2026-0000042-7"


def test_the_check_digit_is_that_of_iso_7064_mod_11_10() -> None:
    assert check_digit("0794") == 5  # the example of the standard


@pytest.mark.parametrize("number", [1, 42, 99999, 1234567])
def test_every_single_wrong_digit_is_noticed(number: int) -> None:
    digits = f"2026{number:07d}"
    right = check_digit(digits)
    for place, digit in enumerate(digits):
        for other in "0123456789".replace(digit, ""):
            assert check_digit(digits[:place] + other + digits[place + 1 :]) != right


def test_references_are_found_in_a_subject_when_their_digit_is_right() -> None:
    subject = "Re: cc-2026-0000042-7 e CC-2026-0000042-8, XX-2026-0000042-7"
    assert find_references(subject, "CC") == ["CC-2026-0000042-7"]
