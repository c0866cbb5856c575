from __future__ import annotations

import pytest

from intake.parsing.office.number_formats import number_shown


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (0.125, "0.0%", "12,5 %"),
        (0.5, "0%", "50 %"),
        (1250.0, '#,##0.00 "€"', "1.250,00 €"),
        (1250.0, "#,##0.00\\ [$€-410]", "1.250,00 €"),
        (1250.0, "[$€-2] #,##0.00", "€ 1.250,00"),
        (1250.5, '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-', "1.250,50 €"),
        (-1250.0, "#,##0.00;[Red]-#,##0.00", "-1.250,00"),
        (1234567.0, "#,##0", "1.234.567"),
        (185.0, "00000", "00185"),
        (39061234567.0, "00 00 0000000", "39 06 1234567"),
        (2.345, "0.00", "2,35"),
        (-0.001, "0.00", "0,00"),
        (3.5, "0.0##", "3,5"),
        (12.0, '0" kg"', "12 kg"),
        (-5.0, '0.00" AVERE";0.00" DARE"', "5,00 DARE"),
        (-5.0, '"Credito" 0.00;"Debito" 0.00', "Debito 5,00"),
        (-5.0, "+0;-0", "-5"),
        (-5.0, "#,##0.00;(#,##0.00)", "-5,00"),
        (1234.5, "0." + "0" * 30, "1.234,5".replace(".", "") + "0" * 29),
    ],
)
def test_a_number_is_shown_as_its_format_says(number, code, shown):
    assert number_shown(number, code) == shown


@pytest.mark.parametrize(
    "code",
    [
        "",
        "General",
        "dd/mm/yyyy",
        "@",
        "# ?/?",
        "# ??/??",
        "0.00E+00",
        "#,##0,",
        "[>100]0;0.0",
        "0" * 101,
    ],
)
def test_a_format_that_is_no_plain_number_is_not_followed(code):
    assert number_shown(1.5, code) == ""


def test_a_negative_number_is_not_shown_as_a_positive_one():
    assert number_shown(-5.0, '"Credito" 0;0') == ""


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e300])
def test_what_no_spreadsheet_holds_is_not_spelt(number):
    assert number_shown(number, "0.00") == ""
