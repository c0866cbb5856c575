"""A file or page that kills its child keeps nobody from being heard whose words were read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import update

from intake import Intake, RawItem, Settings
from intake.engines.children import Child
from intake.errors import TransientFailure
from intake.pipeline import tasks
from intake.pipeline.observers import Observers
from intake.schemas.receipts import Phase
from intake.store import tables
from intake.testing.fakes import RecordingObserver

DANGER = "Aiuto, siamo intrappolati sotto le macerie!"
ENGINE = f"""
import os, signal
from intake.schemas.documents import Page

class Fragile:
    name = "fragile"
    def version(self):
        return "1"
    def recognise(self, image, *, number, languages, timeout_s):
        if number == 2 or max(image.size) > 700:
            os.kill(os.getpid(), signal.SIGSEGV)
        return Page(number=number, text={DANGER!r}, confidence=0.99)

class Calm(Fragile):
    def recognise(self, image, **how):
        page = super().recognise(image, **how)
        return page.model_copy(update={{"text": "Chiedo informazioni sul rischio sismico."}})
"""


@pytest.fixture
def open_intake(
    install_plugins: Callable[..., None], tmp_path: Path
) -> Iterator[Callable[[str], Intake]]:
    """Return a function that opens an Intake with an engine of the two."""
    install_plugins("intake.ocr_engines", ENGINE, {"fragile": "Fragile", "calm": "Calm"})
    opened: list[Intake] = []

    def run(engine: str, *, max_failures: int = 3) -> Intake:
        app = Intake(
            Settings(
                data_dir=tmp_path / "data",
                ocr={"engine": engine},
                processing={"workers": 1, "max_failures": max_failures},
            )
        )
        opened.append(app)
        return app

    yield run
    for app in opened:
        app.close()


def _sheet(size: tuple[int, int] = (300, 200)) -> Image.Image:
    sheet = Image.new("L", size, 255)
    write = ImageDraw.Draw(sheet)
    for line in range(3):
        write.text((10, 20 + 50 * line), "Notizie", fill=0, font_size=36)
    return sheet


def _file(kind: str, *sheets: Image.Image) -> bytes:
    written = BytesIO()
    more = {"save_all": True, "append_images": list(sheets[1:])} if len(sheets) > 1 else {}
    sheets[0].save(written, kind, dpi=(200, 200), **more)
    return written.getvalue()


def _mail(*files: bytes, text: str = "Si veda in allegato.") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Anna <anna@example.com>"
    mail.set_content(text)
    for number, content in enumerate(files):
        mail.add_attachment(content, maintype="image", subtype="x", filename=f"{number}.img")
    return mail.as_bytes()


def _push(app: Intake, content: bytes, profile: str = "mail") -> int:
    return app.receive(RawItem(source="push", key="1", profile=profile, content=content)).id


TWO_PAGES = _file("TIFF", _sheet(), _sheet())
FIVE_PAGES = _file("TIFF", *[_sheet() for _ in range(5)])


@pytest.mark.parametrize(
    ("content", "profile"),
    [(TWO_PAGES, "scan"), (_mail(TWO_PAGES), "mail"), (_mail(TWO_PAGES), "fax")],
)
def test_a_call_on_the_first_page_is_heard_at_once_though_another_kills_its_child(
    open_intake: Callable[..., Intake], content: bytes, profile: str
) -> None:
    app = open_intake("fragile")
    app._observers = Observers([observer := RecordingObserver()])
    receipt = _push(app, content, profile)
    report = app.process()
    assert report.processed.emergencies == 1
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    [attachment] = request.attachments
    assert (attachment.text, attachment.reason) == (DANGER, "crash")
    assert {"emergency", "unread_crash"} <= set(request.review_reasons)
    assert observer.types().count("request.emergency") == 1


def test_a_call_in_one_picture_is_heard_at_once_though_another_kills_its_child(
    open_intake: Callable[..., Intake],
) -> None:
    app = open_intake("fragile")
    broken, whole = _file("PNG", _sheet((300, 900))), _file("PNG", _sheet())
    receipt = _push(app, _mail(broken, whole))
    assert app.process().processed.emergencies == 1
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert [each.text for each in request.attachments] == [None, DANGER]
    assert "unread_crash" in request.review_reasons


def test_what_became_an_emergency_since_triage_waits_for_no_picture(
    open_intake: Callable[..., Intake],
) -> None:
    app = open_intake("fragile")
    receipt = _push(app, _mail(_file("PNG", _sheet((300, 900))), text=DANGER))
    with app._premises.database.write() as connection:
        rows = tables.receipts
        connection.execute(update(rows).where(rows.c.id == receipt).values(phase=Phase.ENRICH))
    assert app.process().processed.emergencies == 1
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert "unread_emergency_first" in request.review_reasons


def test_what_is_no_emergency_is_tried_again_before_it_is_filed_in_part(
    open_intake: Callable[..., Intake],
) -> None:
    app = open_intake("calm")
    receipt = _push(app, _mail(TWO_PAGES))
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (0, 1)
    assert (app.receipts.get(receipt).state, app.receipts.get(receipt).failures) == ("received", 1)


@pytest.mark.parametrize("profile", ["mail", "scan"])
def test_at_the_last_attempt_an_item_is_filed_with_the_pages_that_were_read(
    open_intake: Callable[..., Intake], profile: str
) -> None:
    app = open_intake("calm", max_failures=1)
    receipt = _push(app, FIVE_PAGES if profile == "scan" else _mail(FIVE_PAGES), profile)
    app.process()
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    [attachment] = request.attachments
    assert (attachment.page_count, attachment.reason) == (4, "crash")
    assert {"page_lost", "unread_crash"} <= set(request.review_reasons)


def test_a_scan_of_which_no_page_could_be_read_comes_to_a_person_at_the_last_attempt(
    open_intake: Callable[..., Intake],
) -> None:
    app = open_intake("calm", max_failures=1)
    receipt = _push(app, _file("PNG", _sheet((300, 900))), "scan")
    app.process()
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert {"no_text", "unread_crash"} <= set(request.review_reasons)


def test_a_letter_is_filed_without_what_it_says_of_itself_where_finding_that_hangs(
    open_intake: Callable[..., Intake], monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Child.call

    def fail(child: Child, task: str, payload: dict[str, Any], **how: Any) -> dict[str, Any]:
        if task == tasks.READ_LETTER:
            raise TransientFailure("Took longer than 30 s.", code="timeout")
        return call(child, task, payload, **how)

    monkeypatch.setattr(Child, "call", fail)
    app = open_intake("calm")
    receipt = _push(app, _file("PNG", _sheet()), "scan")
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 0)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert (request.text, request.letter) == ("Chiedo informazioni sul rischio sismico.", None)
    assert "letter_facts_missing" in request.review_reasons
