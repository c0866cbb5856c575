"""Make the model with which intake begins: what our topics say of themselves, and no example.

    python scripts/make_cold_start.py    # write classifying/data/untrained-DIGEST.npz, embedded.npz

Two minutes: each text to learn from is embedded once, for all who train with them.

Training it takes a process seconds; reading it, a tenth of one.
Its name has the digest of the taxonomy that it was made from. Run it again after a change of
``taxonomy.toml`` or of how a model is trained; a test tells when that was forgotten.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from intake.classifying.encoding.embeddings import MADE, Embedder, made_beforehand
from intake.classifying.models.examples import of_citizens, of_taxonomy
from intake.classifying.models.learned import cold_start, trained_on_nothing
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy

DATA = Path(__file__).resolve().parents[1] / "src" / "intake" / "classifying" / "data"


def main() -> None:
    """Write the files in place of those of another taxonomy."""
    taxonomy = Taxonomy.load()
    told = [each.text for each in (*of_taxonomy(taxonomy), *of_citizens(taxonomy))]
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **made_beforehand(told))
    _write(DATA / MADE, packed)
    for former in DATA.glob(cold_start("*")):
        former.unlink()
    path = DATA / cold_start(taxonomy.version)
    rules = KeywordClassifier(taxonomy=taxonomy)
    model = trained_on_nothing(taxonomy, rules.shares, embedder=Embedder())
    _write(path, io.BytesIO(model.to_bytes()))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {len(taxonomy)} topics")


def _write(path: Path, archive: io.BytesIO) -> None:
    """Write an archive packed, with no time in it: the same content gives the same file."""
    plain = zipfile.ZipFile(archive)
    with zipfile.ZipFile(path, "w") as packed:
        for name in plain.namelist():
            packed.writestr(zipfile.ZipInfo(name), plain.read(name), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
