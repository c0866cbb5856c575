"""The connector of the README keeps every promise, and is as short as the README says."""

import importlib.util
import io
import os
import shutil
import tokenize
from pathlib import Path

import pytest

from intake.testing.contracts import ConnectorContract

EXAMPLE = Path(__file__).parents[2] / "examples" / "minimal_connector.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("minimal_connector", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class DropWorld:
    """The program that drops messages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir()
        self.count = 0

    def put(self, content: bytes) -> bytes:
        self.count += 1
        path = self.root / f"{99 - self.count}.eml"
        path.write_bytes(content)
        os.utime(path, (self.count, self.count))
        return content

    def snapshot(self) -> object:
        return {path: path.is_file() and path.read_bytes() for path in self.root.rglob("*")}

    def take_away_oldest(self) -> None:
        max(self.root.glob("*.eml")).unlink()

    def become_unreachable(self) -> None:
        shutil.rmtree(self.root)


class TestMinimalConnector(ConnectorContract):
    @pytest.fixture
    def world(self, tmp_path):
        return DropWorld(tmp_path / "drop")

    @pytest.fixture
    def connector(self, example, world):
        options = example.DropOptions(path=world.root)
        return lambda: example.DropConnector("drop", options)


def test_it_has_at_most_thirty_lines_of_code_besides_imports():
    assert lines_of_code(EXAMPLE.read_text(encoding="utf-8")) <= 30


def lines_of_code(source: str) -> int:
    """Count the lines that hold code: no docstring, no import, nothing blank."""
    layout = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT)
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_docstring = token.type == tokenize.STRING and token.line.lstrip().startswith('"""')
        is_import = token.line.startswith(("import ", "from "))
        if token.type not in (*layout, tokenize.ENDMARKER) and not is_docstring and not is_import:
            lines.add(token.start[0])
    return len(lines)


def test_the_guide_for_authors_shows_it_word_for_word():
    guide = EXAMPLE.parents[1] / "docs" / "howto" / "write-a-connector.md"
    assert EXAMPLE.read_text(encoding="utf-8") in guide.read_text(encoding="utf-8")
