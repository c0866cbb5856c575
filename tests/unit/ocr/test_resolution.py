from __future__ import annotations

import pytest

from intake.ocr.preparing.resolution import is_guessed, judge_resolution


@pytest.mark.parametrize(
    ("size", "tagged", "expected"),
    [
        pytest.param((1728, 1146), (204, 98), (204, 98), id="standard"),
        pytest.param((1728, 2292), (204, 196), (204, 196), id="fine"),
        pytest.param((1728, 4584), (204, 391), (204, 391), id="superfine"),
        pytest.param((1728, 1160), (200, 100), (200, 100), id="inch variant"),
        pytest.param((1728, 700), (204, 196), (204, 196), id="short page with fax tags"),
    ],
)
def test_right_tags_of_a_fax_are_believed(size, tagged, expected):
    assert judge_resolution(size, tagged, bilevel=True) == expected


@pytest.mark.parametrize(
    "tagged",
    [
        pytest.param(None, id="no tags"),
        pytest.param((72, 72), id="screen"),
        pytest.param((204, 204), id="square"),
        pytest.param((1, 1), id="no unit"),
    ],
)
@pytest.mark.parametrize(
    ("height", "dpi_y"), [(1100, 98), (1146, 98), (2292, 196), (2400, 196), (4584, 391)]
)
def test_without_right_tags_a_fax_is_judged_by_its_size(tagged, height, dpi_y):
    assert judge_resolution((1728, height), tagged, bilevel=True) == (204, dpi_y)


def test_fax_tags_that_make_an_impossible_sheet_are_not_believed():
    assert judge_resolution((1728, 2292), (204, 98), bilevel=True) == (204, 196)


def test_wider_fax_paper_has_the_same_density():
    assert judge_resolution((2048, 1400), None, bilevel=True) == (204, 98)


def test_a_photo_as_wide_as_a_fax_keeps_square_pixels():
    x, y = judge_resolution((2048, 1536), None, bilevel=False)
    assert x == y


def test_a_scanner_s_tags_are_believed():
    assert judge_resolution((2480, 3508), (300, 300), bilevel=False) == (300, 300)


def test_a_camera_s_72_dpi_gives_way_to_the_size_of_a_sheet():
    x, y = judge_resolution((3000, 4000), (72, 72), bilevel=False)
    assert x == y == pytest.approx(342, abs=1)


def test_a_tagged_pixel_shape_is_kept_without_a_unit():
    x, y = judge_resolution((1000, 700), (2.0, 1.0), bilevel=False)
    assert x / y == pytest.approx(2.0)


def test_a_small_picture_is_not_blown_up_without_end():
    assert judge_resolution((40, 30), None, bilevel=False) == (72, 72)


@pytest.mark.parametrize(
    ("size", "tagged", "bilevel", "expected"),
    [
        pytest.param((1339, 1325), None, True, True, id="a cutting in black and white"),
        pytest.param((1080, 1920), (72, 72), False, True, id="what knows no resolution says 72"),
        pytest.param((1080, 1920), (96, 96), False, True, id="or 96"),
        pytest.param((4000, 3000), (10, 10), False, True, id="no possible sheet"),
        pytest.param((1654, 2339), (200, 200), False, False, id="a scanner's"),
        pytest.param((1728, 1146), None, True, False, id="as wide as the line of a fax"),
    ],
)
def test_it_is_known_whether_a_resolution_was_told(size, tagged, bilevel, expected):
    assert is_guessed(size, tagged, bilevel=bilevel) is expected
