"""The file of a learned model, which cannot run code.

It is a numpy archive read with ``allow_pickle=False``: a JSON manifest, whole-number weights and a
few arrays.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intake.classifying.models.manifest import FORMAT, Manifest
from intake.classifying.models.model_version import is_version, version_of

Arrays = Mapping[str, NDArray[Any]]
_MANIFEST = "manifest"
_SUFFIX = ".model"
_MAX_FILE_BYTES = 64 << 20


def pack(manifest: Manifest, arrays: Arrays) -> bytes:
    """Return the file of a model; the same manifest and arrays give the same bytes."""
    packed = io.BytesIO()
    written = np.frombuffer(manifest.model_dump_json(exclude_none=True).encode(), dtype=np.uint8)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in {_MANIFEST: written, **arrays}.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue())
    return packed.getvalue()


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Manifest, Arrays]]:
    """Give the manifest in a file, and its arrays, each of which is read when it is asked for.

    Raises:
        ValueError: it is no model of this format, or not the one that it is named after.
        Exception: a damaged archive fails in any way: zlib, memory, syntax.
    """
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise ValueError(f"it is larger than {_MAX_FILE_BYTES >> 20} MB")
    is_named_by_digest = path.suffix == _SUFFIX and is_version(path.stem)
    if is_named_by_digest and version_of(path) != path.stem:
        raise ValueError("it is not what it was: its digest is not its name")
    if not zipfile.is_zipfile(path):
        raise ValueError("it is no archive")
    with np.load(path, allow_pickle=False) as archive:
        manifest = Manifest.model_validate_json(archive[_MANIFEST].tobytes())
        if manifest.format != FORMAT:
            raise ValueError(f"its format is {manifest.format}, not {FORMAT}")
        yield manifest, archive
