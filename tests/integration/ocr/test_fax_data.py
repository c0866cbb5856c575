"""The language data for faxes, and how they are made: ``scripts/make_fax_data.py``."""

import random
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import tesserocr
from PIL import ImageFont
from rapidfuzz.distance import Levenshtein

from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import prepare
from intake.ocr.recognise import recognise
from intake.ocr.tesseract.in_process import TesserocrEngine
from intake.ocr.tesseract.language_data import data_folder
from intake.ocr.tesseract.program import TesseractEngine

ROOT = Path(__file__).resolve().parents[3]
FAXES = ROOT / "fixtures" / "fax"
WORDS = ("tetto", "crollo", "frana", "acqua", "Comune", "quando", "lamiera", "strada")


@pytest.fixture(scope="module")
def scripts():
    """Return a function that imports a module of ``scripts``, which is no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
        yield import_module


@pytest.fixture(scope="module")
def italian(tmp_path_factory):
    """Return a folder with the Italian data, and its network beside them."""
    folder = tmp_path_factory.mktemp("italian")
    data = folder / "ita.traineddata"
    data.write_bytes((data_folder() / data.name).read_bytes())
    subprocess.run(["combine_tessdata", "-e", data, folder / "ita.lstm"], check=True)
    return folder


def _prepared(name):
    (sheet,) = read_pictures((FAXES / name).read_bytes(), PageLimits())
    return prepare(sheet, dpi=250)


def _read(folder, names, page):
    with tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=names) as api:
        api.SetImage(page.image)
        api.SetSourceResolution(round(page.dpi))
        return " ".join(api.GetUTF8Text().split())


@pytest.mark.parametrize(
    "engine", [TesserocrEngine(), TesseractEngine()], ids=lambda each: each.name
)
def test_a_standard_fax_is_read_with_fewer_mistakes_than_with_the_data_of_the_system(engine):
    truth = " ".join((FAXES / "standard_noisy.txt").read_text(encoding="utf-8").split())
    page = _prepared("standard_noisy.tif")
    mistakes = []
    for scanned_dpi in (98, None):
        page.image.info.update(dpi=(250, 250), scanned_dpi=scanned_dpi)
        read = engine.recognise(page.image, number=1, languages=("ita", "eng"), timeout_s=60)
        mistakes.append(Levenshtein.distance(" ".join(read.text.split()), truth))
    assert mistakes[0] < mistakes[1]


class _Recorder(TesserocrEngine):
    """Notes how the pictures that it was shown were scanned."""

    def __init__(self):
        self.told = []

    def recognise(self, image, **how):
        self.told.append((image.height, image.info["scanned_dpi"]))
        return super().recognise(image, **how)


def test_the_line_that_a_machine_prints_is_not_taken_for_a_scanned_one():
    engine = _Recorder()
    data = (FAXES / "standard_clean.tif").read_bytes()
    document = recognise(data, None, engine=engine, languages=("ita",), limits=PageLimits())
    (page,) = document.pages
    assert page.fax_header is not None
    assert {told for height, told in engine.told if height < 500} == {None}
    assert {told for height, told in engine.told if height > 2000} == {98}


def test_a_network_in_real_numbers_reads_as_the_one_in_whole_numbers_does(
    scripts, italian, tmp_path
):
    in_real_numbers = scripts("tesseract_network").in_real_numbers
    network = (italian / "ita.lstm").read_bytes()
    (tmp_path / "real.lstm").write_bytes(in_real_numbers(network))
    data = tmp_path / "real.traineddata"
    data.write_bytes((italian / "ita.traineddata").read_bytes())
    subprocess.run(["combine_tessdata", "-o", data, tmp_path / "real.lstm"], check=True)
    page = _prepared("standard_clean.tif")
    whole, real = _read(italian, "ita", page), _read(tmp_path, "real", page)
    assert len(whole) > 500
    assert Levenshtein.normalized_distance(whole, real) < 0.01


@pytest.mark.parametrize("spoil", [lambda data: data[:-300_000], lambda data: b"\7" + data[1:]])
def test_what_is_no_network_in_whole_numbers_is_refused(scripts, italian, spoil):
    in_real_numbers = scripts("tesseract_network").in_real_numbers
    with pytest.raises(ValueError, match="network"):
        in_real_numbers(spoil((italian / "ita.lstm").read_bytes()))


def test_the_lines_to_learn_from_lie_where_their_boxes_say(scripts, monkeypatch):
    font = ImageFont.load_default(11 * 600 / 72)  # whatever typefaces the machine has
    monkeypatch.setattr(scripts("fax_lines"), "choose_font", lambda _: font)
    writer = scripts("fax_writing").Writer(WORDS, ("house", "roof"), frozenset("".join(WORDS)))
    image, dpi, lines = scripts("fax_lines").fax_page(random.Random("a page"), writer)
    ink = np.asarray(image) < 128
    boxed = np.zeros_like(ink)
    assert len(lines) > 20
    for line in lines:
        left, top, right, bottom = (round(edge) for edge in line.box)
        assert ink[top:bottom, left:right].any(axis=0).mean() > 0.4
        boxed[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3] = True
    assert set("".join(line.text for line in lines)) <= set("".join(WORDS)) | {" "}
    assert ink[boxed].sum() > 0.9 * ink.sum()
    assert dpi == pytest.approx(250, abs=1)
