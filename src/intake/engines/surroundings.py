"""What a child process finds around it: variables, where modules are, the working directory."""

from __future__ import annotations

import os
import sys

_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "TESSDATA_PREFIX", "TZ", "VIRTUAL_ENV")
_SINGLE_THREADED = {
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_QUICK_START = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""Else pydantic looks into every installed package for its plugins, which we do not use."""


def environment() -> dict[str, str]:
    """Return what a child needs: no secret of ours is in it."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | _SINGLE_THREADED | _QUICK_START


def import_path() -> list[str]:
    """Return where this process finds its modules."""
    return [os.path.abspath(entry) for entry in sys.path if entry]  # noqa: PTH100 - text, as it is


def working_folder() -> str | None:
    """Return the working directory; None if it was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - text, as it is
    except FileNotFoundError:
        return None
