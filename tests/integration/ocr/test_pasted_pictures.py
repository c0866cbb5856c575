"""A citizen pastes a screenshot into a letter: what it says is read, in its place."""

from __future__ import annotations

import subprocess
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

import intake
from intake.ocr.searchable.pdf import make_searchable

FONT = ImageFont.load_default(20)
TYPED = (
    "Gentile Ufficio, allego quanto mi avete scritto ieri.",
    "Vi prego di rispondere al piu presto possibile.",
)
SAID = (
    "La sua prenotazione per il giorno dodici ottobre",
    "viene annullata siccome il medico manca da ieri.",
    "Telefonare allo sportello entro il trenta settembre.",
)


def screenshot() -> Image.Image:
    image = Image.new("RGB", (1000, 420), (250, 250, 252))
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(SAID):
        pen.text((60, 60 + 50 * number), line, font=FONT, fill=(30, 30, 30))
    return image


def photo() -> Image.Image:
    """Return shades as of a wood or a crowd, with no paper and no words."""
    noise = Image.effect_noise((60, 40), 120).resize((600, 400), Image.Resampling.BICUBIC)
    return Image.blend(noise, Image.linear_gradient("L").resize((600, 400)), 0.3).convert("RGB")


def letter(picture: Image.Image) -> bytes:
    """Return a page of typed text with the picture in the middle of it."""
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=85)
    height = 420 * picture.height / picture.width
    content = (
        f"BT /F1 11 Tf 72 740 Td ({TYPED[0]}) Tj ET q 420 0 0 {height} 72 400 cm /Im1 Do Q"
        f" BT /F1 11 Tf 72 300 Td ({TYPED[1]}) Tj ET"
    ).encode()
    image = (
        f"<< /Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height}"
        f" /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode"
        f" /Length {len(jpeg.getvalue())} >>\nstream\n"
    ).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> /XObject << /Im1 6 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        image + jpeg.getvalue() + b"\nendstream",
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer << /Size 7 /Root 1 0 R >>\n%%EOF"


def test_a_pasted_screenshot_is_read_between_the_lines_around_it() -> None:
    document = intake.recognise(letter(screenshot()))

    lines = [line for line in document.text.split("\n") if line]
    assert lines == [TYPED[0], *SAID, TYPED[1]]
    assert 0.98 < document.confidence < 1
    assert not document.needs_review
    assert document.engine
    assert document.pages[0].origin == "embedded"


def test_a_photo_adds_no_noise_and_asks_for_nobody() -> None:
    document = intake.recognise(letter(photo()))

    assert document.text == "\n".join(TYPED)
    assert (document.confidence, document.needs_review, document.defects) == (1.0, False, ())


def test_its_words_can_be_searched_where_they_stand_and_the_typed_ones_once(tmp_path) -> None:
    data = letter(screenshot())
    path = tmp_path / "out.pdf"
    path.write_bytes(make_searchable(data, intake.recognise(data)))

    def found(*box: int) -> str:
        sides = [arg for pair in zip(("-x", "-y", "-W", "-H"), map(str, box), strict=True)
                 for arg in pair]  # fmt: skip
        done = subprocess.run(["pdftotext", *sides, path, "-"], capture_output=True, check=True)
        return done.stdout.decode()

    top = 842 - 400 - 420 * 0.42
    assert " ".join(found(72, round(top), 420, 60).split()).startswith(SAID[0])
    assert found(0, 0, 595, 842).count(TYPED[0]) == 1
