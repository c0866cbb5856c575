from __future__ import annotations

import pytest

from intake.letters.identifiers import (
    Fit,
    find_own_references,
    find_tax_codes,
    find_vat_numbers,
    fit_name,
    is_tax_code,
    is_vat_number,
)


@pytest.mark.parametrize("code", ["MRTMTT25D09F205Z", "RSSMRA80A01H501U"])
def test_a_tax_code_whose_check_character_holds_is_one(code: str) -> None:
    assert is_tax_code(code)


def test_every_single_wrong_character_of_a_tax_code_is_noticed() -> None:
    code = "RSSMRA80A01H501U"
    for place in range(16):
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".replace(code[place], ""):
            assert not is_tax_code(code[:place] + other + code[place + 1 :])


def test_letters_may_stand_for_digits_where_two_people_share_a_code() -> None:
    assert find_tax_codes("C.F. RSSMRA80A01H50MM") == ["RSSMRA80A01H50MM"]
    assert is_tax_code("RSSMRA80A01H50MM")


@pytest.mark.parametrize("code", ["RSSMRA80F01H501", "RSSMRA80A32H501", "RSSMRA80A72H501"])
def test_a_month_or_day_that_does_not_exist_is_no_tax_code(code: str) -> None:
    assert not any(is_tax_code(code + letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    "read", ["RSSMRA8OA01H501U", "R5SMRA80A01H501U", "RSSMRA80AO1H50IU", "rss mra 80a01 h501u"]
)
def test_a_misread_character_is_repaired_where_the_check_character_proves_it(read: str) -> None:
    assert find_tax_codes(f"Codice fiscale: {read}") == ["RSSMRA80A01H501U"]


def test_a_code_that_is_wrong_is_not_made_right() -> None:
    assert find_tax_codes("RSSMRA80A01H501X RSSMRA81A01H501U") == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("RSSMRA80A01H501U", "Mario Rossi"),
        ("RSSMRA80A01H501U", "ROSSI Mario"),
        ("FOXDRA26C24H872Y", "Dario Fo"),  # too short a name is filled with X
        ("DLLGUO60A01D704X", "Ugo Dell'Acqua"),
        ("DLLGUO60A01D704X", "Ugo Dell´Acqua"),
        ("CNTNCL80A01H501X", "Nicolò Cantù"),
        ("CNTNCL80A01H501X", "Nicolo' Cantu'"),
        ("LCSMRA80A01H501X", "Mario Lo Cascio"),
        ("RSSGPP80A01H501U", "Giuseppe Rossi"),  # 1st, 3rd and 4th consonant
        ("FRRMGR80A41H501X", "Maria Grazia Ferri"),  # both names are in the code
        ("FRRMRA80A41H501X", "Maria Grazia Ferri"),  # or the first alone
        ("FRRMGR80A41H501X", "Ferri Maria-Grazia"),
        ("FRRGLI75D52D612P", "Giulia Ferri Rossi"),  # with her husband's name
        ("FRRGLI75D52D612P", "Giulia Rossi Ferri"),
    ],
)
def test_a_code_is_known_to_be_that_of_a_name(code: str, name: str) -> None:
    assert fit_name(code, name) is Fit.WHOLE


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("FRRMGR80A41H501X", "Maria Ferri"),  # the second name is in the code alone
        ("RSSMRA80A01H501U", "M. Rossi"),
        ("RSSMRA80A01H501U", "M.Rossi"),
        ("FRRDNN75D52D612P", "A. Ferri"),  # Adanna, say: her vowel is not the first letter
    ],
)
def test_a_name_that_was_cut_short_fits_half(code: str, name: str) -> None:
    assert fit_name(code, name) is Fit.HALF


@pytest.mark.parametrize("name", ["Anna Bellini", "Rossi", "Giulia Rossi", "Mario Ferri", ""])
def test_a_code_of_another_name_does_not_fit(name: str) -> None:
    assert fit_name("RSSMRA80A01H501U", name) is Fit.NONE


def test_a_vat_number_is_one_by_its_check_digit() -> None:
    assert is_vat_number("00743110157")
    assert not is_vat_number("00743110158")
    assert not is_vat_number("00000000000")
    assert find_vat_numbers("P. IVA IT 00743110157") == ["00743110157"]
    assert find_vat_numbers("P.IVA O0743I10157") == ["00743110157"]
    assert find_vat_numbers("tel. 00743110151") == []


def test_our_reference_is_found_whole_and_only_with_its_check_digit() -> None:
    text = "rif. CC-2026-0000042-7, cc 2026 0000042 7, CC-2026-0000042-8, XX-2026-0000042-7"
    assert find_own_references(text, "CC") == [("CC-2026-0000042-7", "CC-2026-0000042-7")]


def test_a_misread_reference_is_repaired_by_its_check_digit() -> None:
    assert find_own_references("CC-2O26-OOOOO42-7", "CC") == [
        ("CC-2026-0000042-7", "CC-2O26-OOOOO42-7")
    ]
    assert find_own_references("CC-2026-OOOOO4Z-8", "CC") == []
