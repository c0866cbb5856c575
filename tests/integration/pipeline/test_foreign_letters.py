"""Letters in German, read by the real engine: by what is on the page, and by the mail around it."""

from __future__ import annotations

import unicodedata
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from intake import Intake, RawItem, Settings, recognise
from intake.ocr.tesseract.language_data import data_folder

FOREIGN = Path(__file__).parents[3] / "fixtures" / "foreign"
FEW_WORDS = "Weißenböck, Mühlgasse"

pytestmark = pytest.mark.skipif(
    not (data_folder() / "deu.traineddata").exists(),
    reason="Tesseract's German data are not installed: scripts/setup.sh",
)


def test_a_german_fax_is_read_in_german_whatever_it_came_with():
    document = recognise((FOREIGN / "german.tif").read_bytes())
    assert document.pages[0].languages == ("deu", "ita", "eng")
    assert _error_rate(document.text) < 0.02
    assert "Weißenböck" in document.text


def test_languages_that_are_named_are_the_only_ones():
    document = recognise((FOREIGN / "german.png").read_bytes(), languages=["ita", "eng"])
    assert document.pages[0].languages == ("ita", "eng")
    assert _error_rate(document.text) > 0.03


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("Sehr geehrte Damen und Herren, wir möchten das Heft für die Schule bestellen.", True),
        ("Gentili signori, vorremmo ordinare per la scuola il quaderno sul rischio.", False),
    ],
)
def test_what_is_sent_with_a_german_mail_is_read_in_german(tmp_path, text, is_read):
    mail = EmailMessage()
    mail["From"] = "Kathrin <kathrin@example.org>"
    mail.set_content(text)
    mail.add_attachment(_page(FEW_WORDS), maintype="image", subtype="png", filename="name.png")
    database = {"url": f"sqlite:///{tmp_path / 'intake.db'}"}
    with Intake(Settings(data_dir=tmp_path / "data", database=database)) as app:
        app.receive(RawItem(source="push", key="1", profile="mail", content=mail.as_bytes()))
        assert app.process().exit_code in (0, 1)
        found = app.requests.find(search="Weißenböck")
    assert bool(found) is is_read


def _page(text: str) -> bytes:
    page = Image.new("L", (1000, 300), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(page).text((60, 100), text, font=font, fill=0)
    out = BytesIO()
    page.save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


def _error_rate(text: str) -> float:
    read, truth = map(_normal, (text, (FOREIGN / "german.txt").read_text(encoding="utf-8")))
    return Levenshtein.distance(read, truth) / len(truth)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
