"""The verbs that learn and measure, where something is wrong with what they are given."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from intake.errors import UsageError
from intake.learning import evaluate_model

WORDS = {"accesso": "copia degli atti firmati", "reclamo": "il vicino butta rifiuti in strada"}


Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _inside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")


def written(path: Path, lines: Sequence[object]) -> str:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), encoding="utf-8")
    return str(path)


def labelled(days: int = 30) -> list[dict[str, str]]:
    return [
        {"text": f"{text} numero {day}", "topic": topic, "at": f"2026-01-{day:02}"}
        for day in range(1, days + 1)
        for topic, text in WORDS.items()
    ]


@pytest.mark.parametrize("content", ["", "\n \n\n"])
def test_nothing_to_learn_from_replaces_no_model(intake: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "empty.jsonl").write_text(content)
    model = tmp_path / "topics.model"
    model.write_bytes(b"a good model")

    refused = intake("train", "empty.jsonl", "--out", "topics.model")

    assert (refused.code, "no examples" in refused.err) == (2, True)
    assert model.read_bytes() == b"a good model"


def test_without_a_correction_there_is_nothing_to_learn_from(intake: Run, tmp_path: Path) -> None:
    refused = intake("train", "--out", "topics.model")

    assert (refused.code, "no examples" in refused.err) == (2, True)
    assert not (tmp_path / "topics.model").exists()


@pytest.mark.parametrize(("content", "named"), [(None, "is not in"), (b"broken", "cannot be used")])
def test_a_model_in_use_that_cannot_be_measured_is_named(
    intake: Run, tmp_path: Path, few_topics: str, content: bytes | None, named: str
) -> None:
    version = "0" * 12
    (tmp_path / "intake.toml").write_text(f'{few_topics}model_dir = "models"\n')
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "current").write_text(f"{version}\n")
    if content is not None:
        (tmp_path / "models" / f"{version}.model").write_bytes(content)

    measured = intake("evaluate", written(tmp_path / "all.jsonl", labelled()), "--json")

    assert measured.code == 78
    (fault,) = measured.json["faults"]
    assert named in fault["message"]
    assert f"Measured without it: {fault['message']}" in measured.err
    assert [each["name"] for each in measured.json["rivals"]] == [
        "most frequent topic",
        "keyword rules",
    ]


@pytest.mark.parametrize("at", ["15/09/2026", "yesterday", "2026-13-45", "", "0001-01-01T00:00+14"])
@pytest.mark.parametrize("verb", [("evaluate",), ("train", "--out", "topics.model")])
def test_what_is_no_time_is_refused_by_its_line(
    intake: Run, tmp_path: Path, verb: tuple[str, ...], at: str
) -> None:
    lines = [*labelled(2), {"text": "x", "topic": "reclamo", "at": at}]

    refused = intake(*verb, written(tmp_path / "all.jsonl", lines))

    assert refused.code == 2
    assert "Line 5 of" in refused.err
    assert f"{at!r} is no time" in refused.err
    assert "ISO 8601" in refused.err


def test_check_names_a_rule_for_a_topic_that_there_is_not(intake: Run, tmp_path: Path) -> None:
    (tmp_path / "intake.toml").write_text('[classify]\nrules = "keywords.toml"\n')
    rules = tmp_path / "keywords.toml"
    sound = '[[rules]]\ntopic = "reclamo"\nname = "noise"\nit = ["rumore"]\n'
    rules.write_text(f'{sound}[[rules]]\ntopic = "reclami"\nname = "queue"\nit = ["coda"]\n')

    checked = intake("check")

    assert checked.code == 78
    for named in (str(rules), "rule 'queue'", "topic 'reclami'"):
        assert named in checked.err
    assert "noise" not in checked.err
    rules.write_text(sound)
    assert intake("check").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("evaluate", "all.jsonl", "--html", "nodir/x.html"), "nodir is not there"),
        (("evaluate", "all.jsonl", "--html", "closed/x.html"), "cannot be written"),
        (("evaluate", "all.jsonl", "--html", f"{'x' * 256}.html"), "cannot be written"),
        (("evaluate", "all.jsonl", "--language", "fr"), "en, it"),
        (("train", "all.jsonl", "--out", "nodir/m.model"), "nodir is not there"),
    ],
)
def test_a_place_where_nothing_can_be_written_is_refused_before_the_work(
    intake: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    written(tmp_path / "all.jsonl", labelled())
    (tmp_path / "closed").write_text("a file, and no folder")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.pipeline.learning.learn.learn", None)  # it is not called
        refused = intake(*arguments)

    assert (refused.code, told in refused.err) == (2, True), refused.err


def test_examples_may_begin_with_a_byte_order_mark_or_come_by_standard_input(
    intake: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_topics: str
) -> None:
    (tmp_path / "intake.toml").write_text(few_topics)
    content = codecs.BOM_UTF8 + Path(written(tmp_path / "all.jsonl", labelled())).read_bytes()
    (tmp_path / "marked.jsonl").write_bytes(content)

    trained = intake("train", "marked.jsonl", "--out", "topics.model", "--json")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(content)))
    measured = intake("evaluate", "-", "--json")

    assert sum(trained.json["examples"]) == 60
    assert (measured.code, measured.json["learned_from"]) == (0, 42)


def test_examples_that_are_not_utf_8_are_refused_by_their_line(intake: Run, tmp_path: Path) -> None:
    line = '{"text": "perché mai", "topic": "reclamo"}\n'
    (tmp_path / "latin.jsonl").write_bytes(line.encode() + line.encode("latin-1"))

    refused = intake("train", "latin.jsonl", "--out", "topics.model")

    assert (refused.code, "Line 2 of latin.jsonl is not UTF-8" in refused.err) == (2, True)


def test_an_evaluation_names_topics_that_the_taxonomy_does_not_have(
    intake: Run, tmp_path: Path, few_topics: str
) -> None:
    (tmp_path / "intake.toml").write_text(few_topics)
    lines = [*labelled(), {"text": "Un disco volante", "topic": "marziani", "at": "2025-01-01"}]

    measured = intake("evaluate", written(tmp_path / "all.jsonl", lines))

    assert (measured.code, "marziani (1)." in measured.err) == (0, True)


def test_a_split_that_there_is_not_is_a_mistake_of_use() -> None:
    with pytest.raises(UsageError, match="'weather'") as raised:
        evaluate_model([], split="weather")
    assert "event" in raised.value.remedy


def test_the_package_runs_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "intake", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("intake ")
