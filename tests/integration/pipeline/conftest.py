from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from intake import plugins
from intake.store.blobs import BlobStore
from intake.store.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a migrated database of each kind, without a row."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    """Return an empty blob store."""
    store = BlobStore(tmp_path / "blobs")
    store.create()
    return store


InstallPlugins = Callable[[str, str, Mapping[str, str]], None]


@pytest.fixture
def install_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstallPlugins]:
    """Return a function that installs a package of plugins, as pip would, for this test.

    It takes the entry points' group, the source of the package's one module, and the class of each
    plugin's name.
    """
    folder = tmp_path / "packages"
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    installed: list[str] = []

    def install(group: str, source: str, classes: Mapping[str, str]) -> None:
        package = f"{group.removeprefix('intake.')}_for_tests"
        installed.append(package)
        information = folder / f"{package}-1.dist-info"
        information.mkdir(parents=True)
        (folder / f"{package}.py").write_text(source)
        (information / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n"
        )
        lines = [f"{name} = {package}:{kind}" for name, kind in classes.items()]
        (information / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))

    yield install
    plugins.load.cache_clear()
    for package in installed:  # another test's may have the same name
        sys.modules.pop(package, None)
