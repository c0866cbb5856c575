"""The verbs on a real database, in one small contact centre."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from intake.testing import samples

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
EMERGENCY = "Aiuto, mia madre e' bloccata sotto le macerie, la casa e' crollata"
CONFIG = """
[sources.mails]
kind = "eml"
path = "mails"
settle_s = 0

[requests]
timezone = "Asia/Tokyo"
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("centre")
    mails = folder / "mails"
    mails.mkdir()
    (folder / "intake.toml").write_text(CONFIG)
    (mails / "1.eml").write_bytes(samples.text_mail("Area di attesa", "Dove si trova?"))
    (mails / "2.eml").write_bytes(samples.text_mail("AIUTO", EMERGENCY))
    (mails / "3.eml").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def first_run(centre: Path, intake_apart: Callable[..., Any]) -> Any:
    return intake_apart(centre, "run", "--json")


@pytest.fixture(autouse=True)
def _inside(first_run: Any, centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(centre)
    monkeypatch.setenv("COLUMNS", "160")


def test_a_run_that_quarantines_ends_with_1(first_run: Any) -> None:
    assert first_run.code == 1
    assert first_run.json["sources"]["mails"]["received"] == 3
    assert first_run.json["processed"]["filed"] == 2
    assert first_run.json["processed"]["quarantined"] == 1


def test_a_second_run_takes_nothing_twice(intake: Any) -> None:
    again = intake("run", "--json")

    assert again.code == 0
    assert again.json["sources"]["mails"]["received"] == 0
    assert len(intake("requests", "--json").json) == 2


def test_requests_lists_emergencies_first_and_marked(intake: Any) -> None:
    lines = intake("requests").out.splitlines()

    assert "!! emergency" in lines[2]
    assert "AIUTO" in lines[2]
    assert "!!" not in lines[3]


def test_tables_are_printed_where_letters_are_not_utf_8(centre: Path) -> None:
    def printed(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from intake.cli.main import main; main()", *arguments],
            cwd=centre,
            env={**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "100"},
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode("latin-1")

    assert "!! emergency" in printed("requests")
    assert "---" in printed("run")
    assert '{"text": "..."' in printed("train", "--help")


def test_requests_are_chosen_by_channel_search_and_time(intake: Any) -> None:
    def subjects(*arguments: str) -> set[str]:
        return {each["subject"] for each in intake("requests", "--json", *arguments).json}

    assert subjects("--search", "macerie") == {"AIUTO"}
    assert subjects("--needs-review") >= {"AIUTO"}
    assert subjects("--channel", "email", "--status", "new", "--since", "1d", "--limit", "1")
    assert subjects("--channel", "pec") == set()
    assert intake("requests", "--channel", "pec").out == "None.\n"
    misspelled = intake("requests", "--topic", "info.aree-atesa", "--json")
    assert (misspelled.json, misspelled.code) == ([], 0)
    assert "There is no topic 'info.aree-atesa'" in misspelled.err
    assert "info.aree-attesa" in misspelled.err
    assert intake("requests", "--topic", "info.aree-attesa").err == ""


def test_show_prints_text_evidence_and_events_in_local_time(intake: Any) -> None:
    request = intake("requests", "--json", "--search", "macerie").json[0]

    shown = intake("show", request["reference"])

    assert "bloccata sotto le macerie" in shown.out
    assert "request.filed" in shown.out
    detail = intake("show", request["reference"], "--json").json
    assert detail["events"][0]["type"] == "request.filed"
    assert detail["subject"] == "AIUTO"
    assert detail["opinions"][0]["classifier"] == "urgency"
    assert detail["opinions"][0]["evidence"][0]["rule"].startswith("emergency: ")
    first_row = shown.out.split("\nEvidence")[1].splitlines()[3]
    assert "urgency" in first_row
    assert "emergency: " in first_row
    hour_in_tokyo = (int(request["received_at"][11:13]) + 9) % 24
    assert f" {hour_in_tokyo:02}:" in shown.out.split("received")[1].splitlines()[0]


def test_an_unknown_reference_names_the_nearest(intake: Any) -> None:
    known = intake("requests", "--json").json[0]["reference"]
    wrong = known[:-1] + ("1" if known[-1] == "0" else "0")

    result = intake("show", wrong)

    assert result.code == 2
    assert f"There is no request {wrong}. Did you mean" in result.err
    assert intake("show", "nonsense").code == 2


def test_export_writes_the_original_bytes(intake: Any, centre: Path, tmp_path: Path) -> None:
    reference = intake("requests", "--json", "--search", "macerie").json[0]["reference"]

    written = [Path(path) for path in intake("export", reference, str(tmp_path), "--json").json]

    original = (centre / "mails" / "2.eml").read_bytes()
    assert any(path.read_bytes() == original for path in written)


def test_receipts_tell_where_each_item_stands(intake: Any) -> None:
    everything = intake("receipts", "--json", "--source", "mails").json

    assert sorted(each["state"] for each in everything) == ["filed", "filed", "quarantined"]
    assert len(intake("receipts", "--state", "filed", "--json").json) == 2
    assert intake("receipts", "--state", "lost").code == 2


def test_the_quarantine_is_listed_shown_retried_and_released(
    intake: Any, centre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shutil.copytree(centre, tmp_path / "copy"))
    held = intake("quarantine", "list", "--json").json[0]
    number = str(held["id"])

    assert held["reason_code"] in intake("quarantine", "show", number).out
    assert intake("quarantine", "show", number, "--json").json["events"]
    assert intake("quarantine", "retry", number, "--by", "anna", "--json").json["state"] == (
        "received"
    )
    assert intake("process").code == 1
    released = intake("quarantine", "release", number, "--by", "anna", "--json").json
    assert released["needs_review"] is True
    assert intake("quarantine", "list").out == "None.\n"
    assert intake("quarantine", "show", number).code == 2
    assert intake("quarantine", "show", "999").code == 2


def test_an_unknown_source_ends_with_2(intake: Any) -> None:
    result = intake("poll", "mials")

    assert result.code == 2
    assert "mails" in result.err


def test_check_opens_everything(intake: Any) -> None:
    assert intake("check").code == 0
    assert {each["name"] for each in intake("check", "--json").json} >= {
        "database",
        "sources.mails",
    }


@pytest.mark.parametrize(
    ("settings", "code", "named"),
    [
        ("[parsing]\npasswords_file = 'none.txt'", 78, "none.txt"),
        ("[parsing]\nfax_rules = 'none'", 78, "none"),
        ("[parsing]\npec_anchors = 'none.pem'", 78, "none.pem"),
        ("[ocr]\nlanguages = ['xyz']", 69, "tesseract-ocr-xyz"),
    ],
)
def test_check_tells_what_a_run_would_stumble_over(
    intake: Any, tmp_path: Path, settings: str, code: int, named: str
) -> None:
    path = tmp_path / "intake.toml"
    path.write_text(settings)
    result = intake("--config", str(path), "check", "--json")
    assert result.code == code
    (wrong,) = [each for each in result.json if not each["ok"]]
    assert named in f"{wrong['detail']} {wrong['remedy']}"


def test_check_names_a_further_language_without_data_and_is_content(
    intake: Any, tmp_path: Path
) -> None:
    path = tmp_path / "intake.toml"
    path.write_text("[ocr]\nlanguages = ['ita']\nmore_languages = ['eng', 'xyz']")
    result = intake("--config", str(path), "check", "--json")
    (found,) = [each for each in result.json if each["name"] == "ocr"]
    assert found["ok"]
    assert found["detail"].endswith("ita, where needed eng (no data for xyz)")


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("quarantine show 99999999999999999999", 2),
        ("quarantine retry 99999999999999999999", 2),
        ("receipts --limit 99999999999999999999", 2),
        ("requests --limit 99999999999999999999", 2),
        ("requests --since 0001-01-01", 2),
        ("requests --since 9999-12-31T23:59:59-12:00", 2),
    ],
)
def test_numbers_and_times_beyond_all_bounds_are_mistakes_of_use(
    intake: Any, verb: str, code: int
) -> None:
    assert intake(*verb.split()).code == code


def test_check_tells_a_wrong_option_of_a_source(intake: Any, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('[sources.mails]\nkind = "eml"\npth = "mails"\n')

    result = intake("--config", str(path), "check")

    assert result.code == 78
    assert "did you mean `sources.mails.path`?" in result.err


def test_stats_and_db_speak_both_ways(intake: Any) -> None:
    assert intake("stats", "--json").json["channel"] == {"email": 2}
    assert "email" in intake("stats").out
    current = intake("db", "current", "--json").json
    assert current["revision"] == current["newest"]
    assert "already" in intake("db", "upgrade").out


def test_parse_reads_a_message_and_stores_nothing(intake: Any, centre: Path) -> None:
    before = len(intake("receipts", "--json").json)

    assert intake("parse", "mails/2.eml", "--json").json["subject"] == "AIUTO"
    assert "AIUTO" in intake("parse", "mails/2.eml").out
    assert "Because" in intake("parse", "mails/2.eml", "--explain").out
    assert intake("parse", "mails/2.eml", "--profile", "telegram").code == 78
    assert len(intake("receipts", "--json").json) == before


def test_an_unreadable_file_is_told_without_the_quarantine(intake: Any, tmp_path: Path) -> None:
    result = intake("parse", "mails/3.eml")
    assert result.code == 1
    assert "Nothing was stored" in result.err
    assert "--profile" in result.err

    (tmp_path / "note.tif").write_text("no picture")
    result = intake("ocr", str(tmp_path / "note.tif"))
    assert result.code == 1
    assert "Nothing was stored" in result.err
    assert "--profile" not in result.err


def test_classify_reads_a_text_a_file_or_a_message(intake: Any, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(EMERGENCY)

    for arguments in (("--text", EMERGENCY), (str(text),), ("mails/2.eml",)):
        assert intake("classify", *arguments, "--json").json["emergency"] is True
    assert "emergency" in intake("classify", "--text", EMERGENCY).out
    assert intake("classify").code == 2
    assert intake("classify", str(text), "--text", "x").code == 2


def test_classify_judges_all_that_came_with_a_message_and_names_the_rest(
    intake: Any, tmp_path: Path
) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Modulo", "anna@example.org"
    mail.set_content("Buongiorno, in allegato il modulo.")
    mail.add_attachment(EMERGENCY, filename="nota.txt")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="m.pdf")
    (tmp_path / "all.eml").write_bytes(mail.as_bytes())
    result = intake("classify", str(tmp_path / "all.eml"), "--json")
    assert result.json["emergency"] is True
    assert {each["where"] for each in result.json["evidence"]} >= {"nota.txt"}
    assert "Not judged here: m.pdf" in result.err


def test_a_dash_is_standard_input(intake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(content: bytes, *arguments: str) -> Any:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(content)))
        return intake(*arguments)

    assert given(EMERGENCY.encode(), "classify", "-", "--json").json["emergency"] is True
    mail = samples.text_mail("Una domanda", "Dove si raccolgono?", message_id="1@example.org")
    assert "Una domanda" in given(mail, "parse", "-").out
    picture = (FIXTURES / "scan" / "rischio_sismico.png").read_bytes()
    assert "Page 1" in given(picture, "ocr", "-").out


@pytest.mark.parametrize("verb", ["classify", "parse", "ocr"])
def test_what_is_no_file_is_refused_by_name(intake: Any, verb: str, tmp_path: Path) -> None:
    for wrong in (tmp_path / "missing", tmp_path):
        refused = intake(verb, str(wrong))
        assert refused.code == 2
        assert wrong.name in refused.err


def test_a_correction_is_kept_and_learned_from(
    intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mails = tmp_path / "mails"
    mails.mkdir()
    texts = {"reclamo": "il vicino butta rifiuti", "accesso": "copia degli atti"}
    for number in range(12):
        text = texts["reclamo" if number % 2 else "accesso"]
        (mails / f"{number}.eml").write_bytes(samples.text_mail(f"n{number}", f"{text} {number}"))
    (tmp_path / "intake.toml").write_text(CONFIG)
    intake("run")
    for request in intake("requests", "--json").json:
        topic = "reclamo" if "vicino" in request["text"] else "accesso"
        verb = ("correct", request["reference"], "--topic", topic, "--by", "anna")
        corrected = intake(*verb, "--json").json
        assert (corrected["topic"], corrected["topic_by"]) == (topic, "person")
        assert "topic_unsure" not in corrected["review_reasons"]

    reference = request["reference"]
    assert intake("correct", reference, topic).code == 0, "saying it twice changes nothing"
    shown = intake("show", reference, "--json").json
    assert [each["type"] for each in shown["events"]].count("request.corrected") == 1
    assert shown["opinions"][-1]["classifier"] == "person"
    assert shown["opinions"][-1]["version"] == "anna"
    refused = intake("correct", reference, "nessuno")
    assert refused.code == 2
    assert "info.aree-attesa" in refused.err
    assert intake("correct", "CC-2026-9999999-0", "--topic", "reclamo").code == 2
    for topics in ((), ("reclamo", "--topic", "accesso")):
        assert "Name one topic" in intake("correct", reference, *topics).err

    trained = intake("train", "--out", "topics.model", "--json").json
    learned = dict(zip(trained["topics"], trained["examples"], strict=True))
    assert {topic: count for topic, count in learned.items() if count} == {
        "accesso": 6,
        "reclamo": 6,
    }
    assert "12 examples" in intake("evaluate").err


def test_who_corrects_a_request_into_an_emergency_is_told_so(
    intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "intake.toml").write_text(CONFIG)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(samples.text_mail())
    intake("run")
    [reference] = [each["reference"] for each in intake("requests", "--json").json]
    told = intake("correct", reference, "--topic", "emergenza-in-corso").out
    assert told == f"{reference}: emergenza-in-corso, an emergency\n"
    told = intake("correct", reference, "info.aree-attesa").out
    assert told == f"{reference}: info.aree-attesa, an emergency\n"


def test_with_a_wanted_precision_topics_are_filed_once_persons_confirmed_enough(
    intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mails = tmp_path / "mails"
    mails.mkdir()
    settings = "[classify]\nprecision = 0.9\naudit_share = 0.0\n"
    (tmp_path / "intake.toml").write_text(f"{CONFIG}\n{settings}")
    complaint = "Reclamo: nessuno risponde al telefono, numero"
    for number in range(31):
        raw = samples.text_mail(
            "Reclamo", f"{complaint} {number}", message_id=f"{number}@example.org"
        )
        (mails / f"{number}.eml").write_bytes(raw)
    intake("run")
    first = intake("requests", "--json", "--limit", "100").json
    assert {each["topic"] for each in first} == {None}, "a rule's word is not believed unproved"
    asked = ("classify", "--subject", "Reclamo", "--text", f"{complaint} 7", "--json")
    assert intake(*asked).json["review_reasons"] == ["topic_unsure"]
    for request in first:
        intake("correct", request["reference"], "reclamo", "--by", "anna")
    (mails / "next.eml").write_bytes(
        samples.text_mail("Reclamo", f"{complaint} 7", message_id="99@example.org")
    )
    intake("run")
    known = {each["reference"] for each in first}
    every = intake("requests", "--json", "--limit", "100").json
    (filed,) = [each for each in every if each["reference"] not in known]
    assert (filed["topic"], filed["needs_review"]) == ("reclamo", False)
    judged = intake(*asked).json
    assert (judged["topic"], judged["needs_review"]) == ("reclamo", False)


def test_topics_are_learned_measured_and_used(
    intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_topics: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(samples.text_mail("Strada", "Rifiuti in strada"))
    config = tmp_path / "intake.toml"
    config.write_text(CONFIG + few_topics)
    kinds = {"reclamo": "il vicino butta rifiuti in strada", "accesso": "copia degli atti firmati"}
    lines = [
        json.dumps({"text": f"{text} numero {number}", "topic": topic, "at": f"2026-01-{day:02}"})
        for day in range(1, 31)
        for number, (topic, text) in enumerate(kinds.items(), start=day)
    ]
    examples = tmp_path / "examples.jsonl"
    examples.write_text("\n".join(lines))

    figures = intake("evaluate", str(examples), "--json").json
    assert (figures["learned_from"], figures["accuracy"]) == (42, 1.0)
    page = tmp_path / "report.html"
    told = intake("evaluate", str(examples), "--split", "random", "--html", str(page)).out
    assert "macro-F1" in told
    assert "keyword rules" in told
    assert "Quanto bene" not in page.read_text(encoding="utf-8")
    assert intake("evaluate", str(examples), "--html", str(page), "--language", "it").code == 0
    assert "Quanto bene" in page.read_text(encoding="utf-8")
    assert intake("evaluate", str(examples), "--split", "event").code == 2
    assert intake("evaluate", str(examples), "--split", "weather").code == 2
    assert "en, it" in intake("evaluate", str(examples), "--html", "x", "--language", "xx").err
    model = tmp_path / "topics.model"
    trained = intake("train", str(examples), "--out", str(model), "--json").json
    assert {"accesso", "reclamo"} < set(trained["topics"])
    assert sum(trained["examples"]) == 60
    strange = tmp_path / "strange.jsonl"
    strange.write_text("\n".join([*lines, '{"text": "Un disco volante", "topic": "marziani"}']))
    warned = intake("train", str(strange), "--out", str(tmp_path / "strange.model"))
    assert (warned.code, "marziani (1)." in warned.err) == (0, True)
    config.write_text(f'{CONFIG}{few_topics}model = "topics.model"\n')
    verdict = intake("classify", "--text", "rifiuti in strada dal vicino", "--json").json
    assert verdict["topic"] == "reclamo"
    assert verdict["opinions"][0]["classifier"] == "learned"
    assert "learned" in verdict["model_version"]
    assert "learned, keywords" in intake("check").out
    intake("run")
    (request,) = intake("requests", "--json").json
    assert request["topic"] == "reclamo"

    model.write_bytes(b"broken")
    assert intake("check").code != 0
    judged = intake("classify", "--text", EMERGENCY, "--json")
    assert (judged.code, judged.json["urgency"]) == (78, "emergency")
    assert "topics.model" in judged.err
    examples.write_text("no json\n")
    refused = intake("train", str(examples), "--out", str(model))
    assert refused.code == 2
    assert "Line 1" in refused.err
    assert model.read_bytes() == b"broken"


def test_ocr_without_tesseract_ends_with_69_and_the_install_line(
    intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = Path(__file__).parents[3] / "fixtures" / "scan" / "rischio_sismico.png"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("INTAKE_OCR__ENGINE", "tesseract")

    result = intake("ocr", str(scan))

    assert result.code == 69
    assert "apt-get install" in result.err


def test_ocr_without_a_language_ends_with_69_and_the_install_line(intake: Any) -> None:
    scan = Path(__file__).parents[3] / "fixtures" / "scan" / "rischio_sismico.png"

    result = intake("ocr", str(scan), "--languages", "xyz")

    assert result.code == 69
    assert "apt-get install tesseract-ocr-xyz" in result.err


def test_ocr_prints_text_and_confidence(intake: Any) -> None:
    scan = Path(__file__).parents[3] / "fixtures" / "scan" / "rischio_sismico.png"

    shown = intake("ocr", str(scan), "--languages", "ita+eng", "--json").json

    assert "sismico" in shown["text"].lower()
    assert shown["pages"][0]["confidence"] > 0.5


def test_ocr_names_the_type_of_a_workbook_by_what_is_in_it(intake: Any, tmp_path: Path) -> None:
    book = tmp_path / "danni"
    with (
        zipfile.ZipFile(FIXTURES / "office" / "danni.xlsx") as old,
        zipfile.ZipFile(book, "w") as new,
    ):
        new.writestr("docProps/thumbnail.jpeg", bytes(10_000))  # its beginning does not tell
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))

    assert intake("ocr", str(book), "--json").json["media_type"].endswith("spreadsheetml.sheet")


def test_ocr_writes_a_searchable_pdf_and_a_page_that_explains(intake: Any, tmp_path: Path) -> None:
    scan = Path(__file__).parents[3] / "fixtures" / "scan" / "rischio_sismico.png"
    pdf, page = tmp_path / "out.pdf", tmp_path / "why.html"

    result = intake("ocr", str(scan), "--pdf", str(pdf), "--debug-html", str(page))

    assert result.code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "sismico" in page.read_text("utf-8")
    assert sorted(tmp_path.glob("*")) == sorted([pdf, page, *tmp_path.glob("intake*")])


def test_ocr_never_replaces_the_file_it_reads(intake: Any, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"the only copy")

    assert intake("ocr", str(scan), "--pdf", str(scan)).code == 2
    assert scan.read_bytes() == b"the only copy"


def test_ocr_does_not_read_for_a_folder_that_is_not_there(intake: Any, tmp_path: Path) -> None:
    scan = Path(__file__).parents[3] / "fixtures" / "scan" / "rischio_sismico.png"

    result = intake("ocr", str(scan), "--pdf", str(tmp_path / "none" / "out.pdf"))

    assert result.code == 2
    assert "is not there" in result.err


def test_models_of_a_folder_go_live_by_winning_and_are_put_back_by_a_person(
    intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_topics: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mails").mkdir()
    (tmp_path / "intake.toml").write_text(f'{CONFIG}{few_topics}model_dir = "models"\n')
    words = {"accesso": "gimbo lapti", "reclamo": "sorva tuncle"}
    examples = tmp_path / "examples.jsonl"
    examples.write_text(
        "\n".join(
            json.dumps({"text": f"{text} {number}", "topic": topic})
            for number in range(70)
            for topic, text in words.items()
        )
    )
    assert intake("models", "list", "--json").json == {"in_use": "untrained", "models": []}

    trained = intake("train", str(examples), "--by", "anna", "--json").json

    assert trained["contest"]["is_won"]
    assert intake("models", "list", "--json").json == {
        "in_use": trained["version"],
        "models": [trained],
    }
    assert trained["reason"][:6] in intake("models", "list").out
    record = tmp_path / "models" / f"{trained['version']}.json"
    kept = record.read_bytes()
    record.unlink()
    listed = intake("models", "list").out
    record.write_bytes(kept)
    spoilt = tmp_path / "models" / f"{'f' * 12}.json"
    spoilt.write_text("{")
    spoilt.with_suffix(".model").write_bytes(b"broken")
    beside = intake("models", "list", "--json")
    spoilt.with_suffix(".model").unlink()
    assert (beside.code, beside.json["models"]) == (78, [trained])
    assert str(spoilt) in beside.err
    assert trained["version"] in listed.split("In use:")[0]
    assert "Its record is missing" in listed
    judged = intake("classify", "--text", "gimbo lapti 71", "--json").json
    assert f"learned {trained['version']}" in judged["model_version"]
    assert judged["topic"] == "accesso"
    (tmp_path / "models" / "current").unlink()
    lost = intake("models", "list", "--json")
    assert (lost.code, lost.json["in_use"]) == (78, None)
    assert intake("models", "use", "untrained", "--json").json == {"in_use": "untrained"}
    judged = intake("classify", "--text", "gimbo lapti 71", "--json").json
    assert trained["version"] not in judged["model_version"]
    assert intake("models", "use", "0" * 12).code == 2
    (tmp_path / "intake.toml").write_text(CONFIG)
    unnamed = intake("train", str(examples))
    assert (unnamed.code, "model_dir" in unnamed.err) == (78, True)
