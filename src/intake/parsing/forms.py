"""FormParser and PhoneNoteParser: what a web form or an operator sends as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from intake.errors import UnreadableItem
from intake.parsing.writing import dates
from intake.parsing.writing.telephone_numbers import to_e164
from intake.parsing.writing.text import clean_line, clean_text, clean_value
from intake.schemas.documents import Address, Parsed, ParsedMessage
from intake.schemas.receipts import ItemFacts

MAX_LEVELS = 20
_MAX_DERIVED_SUBJECT = 100
_LONGEST_MARK = 3
"""Letters of a word that only says that a box is ticked: on, off, yes, no, sì."""
_SIGNS = ".,;:!?… "

# Names of fields, Italian and English, in the order in which they are asked for.
_FIRST_NAMES = ("nome", "first_name", "firstname", "name")
_LAST_NAMES = ("cognome", "last_name", "lastname", "surname")
_FULL_NAMES = ("nominativo", "nome_cognome", "nome_e_cognome", "full_name", "caller_name")
_EMAILS = ("email", "e-mail", "e_mail", "mail", "posta_elettronica")
_PHONES = ("telefono", "cellulare", "phone", "mobile", "tel", "caller_number")
_SUBJECTS = ("oggetto", "subject", "titolo", "title")
_TOPICS = ("tipologia", "argomento", "categoria", "topic", "category")
_TEXTS = ("messaggio", "message", "testo", "text", "richiesta", "descrizione", "note", "nota")
_DATES = ("submitted_at", "call_started", "date", "data", "created_at", "timestamp")


class FormParser:
    """Reads the JSON of a web form: an object, its fields at the top or under ``fields``."""

    profile = "form"

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:  # noqa: ARG002 - the contract
        """Return the request that the form says; ``form`` keeps every field as it was sent.

        Raises:
            UnreadableItem: it is empty, or no JSON object.
        """
        return _read(stream.read(), self.profile)


class PhoneNoteParser:
    """Reads the JSON of an operator's note of a call."""

    profile = "phone"

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:  # noqa: ARG002 - the contract
        """Return the request that the note says; ``form`` keeps every field as it was sent.

        Raises:
            UnreadableItem: it is empty, or no JSON object.
        """
        return _read(stream.read(), self.profile)


def _read(raw: bytes, profile: str) -> Parsed:
    form = _load(raw)
    nested = form.get("fields")
    inner = nested if isinstance(nested, dict) else {}
    fields = {_key(name): value for name, value in (form | inner).items()}
    text = _text(form, inner, fields)
    return Parsed(
        message=ParsedMessage(
            profile=profile,
            subject=_subject(fields, text),
            sender=_sender(fields),
            sender_phone=to_e164(_find(fields, _PHONES)),
            date=_date(fields),
            text=text,
            new_text=text,
            form=form,
        )
    )


def _load(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        raise UnreadableItem("The form has no bytes.", code="empty")
    try:
        value = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_keep_all, parse_constant=lambda _: None
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableItem(f"The form is no JSON: {error}", code="not_json") from error
    if not isinstance(value, dict) or not value:
        raise UnreadableItem("The form is no JSON object with fields.", code="not_a_form")
    if _depth(value) > MAX_LEVELS:
        raise UnreadableItem(f"The form is nested over {MAX_LEVELS} levels.", code="too_deep")
    cleaned = clean_value(value)
    assert isinstance(cleaned, dict)  # noqa: S101 - cleaning keeps the shape
    return cleaned


def _keep_all(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep every value of a name that comes several times, as check boxes do."""
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif name in repeated:
            found[name].append(value)
        else:
            found[name] = [found[name], value]
            repeated.add(name)
    return found


def _depth(value: object) -> int:
    deepest = 0
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        entry, level = waiting.pop()
        deepest = max(deepest, level)
        children: Iterable[object] = ()
        if isinstance(entry, dict):
            children = entry.values()
        elif isinstance(entry, list):
            children = entry
        waiting.extend((child, level + 1) for child in children)
    return deepest


def _find(fields: dict[str, Any], names: tuple[str, ...]) -> str:
    name = _name(fields, names)
    return clean_text(str(fields[name])).strip() if name else ""


def _name(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first of the names whose field says something."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return name
    return None


def _sender(fields: dict[str, Any]) -> Address | None:
    name = _find(fields, _FULL_NAMES) or " ".join(
        filter(None, (_find(fields, _FIRST_NAMES), _find(fields, _LAST_NAMES)))
    )
    email = "".join(_find(fields, _EMAILS).split())
    if not name and not email:
        return None
    return Address(name=clean_line(name), address=email if "@" in email else "")


def _subject(fields: dict[str, Any], text: str) -> str | None:
    """Return the subject; without one the chosen topic, or the first words of the text."""
    subject = _find(fields, _SUBJECTS)
    if not subject:
        subject = " - ".join(filter(None, (_find(fields, (name,)) for name in _TOPICS)))
    if not subject:
        subject = clean_line(text[: 2 * _MAX_DERIVED_SUBJECT])
        if len(subject) > _MAX_DERIVED_SUBJECT:
            subject = subject[:_MAX_DERIVED_SUBJECT].rpartition(" ")[0] + " …"
    return clean_line(subject) or None


def _date(fields: dict[str, Any]) -> datetime | None:
    value = _find(fields, _DATES)
    return dates.parse(value) if value else None


def _text(form: dict[str, Any], inner: dict[str, Any], fields: dict[str, Any]) -> str:
    """Return all that a form says: the main text, then each other field under its name."""
    main = next((name for name in _TEXTS if _words(fields.get(name))), None)
    told = _as_lines(inner or form) if main is None else _words(fields[main])
    others = list(form.items()) if main or inner else []
    others += inner.items() if main else ()
    known = {name: fields[name] for name in _facts(fields) | {main} if name in fields}
    lines = [
        f"{name}: {said}"
        for name, value in others
        if value is not inner and known.get(_key(name)) != value
        if (said := _told(name, value)) not in ("", told)
    ]
    return ("\n" if main is None else "\n\n").join(filter(None, (told, "\n".join(lines))))


def _facts(fields: dict[str, Any]) -> set[str]:
    """Return the names of the fields that became name, address, number, date and subject."""
    email = _find(fields, _EMAILS)
    has_full_name = bool(_find(fields, _FULL_NAMES))
    kinds = [
        _FULL_NAMES if has_full_name else (),
        () if has_full_name else _FIRST_NAMES,
        () if has_full_name else _LAST_NAMES,
        _EMAILS if "@" in email and " " not in email else (),
        _PHONES if to_e164(_find(fields, _PHONES)) else (),
        _DATES if _date(fields) else (),
        _SUBJECTS,
    ]
    found = {name for names in kinds if (name := _name(fields, names))}
    return found if _find(fields, _SUBJECTS) else found | set(_TOPICS)


def _words(value: object) -> str:
    """Return the strings in a value, a line each."""
    if isinstance(value, str):
        return value.strip()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "\n".join(filter(None, map(_words, inner)))


def _told(name: str, value: object) -> str:
    """Return the words of a field; none where it only holds a code, a figure or a tick."""
    said = _words(value)
    is_word = len(said) > _LONGEST_MARK and said.strip(_SIGNS).isalpha()
    is_text = _key(name) in _TEXTS or is_word or len(said.split()) > 1
    return said if is_text and any(each.isalpha() for each in said) else ""


def _key(name: str) -> str:
    return name.strip().lower()


def _as_lines(fields: dict[str, Any]) -> str:
    """Return a form whose text we do not know by name as ``field: value`` lines."""
    lines = []
    for name, value in fields.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{name}: {shown}")
    return "\n".join(lines)
