"""The model that tells languages apart: py3langid's, and the part of it that we ship.

py3langid ships 142 languages in 5 MB of LZMA, which take half a second to unpack. Of the languages
that we tell apart by default ``scripts/make_language_model.py`` makes a file that is read in a
tenth of that time and gives the same likelihoods to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

SHIPPED = "languages.npz"


def open_model(languages: Sequence[str]) -> Any:  # py3langid ships no types
    """Return an identifier restricted to ``languages`` (ISO 639-1).

    Raises:
        ValueError: py3langid does not know one of them.
    """
    arrays = _shipped()
    is_shipped = set(languages) <= set(arrays["languages"].tolist())
    identifier = _of_arrays(arrays) if is_shipped else whole_model()
    identifier.set_languages(languages)
    return identifier


def whole_model() -> Any:
    """Return an identifier of all languages of py3langid."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def arrays_of(identifier: Any) -> dict[str, NDArray[Any]]:
    """Return what the shipped file holds of an identifier: its automaton, which finds sequences of
    bytes, and how likely each of these is in each language."""
    return {
        "languages": np.array(identifier.nb_classes),
        "likelihoods": identifier.nb_ptc,
        "priors": identifier.nb_pc,
        "moves": np.asarray(identifier.tk_nextmove),
        "rows": np.asarray(identifier.tk_row),
        "found": np.array(identifier.tk_output, dtype=np.int32),
    }


def _of_arrays(arrays: dict[str, NDArray[Any]]) -> Any:
    return LanguageIdentifier(
        arrays["likelihoods"],
        arrays["priors"],
        arrays["languages"].tolist(),
        # Python's numbers, which are quicker one by one, and no copy of 40 MB.
        arrays["moves"].data,
        arrays["found"].data,
        tk_row=arrays["rows"].data,
    )


@cache
def _shipped() -> dict[str, NDArray[Any]]:
    path = files("intake.classifying").joinpath("data", SHIPPED)
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
