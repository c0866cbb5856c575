"""How mail programs introduce the message being answered: one line, or a block of headers.

Italian and English first, with the languages of the neighbours: German, French, Spanish, Slovene.
An introduction counts only with a date or an address *and* quoted lines after it, or with both of
them and nothing quoted; a block of headers only with three different ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINE = 1000
"""Longer lines introduce nothing."""

_MAX_WRAPPED = 4
_MAX_BLOCK = 16
_MAX_NAME_WORDS = 5
_LONGEST_END = 10

_QUOTE = re.compile(r"\s{0,3}(?:>|&gt;)")
_VERBS = (
    "scritto", "scriss", "scrive", "wrote", "writes", "schrieb", "a écrit", "escribi", "napisal",
    "quoting", "citando",
)  # fmt: skip
_SIGNS = (
    *_VERBS, "inoltra", "forwarded", "original", "originario", "rüngliche",
    "da:", "from:", "mittente:", "von:", "de:", "de :", "od:", "@",
)  # fmt: skip
"""Every history has one of them before it; most messages have none and are not looked into."""

_VERB = (
    r"(?:(?:ha|hanno) scritto|scrisse|scrive|wrote|writes|schrieb|a écrit|escribió"
    r"|(?:je|je oseba)\b.{1,120}\bnapisala?(?:\(a\))?|napisala?(?:\(a\))?)"
)
_ENDS_INTRODUCTION = re.compile(
    rf"(?i)\b{_VERB}(?:\s+(?:il|in data|on)\b[^.!?]{{0,60}}[:.\d]\d+)?"
    r"\s*(?::|-{2,}|:\s*-{2,})?\s*$"
    r"|\bschrieb\b.{0,120}:\s*$"
)
_MAY_END = re.compile(r"(?i).*(?::|-|scritto|scrisse|scrive|wrote|writes|a écrit)\s*$")
_ENDS_DATED = re.compile(r"@[\w.-]+>?\)?\s*:\s*$")
_STARTS_INTRODUCTION = re.compile(
    r"(?i)\s*(?:-{2,}\s*)?(?:il\b|in data\b|on\b|at\b|le\b|am\b|el\b|dne\b|v\b|quoting\b|citando\b"
    r"|scrive\b|(?:lun|mar|mer|gio|ven|sab|dom)|\d{1,2}[/. -]|\d{4}-\d\d-\d\d"
    r"|[A-Z].{0,80}\bha scritto il\b)"
)
_STARTS_WITH_DATE = re.compile(
    r"(?i)\s*(?:\d{1,2}[/. -]|\d{4}-\d\d-\d\d|(?:lun|mar|mer|gio|ven|sab|dom|mon|tue|wed|thu|fri"
    r"|sat|sun)[a-zì]*[,. ])"
)
_ATTRIBUTES = re.compile(r"(?i)\s*(?:quoting|citando|scrive)\s+\S.{0,200}:\s*$")
_NAMES_WRITER = re.compile(r"(?P<name>\S.{0,80}?)\s+(?:ha scritto|wrote|writes)\s*:\s*$")
_ARTICLES = frozenset({"il", "lo", "la", "i", "gli", "le", "un", "uno", "una", "the", "a", "an"})
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_DATE = re.compile(
    r"(?i)\b(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}:\d{2}"
    r"|\d{1,2}\. \d{1,2}\. \d{4}"
    r"|\d{1,2}[.° -]\s?(?:gen|feb|fév|mar|apr|avr|mag|mai|giu|lug|ago|set|ott|nov|dic|jan|ene|may"
    r"|jun|jul|aug|sep|oct|okt|dec|dez|déc)[a-zéû]*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2})\b"
)
_YEAR_OR_TIME = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[:.]\d{2}\b|/\d{2}\b")
_ORIGINAL_WORDS = (
    r"(?:messaggio originale|original message|messaggio originario|ursprüngliche nachricht"
    r"|message d'origine|mensaje original|izvirno sporočilo)"
)
_ORIGINAL = re.compile(
    rf"(?i)\s*-{{2,}}\s*{_ORIGINAL_WORDS}\s*-{{2,}}\s*(?:(?:da|from|oggetto|subject)\s?:.*)?$"
)
_RULE = re.compile(rf"(?i)\s*(?:[_=*-]{{5,}}|[=*_-]*\s*{_ORIGINAL_WORDS}\s*:?\s*[=*_-]*)\s*$")
_FORWARD = re.compile(
    r"(?i)\s*(?:-{2,}\s*)?(?:messaggio inoltrato|forwarded message|inizio messaggio inoltrato"
    r"|inizio del messaggio inoltrato|begin forwarded message|inoltrato da)\b.{0,80}$"
)
_LABELS = {
    "da": "from", "from": "from", "mittente": "from", "von": "from", "de": "from", "od": "from",
    "per conto di": "from",
    "inviato": "date", "inviato il": "date", "data": "date", "sent": "date", "date": "date",
    "gesendet": "date", "datum": "date", "envoyé": "date", "enviado": "date",
    "enviado el": "date", "fecha": "date", "poslano": "date",
    "a": "to", "to": "to", "destinatario": "to", "destinatari": "to", "destinataria": "to",
    "an": "to", "à": "to", "para": "to", "za": "to",
    "oggetto": "subject", "ogg": "subject", "subject": "subject", "betreff": "subject",
    "objet": "subject", "asunto": "subject", "zadeva": "subject",
    "cc": "other", "ccn": "other", "bcc": "other", "priorità": "other", "priority": "other",
    "importanza": "other", "importance": "other", "allegati": "other", "attachments": "other",
    "rispondi a": "other", "reply-to": "other", "organizzazione": "other",
}  # fmt: skip
_FIELD = re.compile(
    rf"(?i)\s*\*?({'|'.join(sorted(_LABELS, key=len, reverse=True))})\s?:(?:\s|\*|\S)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """The lines ``first`` to ``end`` (not ``end`` itself) introduce a history.

    ``quoted`` tells that the history has quotation marks: then only marked lines belong to it.
    """

    first: int
    end: int
    quoted: bool


class Histories:
    """Finds the introductions in the lines of one text, in linear time."""

    def __init__(self, lines: list[str], text: str) -> None:
        small = text.lower()
        self._lines = lines
        self._possible = any(sign in small for sign in _SIGNS)
        self._kinds = [_kind_of_field(line) for line in lines] if self._possible else []
        self._quoted_after = _quote_follows(lines) if self._possible else []
        self._ends_near = _ends_near(lines) if self._possible else []

    def spans(self) -> list[Span]:
        """Return the introductions in order, up to the first whose history is not marked.

        A forward ends the search: what was forwarded is part of the request.
        """
        found: list[Span] = []
        number = 0
        while self._possible and number < len(self._lines):
            line = self._lines[number]
            if not line.strip() or len(line) > MAX_LINE:
                number += 1
                continue
            if _FORWARD.match(line):
                break
            end = self._block_end(number) or self._introduction_end(number)
            if not end:
                number += 1
                continue
            found.append(Span(number, end, self._quoted_after[end - 1]))
            if not found[-1].quoted:
                break
            number = end
        return found

    def _block_end(self, number: int) -> int:
        """Return the line after the block of headers that begins here; 0 where none does."""
        line = self._lines[number]
        if self._kinds[number]:
            return self._fields_end(number)
        original = _ORIGINAL.match(line)
        if not original and not _RULE.match(line):
            return 0
        after = self._next_with_words(number + 1)
        end = self._fields_end(after) if after < len(self._lines) else 0
        return end or (number + 1 if original else 0)

    def _fields_end(self, number: int) -> int:
        """Return the line after three or more of Da, Inviato, A, Oggetto; 0 where there are not.

        A list of recipients may be folded; a program that writes paragraphs leaves blank lines.
        """
        kinds: set[str] = set()
        values: list[str] = []
        end = last = number
        limit = min(number + _MAX_BLOCK, len(self._lines))
        while last < limit:
            line, kind = self._lines[last], self._kinds[last]
            if kind:
                kinds.add(kind)
                values.append(line)
                end = last + 1
            elif not line.strip():
                if not self._field_follows(last):
                    break
            elif not kinds or not line.startswith((" ", "\t", "<")):
                break
            last += 1
        kinds.discard("other")
        if len(kinds) < 3 or "from" not in kinds:
            return 0
        joined = " ".join(values)
        certain = _ADDRESS.search(joined) or (_DATE.search(joined) and "subject" in kinds)
        return end if certain else 0

    def _field_follows(self, number: int) -> bool:
        after = number + 1
        return after < len(self._lines) and self._kinds[after] is not None

    def _next_with_words(self, number: int) -> int:
        limit = min(number + 3, len(self._lines))
        while number < limit and not self._lines[number].strip():
            number += 1
        return number

    def _introduction_end(self, number: int) -> int:
        """Return the line after "Il giorno ... ha scritto:", on at most four lines; 0 if none."""
        if not self._ends_near[number]:
            return 0
        line = self._lines[number]
        if self._quoted_after[number] and (_ATTRIBUTES.match(line) or _is_name_of_writer(line)):
            return number + 1
        if "@" not in line and not _STARTS_INTRODUCTION.match(line):
            return 0
        joined = ""
        for last in range(number, min(number + _MAX_WRAPPED, len(self._lines))):
            part = self._lines[last].strip()
            if not part or len(part) > MAX_LINE or _QUOTE.match(part):
                return 0
            joined = f"{joined} {part}" if joined else part
            has_verb = _ENDS_INTRODUCTION.search(joined) is not None
            if has_verb or (_ENDS_DATED.search(joined) and _STARTS_WITH_DATE.match(joined)):
                quoted = self._quoted_after[last]
                certain = has_verb or quoted or "<" in joined
                return last + 1 if certain and _is_certain(joined, quoted=quoted) else 0
        return 0


def is_quoted(line: str) -> bool:
    """Tell whether ``line`` has a quotation mark before it."""
    return _QUOTE.match(line) is not None


def _ends_near(lines: list[str]) -> list[bool]:
    """Tell of each line whether an introduction that begins there could end, wrapped, nearby."""
    near = [False] * len(lines)
    distance = _MAX_WRAPPED
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].rstrip()[-_LONGEST_END:]
        distance = 0 if _MAY_END.match(line) else distance + 1
        near[number] = distance < _MAX_WRAPPED
    return near


def _is_certain(joined: str, *, quoted: bool) -> bool:
    has_address = _ADDRESS.search(joined) is not None
    has_date = _DATE.search(joined) is not None
    if quoted:
        return has_address or has_date
    # Without quoted lines after it, only a mail program writes address, day and year or time.
    return has_address and has_date and _YEAR_OR_TIME.search(joined) is not None


def _is_name_of_writer(line: str) -> bool:
    """Tell whether the line is "Mario Rossi ha scritto:": a name, and no sentence."""
    match = _NAMES_WRITER.match(line.strip()[:MAX_LINE])
    if match is None:
        return False
    words = match["name"].split()
    return (
        len(words) <= _MAX_NAME_WORDS
        and words[0].lower() not in _ARTICLES
        and all(word[0].isupper() or word[0] in "\"'<(" for word in words)
    )


def _kind_of_field(line: str) -> str | None:
    """Return which field of a copied header a line is; ``None`` for any other line."""
    match = _FIELD.match(line + " ") if len(line) <= MAX_LINE else None
    return _LABELS[match[1].lower()] if match else None


def _quote_follows(lines: list[str]) -> list[bool]:
    """Tell of each line whether the next line with words in it is quoted."""
    follows = [False] * (len(lines) + 1)
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        follows[number] = is_quoted(line) if line.strip() else follows[number + 1]
    return [*follows[1:], False]
