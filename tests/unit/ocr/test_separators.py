from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.errors import UnreadableItem
from intake.ocr.batches.barcodes import find_barcodes
from intake.ocr.batches.separators import find_letters
from intake.ocr.files.page_copies import copy_pages
from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage
from intake.schemas.letters import SeparatorRule

LETTERS = Path(__file__).parents[3] / "fixtures" / "letters"
LIMITS = PageLimits()


def letters(name: str, kind: str, **rule: str) -> list[range]:
    content = (LETTERS / name).read_bytes()
    return find_letters(content, None, SeparatorRule(kind=kind, **rule), LIMITS)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["blank", "barcode", "patch"])
def test_the_letters_of_a_batch_lie_between_its_separators(kind: str) -> None:
    assert letters(f"batch_{kind}.pdf", kind) == [range(1, 2), range(3, 5), range(6, 7)]


def test_a_tiff_is_a_batch_as_well() -> None:
    assert letters("batch_patch.tif", "patch") == [range(1, 2), range(3, 4)]


def test_only_the_separators_that_are_configured_count() -> None:
    assert letters("batch_patch.pdf", "barcode") == []
    assert letters("batch_barcode.pdf", "patch") == []
    assert letters("batch_barcode.pdf", "blank") == []
    assert letters("batch_barcode.pdf", "barcode", text="ANOTHER") == []


def tiff(*pages: Image.Image) -> bytes:
    out = BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4",
                  dpi=(200, 200))  # fmt: skip
    return out.getvalue()


def test_the_empty_back_of_a_separator_sheet_goes_with_it_and_other_empty_pages_stay() -> None:
    with Image.open(LETTERS / "batch_patch.tif") as opened:
        letter = opened.convert("1")
        opened.seek(1)
        sheet = opened.convert("1")
    empty = Image.new("1", letter.size, 1)
    batch = tiff(letter, empty, sheet, empty, letter)
    assert find_letters(batch, None, SeparatorRule(kind="patch"), LIMITS) == [
        range(1, 3),
        range(5, 6),
    ]


def test_separators_one_after_another_and_at_the_ends_make_no_empty_letters() -> None:
    with Image.open(LETTERS / "classic.png") as opened:
        letter = opened.convert("1")
    empty = Image.new("1", letter.size, 1)
    batch = tiff(empty, letter, empty, empty, letter, empty)
    rule = SeparatorRule(kind="blank")
    assert find_letters(batch, None, rule, LIMITS) == [range(2, 3), range(5, 6)]
    assert find_letters(tiff(empty, empty), None, rule, LIMITS) == []


def test_a_page_with_little_on_it_is_not_blank() -> None:
    with Image.open(LETTERS / "classic.png") as opened:
        letter = opened.convert("1")
    short = Image.new("1", letter.size, 1)
    short.paste(letter.crop((160, 200, 700, 240)), (160, 400))
    assert find_letters(tiff(letter, short), None, SeparatorRule(kind="blank"), LIMITS) == []


@pytest.mark.parametrize("text", ["Aiuto!", "- 2 -", "055"])
def test_a_page_with_a_word_or_a_number_belongs_to_its_letter(text: str) -> None:
    with Image.open(LETTERS / "classic.png") as opened:
        letter = opened.convert("1")
    short = Image.new("1", letter.size, 1)
    ImageDraw.Draw(short).text((400, 300), text, font=ImageFont.load_default(34), fill=0)
    batch = tiff(letter, short, Image.new("1", letter.size, 1), letter)
    rule = SeparatorRule(kind="blank")
    assert find_letters(batch, None, rule, LIMITS) == [range(1, 3), range(4, 5)]


def test_the_pages_of_a_tiff_are_copied_bit_for_bit() -> None:
    content = (LETTERS / "batch_patch.tif").read_bytes()
    [first, last] = copy_pages(content, [range(1, 2), range(3, 4)])
    with Image.open(BytesIO(content)) as whole, Image.open(BytesIO(last)) as copy:
        whole.seek(2)
        assert copy.tobytes() == whole.tobytes()
        assert copy.info["dpi"] == whole.info["dpi"]
        assert getattr(copy, "n_frames", 1) == 1
    assert first != last
    assert copy_pages(content, [range(3, 4)]) == [last]


@pytest.mark.parametrize("name", ["batch_patch.tif", "batch_patch.pdf"])
def test_a_copy_of_several_pages_has_them_in_order(name: str) -> None:
    content = (LETTERS / name).read_bytes()
    [copy] = copy_pages(content, [range(1, 4)])
    again = find_letters(copy, None, SeparatorRule(kind="patch"), LIMITS)
    assert again == ([range(1, 2), range(3, 4)])


def test_a_damaged_or_strange_file_is_not_copied() -> None:
    content = (LETTERS / "batch_patch.tif").read_bytes()
    for strange in (content[:20], b"II*\0\xff\xff\xff\x7f", b"\x89PNG", b"%PDF-1.4 nothing"):
        with pytest.raises(UnreadableItem):
            copy_pages(strange, [range(1, 2)])
    with pytest.raises(UnreadableItem):
        copy_pages(content, [range(7, 8)])


def test_what_a_barcode_says_is_read_with_its_place() -> None:
    [sheet] = read_pictures((LETTERS / "returned.png").read_bytes(), LIMITS)
    assert isinstance(sheet, PageImage)
    [code] = find_barcodes(sheet.image)
    assert code.text.startswith("CC-2025-")
    assert code.kind == "Code128"
    assert 850 < code.left < code.right < sheet.image.width
    assert 60 < code.top < code.bottom < 350
