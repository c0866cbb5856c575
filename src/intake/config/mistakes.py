"""Says what is wrong in a configuration: the full key, its place, and the nearest right one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from intake.config.reading import DELIMITER, PREFIX, Key, Reading
from intake.errors import ConfigError

_SECRET_WORDS = re.compile(r"pass|secret|token|key|credential|url", re.IGNORECASE)

_ABSENT = object()
_PLAIN = {
    "int": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
    "string": "must be a text in quotes",
    "path": "must be a path in quotes",
    "tuple": 'must be a list such as ["a", "b"]',
    "list": 'must be a list such as ["a", "b"]',
    "dict": "must be a table such as [section]",
    "model": "must be a table such as [section]",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def explain(
    error: ValidationError,
    *,
    known: Iterable[Key],
    reading: Reading,
    under: Key = (),
    data: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return one sentence for each mistake in ``error``, whose keys stand in the table ``under``.

    ``known`` are the keys that exist; the nearest is proposed for one that does not. ``data`` is
    what was validated, where that is known: it tells keys from pydantic's names of alternatives.
    """
    keys = tuple(known)
    sentences = [
        _sentence(detail, under + _key(detail, data), keys, reading)
        for detail in error.errors(include_url=False)
    ]
    return list(dict.fromkeys(sentences))  # an alternative that fails in two ways says it twice


def config_error(sentences: list[str], remedy: str | None = None) -> ConfigError:
    """Return the error that tells all mistakes at once."""
    if len(sentences) == 1:
        return ConfigError(sentences[0], remedy=remedy)
    lines = "".join(f"\n  - {sentence}" for sentence in sentences)
    return ConfigError(f"The configuration has {len(sentences)} mistakes:{lines}", remedy=remedy)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like ``word``, or None."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def is_secret(name: str) -> bool:
    """Return whether a key of this name may hold something that must not be printed."""
    return bool(_SECRET_WORDS.search(name))


def variable_name(key: Key) -> str:
    """Return the INTAKE_* variable that sets ``key``."""
    return PREFIX + DELIMITER.join(key).upper()


def _sentence(detail: ErrorDetails, key: Key, known: tuple[Key, ...], reading: Reading) -> str:
    place = reading.place(key[:-1] if detail["type"] == "missing" else key)
    what = _what(detail, key, known, reading)
    if place.startswith(PREFIX):
        return f"{place}: {what} {_near_variable(detail, key, known)}".rstrip()
    return f"{place}: {what}".removeprefix(": ")


def _what(detail: ErrorDetails, key: Key, known: tuple[Key, ...], reading: Reading) -> str:
    name = dotted(key)
    if detail["type"] == "extra_forbidden":
        near = _near_key(key, known)
        hint = f"; did you mean `{dotted(near)}`?" if near else _siblings(key, known)
        return f"there is no setting `{name}`{hint}"
    if detail["type"] == "missing":
        return f"`{name}` is missing{_misspelt(key, detail['input'], known, reading)}"
    return f"`{name}` {_complaint(detail, key)}"


def _complaint(detail: ErrorDetails, key: Key) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return detail["msg"].split(", ", 1)[1]
    shown = _shown(detail["input"], key)
    if kind in _BOUNDS:
        words, limit = _BOUNDS[kind]
        return f"must be {words} {context[limit]}{shown}"
    if kind in ("literal_error", "enum"):
        return f"must be {context['expected']}{shown}"
    if context.get("class_name") == "SecretRef":
        return 'is a secret: write { env = "NAME" } or { file = "/path" }, not the secret itself'
    plain = _PLAIN.get(kind.split("_")[0])
    return f"{plain}{shown}" if plain else f"{detail['msg'].lower()}{shown}"


def _shown(value: Any, key: Key) -> str:
    if any(is_secret(part) for part in key) or isinstance(value, Mapping):
        return ""
    return f", not {value!r}" if len(repr(value)) <= 60 else f", not {repr(value)[:60]}..."


def _key(detail: ErrorDetails, data: Mapping[str, Any] | None) -> Key:
    """Return the key of a mistake, without what pydantic adds: ``[key]``, names of alternatives."""
    parts = [part for part in detail["loc"] if part != "[key]"]
    if data is None:
        return tuple(str(part) for part in parts)
    key: list[str] = []
    node: Any = data
    for position, part in enumerate(parts, start=1):
        inside = _inside(node, part)
        is_missing_key = detail["type"] == "missing" and position == len(parts)
        if inside is not _ABSENT or is_missing_key:
            key.append(str(part))
            node = inside
    return tuple(key)


def _inside(node: Any, part: int | str) -> Any:
    if isinstance(node, Mapping):
        return node.get(part, _ABSENT)
    if isinstance(node, list | tuple) and isinstance(part, int):
        return node[part]
    return _ABSENT


def dotted(key: Key) -> str:
    """Return ``key`` as a person writes it: ``ocr.languages[1]``."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", ".".join(key))


def _near_key(key: Key, known: tuple[Key, ...]) -> Key | None:
    """Return the key that is meant: right but in another table, or nearly right in this one."""
    leaves = {other[-1]: other for other in known}
    joined = {"_".join(other): other for other in known}
    siblings = {other[-1]: other for other in known if other[:-1] == key[:-1]}
    whole = "_".join(key)
    if exact := joined.get(whole) or leaves.get(key[-1]):
        return exact
    tries = [(key[-1], siblings)]
    if len(key) == 1 or not siblings:  # else the table is right
        tries += [(whole, joined), (key[-1], leaves)]
    for word, candidates in tries:
        if near := nearest(word, candidates):
            return candidates[near]
    return None


def _near_variable(detail: ErrorDetails, key: Key, known: tuple[Key, ...]) -> str:
    near = _near_key(key, known) if detail["type"] == "extra_forbidden" else None
    return f"Write {variable_name(near)}." if near else ""


def _siblings(key: Key, known: tuple[Key, ...]) -> str:
    here = sorted({other[len(key) - 1] for other in known if other[: len(key) - 1] == key[:-1]})
    return f"; here there are {', '.join(here)}" if here else ""


def _misspelt(key: Key, given: Any, known: tuple[Key, ...], reading: Reading) -> str:
    """Return a hint where another key of the same table looks like the missing one."""
    others = {**given, **given.get("options", {})} if isinstance(given, Mapping) else {}
    wrong = nearest(key[-1], [str(name) for name in others if (*key[:-1], str(name)) not in known])
    if wrong:
        place = reading.place((*key[:-1], wrong))
        return f"; is `{wrong}` ({place}) meant?" if place else f"; is `{wrong}` meant?"
    complete = {other[1] for other in known if other[-1] == "kind" and reading.origin(other)}
    near = nearest(key[1], complete) if key[-1] == "kind" else None
    return f"; is the source `{near}` meant?" if near else ""
