"""PDFs made by hand: what is text, what is a scan, and that a scan comes out pixel by pixel."""

from __future__ import annotations

import runpy
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops

from intake.errors import UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.pdf import repair
from intake.ocr.pdf.pages import read_pdf
from intake.ocr.sheets import PageImage, PageText

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
MAKE = runpy.run_path(str(FIXTURES / "make_scans.py"))
LIMITS = PageLimits()
LETTER = MAKE["VOLONTARIATO"]
SCAN_IN = (1728 / 204, 2324 / 196)
BOX = (round(SCAN_IN[0] * 72), round(SCAN_IN[1] * 72))
CLEAR = (
    b"\nBT 3 Tr /F1 11 Tf 72 700 Td (" + b"testo invisibile sopra la scansione " * 3 + b") Tj ET"
)


@pytest.fixture(scope="module")
def fax() -> Image.Image:
    """Return a fine fax, black on white in mode L."""
    with Image.open(FIXTURES / "fax" / "fine_clean.tif") as image:
        return image.convert("L")


def _g4(image: Image.Image) -> bytes:
    """Return the picture as Group 4 with 0 for white."""
    out = BytesIO()
    inverted = ImageChops.invert(image).convert("1")  # Pillow writes 0 for black
    inverted.save(out, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(BytesIO(out.getvalue())) as tiff:
        start, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return out.getvalue()[start : start + size]


def _picture(image: Image.Image, extra: str = "/ColorSpace /DeviceGray") -> bytes:
    head = (
        f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height}"
        f" /BitsPerComponent 1 {extra} /Filter /CCITTFaxDecode"
        f" /DecodeParms << /K -1 /Columns {image.width} /Rows {image.height} >>"
    )
    return MAKE["stream"](head, _g4(image))


def _page(content: bytes, *pictures: bytes, box: tuple[int, int] = BOX) -> bytes:
    names = " ".join(f"/Im{number} {number + 5} 0 R" for number in range(1, len(pictures) + 1))
    resources = f"/Font << /F1 5 0 R >> /XObject << {names} >>"
    return MAKE["pdf_of"](content, box=box, resources=resources, extra=list(pictures))


def _drawn(matrix: str, name: str = "Im1") -> bytes:
    return f"q {matrix} cm /{name} Do Q ".encode()


WHOLE = f"{BOX[0]} 0 0 {BOX[1]} 0 0"


def _scan(data: bytes) -> PageImage:
    (sheet,) = read_pdf(data, LIMITS)
    assert isinstance(sheet, PageImage)
    return sheet


def _is_same(page: PageImage, image: Image.Image) -> bool:
    return page.image.size == image.size and not ImageChops.difference(page.image, image).getbbox()


def test_a_fax_in_a_pdf_comes_out_pixel_by_pixel_with_its_resolution(fax):
    page = _scan(_page(_drawn(WHOLE), _picture(fax)))
    assert _is_same(page, fax)
    assert page.bilevel
    assert (page.dpi_x, page.dpi_y) == (pytest.approx(204, rel=0.01), pytest.approx(196, rel=0.01))


@pytest.mark.parametrize("extra", ["/ImageMask true", "/ColorSpace /DeviceGray /Decode [0 1]"])
def test_a_stencil_is_the_same_scan(fax, extra):
    page = _scan(_page(b"0 g " + _drawn(WHOLE), _picture(fax, extra)))
    assert _is_same(page, fax)


def test_an_inverted_picture_is_read_as_it_is_seen(fax):
    negative = ImageChops.invert(fax)
    data = _page(_drawn(WHOLE), _picture(negative, "/ColorSpace /DeviceGray /Decode [1 0]"))
    assert _is_same(_scan(data), fax)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_the_file_turns_is_turned(fax, turn):
    data = _page(_drawn(WHOLE), _picture(fax)).replace(
        b"/Type /Page /", f"/Type /Page /Rotate {turn} /".encode()
    )
    page = _scan(data)
    assert _is_same(page, fax.rotate(-turn, expand=True))
    wanted = (204, 196) if turn == 180 else (196, 204)
    assert (round(page.dpi_x), round(page.dpi_y)) == pytest.approx(wanted, abs=2)


@pytest.mark.parametrize(
    ("matrix", "method"),
    [
        (f"-{BOX[0]} 0 0 {BOX[1]} {BOX[0]} 0", Image.Transpose.FLIP_LEFT_RIGHT),
        (f"{BOX[0]} 0 0 -{BOX[1]} 0 {BOX[1]}", Image.Transpose.FLIP_TOP_BOTTOM),
    ],
)
def test_a_mirrored_picture_is_read_as_it_is_seen(fax, matrix, method):
    assert _is_same(_scan(_page(_drawn(matrix), _picture(fax))), fax.transpose(method))


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        (f"0 {BOX[0]} -{BOX[1]} 0 {BOX[1]} 0", Image.Transpose.ROTATE_90),
        (f"0 -{BOX[0]} {BOX[1]} 0 0 {BOX[0]}", Image.Transpose.ROTATE_270),
    ],
)
def test_a_picture_drawn_sideways_is_read_as_it_is_seen(fax, matrix, turn):
    page = _scan(_page(_drawn(matrix), _picture(fax), box=BOX[::-1]))
    assert _is_same(page, fax.transpose(turn))


def test_strips_of_one_scan_are_put_together(fax):
    parts, content = [], b""
    height = fax.height // 4
    for index in range(4):
        top = index * height
        parts.append(_picture(fax.crop((0, top, fax.width, top + height))))
        bottom = BOX[1] * (1 - (index + 1) / 4)
        content += _drawn(f"{BOX[0]} 0 0 {BOX[1] / 4} 0 {bottom}", f"Im{index + 1}")
    page = _scan(_page(content, *parts))
    assert page.image.size == (fax.width, pytest.approx(fax.height, abs=2))
    assert page.bilevel
    same = np.asarray(page.image)[: fax.height - 8] == np.asarray(fax)[: page.image.height][:-8]
    assert same.mean() > 0.99


def test_a_scan_that_is_drawn_on_is_drawn_as_it_is_seen(fax):
    stamp = b"BT /F1 30 Tf 72 400 Td (PROTOCOLLO 1234) Tj ET"
    page = _scan(_page(_drawn(WHOLE) + stamp, _picture(fax)))
    assert (page.dpi_x, page.dpi_y) == (LIMITS.dpi, LIMITS.dpi)
    assert page.source_dpi_y == pytest.approx(196, rel=0.01)


def test_invisible_text_over_a_scan_is_not_believed(fax):
    assert _is_same(_scan(_page(_drawn(WHOLE) + CLEAR, _picture(fax))), fax)


def test_text_beneath_a_scan_is_not_believed(fax):
    text = MAKE["text_stream"](LETTER)
    assert isinstance(_scan(_page(text + b"\n" + _drawn(WHOLE), _picture(fax))), PageImage)


def test_a_letter_typed_on_printed_paper_is_text():
    paper = Image.new("L", (600, 800), 255)
    paper.paste(0, (0, 0, 600, 40))
    text = b"\n" + MAKE["text_stream"](LETTER)
    (sheet,) = read_pdf(_page(_drawn(WHOLE) + text, _picture(paper)), LIMITS)
    assert isinstance(sheet, PageText)
    assert "infermiere" in sheet.text


def test_letters_shifted_by_a_broken_table_are_not_believed():
    shifted = "".join(chr(ord(c) - 29) if c.isalpha() and c.isascii() else c for c in LETTER)
    (sheet,) = read_pdf(MAKE["text_pdf"](shifted), LIMITS)
    assert isinstance(sheet, PageImage)


def test_text_drawn_in_disorder_is_read_from_top_to_bottom():
    lines = [line for line in LETTER.split("\n") if line]
    order = [(index * 7) % len(lines) for index in range(len(lines))]
    assert sorted(order) == list(range(len(lines)))
    drawn = [f"BT /F1 11 Tf 72 {770 - 15 * at} Td ({lines[at]}) Tj ET" for at in order]
    (sheet,) = read_pdf(MAKE["pdf_of"]("\n".join(drawn).encode("cp1252")), LIMITS)
    assert sheet.text.split("\n") == [" ".join(line.split()) for line in lines]


def test_what_a_citizen_wrote_into_a_form_is_read():
    box = b"[72 100 400 120]"
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /T (nome) /V (Anna Bellini) /Rect "
        + box
        + b" /AP << /N 7 0 R >> >>"
    )
    look = MAKE["stream"](
        "<< /Type /XObject /Subtype /Form /BBox [0 0 328 20]"
        " /Resources << /Font << /F1 5 0 R >> >>",
        b"BT /F1 11 Tf 2 5 Td (Anna Bellini) Tj ET",
    )
    objects = MAKE["page_objects"](MAKE["text_stream"](LETTER), (595, 842), "/Font << /F1 5 0 R >>")
    objects[2] = objects[2].replace(b"/Type /Page /", b"/Type /Page /Annots [6 0 R] /")
    (sheet,) = read_pdf(MAKE["assemble"]([*objects, field, look]), LIMITS)
    assert "Anna Bellini" in sheet.text


def test_a_file_in_larger_units_is_drawn_at_its_true_size():
    small = MAKE["pdf_of"](b"0 g 50 50 100 100 re f", box=(298, 421))
    larger = small.replace(b"/Type /Page /", b"/Type /Page /UserUnit 2 /")
    assert _scan(larger).image.size == (pytest.approx(2069, abs=2), pytest.approx(2924, abs=2))


def test_only_what_the_crop_box_shows_is_drawn():
    page = MAKE["pdf_of"](b"0 g 0 0 595 400 re f")
    cropped = page.replace(b"/Type /Page /", b"/Type /Page /CropBox [0 421 595 842] /")
    assert np.asarray(_scan(cropped).image).min() == 255


def test_a_file_whose_table_of_places_is_damaged_is_repaired():
    data = MAKE["text_pdf"](LETTER)
    (sheet,) = read_pdf(data[: data.rindex(b"xref\n0 ")] + b"xref\nrubbish", LIMITS)
    assert "infermiere" in sheet.text


def test_pages_over_the_limit_are_left_out_and_named():
    objects = MAKE["page_objects"](b"", (595, 842), "")
    objects[1] = b"<< /Type /Pages /Kids [3 0 R 3 0 R 3 0 R] /Count 3 >>"
    pages = list(read_pdf(MAKE["assemble"](objects), PageLimits(max_pages=2)))
    assert [page.number for page in pages] == [1, 2, 3]
    assert pages[2].defect == "pages_left_out"


def test_a_locked_file_is_opened_by_the_right_password():
    data = (FIXTURES / "hostile" / "locked.pdf").read_bytes()
    with pytest.raises(UnreadableItem) as caught:
        list(read_pdf(data, LIMITS, ("sbagliata",)))
    assert caught.value.code == "encrypted_pdf"
    (sheet,) = read_pdf(data, LIMITS, ("sbagliata", "segreto"))
    assert "infermiere" in sheet.text


@pytest.mark.parametrize("password", ["perché", ""])
def test_a_file_locked_by_aes_256_is_opened(password):
    pikepdf = pytest.importorskip("pikepdf")
    out = BytesIO()
    with pikepdf.open(BytesIO(MAKE["text_pdf"](LETTER))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="proprietario", user=password, R=6))
    (sheet,) = read_pdf(out.getvalue(), LIMITS, ("sbagliata", password) if password else ())
    assert "infermiere" in sheet.text


def test_a_locked_pdf_is_not_mended_without_its_password():
    locked = (Path(__file__).parents[3] / "fixtures" / "hostile" / "locked.pdf").read_bytes()
    with pytest.raises(UnreadableItem) as raised:
        repair.mend(locked)
    assert raised.value.code == "encrypted_pdf"
