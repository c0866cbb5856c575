"""What hangs costs itself and a bounded time, and is not tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from intake import Intake, RawItem, Settings, recognise
from intake.engines.children import Child
from intake.engines.forking import NotForked
from intake.errors import TransientFailure
from intake.ocr.limits import PageLimits
from intake.pipeline import tasks
from intake.pipeline.stage_options import OcrOptions, StageOptions

DANGER = "Aiuto, siamo intrappolati sotto le macerie!"
ENGINE = f"""
import time
from intake.schemas.documents import Page

class Stuck:
    name = "stuck"
    def version(self):
        return "1"
    def recognise(self, image, *, number, languages, timeout_s):
        if number == 3 or max(image.size) > 700:
            time.sleep(600)
        return Page(number=number, text=f"Domanda della pagina {{number}}.", confidence=0.99)

class Alarmed(Stuck):
    def recognise(self, image, *, number, **how):
        page = super().recognise(image, number=number, **how)
        return page.model_copy(update={{"text": {DANGER!r}}}) if number == 4 else page
"""
HEAVY_S = 8.0
Open = Callable[..., Intake]


@pytest.fixture
def open_intake(install_plugins: Callable[..., None], tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens an Intake whose pages may take 1 s for a look at them."""
    install_plugins("intake.ocr_engines", ENGINE, {"stuck": "Stuck", "alarmed": "Alarmed"})
    opened: list[Intake] = []

    def run(engine: str = "stuck") -> Intake:
        processing = {"workers": 1, "heavy_timeout_s": HEAVY_S, "retry_delay_s": 0}
        app = Intake(
            Settings(
                data_dir=tmp_path / "data",
                ocr={"engine": engine, "page_timeout_s": 1},
                processing=processing,
            )
        )
        opened.append(app)
        return app

    yield run
    for app in opened:
        app.close()


def _sheet(height: int = 200) -> Image.Image:
    sheet = Image.new("L", (300, height), 255)
    write = ImageDraw.Draw(sheet)
    for line in range(3):
        write.text((10, 20 + 50 * line), "Notizie", fill=0, font_size=36)
    return sheet


def _file(*sheets: Image.Image) -> bytes:
    written = BytesIO()
    sheets[0].save(written, "TIFF", dpi=(200, 200), save_all=True, append_images=list(sheets[1:]))
    return written.getvalue()


def _mail(*files: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Anna <anna@example.com>"
    mail.set_content("Si veda in allegato.")
    for number, content in enumerate(files):
        mail.add_attachment(content, maintype="image", subtype="tiff", filename=f"{number}.tif")
    return mail.as_bytes()


def _push(app: Intake, content: bytes, profile: str = "mail") -> int:
    return app.receive(RawItem(source="push", key="1", profile=profile, content=content)).id


FIVE_PAGES = _file(*[_sheet() for _ in range(5)])
STUCK, SOUND = _file(_sheet(900)), _file(_sheet())


@pytest.mark.parametrize(
    ("content", "profile"),
    [(FIVE_PAGES, "scan"), (_mail(FIVE_PAGES), "mail"), (_mail(FIVE_PAGES), "fax")],
)
def test_a_page_that_hangs_costs_itself_and_the_item_is_filed_at_once(
    open_intake: Open, content: bytes, profile: str
) -> None:
    app = open_intake()
    receipt = _push(app, content, profile)
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 0)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    [attachment] = request.attachments
    assert [f"pagina {number}" in (attachment.text or "") for number in range(1, 6)] == [
        True,
        True,
        False,
        True,
        True,
    ]
    assert {"page_lost", "unread_timeout"} <= set(request.review_reasons)


@pytest.mark.parametrize(
    ("content", "code", "retried"),
    [
        (FIVE_PAGES, "timeout", 0),
        (FIVE_PAGES, "memory", 0),
        (SOUND, "timeout", 0),
        (SOUND, "memory", 2),
    ],
    ids=["both hang", "a page hangs", "the text hangs", "none hangs"],
)
def test_where_what_was_read_cannot_be_judged_either_a_person_has_it_and_nothing_is_read_in_vain(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch, content: bytes, code: str, retried: int
) -> None:
    _fail_at(monkeypatch, tasks.JUDGE, code)
    app = open_intake()
    receipt = _push(app, content, "scan")
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, retried)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert "Domanda della pagina 1." in request.text
    assert request.urgency == "high"
    assert {"alarm_doubted", "topic_unsure"} <= set(request.review_reasons)


def test_a_call_behind_a_page_that_hangs_is_heard_at_once(open_intake: Open) -> None:
    app = open_intake("alarmed")
    _push(app, FIVE_PAGES, "scan")
    assert app.process().processed.emergencies == 1


def test_files_that_hang_leave_time_for_one_that_does_not(open_intake: Open) -> None:
    app = open_intake()
    receipt = _push(app, _mail(STUCK, STUCK, SOUND))
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 0)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert [each.reason for each in request.attachments] == ["timeout", "timeout", None]
    assert request.attachments[-1].text == "Domanda della pagina 1."


def test_a_letter_of_one_page_that_hangs_comes_to_a_person(open_intake: Open) -> None:
    app = open_intake()
    receipt = _push(app, STUCK, "scan")
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 0)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert {"no_text", "unread_timeout"} <= set(request.review_reasons)


def test_however_many_files_hang_the_last_one_is_heard(open_intake: Open) -> None:
    app = open_intake()
    receipt = _push(app, _mail(*[STUCK] * 4, SOUND))
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 0)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert [each.reason for each in request.attachments] == [*["timeout"] * 4, None]


def _without_child(monkeypatch: pytest.MonkeyPatch, *, at: int, times: int = 1) -> None:
    """Let there be no child for the pages that are asked for as number ``at``, so many times."""
    call, asked = Child.call, []

    def fail(child: Child, task: str, payload: dict[str, Any], **how: Any) -> dict[str, Any]:
        asked.extend([task] if task == tasks.RECOGNISE_PAGES else [])
        if task == tasks.RECOGNISE_PAGES and at <= len(asked) < at + times:
            raise NotForked("The server took more than 30 s.", code="timeout")
        return call(child, task, payload, **how)

    monkeypatch.setattr(Child, "call", fail)


@pytest.mark.parametrize("profile", ["scan", "mail"])
def test_pages_for_which_there_was_no_child_are_read_another_time(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    _without_child(monkeypatch, at=2)
    app = open_intake()
    receipt = _push(app, FIVE_PAGES if profile == "scan" else _mail(FIVE_PAGES), profile)
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 1)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    [attachment] = request.attachments
    assert (attachment.page_count, "pagina 5" in (attachment.text or "")) == (4, True)


def test_a_file_for_which_there_was_no_child_is_read_another_time_though_one_before_it_hung(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_child(monkeypatch, at=3)
    app = open_intake()
    receipt = _push(app, _mail(STUCK, SOUND))
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 1)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert [each.reason for each in request.attachments] == ["timeout", None]


def test_a_call_is_heard_at_once_where_there_is_no_child_for_the_rest(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_child(monkeypatch, at=3, times=99)
    app = open_intake("alarmed")
    _push(app, _mail(FIVE_PAGES, SOUND))
    report = app.process()
    assert (report.processed.emergencies, report.processed.retried) == (1, 0)


def test_what_never_finds_a_child_is_filed_at_the_last_attempt_with_what_was_read(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Child.call

    def fail(child: Child, task: str, payload: dict[str, Any], **how: Any) -> dict[str, Any]:
        if task == tasks.RECOGNISE_PAGES and payload["first"] > 1:
            raise NotForked("The server ended.", code="crash")
        return call(child, task, payload, **how)

    monkeypatch.setattr(Child, "call", fail)
    app = open_intake()
    receipt = _push(app, FIVE_PAGES, "scan")
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 2)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    [attachment] = request.attachments
    assert (attachment.page_count, attachment.reason) == (2, "crash")


@pytest.mark.usefixtures("open_intake")
def test_who_asks_for_one_file_gets_the_pages_that_can_be_read() -> None:
    options = StageOptions(
        heavy=StageOptions().heavy.model_copy(update={"timeout_s": HEAVY_S}),
        ocr=OcrOptions(engine="stuck", limits=PageLimits(page_timeout_s=1)),
    )
    document = recognise(FIVE_PAGES, options=options)
    assert [page.number for page in document.pages] == [1, 2, 4, 5]
    assert document.needs_review
    assert [defect.code for defect in document.defects] == ["page_lost"]
    with pytest.raises(TransientFailure) as caught:
        recognise(STUCK, options=options)
    assert caught.value.code == "timeout"


def _fail_at(monkeypatch: pytest.MonkeyPatch, failing: str, code: str) -> None:
    call = Child.call

    def fail(child: Child, task: str, payload: dict[str, Any], **how: Any) -> dict[str, Any]:
        if task == failing:
            raise TransientFailure("It was too much.", code=code)
        return call(child, task, payload, **how)

    monkeypatch.setattr(Child, "call", fail)


@pytest.mark.parametrize(("code", "retried"), [("timeout", 0), ("crash", 2)])
def test_a_batch_that_cannot_be_looked_through_in_time_is_one_letter(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch, code: str, retried: int
) -> None:
    _fail_at(monkeypatch, tasks.SEPARATE, code)
    app = open_intake()
    item = RawItem(
        source="scans",
        key="1",
        profile="scan",
        content=SOUND,
        attributes={"separate": "blank"},
    )
    receipt = app.receive(item).id
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, retried)
    request = app.requests.get(app.receipts.get(receipt).reference or "")
    assert request.text == "Domanda della pagina 1."
    assert "batch_not_separated" in request.review_reasons
