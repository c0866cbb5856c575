"""Make the model with which intake begins: what our topics say of themselves, and no example.

    python scripts/make_cold_start.py    # write classifying/data/untrained-DIGEST.npz

Training it takes a process a third of a second, most of it to load scipy; reading it, a fiftieth.
Its name has the digest of the taxonomy that it was made from. Run it again after a change of
``taxonomy.toml`` or of how a model is trained; a test tells when that was forgotten.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from intake.classifying.embeddings import shipped_embedder
from intake.classifying.learned import cold_start, trained_on_nothing
from intake.classifying.rules import KeywordClassifier
from intake.classifying.taxonomy import Taxonomy

DATA = Path(__file__).resolve().parents[1] / "src" / "intake" / "classifying" / "data"


def main() -> None:
    """Write the file in place of the one of another taxonomy."""
    taxonomy = Taxonomy.load()
    for former in DATA.glob(cold_start("*")):
        former.unlink()
    path = DATA / cold_start(taxonomy.version)
    rules = KeywordClassifier(taxonomy=taxonomy)
    model = trained_on_nothing(taxonomy, rules.shares, embedder=shipped_embedder())
    plain = zipfile.ZipFile(io.BytesIO(model.to_bytes()))
    with zipfile.ZipFile(path, "w") as packed:
        for name in plain.namelist():
            entry = zipfile.ZipInfo(name)
            packed.writestr(entry, plain.read(name), compress_type=zipfile.ZIP_DEFLATED)
    print(f"{path.name}: {path.stat().st_size:,} bytes, {len(taxonomy)} topics")


if __name__ == "__main__":
    main()
