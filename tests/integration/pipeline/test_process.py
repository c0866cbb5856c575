from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

import intake.polling
from intake import (
    Channel,
    Intake,
    RawItem,
    RequestDraft,
    Settings,
    parse_message,
)
from intake.errors import (
    SourceRefused,
    SourceUnavailable,
    StoreError,
    TransitionRefused,
    UsageError,
)
from intake.pipeline.observers import Observers
from intake.pipeline.receive import receive_one
from intake.pipeline.settling import retry, settle
from intake.schemas.classifications import Urgency
from intake.schemas.requests import RequestAttachment, Status
from intake.store import claims, journal, requests
from intake.store.database import Database
from intake.testing.fakes import RecordingObserver
from intake.testing.samples import mail_with_attachment, text_mail

ENGINES = """
import os, signal, time
from intake.errors import ToolMissing, TransientFailure
from intake.schemas.documents import Page

class Instant:
    name = "instant"
    def version(self):
        return "1"
    def recognise(self, image, *, number, languages, timeout_s):
        return Page(number=number, text="Chiedo informazioni sul rischio sismico.", confidence=0.9)

class Crashing(Instant):
    def recognise(self, image, **_):
        os.kill(os.getpid(), signal.SIGSEGV)

class Hanging(Instant):
    def recognise(self, image, **_):
        time.sleep(60)

class Absent(Instant):
    def recognise(self, image, **_):
        raise ToolMissing("no such engine here", remedy="apt-get install it")
"""
NAMES = {"instant": "Instant", "crashing": "Crashing", "hanging": "Hanging", "absent": "Absent"}
Open = Callable[..., Intake]
FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture
def open_intake(
    install_plugins: Callable[..., None], database_url: str, tmp_path: Path
) -> Iterator[Open]:
    """Return a function that opens an Intake on an empty database, with settings by section."""
    install_plugins("intake.ocr_engines", ENGINES, NAMES)
    opened: list[Intake] = []

    def run(**sections: Any) -> Intake:
        values = {
            "data_dir": tmp_path / "data",
            "database": {"url": database_url},
            "ocr": {"engine": "instant"},
        } | sections
        app = Intake(Settings(**values))
        opened.append(app)
        return app

    yield run
    for app in opened:
        app.close()


def _picture(shade: int = 255) -> bytes:
    picture = Image.new("L", (300, 200), shade)
    write = ImageDraw.Draw(picture)
    for line in range(3):
        write.text((20, 20 + 50 * line), "Chiedo notizie", fill=0, font_size=36)
    written = BytesIO()
    picture.save(written, "PNG", dpi=(200, 200))
    return written.getvalue()


def _push(app: Intake, key: str, content: bytes, profile: str = "mail") -> int:
    return app.receive(RawItem(source="push", key=key, profile=profile, content=content)).id


def test_a_message_becomes_a_tracked_request(open_intake: Open) -> None:
    app = open_intake()
    raw = text_mail(
        subject="Rischio sismico",
        sender="Anna Bianchi <anna@example.com>",
        text="Vorrei informazioni sul rischio sismico del mio comune.",
    )
    receipt_id = _push(app, "1", raw)
    report = app.process()
    assert (report.processed.filed, report.waiting, report.exit_code) == (1, 0, 0)
    receipt = app.receipts.get(receipt_id)
    request = app.requests.get(receipt.reference or "")
    assert request.reference.startswith("CC-")
    assert request.channel is Channel.EMAIL
    assert request.sender.email == "anna@example.com"
    assert (request.topic, request.language, request.status) == (
        "info.rischio-sismico",
        "it",
        Status.NEW,
    )
    assert len(request.tracking_token) >= 20
    assert [event.type for event in app.requests.history(request.id)] == ["request.filed"]
    assert [event.type for event in app.receipts.history(receipt_id)] == [
        "receipt.received",
        "receipt.filed",
    ]


def test_the_text_of_a_picture_is_read_and_kept_page_by_page(open_intake: Open) -> None:
    app = open_intake()
    receipt_id = _push(app, "1", _picture(), profile="scan")
    app.process()
    request = app.requests.get(app.receipts.get(receipt_id).reference or "")
    assert (request.channel, request.text) == (
        Channel.LETTER,
        "Chiedo informazioni sul rischio sismico.",
    )
    [attachment] = request.attachments
    assert (attachment.page_count, attachment.confidence) == (1, 0.9)
    assert attachment.languages == ("ita", "eng")


def test_a_crash_of_native_code_costs_its_own_item_three_attempts_and_no_neighbour(
    open_intake: Open,
) -> None:
    app = open_intake(ocr={"engine": "crashing"}, processing={"retry_delay_s": 0, "workers": 1})
    scan = _push(app, "scan", _picture(), profile="scan")
    mail = _push(app, "mail", mail_with_attachment("foto.png", _picture(200)))
    plain = _push(app, "plain", text_mail())
    app.process()
    assert app.receipts.get(plain).state == "filed"
    for receipt in (scan, mail):
        assert (app.receipts.get(receipt).state, app.receipts.get(receipt).attempt) == ("filed", 4)
        flagged = app.requests.get(app.receipts.get(receipt).reference or "")
        assert flagged.needs_review
        assert "unread_crash" in flagged.review_reasons


@pytest.mark.same_on_any_database
def test_a_hang_is_stopped_in_time(open_intake: Open) -> None:
    app = open_intake(
        ocr={"engine": "hanging"},
        processing={"retry_delay_s": 0, "heavy_timeout_s": 2.5},
    )
    scan = _push(app, "scan", _picture(), profile="scan")
    report = app.process()
    assert report.processed.retried == 0  # it would hang again
    flagged = app.requests.get(app.receipts.get(scan).reference or "")
    assert {"no_text", "unread_timeout"} <= set(flagged.review_reasons)


def test_a_run_ends_though_items_wait_for_a_tool_without_delay(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake(ocr={"engine": "absent"})
    _push(app, "scan", _picture(), profile="scan")
    monkeypatch.setattr(retry, "tool_delay_s", lambda _options: 0.0)
    report = app.process()
    assert report.waiting == 1
    assert report.processed.retried == 0


def test_an_item_whose_parser_is_gone_waits_and_the_others_go_on(open_intake: Open) -> None:
    app = open_intake()
    with pytest.raises(UsageError, match="webform"):
        _push(app, "refused", b"{}", profile="webform")
    mail = _push(app, "mail", text_mail())
    lonely = RawItem(source="push", key="1", profile="webform", content=b"{}")
    receipt, _ = receive_one(app._premises.database, app._premises.blobs, lonely)
    report = app.process()
    assert app.receipts.get(mail).state == "filed"
    waiting = app.receipts.get(receipt.id)
    assert (waiting.state, waiting.failures, waiting.reason_code) == (
        "received",
        0,
        "misconfigured",
    )
    assert report.exit_code == 78


def test_an_item_whose_bytes_are_gone_is_set_aside_and_the_others_go_on(open_intake: Open) -> None:
    app = open_intake(processing={"retry_delay_s": 0})
    lost, kept = _push(app, "1", text_mail(subject="Persa")), _push(app, "2", text_mail())
    app._premises.blobs.path(app.receipts.get(lost).sha256 or "").unlink()
    app.process()
    assert app.receipts.get(kept).state == "filed"
    assert app.receipts.get(lost).reason_code == "blob_missing"


def test_a_store_that_is_away_ends_the_run_and_is_charged_to_no_item(
    open_intake: Open, tmp_path: Path
) -> None:
    app = open_intake()
    mail = _push(app, "1", text_mail())
    (tmp_path / "data" / "blobs").rename(tmp_path / "unmounted")
    with pytest.raises(StoreError):
        app.process()
    assert (app.receipts.get(mail).state, app.receipts.get(mail).failures) == ("received", 0)
    with pytest.raises(StoreError, match="not there"):
        open_intake().process()
    (tmp_path / "unmounted").rename(tmp_path / "data" / "blobs")
    assert app.process().processed.filed == 1


def test_what_a_failed_run_could_not_give_back_the_next_run_of_this_process_takes(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake()
    mail = _push(app, "1", text_mail())

    def fail(*_: object, **__: object) -> None:
        raise StoreError("connection lost")

    monkeypatch.setattr(requests, "insert_requests", fail)
    monkeypatch.setattr(claims, "give_back", fail)
    with pytest.raises(StoreError):
        app.process()
    assert app.receipts.get(mail).state == "processing"
    monkeypatch.undo()
    assert app.process().processed.filed == 1


def test_a_value_that_no_column_takes_is_charged_to_its_item(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake(processing={"workers": 1, "retry_delay_s": 0})
    ids = [_push(app, str(n), text_mail(subject=f"Domanda {n}")) for n in range(3)]
    draft = settle.draft_request
    huge = RequestAttachment(media_type="text/plain", size_bytes=1 << 70, sha256="", path="1")
    odd = {"nul": "a\0b", "surrogate": "\udc80", "inf": float("inf"), "\0": ["\0"]}

    def spoil(item: Any, message: Any, *rest: Any, **more: Any) -> Any:
        made = draft(item, message, *rest, **more)
        if message.subject == "Domanda 0":
            return made.model_copy(update={"text": "a\0b\udc80", "details": odd})
        if message.subject == "Domanda 1":
            return made.model_copy(update={"attachments": (huge,)})
        return made

    monkeypatch.setattr(settle, "draft_request", spoil)
    app.process()
    cleaned, refused, other = (app.receipts.get(receipt_id) for receipt_id in ids)
    assert app.requests.get(cleaned.reference or "").text == "a\ufffdb?"
    assert refused.state == "quarantined"
    assert refused.reason_code in {"not_storable", "defect"}
    assert other.state == "filed"


def test_many_copies_of_one_original_are_linked_by_workers_at_the_same_time(
    open_intake: Open,
) -> None:
    app = open_intake(processing={"workers": 4})
    ids = [_push(app, str(n), text_mail()) for n in range(60)]
    report = app.process()
    assert (report.processed.filed, report.processed.linked) == (1, 59)
    reference = app.receipts.get(ids[0]).reference or ""
    assert journal.is_chained(app.requests.history(reference))


def test_of_two_moves_at_the_same_time_only_the_allowed_are_made(open_intake: Open) -> None:
    app = open_intake()
    for _ in range(5):
        request = app.submit(RequestDraft(channel=Channel.PHONE, text="Chiede un opuscolo."))

        def move(to: Status, reference: str = request.reference) -> bool:
            try:
                app.requests.transition(reference, to=to, by="op")
            except TransitionRefused:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(move, (Status.CLOSED, Status.ASSIGNED)))
        assert made.count(True) == 1


def test_a_connector_that_breaks_does_not_hinder_the_other_sources(
    open_intake: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(text_mail())
    folder = {"kind": "eml", "path": str(tmp_path / "mails"), "settle_s": 0}
    app = open_intake(sources={"broken": folder, "sound": folder})
    connector = intake.polling.open_connector

    def open_one(name: str, source: Any) -> Any:
        if name == "broken":
            raise KeyError("a defect of the plugin")
        return connector(name, source)

    monkeypatch.setattr(intake.polling, "open_connector", open_one)
    report = app.run()
    assert report.sources["sound"].received == 1
    assert report.sources["broken"].problem is not None
    assert report.exit_code == 70


def test_items_that_need_a_missing_tool_wait_and_the_others_go_on(open_intake: Open) -> None:
    app = open_intake(ocr={"engine": "absent"}, processing={"retry_delay_s": 0, "workers": 1})
    scan = _push(app, "scan", _picture(), profile="scan")
    mail = _push(app, "mail", text_mail())
    report = app.process()
    assert report.exit_code == 69
    assert report.processed.problem is not None
    assert report.processed.problem.remedy == "apt-get install it"
    assert app.receipts.get(mail).state == "filed"
    assert (app.receipts.get(scan).state, app.receipts.get(scan).failures) == ("received", 0)


def test_a_failing_database_ends_the_run_and_is_charged_to_no_item(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake()
    mail = _push(app, "mail", text_mail())

    def fail(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(requests, "insert_requests", fail)
    with pytest.raises(StoreError):
        app.process()
    monkeypatch.undo()
    assert (app.receipts.get(mail).state, app.receipts.get(mail).failures) == ("received", 0)
    app.process()
    assert app.receipts.get(mail).state == "filed"


def test_identical_bytes_are_linked_to_the_first_request(open_intake: Open) -> None:
    app = open_intake()
    first, second = _push(app, "1", text_mail()), _push(app, "2", text_mail())
    report = app.process()
    assert (report.processed.filed, report.processed.linked) == (1, 1)
    assert app.receipts.get(second).reference == app.receipts.get(first).reference
    history = app.requests.history(app.receipts.get(first).reference or "")
    assert [event.type for event in history] == ["request.filed", "request.seen_again"]


CALL = b'{"messaggio": "Aiuto, siamo bloccati in ascensore e c\'e fumo"}'


def _call(app: Intake, key: str, at: datetime | None = None) -> str:
    """Receive the same call for help under another key; return the reference it has."""
    item = RawItem(
        source="web",
        key=key,
        profile="form",
        content=CALL,
        received_at=at,
        received_at_by="form" if at else "intake",
    )
    receipt = app.receive(item)
    app.process()
    return app.receipts.get(receipt.id).reference or ""


def test_an_open_call_that_comes_again_is_linked_and_alarms_again(open_intake: Open) -> None:
    app = open_intake()
    first = _call(app, "1")
    app.requests.transition(first, to="assigned", by="op17")
    observer = RecordingObserver()
    app._observers = Observers([observer])
    receipt = app.receive(RawItem(source="web", key="2", profile="form", content=CALL))
    report = app.process()
    assert (report.processed.linked, report.processed.emergencies) == (1, 1)
    assert report.exit_code != 0
    assert app.receipts.get(receipt.id).reference == first
    assert "request.emergency" in observer.types()
    request = app.requests.get(first)
    assert (request.status, request.needs_review) == ("assigned", True)
    assert "called_again" in request.review_reasons
    told = [event.type for event in app.requests.history(first)]
    assert told[-2:] == ["request.seen_again", "request.emergency"]


@pytest.mark.parametrize("moves", [["closed"], ["answered"], ["in_progress", "closed"], ["spam"]])
def test_a_call_that_comes_again_after_its_request_was_handled_makes_a_new_one(
    open_intake: Open, moves: list[str]
) -> None:
    app = open_intake()
    first = _call(app, "1")
    for to in moves:
        app.requests.transition(first, to=to, by="op17")
    second = _call(app, "2")
    assert second != first
    request = app.requests.get(second)
    assert (request.urgency, request.status) == ("emergency", "new")
    assert request.follows == app.requests.get(first).id
    assert [event.type for event in app.requests.history(second)] == [
        "request.filed",
        "request.emergency",
    ]
    assert _call(app, "3") == second


def test_a_call_that_is_fetched_twice_is_one_call(open_intake: Open) -> None:
    app = open_intake()
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    first = _call(app, "1", at)
    app.requests.transition(first, to="closed", by="op17")
    assert _call(app, "1", at) == first
    assert _call(app, "after another UIDVALIDITY", at) == first
    assert [event.type for event in app.requests.history(first)][-1] == "request.seen_again"
    assert app.requests.get(first).status == "closed"
    assert _call(app, "an hour later", at + timedelta(hours=1)) != first


def test_what_is_no_call_is_linked_to_a_closed_request(open_intake: Open) -> None:
    app = open_intake()
    first = _push(app, "1", text_mail())
    app.process()
    reference = app.receipts.get(first).reference or ""
    app.requests.transition(reference, to="closed", by="op17")
    second = _push(app, "2", text_mail())
    assert app.process().processed.linked == 1
    assert app.receipts.get(second).reference == reference


def test_identical_bytes_make_a_request_of_their_own_when_so_configured(open_intake: Open) -> None:
    app = open_intake(requests={"identical": "new"})
    _push(app, "1", text_mail())
    _push(app, "2", text_mail())
    assert app.process().processed.filed == 2


def test_an_answer_of_the_same_sender_follows_and_a_stranger_never_does(open_intake: Open) -> None:
    app = open_intake()
    first = _push(
        app, "1", text_mail(sender="Anna <anna@example.com>", message_id="one@example.com")
    )
    app.process()
    earlier = app.requests.get(app.receipts.get(first).reference or "")
    quoting = f"Re: {earlier.reference}"
    own = _push(
        app, "2", text_mail(subject=quoting, sender="A <ANNA@example.com>", message_id="two@x")
    )
    strange = _push(
        app, "3", text_mail(subject=quoting, sender="Eve <eve@x.it>", message_id="three@x")
    )
    app.process()
    followed = app.requests.get(app.receipts.get(own).reference or "")
    stranger = app.requests.get(app.receipts.get(strange).reference or "")
    assert followed.follows == earlier.id
    assert stranger.follows is None
    assert "possible_follow_up" in stranger.review_reasons


def test_an_emergency_is_filed_and_told_before_any_picture_is_read(open_intake: Open) -> None:
    app = open_intake(processing={"workers": 1}, ocr={"engine": "absent"})
    observer = RecordingObserver()
    app._observers = Observers([observer])
    calm = [_push(app, f"calm{n}", _picture(200 + n), profile="scan") for n in range(3)]
    danger = EmailMessage()
    danger["From"] = "Anna <anna@example.com>"
    danger.set_content("Aiuto, siamo intrappolati sotto le macerie!")
    danger.add_attachment(_picture(), maintype="image", subtype="png", filename="foto.png")
    urgent = _push(app, "urgent", danger.as_bytes())
    report = app.process()
    assert report.processed.emergencies == 1
    assert "request.emergency" in observer.types()
    request = app.requests.get(app.receipts.get(urgent).reference or "")
    assert (request.urgency, request.needs_review) == ("emergency", True)
    assert "unread_emergency_first" in request.review_reasons
    assert [attachment.filename for attachment in request.attachments] == ["foto.png"]
    assert [app.receipts.get(receipt_id).state for receipt_id in calm] == ["received"] * 3


def test_an_answer_is_joined_to_a_message_of_the_same_group(open_intake: Open) -> None:
    app = open_intake(processing={"workers": 1})
    sender = "Anna <anna@example.com>"
    first = _push(app, "1", text_mail(sender=sender, message_id="one@example.com"))
    answer = EmailMessage()
    answer["From"] = sender
    answer["In-Reply-To"] = "<one@example.com>"
    answer.set_content("Aggiungo il mio numero di telefono.")
    second = _push(app, "2", answer.as_bytes())
    again = text_mail(text="Un altro testo", sender=sender, message_id="one@example.com")
    third = _push(app, "3", again)
    app.process()
    opening, following, doubled = (
        app.requests.get(app.receipts.get(receipt_id).reference or "")
        for receipt_id in (first, second, third)
    )
    assert following.follows == opening.id
    assert "possible_duplicate" in doubled.review_reasons


def test_one_item_that_spoils_the_commit_is_charged_alone(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake(processing={"workers": 1, "retry_delay_s": 0})
    ids = [_push(app, str(n), text_mail(subject=f"Domanda {n}")) for n in range(5)]
    draft = settle.draft_request

    def spoil(item: Any, message: Any, *rest: Any, **more: Any) -> Any:
        if message.subject == "Domanda 3":
            raise ValueError("a defect that only this message shows")
        return draft(item, message, *rest, **more)

    monkeypatch.setattr(settle, "draft_request", spoil)
    report = app.process()
    assert (report.processed.filed, report.processed.quarantined) == (4, 1)
    spoilt = app.receipts.get(ids[3])
    assert (spoilt.state, spoilt.reason_code, spoilt.failures) == ("quarantined", "defect", 3)
    numbers = [app.receipts.get(receipt_id).reference or "" for receipt_id in ids[:3]]
    assert [int(number.split("-")[2]) for number in numbers] == [1, 2, 3]


def test_workers_at_the_same_time_file_every_item_once(open_intake: Open) -> None:
    app, other = open_intake(processing={"workers": 2}), open_intake(processing={"workers": 2})
    ids = [_push(app, str(n), text_mail(subject=f"Domanda {n}")) for n in range(40)]
    second = threading.Thread(target=other.process)
    second.start()
    app.process()
    second.join()
    found = [app.receipts.get(receipt_id).reference for receipt_id in ids]
    assert len(set(found)) == 40
    assert None not in found
    numbers = sorted(int((reference or "").split("-")[2]) for reference in found)
    assert numbers == list(range(1, 41))


def test_a_quarantined_item_can_be_tried_again_or_released(open_intake: Open) -> None:
    app = open_intake()
    empty = _push(app, "1", b"")
    app.process()
    assert [receipt.id for receipt in app.quarantine.find()] == [empty]
    assert app.quarantine.retry(empty, by="op17").state == "received"
    app.process()
    request = app.quarantine.release(empty, by="op17")
    assert request.review_reasons == ("released_from_quarantine", "empty")
    assert app.receipts.get(empty).reference == request.reference
    with pytest.raises(UsageError):
        app.quarantine.release(empty, by="op17")
    assert [event.actor for event in app.receipts.history(empty)][-1] == "op17"


def test_a_front_end_files_a_request_once(open_intake: Open) -> None:
    app = open_intake()
    draft = RequestDraft(
        channel=Channel.PHONE,
        text="La signora è intrappolata in casa, l'acqua sale.",
        submission_key="call-17",
    )
    request = app.submit(draft)
    assert app.submit(draft).reference == request.reference
    assert (request.urgency, request.language) == ("emergency", "it")
    filed, alarm = app.requests.history(request.id)
    assert (filed.type, alarm.type) == ("request.filed", "request.emergency")
    answer = alarm.data["acknowledgement"]
    assert answer["language"] == "it"
    assert all(number in answer["text"] for number in ("112", "115", "118", request.reference))


def test_only_allowed_moves_are_made_and_each_is_an_event(open_intake: Open) -> None:
    app = open_intake()
    request = app.submit(RequestDraft(channel=Channel.PHONE, text="Chiede un opuscolo."))
    moved = app.requests.transition(request.reference, to="triaged", by="op17", note="letto")
    assert moved.status is Status.TRIAGED
    with pytest.raises(TransitionRefused, match="allowed: "):
        app.requests.transition(request.reference, to="new", by="op17")
    last = app.requests.history(request.reference)[-1]
    assert (last.type, last.actor, last.data["note"]) == ("request.moved", "op17", "letto")


def test_the_original_bytes_are_exported_as_they_came(open_intake: Open, tmp_path: Path) -> None:
    app = open_intake()
    raw = mail_with_attachment("modulo.txt", b"nome e cognome")
    receipt_id = _push(app, "1", raw)
    app.process()
    reference = app.receipts.get(receipt_id).reference or ""
    files = app.export(reference, tmp_path / "out")
    assert sorted(path.read_bytes() for path in files) == sorted([raw, b"nome e cognome"])
    again = app.export(reference, tmp_path / "out")
    assert not set(again) & set(files)


@pytest.mark.same_on_any_database
@pytest.mark.parametrize("name", ["a" * 300 + ".txt", "..", "../../x.eml", "a\tb\u202e.eml"])
def test_an_original_is_exported_whatever_its_name(
    open_intake: Open, tmp_path: Path, name: str
) -> None:
    app = open_intake()
    item = RawItem(source="door", key="1", content=text_mail(), file_name=name)
    receipt = app.receive(item)
    app.process()
    reference = app.receipts.get(receipt.id).reference or ""
    (file,) = app.export(reference, tmp_path / "out")
    assert file.parent == tmp_path / "out" / reference
    assert file.read_bytes() == text_mail()


def test_find_narrows_by_every_filter(open_intake: Open) -> None:
    app = open_intake()
    _push(app, "1", text_mail(subject="Opuscolo Città", sender="Anna <anna@example.com>"))
    app.process()
    phone = app.submit(RequestDraft(channel=Channel.PHONE, text="Chiede un opuscolo."))
    found = app.requests.find
    assert {request.channel for request in found()} == {Channel.EMAIL, Channel.PHONE}
    assert [request.id for request in found(channel="phone")] == [phone.id]
    assert [request.subject for request in found(search="anna opuscolo")] == ["Opuscolo Città"]
    assert found(search="100%") == []
    assert found(since=phone.created_at.replace(year=2099)) == []
    assert len(found(limit=1)) == 1


def test_our_own_mail_coming_back_is_a_notice_unless_somebody_is_in_danger(
    open_intake: Open,
) -> None:
    app = open_intake(requests={"own_addresses": ["Contact@Example.org"]})
    own = "Centro <contact@example.org>"
    calm = _push(app, "1", text_mail(sender=own))
    danger = _push(app, "2", text_mail(text="Aiuto, siamo intrappolati!", sender=own))
    app.process()
    assert [app.receipts.get(each).state for each in (calm, danger)] == ["noted", "filed"]


def test_find_puts_open_emergencies_first_whatever_the_limit(open_intake: Open) -> None:
    app = open_intake()
    danger = app.submit(RequestDraft(channel=Channel.PHONE, text="Aiuto, siamo intrappolati!"))
    later = [app.submit(RequestDraft(channel=Channel.WEB, text=f"Nota {n}")) for n in range(3)]
    first, second = app.requests.find(limit=2)
    assert (first.id, second.id) == (danger.id, later[-1].id)
    app.requests.transition(danger.reference, to=Status.CLOSED, by="op")
    assert app.requests.find(limit=1)[0].id == later[-1].id


def test_high_urgency_comes_after_emergencies_and_before_all_that_is_newer(
    open_intake: Open,
) -> None:
    app = open_intake()
    texts = ("I am drowning in paperwork", "Aiuto, siamo intrappolati!", "Nota 1", "Nota 2")
    doubted, danger, old, new = (
        app.submit(RequestDraft(channel=Channel.WEB, text=text)) for text in texts
    )
    assert (doubted.urgency, doubted.needs_review) == ("high", True)
    assert doubted.review_reasons == ("alarm_doubted", "topic_unsure")
    in_turn = [danger.id, doubted.id, new.id, old.id]
    assert [each.id for each in app.requests.find()] == in_turn
    assert [each.id for each in app.requests.find(limit=3)] == in_turn[:3]
    app.requests.transition(doubted.reference, to=Status.CLOSED, by="op")
    assert [each.id for each in app.requests.find()] == [danger.id, new.id, old.id, doubted.id]


def test_an_emergency_is_due_at_once_and_a_correction_does_not_put_it_off(
    open_intake: Open,
) -> None:
    app = open_intake()
    text = "Aiuto, c'è un incendio nel bosco dietro casa"
    mailed = app.receipts.get(_push(app, "1", text_mail(text=text)))
    app.process()
    filed = app.requests.get(app.receipts.get(mailed.id).reference or "")
    told = app.submit(RequestDraft(channel=Channel.PHONE, text=text))
    for request in (filed, told):
        assert (request.topic, request.urgency) == ("segnalazione.incendio", "emergency")
        assert request.due_at == request.received_at
        corrected = app.requests.correct(request.reference, "info.rischio-sismico", by="op")
        assert corrected.due_at == request.received_at


def test_a_front_end_that_knows_of_more_urgency_is_believed(open_intake: Open) -> None:
    app = open_intake()
    draft = RequestDraft(channel=Channel.PHONE, urgency=Urgency.EMERGENCY, text="Nota")
    assert app.submit(draft).urgency == "emergency"


def test_a_time_without_a_zone_is_one_of_this_computer_whatever_the_database(
    open_intake: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake()
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    app.submit(RequestDraft(channel=Channel.PHONE, text="Nota", received_at=noon))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "XST-9")  # noon of UTC is 21:00 there
        time.tzset()
        found = [len(app.requests.find(since=datetime(2026, 7, 1, hour))) for hour in (20, 22)]
    time.tzset()
    assert found == [1, 0]


@pytest.mark.parametrize(("moment", "hours"), [(datetime.min, 1), (datetime.max, -1)])
def test_requests_since_a_time_that_utc_does_not_have_are_a_mistake_of_whoever_asks(
    open_intake: Open, moment: datetime, hours: int
) -> None:
    since = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    with pytest.raises(UsageError, match="since"):
        open_intake().requests.find(since=since)


def test_a_source_that_refused_twice_rests_until_it_is_named_or_its_settings_change(
    open_intake: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mails").mkdir()
    folder = {"kind": "eml", "path": str(tmp_path / "mails"), "settle_s": 0}
    app = open_intake(sources={"inbox": folder})
    tries: list[str] = []

    def refuse(name: str, _source: Any) -> Any:
        tries.append(name)
        raise SourceRefused("wrong password")

    monkeypatch.setattr(intake.polling, "open_connector", refuse)
    codes = [app.poll().exit_code for _ in range(4)]
    assert (codes, len(tries)) == ([77, 77, 75, 75], 2)
    assert app.poll(["inbox"]).exit_code == 77
    mended = open_intake(sources={"inbox": {**folder, "after_receive": "leave"}})
    assert mended.poll().exit_code == 77
    monkeypatch.undo()
    assert mended.poll(["inbox"]).exit_code == 0
    assert app.poll().exit_code == 0


def test_a_source_that_asks_for_time_is_left_alone_for_so_long(
    open_intake: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mails").mkdir()
    app = open_intake(sources={"inbox": {"kind": "eml", "path": str(tmp_path / "mails")}})
    tries: list[str] = []

    def slow_down(name: str, _source: Any) -> Any:
        tries.append(name)
        raise SourceUnavailable("slow down", retry_after_s=0.2)

    monkeypatch.setattr(intake.polling, "open_connector", slow_down)
    assert [app.poll().exit_code for _ in range(2)] == [75, 75]
    assert len(tries) == 1
    time.sleep(0.25)
    app.poll()
    assert len(tries) == 2


@pytest.mark.parametrize("figure", [1e20, float("inf"), float("nan")])
def test_no_source_can_ask_for_so_much_time_that_the_others_are_not_polled(
    open_intake: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: float
) -> None:
    (tmp_path / "mails").mkdir()
    folder = {"kind": "eml", "path": str(tmp_path / "mails")}
    app = open_intake(sources={"first": folder, "second": folder})

    def slow_down(_name: str, _source: Any) -> Any:
        raise SourceUnavailable("slow down", retry_after_s=figure)

    monkeypatch.setattr(intake.polling, "open_connector", slow_down)
    assert {name: each.problem is None for name, each in app.poll().sources.items()} == {
        "first": False,
        "second": False,
    }


def test_a_source_that_was_left_alone_while_the_clock_was_ahead_is_polled(
    open_intake: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mails").mkdir()
    app = open_intake(sources={"inbox": {"kind": "eml", "path": str(tmp_path / "mails")}})

    def refuse(_name: str, _source: Any) -> Any:
        raise SourceRefused("wrong password")

    with monkeypatch.context() as ahead:
        now = Database.now
        ahead.setattr(Database, "now", lambda *of: now(*of) + timedelta(days=400))
        ahead.setattr(intake.polling, "open_connector", refuse)
        assert [app.poll().exit_code for _ in range(3)] == [77, 77, 75]
    assert app.poll().exit_code == 0


def _bounce_of(message_id: str) -> bytes:
    return (
        b"From: MAILER-DAEMON@mx.example.it\r\nTo: urp@example.it\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example.it\r\n\r\n"
        b"Final-Recipient: rfc822; anna@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: urp@example.it\r\nMessage-ID: <"
        + message_id.encode()
        + b">\r\n\r\nciao\r\n--b--\r\n"
    )


def test_a_bounce_of_our_reply_is_told_to_its_request_and_to_a_person(open_intake: Open) -> None:
    app = open_intake()
    citizen = _push(app, "1", text_mail())
    app.process()
    reference = app.receipts.get(citizen).reference or ""
    assert not app.requests.get(reference).needs_review
    for written in ("<answer-1@urp.example.it>", " answer-1@urp.example.it"):
        app.requests.record_reply(reference, written, by="op17")
    observer = RecordingObserver()
    app._observers = Observers([observer])
    bounce = _push(app, "2", _bounce_of("answer-1@urp.example.it"))
    app.process()
    assert app.receipts.get(bounce).state == "noted"
    assert app.requests.get(reference).review_reasons == ("undelivered",)
    history = app.requests.history(reference)
    assert [each.type for each in history] == ["request.filed", "request.replied", "request.notice"]
    assert journal.is_chained(history)
    assert (history[1].actor, history[2].data["receipt"]) == ("op17", bounce)
    assert "request.notice" in [event.type for event in observer.events]


def test_a_bounce_of_what_we_do_not_know_is_told_to_no_request(open_intake: Open) -> None:
    app = open_intake()
    citizen = _push(app, "1", text_mail())
    bounce = _push(app, "2", _bounce_of("strange@urp.example.it"))
    app.process()
    assert app.receipts.get(bounce).state == "noted"
    history = app.requests.history(app.receipts.get(citizen).reference or "")
    assert [each.type for each in history] == ["request.filed"]


def test_receipts_of_a_certified_reply_are_told_to_its_request(open_intake: Open) -> None:
    app = open_intake()
    citizen = _push(app, "1", text_mail())
    app.process()
    reference = app.receipts.get(citizen).reference or ""
    receipts = sorted(FIXTURES.glob("pec/*.eml"))
    raw = {file.stem: file.read_bytes() for file in receipts}
    for name in ("pec12_mancata_consegna", "pec09_consegna_completa"):
        about = parse_message(raw[name], "pec").pec.x_riferimento_message_id  # type: ignore[union-attr]
        app.requests.record_reply(reference, about or "", by="op17")
    _push(app, "2", raw["pec09_consegna_completa"], profile="pec")
    app.process()
    assert not app.requests.get(reference).needs_review
    _push(app, "3", raw["pec12_mancata_consegna"], profile="pec")
    app.process()
    assert app.requests.get(reference).review_reasons == ("undelivered",)
    history = app.requests.history(reference)
    told = [each.data["x_ricevuta"] for each in history if each.type == "request.notice"]
    assert told == ["avvenuta-consegna", "errore-consegna"]


def test_an_answer_to_our_reply_follows_its_request(open_intake: Open) -> None:
    app = open_intake()
    citizen = _push(app, "1", text_mail(sender="Anna <anna@example.com>"))
    app.process()
    earlier = app.requests.get(app.receipts.get(citizen).reference or "")
    app.requests.record_reply(earlier.reference, "answer-2@urp.example.it", by="op17")
    again = text_mail("Re: x", "Grazie", sender="anna@example.com", message_id="again@x")
    answer = _push(app, "2", b"In-Reply-To: <answer-2@urp.example.it>\r\n" + again)
    app.process()
    assert app.requests.get(app.receipts.get(answer).reference or "").follows == earlier.id


@pytest.mark.same_on_any_database
@pytest.mark.parametrize("wrong", ["", "<>", "no-at", "a b@c", "x@y\r\nBcc: z", "è@x", "a@" * 400])
def test_what_is_no_message_id_is_refused(open_intake: Open, wrong: str) -> None:
    app = open_intake()
    request = app.submit(RequestDraft(channel=Channel.PHONE, text="Chiede un opuscolo."))
    with pytest.raises(UsageError):
        app.requests.record_reply(request.reference, wrong, by="op")


@pytest.mark.same_on_any_database
@pytest.mark.parametrize("name", ["frana.docx", "volontari.odt", "danni.xlsx", "allagamento.rtf"])
def test_the_text_of_an_attached_document_is_read_and_found(open_intake: Open, name: str) -> None:
    app = open_intake()
    content = (FIXTURES / "office" / name).read_bytes()
    receipt_id = _push(app, name, mail_with_attachment(name, content, "application/octet-stream"))
    assert app.process().processed.filed == 1
    request = app.requests.get(app.receipts.get(receipt_id).reference or "")
    words = {"frana.docx": "via dei Tigli", "volontari.odt": "diventare volontario"}
    found = words.get(name, "cantina")
    assert [each.confidence for each in request.attachments] == [1.0]
    assert [each.reference for each in app.requests.find(search=found)] == [request.reference]
