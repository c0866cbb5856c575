"""The README shows the examples as they are, and they run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["library.py", "minimal_connector.py"])
def test_the_readme_shows_the_example_as_it_is(name: str) -> None:
    example = (ROOT / "examples" / name).read_text(encoding="utf-8")
    assert f"```python\n{example}```" in README


def test_the_library_example_is_short_and_runs(tmp_path: Path) -> None:
    example = ROOT / "examples" / "library.py"
    (tmp_path / "intake.toml").write_text('data_dir = "data"\n')
    run = subprocess.run(
        [sys.executable, example, tmp_path / "intake.toml"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    code = example.read_text().partition("with ")[2].splitlines()
    assert len(code) <= 15
    filed, *listed = run.stdout.splitlines()
    assert filed.startswith("1 new requests; exit code ")
    assert sorted(line.split()[1] for line in listed) == ["phone", "web"]


def test_the_readme_names_files_that_are_there() -> None:
    linked = [part.partition(")")[0] for part in README.split("](")[1:]]
    assert len(linked) > 5
    assert not [link for link in linked if not (ROOT / link.partition("#")[0]).exists()]
