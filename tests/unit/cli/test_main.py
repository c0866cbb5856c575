from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, NoReturn, Self

import pytest

from intake.cli.main import main
from intake.cli.session import Session
from intake.config import Settings
from intake.errors import IntakeError, SourceRefused, StoreError, ToolMissing, UnknownReference
from intake.schemas.reports import Problem, ProcessReport, RunReport, SourceReport


class Result(NamedTuple):
    code: object
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTAKE_DEBUG", raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        return Result(ended.value.code or 0, captured.out, captured.err)

    return run


class StandIn:
    """An Intake that answers what a test wants."""

    def __init__(self, **answers: Any) -> None:
        self.settings = Settings()
        self.__dict__.update(answers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def intake_is(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def intake_is(**answers: Any) -> None:
        monkeypatch.setattr(Session, "open", lambda _: StandIn(**answers))

    return intake_is


def fails(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


REPORT = RunReport(
    sources={"inbox": SourceReport(received=3, known=1, acknowledged=3)},
    processed=ProcessReport(filed=2, noted=1, needs_review=1),
)
REFUSED = RunReport(
    sources={
        "inbox": SourceReport(
            problem=Problem(
                error="SourceRefused", message="Wrong password.", remedy="Mend it.", exit_code=77
            )
        ),
        "letters": SourceReport(received=1),
    }
)
AWAY = RunReport(
    sources={
        "inbox": SourceReport(
            problem=Problem(error="SourceUnavailable", message="Away.", remedy="-", exit_code=75)
        )
    }
)


def test_run_prints_sources_and_outcomes(run: Run, intake_is: Callable[..., None]) -> None:
    intake_is(run=lambda sources, **_: REPORT)

    result = run("run")

    assert result.code == 0
    assert "inbox" in result.out
    assert "filed" in result.out
    assert "quarantined" not in result.out.split("outcome")[1]
    assert result.err == ""


def test_run_passes_on_the_named_sources_and_workers(
    run: Run, intake_is: Callable[..., None]
) -> None:
    seen: list[object] = []

    def work(sources: list[str], *, workers: int | None, progress: object) -> RunReport:
        seen.extend([list(sources), workers, progress])
        return REPORT

    intake_is(run=work)
    run("run", "inbox", "fax", "--workers", "3")

    assert seen == [["inbox", "fax"], 3, None]


def test_the_exit_code_is_the_reports_and_the_remedy_goes_to_stderr(
    run: Run, intake_is: Callable[..., None]
) -> None:
    intake_is(run=lambda sources, **_: REFUSED)

    result = run("run")

    assert result.code == 77
    assert "inbox: Wrong password." in result.err
    assert "Mend it." in result.err
    assert "letters" in result.out


def test_json_has_stdout_for_itself_and_carries_the_exit_code(
    run: Run, intake_is: Callable[..., None]
) -> None:
    intake_is(run=lambda sources, **_: REFUSED)

    result = run("run", "--json")

    assert result.code == 77
    assert json.loads(result.out)["exit_code"] == 77
    assert json.loads(result.out)["sources"]["letters"]["received"] == 1


@pytest.mark.parametrize(
    ("report", "code", "speaks"), [(REPORT, 0, False), (AWAY, 75, False), (REFUSED, 77, True)]
)
def test_quiet_speaks_only_when_a_person_is_needed(
    report: RunReport, code: int, speaks: bool, run: Run, intake_is: Callable[..., None]
) -> None:
    intake_is(run=lambda sources, **_: report)

    result = run("--quiet", "run")

    assert result.code == code
    assert bool(result.out + result.err) is speaks


ERRORS: list[IntakeError] = [
    StoreError("The disk is full."),
    SourceRefused("Wrong password."),
    ToolMissing("Tesseract is not installed.", remedy="Run `apt-get install tesseract-ocr`."),
    UnknownReference("No source is named 'x'."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_told_with_its_remedy_and_its_exit_code(
    error: IntakeError, run: Run, intake_is: Callable[..., None]
) -> None:
    intake_is(poll=fails(error))

    result = run("poll")

    assert result.code == error.exit_code
    assert result.out == ""
    assert result.err == f"intake: {error.message}\n  {error.remedy}\n"


def test_an_unexpected_error_is_called_a_defect(run: Run, intake_is: Callable[..., None]) -> None:
    intake_is(process=fails(ZeroDivisionError("division by zero")))

    result = run("process")

    assert result.code == 70
    assert "This is a defect of intake" in result.err
    assert "ZeroDivisionError: division by zero" in result.err
    assert "Traceback" not in result.err


def test_debug_prints_the_traceback(
    run: Run, intake_is: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    intake_is(process=fails(ZeroDivisionError()), poll=fails(StoreError("full")))

    assert "Traceback" in run("--debug", "process").err
    monkeypatch.setenv("INTAKE_DEBUG", "1")
    assert "Traceback" in run("poll").err


def test_an_interrupted_run_ends_with_130(run: Run, intake_is: Callable[..., None]) -> None:
    intake_is(run=fails(KeyboardInterrupt()))

    assert run("run").code == 130


@pytest.mark.parametrize(
    "arguments",
    [("runn",), ("run", "--wrkers", "3"), ("process", "--workers", "0"), ("ocr", "none.tif"), ()],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2(arguments: tuple[str, ...], run: Run) -> None:
    assert run(*arguments).code == 2


def test_a_wrong_configuration_ends_with_78(run: Run, tmp_path: Path) -> None:
    (tmp_path / "intake.toml").write_text("[processing]\nwrkers = 4\n")

    result = run("run")

    assert result.code == 78
    assert "`processing.wrkers`; did you mean `processing.workers`?" in result.err


def check_result(name: str, exit_code: int) -> SimpleNamespace:
    return SimpleNamespace(
        name=name, ok=exit_code == 0, detail=f"found {name}", remedy="Mend.", exit_code=exit_code
    )


def test_check_ends_with_the_code_a_person_must_see_first(
    run: Run, intake_is: Callable[..., None]
) -> None:
    results = [check_result("database", 0), check_result("ocr", 69), check_result("inbox", 77)]
    intake_is(check=lambda: results)

    result = run("check")

    assert result.code == 77
    assert "found database" in result.out
    assert "inbox: found inbox" in result.err

    intake_is(check=lambda: results[:1])
    assert run("--quiet", "check") == Result(0, "", "")


def test_init_writes_a_file_that_config_reads(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    assert (tmp_path / "intake.toml").read_text().startswith("# intake.toml")

    listed = json.loads(run("config", "--json").out)

    assert listed["path"] == str(tmp_path / "intake.toml")
    assert {row["origin"] for row in listed["settings"]} == {"default"}


def test_init_never_writes_over_a_file_unless_forced(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("# mine\n")

    refused = run("init", str(mine))

    assert refused.code == 2
    assert "--force" in refused.err
    assert mine.read_text() == "# mine\n"
    assert run("init", str(mine), "--force").code == 0
    assert mine.read_text() != "# mine\n"


def test_init_where_nobody_may_write_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    result = run("init", str(tmp_path / "none" / "intake.toml"))

    assert result.code == 2
    assert "cannot be written" in result.err


def test_config_shows_what_differs_and_where_from(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "intake.toml").write_text("[ocr]\ndpi = 200\n")
    monkeypatch.setenv("INTAKE_REQUESTS__PREFIX", "PC")

    lines = run("config").out.splitlines()

    assert any(line.split()[:3] == ["ocr.dpi", "200", "file"] for line in lines)
    assert any(line.split()[:3] == ["requests.prefix", "PC", "environment"] for line in lines)


def test_plugins_lists_ours_by_the_common_door(run: Run) -> None:
    found = json.loads(run("plugins", "--json").out)

    assert ("connectors", "scan_folder") in {(each["group"], each["name"]) for each in found}
    assert "scan_folder" in run("plugins").out


def test_log_lines_carry_their_fields_and_go_to_stderr(
    run: Run, intake_is: Callable[..., None]
) -> None:
    def work(sources: object, **_: object) -> RunReport:
        logging.getLogger("intake.pipeline").info("received", extra={"action": "poll", "n": 3})
        return REPORT

    intake_is(run=work)

    assert "received action=poll n=3" in run("-v", "run").err
    assert run("run").err == ""


def test_the_help_needs_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys\nfrom intake.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(*sorted({'sqlalchemy', 'pydantic', 'numpy', 'PIL'} & set(sys.modules)),"
        " file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == ""
