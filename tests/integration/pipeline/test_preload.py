"""What children are forked with is all that they need, and nothing that a fork would break."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import intake
from intake import Intake, RequestDraft, Settings, premises
from intake.engines.forking import ForkServers
from intake.pipeline.pages import heavy_tasks
from intake.pipeline.texts import light_tasks

FAX = Path(__file__).parents[3] / "fixtures" / "fax" / "fine_clean.tif"


def test_texts_find_every_model_of_ours_loaded() -> None:
    loaded = run(
        f"from {light_tasks.__name__} import preload",
        "from intake.classifying import language",
        "from intake.classifying.danger import model",
        "from intake.classifying.words import segmentation",
        "from intake.parsing.messages import bounces",
        "preload({})",
        "print(model.shipped_model.cache_info().currsize)",
        "print('_encoder' in vars(model.shipped_model()))",
        "print(language._identifier.cache_info().currsize)",
        "print(segmentation.costs.cache_info().currsize)",
        "print(bounces._words.cache_info().currsize)",
    )
    assert loaded[:-1] == ["1", "True", "1", "1", "1"]
    assert loaded[-1] == "1 thread"


def test_a_mail_of_text_and_html_finds_every_module_loaded() -> None:
    more, _ = run(
        "import sys",
        f"from {light_tasks.__name__} import preload",
        "from intake.schemas.receipts import ItemFacts",
        "from intake.testing.samples import html_mail",
        "from io import BytesIO",
        "preload({})",
        "before = set(sys.modules)",
        "from intake.parsing.mail import MailParser",
        "MailParser().parse(BytesIO(html_mail()), ItemFacts())",
        "print(set(sys.modules) - before)",
    )
    assert more == "set()"


def test_pages_find_the_networks_for_letters_and_for_faxes_loaded() -> None:
    loaded = run(
        f"from {heavy_tasks.__name__} import preload",
        "from intake.ocr.tesseract import in_process",
        "preload({'engine': 'tesserocr', 'languages': ['ita', 'eng']})",
        "print(*sorted(names for _, names, _ in in_process._loaded))",
    )
    assert loaded == ["fax ita+eng", "1 thread"]


def test_a_language_that_is_not_there_is_told_by_the_page() -> None:
    with pytest.raises(intake.ToolMissing, match="xyz"):
        intake.recognise(FAX.read_bytes(), languages=["xyz"])


def test_closing_an_intake_ends_the_processes_it_judges_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(premises, "ForkServers", ForkServers)  # its own, not the session's
    app = Intake(Settings(data_dir=tmp_path))
    app.submit(RequestDraft(channel="phone", source="desk", text="Albero caduto in via Roma"))
    [server] = app._premises.servers._servers.values()
    assert server.is_alive()
    app.close()

    assert not server.is_alive()
    with pytest.raises(intake.UsageError, match="closed"):
        app.submit(RequestDraft(channel="phone", source="desk", text="Albero caduto"))


def run(*lines: str) -> list[str]:
    """Run a program in a Python of its own; its last line is how many threads it ends with."""
    end = "import os; print(len(os.listdir('/proc/self/task')), 'thread')"
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*lines, end])],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout.splitlines()
