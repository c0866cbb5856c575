"""Fixtures for authors of plugins, loaded by pytest wherever citizen-intake is installed.

Loaded before coverage starts and in every run: nothing of ours is imported until a fixture asks.
"""

from __future__ import annotations

from pathlib import Path

import pytest

for _kind in ("connector", "parser", "ocr_engine", "classifier"):
    pytest.register_assert_rewrite(f"intake.testing.{_kind}_contract")


@pytest.fixture
def intake_samples() -> dict[str, bytes]:
    """Return the sample messages by name, ordinary and hostile: see ``intake.testing.samples``."""
    from intake.testing import samples  # noqa: PLC0415 - see the module's docstring

    return {**samples.ordinary(), **samples.hostile()}


@pytest.fixture
def intake_data_dir(tmp_path: Path) -> Path:
    """Return an empty folder for a database and its blobs."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder
