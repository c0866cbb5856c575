"""The command, run in this process or in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from intake.cli.main import main


class Result(NamedTuple):
    """How a command ended, and what it wrote."""

    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def intake(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def intake(*arguments: str) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        return Result(ended.value.code or 0, captured.out, captured.err)

    return intake


@pytest.fixture
def few_topics(tmp_path: Path) -> str:
    """Return settings of topics of their own, without embeddings: learned in no time.

    With our topics come 2,000 messages to learn from, and to embed a text takes long.
    """
    topics = {"reclamo": "rumore", "accesso": "atti", "altro": "auguri"}
    (tmp_path / "taxonomy.toml").write_text(
        "\n".join(
            f'[[topics]]\nid = "{topic}"\nqueue = "one"\n'
            f'label = {{ it = "{topic}", en = "{topic}" }}\n'
            f'description = {{ it = "{word}", en = "{word}" }}'
            for topic, word in topics.items()
        )
    )
    (tmp_path / "rules.toml").write_text(
        "\n".join(
            f'[[rules]]\ntopic = "{topic}"\nname = "{word}"\nit = ["{word}"]'
            for topic, word in topics.items()
        )
    )
    return '[classify]\ntaxonomy = "taxonomy.toml"\nrules = "rules.toml"\nembeddings = false\n'


@pytest.fixture(scope="session")
def intake_apart() -> Callable[..., Result]:
    """Return what runs the command in a folder, in a process of its own."""

    def intake_apart(folder: Path, *arguments: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "intake", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return intake_apart
