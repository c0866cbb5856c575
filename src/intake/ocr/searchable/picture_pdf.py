"""Pictures as pages of a PDF, no pixel changed: JPEG as it stands, black and white as G4."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
from PIL import ExifTags, Image, ImageOps, TiffImagePlugin

from intake.ocr.files.frames import open_picture, turn_to_page
from intake.ocr.sheets import PageImage
from intake.schemas.documents import Page

POINTS_PER_INCH = 72.0
_A4_POINTS = (595, 842)
_UPRIGHT, _UPSIDE_DOWN, _QUARTER_RIGHT, _QUARTER_LEFT = 1, 3, 6, 8
"""The EXIF orientations that a PDF page can express by ``/Rotate``; the others are mirrored."""
_TURNED = (_UPRIGHT, _UPSIDE_DOWN, _QUARTER_RIGHT, _QUARTER_LEFT)
_JPEG_FORMATS = ("JPEG", "MPO")
"""A phone's multi-picture file begins as any JPEG, and viewers stop at that picture's end."""
_STRIP_OFFSETS, _STRIP_BYTES = 273, 279
_COLOUR_SPACES = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}


def add_picture_page(pdf: pikepdf.Pdf, data: bytes, page: Page) -> pikepdf.Page:
    """Append picture number ``page.number`` of a file as a page of its true size, and return it.

    The PDF page is turned as ``page.rotation`` says, so that it is seen upright.
    """
    with open_picture(data) as image:
        turn_to_page(image, page.number)
        is_mirrored = image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT) not in _TURNED
        picture = ImageOps.exif_transpose(image) if is_mirrored else image
        stream = _embed(pdf, data, picture, is_verbatim=picture is image)
    across_dpi, down_dpi = page.dpi_x or POINTS_PER_INCH, page.dpi_y or POINTS_PER_INCH
    if page.rotation % 180:
        across_dpi, down_dpi = down_dpi, across_dpi
    return _add_page(pdf, stream, (across_dpi, down_dpi), rotation=page.rotation)


def add_rescued_page(pdf: pikepdf.Pdf, sheet: PageImage, page: Page) -> pikepdf.Page:
    """Append what could be decoded of a damaged picture, missing rows white, and return the page.

    The file's own orientation note is followed in ``sheet`` already.
    """
    picture = sheet.image.convert("1") if sheet.bilevel else sheet.image
    stream = _embed(pdf, b"", picture, is_verbatim=False)
    turn = (page.rotation - sheet.rotation) % 360
    return _add_page(pdf, stream, (sheet.dpi_x, sheet.dpi_y), rotation=turn)


def add_lost_page(pdf: pikepdf.Pdf, number: int) -> pikepdf.Page:
    """Append an empty page that says which page of the file is missing, and return it."""
    size = pdf.pages[-1].mediabox[2:] if len(pdf.pages) else _A4_POINTS
    added = pdf.add_blank_page(page_size=(float(size[0]), float(size[1])))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    added.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(Plain=font))
    words = f"BT /Plain 14 Tf 72 72 Td (Page {number} of the file could not be opened.) Tj ET"
    added.contents_add(words.encode("ascii"))
    return added


def _add_page(
    pdf: pikepdf.Pdf, stream: pikepdf.Stream, dpi: tuple[float, float], *, rotation: int
) -> pikepdf.Page:
    width = int(stream.Width) / dpi[0] * POINTS_PER_INCH
    height = int(stream.Height) / dpi[1] * POINTS_PER_INCH
    added = pdf.add_blank_page(page_size=(width, height))
    added.obj.Rotate = rotation
    added.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=stream))
    drawing = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Picture Do Q"
    added.contents_add(drawing.encode("ascii"))
    return added


def _embed(
    pdf: pikepdf.Pdf, data: bytes, picture: Image.Image, *, is_verbatim: bool
) -> pikepdf.Stream:
    if picture.format in _JPEG_FORMATS and is_verbatim and picture.mode in _COLOUR_SPACES:
        return _as_jpeg(pdf, data, picture)
    if picture.mode == "1":
        return _as_fax(pdf, picture)
    return _as_pixels(pdf, picture)


def _as_jpeg(pdf: pikepdf.Pdf, data: bytes, picture: Image.Image) -> pikepdf.Stream:
    # Adobe writes CMYK inverted and says so (APP14 marker); Pillow tells that it saw the marker.
    inverted = picture.mode == "CMYK" and "adobe" in picture.info
    decode = {"Decode": [1, 0] * 4} if inverted else {}
    return _stream(pdf, data, picture, Filter="/DCTDecode", bits=8, **decode)


def _as_fax(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    """Return the picture coded as ITU-T T.6 (PDF 32000-1 §7.4.6), by way of a TIFF of one strip."""
    written = BytesIO()
    plain = Image.frombytes("1", picture.size, picture.tobytes())
    plain.save(written, "TIFF", compression="group4", strip_size=1 << 31)
    with Image.open(BytesIO(written.getvalue())) as tiff:
        assert isinstance(tiff, TiffImagePlugin.TiffImageFile)  # noqa: S101 - we wrote it
        start, length = tiff.tag_v2[_STRIP_OFFSETS][0], tiff.tag_v2[_STRIP_BYTES][0]
    coded = written.getvalue()[start : start + length]
    settings = pikepdf.Dictionary(K=-1, Columns=picture.width, Rows=picture.height, BlackIs1=True)
    return _stream(pdf, coded, plain, Filter="/CCITTFaxDecode", bits=1, DecodeParms=settings)


def _as_pixels(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    if picture.has_transparency_data:
        cover = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", cover.size, "white"), cover)
    plain = picture if picture.mode in _COLOUR_SPACES else picture.convert("RGB")
    return _stream(pdf, plain.tobytes(), plain, bits=8)


def _stream(
    pdf: pikepdf.Pdf, content: bytes, picture: Image.Image, *, bits: int, **entries: Any
) -> pikepdf.Stream:
    """Return an image XObject (PDF 32000-1 §8.9.5); without a Filter it is deflated on saving."""
    named = {key: pikepdf.Name(each) if key == "Filter" else each for key, each in entries.items()}
    return pikepdf.Stream(
        pdf,
        content,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=bits,
        ColorSpace=pikepdf.Name(_COLOUR_SPACES.get(picture.mode, "/DeviceGray")),
        **named,
    )
