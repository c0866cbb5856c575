"""White letters on dark screens and in coloured boxes are read, and nothing is invented."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake import recognise

FONT = ImageFont.load_default(34)
ASKED = "Sente odore di gas?"
ANSWERED = ("Chiami il pronto intervento", "numero verde 800 900 999", "e apra le finestre")


def _chat(ground: str, letters: str) -> bytes:
    """Return a screen of 1080 dots: a question, and an answer in white on blue."""
    screen = Image.new("RGB", (1080, 1600), ground)
    draw = ImageDraw.Draw(screen)
    draw.text((60, 120), ASKED, letters, FONT)
    draw.rounded_rectangle((420, 240, 1040, 440), 30, "#0a84ff")
    for place, line in enumerate(ANSWERED):
        draw.text((450, 262 + 54 * place), line, "white", FONT)
    coded = BytesIO()
    screen.save(coded, "PNG")
    return coded.getvalue()


@pytest.mark.parametrize(("ground", "letters"), [("black", "white"), ("white", "black")])
def test_both_sides_of_a_chat_are_read(ground, letters):
    words = recognise(_chat(ground, letters)).text.split()
    assert words == " ".join((ASKED, *ANSWERED)).split()


def test_nothing_is_invented_in_a_bar_that_is_mostly_empty():
    bill = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(bill)
    small = ImageFont.load_default(26)
    for place, colour in enumerate(("#00539f", "#d9534f", "#2e7d32")):
        draw.rectangle((60, 100 + 220 * place, 1180, 160 + 220 * place), fill=colour)
        draw.text((80, 114 + 220 * place), "TOTALE DA PAGARE", "white", small)
        draw.text((1020, 114 + 220 * place), "187,42", "white", small)
        draw.text((80, 190 + 220 * place), "Acquedotto, tariffa agevolata", "black", small)
    coded = BytesIO()
    bill.save(coded, "JPEG", quality=75)
    words = recognise(coded.getvalue()).text.split()
    assert " ".join(words) == " ".join(
        ["TOTALE DA PAGARE 187,42 Acquedotto, tariffa agevolata"] * 3
    )
