"""What was written into an XFA form is read, though no page shows it."""

from __future__ import annotations

import runpy
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pages import read_pdf
from intake.ocr.sheets import PageImage, PageText

MAKE = runpy.run_path(str(Path(__file__).with_name("typed_pdfs.py")))["MAKE"]
WAIT = (
    "Please wait... If this message is not eventually replaced with the proper contents\n"
    "of the document, your PDF viewer may not be able to display this type of document."
)
DATASETS = '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/">{}</xfa:datasets>'
DATA = DATASETS.format(
    "<xfa:data><modulo><persona><cognome>Bellini</cognome><nome/><eta>7</eta></persona>"
    "<richiesta>Chiedo la chiusura\ndel pozzo</richiesta>"
    '<nota><body xmlns="http://www.w3.org/1999/xhtml"><p>Pri<b>ma</b> riga</p><p>seconda</p></body>'
    "</nota></modulo></xfa:data><dd:dataDescription xmlns:dd='x'><cognome>no</cognome>"
    "</dd:dataDescription>"
)
SAID = ["cognome: Bellini", "eta: 7", "richiesta: Chiedo la chiusura del pozzo",
        "nota: Prima riga seconda"]  # fmt: skip


def _sheet(*packets: str | bytes, text: str = WAIT, widget: bool = False) -> PageText | PageImage:
    """Return the page of a form; two packets and more are named: template, datasets, ..."""
    out = BytesIO()
    with pikepdf.open(BytesIO(MAKE["pdf_of"](MAKE["text_stream"](text)))) as pdf:
        streams = [
            pdf.make_stream(each if isinstance(each, bytes) else each.encode()) for each in packets
        ]
        names = ("template", "datasets", "datasets")
        named = [part for pair in zip(names, streams, strict=False) for part in pair]
        xfa = streams[0] if len(streams) == 1 else Array(named)
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=xfa)
        if widget:
            field = Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("cognome"),
                Rect=Array([10, 10, 50, 20]),
            )  # fmt: skip
            made = pdf.make_indirect(field)
            pdf.Root.AcroForm.Fields.append(made)
            pdf.pages[0].Annots = Array([made])
        pdf.save(out)
    (sheet,) = read_pdf(out.getvalue(), PageLimits())
    assert isinstance(sheet, PageText | PageImage)
    return sheet


def _codes(sheet: PageText | PageImage) -> list[str]:
    return [defect.code for defect in sheet.defects]


@pytest.mark.parametrize(
    "packets",
    [
        pytest.param((f"<xdp:xdp xmlns:xdp='x'><template/>{DATA}</xdp:xdp>",), id="one stream"),
        pytest.param(("<template><data>no</data></template>", DATA), id="packets"),
    ],
)
def test_the_data_of_a_form_are_read_after_the_page(packets: tuple[str, ...]) -> None:
    sheet = _sheet(*packets)
    assert isinstance(sheet, PageText)
    assert sheet.text.split("\n\n")[1].split("\n") == SAID
    assert _codes(sheet) == []


def test_the_data_of_a_form_whose_page_is_a_picture_are_read_too() -> None:
    sheet = _sheet(DATA, text="")
    assert isinstance(sheet, PageImage)
    assert sheet.notes.split("\n") == SAID


def test_what_the_page_shows_is_not_told_again() -> None:
    shown = WAIT.replace("Please wait", "Bellini")
    sheet = _sheet("<template/>", DATA, text=shown, widget=True)
    assert isinstance(sheet, PageText)
    assert sheet.text.count("Bellini") == 1


def test_an_empty_form_that_every_program_shows_is_whole() -> None:
    empty = DATASETS.format("<xfa:data><cognome/></xfa:data>")
    assert _codes(_sheet("<template/>", empty, widget=True)) == []


@pytest.mark.parametrize(
    "packets",
    [
        pytest.param(("<template/>",), id="no data"),
        pytest.param(("<template/>", DATASETS.format("<xfa:data/>")), id="nothing written"),
        pytest.param(("<template/>", DATA, DATA[:-40]), id="broken off"),
        pytest.param(("<template/>", '<!DOCTYPE a [<!ENTITY b "c">]>' + DATA), id="entities"),
        pytest.param(("<template/>", b"\xff\xfe\0\0" * 9), id="rubbish"),
        pytest.param(("<template/>", DATA.replace("pozzo", "a" * 6_000_000)), id="too large"),
        pytest.param(("<template/>", DATA.replace("pozzo", "a" * 200_000)), id="too long"),
        pytest.param(
            ("<template/>", DATA.replace("<eta>", '<eta xfa:contentType="image/png">')),
            id="a picture",
        ),
        pytest.param(
            ("<template/>", DATA.replace("<eta>", "<a>b</a>" * 3000 + "<eta>")), id="many"
        ),
    ],
)
def test_a_form_that_is_not_read_whole_is_told(packets: tuple[str | bytes, ...]) -> None:
    assert _codes(_sheet(*packets)) == ["page_form_unread"]


def test_a_group_of_fields_called_body_is_no_formatted_text() -> None:
    group = "<xfa:data><f><body><nome>Mario</nome><cognome>Rossi</cognome></body></f></xfa:data>"
    sheet = _sheet("<template/>", DATASETS.format(group))
    assert isinstance(sheet, PageText)
    assert sheet.text.endswith("nome: Mario\ncognome: Rossi")


def test_formatted_text_with_a_prefix_is_the_value_of_its_field() -> None:
    rich = '<nota xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:p>una</h:p></h:body></nota>'
    sheet = _sheet("<template/>", DATASETS.format(f"<xfa:data>{rich}</xfa:data>"))
    assert isinstance(sheet, PageText)
    assert sheet.text.endswith("nota: una")
