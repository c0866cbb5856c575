"""Searchable PDFs as Poppler sees them: where each word lies, and what became of the pictures."""

from __future__ import annotations

import math
import re
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from intake.errors import UnreadableItem
from intake.ocr.searchable.pdf import make_searchable
from intake.schemas.documents import Page, RecognisedDocument, Word

FIXTURES = Path(__file__).parents[3] / "fixtures"


def _document(*pages, media_type="image/png"):
    return RecognisedDocument(media_type=media_type, pages=pages)


def _word(text, *box, line=0):
    sides = dict(zip(("left", "top", "right", "bottom"), map(int, box), strict=True))
    return Word(text=text, confidence=0.9, line=line, **sides)


def _page(*words, **facts):
    known = {"dpi_x": 100, "dpi_y": 100, "width": 827, "height": 1169, "text": "x"}
    return Page(number=1, words=words, **(known | facts))


def _png(size=(827, 1169), mode="L"):
    out = BytesIO()
    Image.new(mode, size, "white").save(out, "PNG")
    return out.getvalue()


def _boxes(pdf, folder):
    """Return, page by page, Poppler's box of each word in shares of the page as it is seen."""
    path = folder / "out.pdf"
    path.write_bytes(pdf)
    listing = subprocess.run(
        ["pdftotext", "-bbox", "-cropbox", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    blocks = re.findall(r"<page.*?</page>", listing, re.DOTALL)
    with pikepdf.open(path) as opened:
        return [
            _shares(block, _seen_size(page))
            for block, page in zip(blocks, opened.pages, strict=True)
        ]


def _seen_size(page):
    left, bottom, right, top = (float(side) for side in page.cropbox)
    size = (right - left, top - bottom)
    return size[::-1] if int(page.obj.get("/Rotate", 0)) % 180 else size


def _shares(block, size):
    sides = r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)<'
    return {
        text: tuple(float(side) / whole for side, whole in zip(box, size * 2, strict=True))
        for *box, text in re.findall(sides, block)
    }


def _picture(pdf):
    (picture,) = pdf.pages[0].get_images().values()
    return picture


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_lie_where_they_are_seen_however_the_page_was_turned(rotation, tmp_path):
    page = _page(
        _word("frana", 100, 200, 180, 220),
        _word("però", 200, 200, 260, 220),
        _word("strada", 500, 900, 600, 922, line=1),
        rotation=rotation,
    )
    upright = (827, 1169)
    raw = upright if rotation % 180 == 0 else upright[::-1]

    seen = _boxes(make_searchable(_png(raw), _document(page)), tmp_path)[0]

    assert list(seen) == ["frana", "però", "strada"]
    for word in page.words:
        wanted = (word.left / 827, word.top / 1169, word.right / 827, word.bottom / 1169)
        assert seen[word.text] == pytest.approx(wanted, abs=0.004)


def test_words_of_a_levelled_page_lie_on_the_crooked_original(tmp_path):
    crooked = Image.new("L", (827, 1169), 255)
    ImageDraw.Draw(crooked).rectangle((600, 300, 700, 320), fill=0)
    skew = 3.0
    level = np.asarray(crooked.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255))
    rows, columns = np.nonzero(level < 128)
    word = _word("crepa", columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)

    seen = _boxes(make_searchable(_png(), _document(_page(word, skew=skew))), tmp_path)[0]

    left, top, right, bottom = seen["crepa"]
    assert ((left + right) / 2 * 827, (top + bottom) / 2 * 1169) == pytest.approx((650, 310), abs=4)


LETTER = """Con la presente chiedo informazioni sulla vaccinazione antinfluenzale
per mia madre, che ha ottantadue anni e vive da sola. Il medico
di famiglia ci dice: si prenota telefonando, ma al numero verde
indicato non risponde nessuno oramai almeno dalle tre settimane."""
"""No word of it is there twice."""


def _letter(skew, **facts):
    """Return a page with LETTER at 100 dots per inch: 0.12 inches high, one and a half apart."""
    words = []
    for line, row in enumerate(LETTER.splitlines()):
        left = 100
        for text in row.split():
            right = left + 9 * len(text)
            words.append(_word(text, left, 300 + 24 * line, right, 316 + 24 * line, line=line))
            left = right + 5
    return _page(*words, skew=skew, **facts)


def _copied(pdf, folder, *options):
    path = folder / "out.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", *options, path, "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def _copied_from_pdfium(pdf):
    opened = pypdfium2.PdfDocument(pdf)
    text = opened[0].get_textpage().get_text_range()
    opened.close()
    return text.split()


@pytest.mark.parametrize(
    ("skew", "rotation"),
    [(-8, 0), (-3, 0), (1, 0), (2, 0), (8, 0), (0, 90), (4, 90), (-1, 180), (0, 270), (-4, 270)],
)
def test_readers_find_the_words_of_a_crooked_page_whole(skew, rotation, tmp_path):
    page = _letter(skew, rotation=rotation)
    pdf = make_searchable(
        _png((827, 1169) if rotation % 180 == 0 else (1169, 827)), _document(page)
    )

    words = LETTER.split()
    assert _copied(pdf, tmp_path, "-raw") == words
    assert _copied_from_pdfium(pdf) == words
    assert set(_boxes(pdf, tmp_path)[0]) == set(words)


@pytest.mark.parametrize("skew", [-1.5, -1.0, 1.0, 1.5])
@pytest.mark.parametrize("layout", [[], ["-layout"]])
def test_poppler_reads_the_lines_of_a_slightly_crooked_page_in_order(skew, layout, tmp_path):
    pdf = make_searchable(_png(), _document(_letter(skew)))

    assert _copied(pdf, tmp_path, *layout) == LETTER.split()


@pytest.mark.parametrize("skew", [-8.0, -2.0, -1.0, 1.5, 4.0])
def test_words_of_a_crooked_page_lie_over_their_middle(skew, tmp_path):
    page = _letter(skew)

    seen = _boxes(make_searchable(_png(), _document(page)), tmp_path)[0]

    turn = complex(math.cos(math.radians(skew)), math.sin(math.radians(skew)))
    middle = complex(827, 1169) / 2
    for word in page.words:
        level = complex(word.left + word.right, word.top + word.bottom) / 2
        wanted = middle + (level - middle) * turn
        left, top, right, bottom = seen[word.text]
        found = complex((left + right) / 2 * 827, (top + bottom) / 2 * 1169)
        assert abs(found - wanted) <= 0.4 * (word.bottom - word.top)


def test_words_of_a_crooked_standard_fax_are_whole(tmp_path):
    source = (FIXTURES / "fax" / "standard_clean.tif").read_bytes()
    page = _letter(4.0, dpi_x=204, dpi_y=98)

    pdf = make_searchable(source, _document(page, media_type="image/tiff"))

    assert _copied(pdf, tmp_path, "-raw") == _copied_from_pdfium(pdf) == LETTER.split()


def test_a_fax_keeps_its_pixels_its_true_proportions_and_a_small_file(tmp_path):
    source = FIXTURES / "fax" / "standard_clean.tif"
    page = _page(_word("Roma", 10, 10, 60, 30), dpi_x=204, dpi_y=98, width=2118, height=2900)

    pdf = make_searchable(source.read_bytes(), _document(page, media_type="image/tiff"))

    (tmp_path / "fax.pdf").write_bytes(pdf)
    subprocess.run(["pdfimages", "-tiff", tmp_path / "fax.pdf", tmp_path / "out"], check=True)
    with Image.open(source) as sent, Image.open(tmp_path / "out-000.tif") as kept:
        assert np.array_equal(np.asarray(sent.convert("1")), np.asarray(kept.convert("1")))
        size_in = (sent.width / 204, sent.height / 98)
    with pikepdf.open(BytesIO(pdf)) as opened:
        box = [float(side) for side in opened.pages[0].mediabox]
        assert _picture(opened).Filter == "/CCITTFaxDecode"
    assert box[2:] == pytest.approx([inches * 72 for inches in size_in], abs=0.1)
    assert len(pdf) < source.stat().st_size + 4_000


def test_a_fax_is_seen_black_on_white(tmp_path):
    source = FIXTURES / "fax" / "standard_clean.tif"
    pdf = make_searchable(source.read_bytes(), _document(_page(), media_type="image/tiff"))

    (tmp_path / "fax.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "50", "-gray", "-singlefile", tmp_path / "fax.pdf"]
    subprocess.run([*command, tmp_path / "seen"], check=True)

    assert np.asarray(Image.open(tmp_path / "seen.pgm")).mean() > 200


def test_a_jpeg_is_kept_byte_for_byte():
    source = (FIXTURES / "scan" / "damage_report.jpg").read_bytes()

    pdf = make_searchable(source, _document(_page(), media_type="image/jpeg"))

    with pikepdf.open(BytesIO(pdf)) as opened:
        assert _picture(opened).read_raw_bytes() == source


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_become_pages(mode, tmp_path):
    out = BytesIO()
    picture = Image.new(mode, (827, 1169))
    picture.save(out, "TIFF" if mode == "CMYK" else "PNG")

    pdf = make_searchable(out.getvalue(), _document(_page(_word("uno", 10, 10, 60, 30))))

    assert list(_boxes(pdf, tmp_path)[0]) == ["uno"]


def test_each_page_of_a_fax_gets_its_own_words(tmp_path):
    out = BytesIO()
    first, second = (Image.new("1", (1728, height), 1) for height in (1100, 900))
    first.save(out, "TIFF", save_all=True, append_images=[second], compression="group4")
    pages = [
        _page(_word(text, 10, 10, 60, 30)).model_copy(update={"number": number})
        for number, text in enumerate(("prima", "seconda"), start=1)
    ]

    seen = _boxes(make_searchable(out.getvalue(), _document(*pages)), tmp_path)

    assert [list(page) for page in seen] == [["prima"], ["seconda"]]


def test_a_pdf_keeps_its_pages_and_gets_words_over_its_pictures(tmp_path):
    source = (FIXTURES / "scan" / "volontariato.pdf").read_bytes()
    with pikepdf.open(BytesIO(source)) as opened:
        count = len(opened.pages)
    page = _page(_word("volontari", 100, 200, 180, 220))

    pdf = make_searchable(source, _document(page, media_type="application/pdf"))

    seen = _boxes(pdf, tmp_path)
    assert len(seen) == count
    assert seen[0]["volontari"] == pytest.approx(
        (100 / 827, 200 / 1169, 180 / 827, 220 / 1169), abs=0.004
    )


@pytest.mark.parametrize(("by_the_file", "by_us"), [(90, 0), (270, 180), (0, 90)])
def test_words_lie_right_on_a_page_that_a_pdf_turns_and_crops(by_the_file, by_us, tmp_path):
    blank = pikepdf.new()
    target = blank.add_blank_page(page_size=(1000, 700))
    blank.Root.Pages.Rotate = by_the_file  # all its pages inherit it
    target.obj.CropBox = [100, 50, 900, 650]
    target.obj.Contents = blank.make_stream(b"2 0 0 2 30 40 cm")  # leaves its mark behind
    out = BytesIO()
    blank.save(out)
    page = _page(_word("qui", 150, 400, 210, 420), width=600, height=800, rotation=by_us)

    pdf = make_searchable(out.getvalue(), _document(page, media_type="application/pdf"))

    seen = _boxes(pdf, tmp_path)[0]
    assert seen["qui"] == pytest.approx((150 / 600, 400 / 800, 210 / 600, 420 / 800), abs=0.004)


def _written_on(text, *, turn=0, mode=0):
    """Return a PDF with ``text`` 20 points high, 100 from the left and 200 from the top.

    The page of 827 x 1169 points is seen turned by ``turn`` degrees.
    """
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(827, 1169))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier
    )
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    page.obj.Rotate = turn
    page.contents_add(f"BT /F 20 Tf {mode} Tr 100 953 Td ({text}) Tj ET".encode("ascii"))
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("mode", [0, 3])
def test_what_the_text_of_a_page_says_already_is_not_written_again(mode, tmp_path):
    page = _page(
        _word("Pioppo", 100, 200, 172, 220),
        _word("cadut0.", 184, 200, 268, 220),
        _word("Anna", 300, 400, 360, 420, line=1),
    )

    source = _written_on("Pioppo caduto.", mode=mode)
    pdf = make_searchable(source, _document(page, media_type="application/pdf"))

    assert _copied(pdf, tmp_path) == ["Pioppo", "caduto.", "Anna"]


def test_the_own_text_of_a_turned_page_is_not_written_again(tmp_path):
    word = _word("Pioppo", 1169 - 220, 100, 1169 - 200, 172)
    page = _page(word, width=1169, height=827)

    source = _written_on("Pioppo", turn=90)
    pdf = make_searchable(source, _document(page, media_type="application/pdf"))

    assert _copied(pdf, tmp_path, "-raw") == ["Pioppo"]


def test_words_are_written_where_the_own_text_of_a_page_says_something_else(tmp_path):
    page = _page(_word("Pioppo", 100, 200, 172, 220), _word("caduto.", 184, 200, 268, 220))

    source = _written_on("Strqqr fdgxwr.")
    pdf = make_searchable(source, _document(page, media_type="application/pdf"))

    assert {"Pioppo", "caduto."} <= set(_copied(pdf, tmp_path, "-raw"))


def test_words_of_a_sheet_lie_where_it_lies_in_the_photo(tmp_path):
    corners = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9))
    page = _page(_word("qui", 250, 400, 350, 420), width=500, height=800, corners=corners)

    seen = _boxes(make_searchable(_png(), _document(page)), tmp_path)[0]

    assert seen["qui"] == pytest.approx((0.5, 0.5, 0.62, 0.52), abs=0.004)


def test_a_locked_pdf_is_opened_with_the_operators_passwords(tmp_path):
    source = (FIXTURES / "hostile" / "locked.pdf").read_bytes()
    document = _document(_page(), media_type="application/pdf")

    with pytest.raises(UnreadableItem, match="locked") as caught:
        make_searchable(source, document, ["wrong"])

    assert caught.value.code == "no_searchable_pdf"


def test_a_file_that_no_pdf_can_be_made_of_is_a_typed_error():
    with pytest.raises(UnreadableItem) as caught:
        make_searchable(b"%PDF-1.4 nothing", _document(_page(), media_type="application/pdf"))

    assert caught.value.code == "no_searchable_pdf"


def test_letters_of_any_alphabet_can_be_searched(tmp_path):
    page = _page(_word("čšž", 10, 10, 60, 30), _word("Київ", 70, 10, 120, 30))

    seen = _boxes(make_searchable(_png(), _document(page)), tmp_path)[0]

    assert list(seen) == ["čšž", "Київ"]
