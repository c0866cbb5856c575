"""What the architecture tests share: the source files and what they import."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def package(root: Path) -> Path:
    return root / "src" / "intake"


@pytest.fixture(scope="session")
def imports(package: Path) -> dict[str, set[str]]:
    """Return each module's file, relative to the package, with the dotted names it imports."""
    return {path.relative_to(package).as_posix(): _imported(path) for path in package.rglob("*.py")}


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names
