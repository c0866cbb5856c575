"""Make the file by which intake tells languages apart: py3langid's model, of our languages only.

    python scripts/make_language_model.py    # write classifying/data/languages.npz

The model is by Marco Lui and Adrien Barbaresi (BSD-3-Clause, see NOTICE). Run it again after a new
version of py3langid or another language among those of ``classifying/language.py``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from intake.classifying.language import FOREIGN_LANGUAGES
from intake.classifying.language_model import SHIPPED, arrays_of, whole_model

DATA = Path(__file__).resolve().parents[1] / "src" / "intake" / "classifying" / "data"


def main() -> None:
    """Write the file; the same py3langid and numpy give the same bytes."""
    model = whole_model()
    model.set_languages(FOREIGN_LANGUAGES)
    path = DATA / SHIPPED
    np.savez_compressed(path, allow_pickle=False, **arrays_of(model))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {len(FOREIGN_LANGUAGES)} languages")


if __name__ == "__main__":
    main()
