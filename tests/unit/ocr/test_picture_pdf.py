"""The pages of a searchable PDF show what was read, whatever the file is."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from intake.errors import UnreadableItem
from intake.ocr.searchable import pdf as searchable_pdf
from intake.ocr.searchable.pdf import make_searchable
from intake.ocr.sheets import Sheet
from intake.schemas.documents import Defect, Page, RecognisedDocument, Word

SIZE = (200, 100)
SCANS = Path(__file__).resolve().parents[3] / "fixtures" / "scan"
HOSTILE = SCANS.parent / "hostile"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_the_page_of_an_animation_shows_the_picture_that_was_read(kind: str) -> None:
    left, right = _barred(20), _barred(150)
    nearly_left = left.copy()
    nearly_left.putpixel((0, 0), 0)
    data = _saved(left, kind, save_all=True, append_images=[nearly_left, right], duration=100)

    shown = _drawn(make_searchable(data, _document(f"image/{kind.lower()}", pages=2)), number=2)

    assert shown.getpixel((155, 50)) < 100  # type: ignore[operator] # mode L
    assert shown.getpixel((25, 50)) > 200  # type: ignore[operator] # mode L


def test_a_phones_photo_becomes_a_page_of_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    # a process that has not met such a photo yet
    monkeypatch.setattr(Image, "OPEN", {k: v for k, v in Image.OPEN.items() if k != "HEIF"})
    photo = (SCANS / "photo.heic").read_bytes()

    shown = _drawn(make_searchable(photo, _document("image/heic", pages=1)), number=1)

    assert shown.height > shown.width  # as a person holds it


def test_a_phones_double_picture_keeps_its_jpeg_coding() -> None:
    data = _saved(_barred(20), "MPO", save_all=True, append_images=[_barred(150)])

    with pikepdf.open(BytesIO(make_searchable(data, _document("image/jpeg", pages=1)))) as pdf:
        picture = pdf.pages[0].obj.Resources.XObject.Picture
        assert picture.Filter == "/DCTDecode"


def test_whatever_breaks_while_a_pdf_is_made_is_said_and_costs_no_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_off(*_: object) -> None:
        raise IndexError("a page that the other library does not see")

    for name in ("add_picture_page", "add_rescued_page"):
        monkeypatch.setattr(searchable_pdf, name, break_off)

    with pytest.raises(UnreadableItem) as raised:
        make_searchable(_saved(_barred(20), "PNG"), _document("image/png", pages=1))

    assert raised.value.code == "no_searchable_pdf"


@pytest.mark.parametrize(
    ("media", "crop"),
    [
        ([0, 0, 200, 100], [-50, -50, 200, 100]),  # ISO 32000-1 §14.11.2: no larger than the media
        ([200, 100, 0, 0], [200, 100, 0, 0]),  # §7.9.5: any two corners
    ],
)
def test_words_lie_right_on_pages_whose_boxes_are_odd(media: list[int], crop: list[int]) -> None:
    data = _blank_pdf(lambda page: page.update({"/MediaBox": media, "/CropBox": crop}))

    left, bottom, right, top = _place(make_searchable(data, _document("application/pdf", pages=1)))

    assert left == pytest.approx(20, abs=1)
    assert 60 <= right < 68  # a space follows the word
    assert 50 <= bottom < top <= 75


def _barred(left: int) -> Image.Image:
    image = Image.new("L", SIZE, 255)
    ImageDraw.Draw(image).rectangle((left, 20, left + 20, 80), fill=0)
    return image


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _document(media_type: str, *, pages: int) -> RecognisedDocument:
    word = Word(text="parola", left=20, top=30, right=60, bottom=50, confidence=0.9)
    return RecognisedDocument(
        media_type=media_type,
        pages=tuple(
            Page(number=number, dpi_x=72, dpi_y=72, width=200, height=100, words=(word,))
            for number in range(1, pages + 1)
        ),
    )


def _drawn(pdf: bytes, *, number: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[number - 1].render(scale=1).to_pil().convert("L")


def _blank_pdf(change: Callable[[pikepdf.Object], None]) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=SIZE)
        change(page.obj)
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def _place(pdf: bytes) -> tuple[float, float, float, float]:
    with pypdfium2.PdfDocument(pdf) as document:
        layer = document[0].get_textpage()
        assert layer.count_rects() == 1
        return layer.get_rect(0)


def test_a_page_of_a_tiff_that_does_not_decode_costs_the_others_nothing() -> None:
    data = (HOSTILE / "second_page_damaged.tif").read_bytes()
    lost = Defect(code="page_lost", detail="page 2")
    document = _document("image/tiff", pages=1).model_copy(update={"defects": (lost,)})

    made = make_searchable(data, document)

    assert _drawn(made, number=1).convert("L").getextrema()[0] < 100  # type: ignore[operator] # mode L
    with pypdfium2.PdfDocument(made) as pdf:
        assert pdf[1].get_textpage().get_text_range() == "Page 2 of the file could not be opened."


def test_the_rows_that_were_rescued_of_a_fax_are_in_its_pdf() -> None:
    data = (HOSTILE / "cut_off.tif").read_bytes()

    shown = _drawn(make_searchable(data, _document("image/tiff", pages=1)), number=1)

    assert shown.convert("L").getextrema()[0] < 100  # type: ignore[operator] # mode L


def test_a_file_of_damaged_pages_is_read_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    class Counting(searchable_pdf.PictureFile):
        def read(self, number: int) -> Sheet | None:
            read.append(number)
            return super().read(number)

    def fail(*_: object) -> None:
        raise OSError("the rows break off")

    monkeypatch.setattr(searchable_pdf, "PictureFile", Counting)
    monkeypatch.setattr(searchable_pdf, "add_picture_page", fail)
    pages = [_barred(10 * number) for number in range(1, 7)]
    data = _saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    made = make_searchable(data, _document("image/tiff", pages=6))

    assert read == [1, 2, 3, 4, 5, 6]
    assert _drawn(made, number=6).getpixel((65, 50)) < 100  # type: ignore[operator] # mode L
