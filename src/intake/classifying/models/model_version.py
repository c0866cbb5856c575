"""The version of a model: the short digest of its file, by which stored opinions know it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_VERSION = re.compile(r"[0-9a-f]{12}")


def digest(content: bytes) -> str:
    """Return the version of a model's bytes."""
    return hashlib.sha256(content).hexdigest()[:12]


def version_of(path: Path) -> str:
    """Return the version of the model in a file."""
    return digest(path.read_bytes())


def is_version(name: str) -> bool:
    """Return whether a name can be that of a version."""
    return _VERSION.fullmatch(name) is not None
