"""A scan in a PDF whose data is damaged is told, whatever PDFium draws of it."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pages import read_pdf

SIZE = (1240, 1754)
FIXTURES = Path(__file__).parents[3] / "fixtures"
WHOLE = [path for name in ("letters", "scan") for path in sorted((FIXTURES / name).glob("*.pdf"))]


def written():
    sheet = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(sheet)
    for top in range(100, 1600, 50):
        pen.text((100, top), f"Riga {top}: si comunica che il sopralluogo avverrà domani",
                 font=ImageFont.load_default(28), fill=0)  # fmt: skip
    return sheet


def jpeg(sheet):
    out = BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return out.getvalue(), {"/Filter": pikepdf.Name.DCTDecode, "/BitsPerComponent": 8}


def flate(sheet):
    data = zlib.compress(sheet.tobytes())
    return data, {"/Filter": pikepdf.Name.FlateDecode, "/BitsPerComponent": 8}


def fax(sheet, compression, k):
    out = BytesIO()
    options = {278: SIZE[1], 292: 1 if k > 0 else 0}
    sheet.convert("1").save(out, "TIFF", compression=compression, tiffinfo=options)
    with Image.open(BytesIO(out.getvalue())) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    parms = pikepdf.Dictionary(K=k, Columns=SIZE[0], Rows=SIZE[1])
    facts = {"/Filter": pikepdf.Name.CCITTFaxDecode, "/DecodeParms": parms, "/BitsPerComponent": 1}
    return out.getvalue()[start : start + length], facts


KINDS = {
    "jpeg": jpeg,
    "flate": flate,
    "group 4": lambda sheet: fax(sheet, "group4", -1),
    "group 3": lambda sheet: fax(sheet, "group3", 0),
    "group 3 of two dimensions": lambda sheet: fax(sheet, "group3", 4),
}


def pdf_of(data, facts):
    pdf = pikepdf.new()
    picture = pikepdf.Stream(pdf, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    picture.Width, picture.Height = SIZE
    picture.ColorSpace = pikepdf.Name.DeviceGray
    for name, value in facts.items():
        picture[name] = value
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=picture))
    page.Contents = pikepdf.Stream(pdf, b"595 0 0 842 0 0 cm /Im Do")
    out = BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def read(content):
    (sheet,) = read_pdf(content, PageLimits())
    return sheet


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_picture_is_whole(kind):
    sheet = read(pdf_of(*KINDS[kind](written())))
    assert (sheet.is_incomplete, sheet.defects) == (False, ())


@pytest.mark.parametrize("rest", [bytes(600), b" " * 20])
@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_a_whole_picture_is_no_damage(kind, rest):
    data, facts = KINDS[kind](written())
    assert read(pdf_of(data + rest, facts)).defects == ()


def test_ones_after_the_codes_of_a_page_are_no_damage():
    data, facts = KINDS["group 4"](written())
    assert read(pdf_of(data + b"\xff" * 16, facts)).defects == ()


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_our_own_scans_are_whole(path):
    sheets = list(read_pdf(path.read_bytes(), PageLimits()))
    assert not any(sheet.defects for sheet in sheets)


@pytest.mark.parametrize("kind", ["jpeg", "flate", "group 4"])
def test_a_picture_that_breaks_off_is_told(kind):
    data, facts = KINDS[kind](written())
    sheet = read(pdf_of(data[: len(data) * 6 // 10], facts))
    assert sheet.is_incomplete
    assert [defect.code for defect in sheet.defects] == ["page_incomplete"]


def test_fax_codes_that_are_wrong_in_their_middle_are_told():
    data, facts = KINDS["group 4"](written())
    middle = len(data) // 2
    sheet = read(pdf_of(data[:middle] + bytes(range(40)) + data[middle + 40 :], facts))
    assert [defect.code for defect in sheet.defects] == ["page_incomplete"]
