"""A searchable PDF is kept beside what was read, where the settings ask for one."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import text

from intake import Intake, RawItem, Settings
from intake.engines.children import Child
from intake.errors import TransientFailure
from intake.pipeline import tasks

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture
def filed(database_url, tmp_path):
    """Return a function that files one fax and gives (app, request).

    It is a whole page, or the upper third of one, which is read in less time.
    """
    opened = []

    def run(name, *, searchable, whole=False, copies=1):
        app = Intake(
            Settings(
                data_dir=tmp_path / "data",
                database={"url": database_url},
                ocr={"searchable_pdf": searchable},
            )
        )
        opened.append(app)
        content = (FIXTURES / "fax" / name).read_bytes()
        if not whole:
            content = _upper_third(content, copies)
        item = RawItem(source="push", key=name, profile="scan", content=content, file_name=name)
        receipt = app.receive(item)
        assert app.process().processed.filed == 1
        return app, app.requests.get(app.receipts.get(receipt.id).reference)

    yield run
    for app in opened:
        app.close()


def _upper_third(content, copies):
    cut = BytesIO()
    with Image.open(BytesIO(content)) as page:
        part = page.crop((0, 0, page.width, page.height // 3))
        more = [part] * (copies - 1)
        dpi = page.info["dpi"]
        part.save(cut, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=more)
    return cut.getvalue()


@pytest.mark.same_on_any_database
def test_a_fax_can_be_searched_and_its_words_are_where_they_were_read(filed, tmp_path):
    app, request = filed("fine_clean.tif", searchable=True, whole=True)

    written = app.requests.export(request.reference, tmp_path / "out")

    assert [path.name for path in written] == ["fine_clean.tif", "fine_clean.tif.searchable.pdf"]
    found = subprocess.run(
        ["pdftotext", written[1], "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Protezione Civile" in " ".join(found.split())
    with app._premises.database.read() as connection:
        row = connection.execute(text("SELECT words, width, height FROM pages")).one()
        kind = connection.execute(text("SELECT kind FROM pages_v1")).scalar_one()
        view = connection.execute(text("SELECT searchable_sha256 FROM attachments_v1")).scalar()
    assert view == request.attachments[0].searchable_sha256
    assert row.width > 1000 < row.height
    assert kind == "print"


@pytest.mark.same_on_any_database
def test_nothing_is_made_that_nobody_asked_for(filed, tmp_path):
    app, request = filed("fine_clean.tif", searchable=False)

    written = app.requests.export(request.reference, tmp_path / "out")

    assert [path.name for path in written] == ["fine_clean.tif"]
    assert request.attachments[0].searchable_sha256 is None


def test_a_crash_over_the_searchable_pdf_costs_no_text(filed, monkeypatch, tmp_path):
    monkeypatch.setattr(tasks, "WRITE_PDF", "os:abort")  # as native code ends a process

    app, request = filed("fine_clean.tif", searchable=True)

    assert "Protezione Civile" in request.text
    assert request.attachments[0].searchable_sha256 is None
    assert app.receipts.get(request_receipt(app)).failures == 0


def test_a_page_that_hung_costs_the_others_no_searchable_pdf(filed, monkeypatch, tmp_path):
    call = Child.call

    def hang_first(child, task, payload, **how):
        if task == tasks.RECOGNISE_PAGES and payload["first"] == 1:
            how["tell"]({"kind": "image/tiff"})
            how["tell"]({"opening": 1})
            raise TransientFailure("Took longer than 120 s and was stopped.", code="timeout")
        return call(child, task, payload, **how)

    monkeypatch.setattr(Child, "call", hang_first)

    app, request = filed("fine_clean.tif", searchable=True, copies=2)

    assert {"page_lost", "unread_timeout"} <= set(request.review_reasons)
    assert request.attachments[0].searchable_sha256 is not None
    _, made = app.requests.export(request.reference, tmp_path / "out")
    with pikepdf.open(made) as pdf:
        assert len(pdf.pages) == 2


def request_receipt(app):
    with app._premises.database.read() as connection:
        return connection.execute(text("SELECT receipt_id FROM requests")).scalar_one()
