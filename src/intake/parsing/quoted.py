"""Which lines of a reply are new, and which are the history it quotes (Italian and English).

What a citizen wrote is never cut: an introduction counts only with a date or an address *and*
quoted lines after it; a block of headers only with three of them; a forward with nothing before
it is the request itself. When in doubt, the text stays whole.
"""

from __future__ import annotations

import re

from intake.parsing.disclaimers import without_disclaimer

_MAX_LINE = 1000
_MAX_WRAPPED = 3
_MAX_SIGNATURE_LINES = 15

_QUOTE = re.compile(r"\s{0,3}(?:>|&gt;)")
_ENDS_INTRODUCTION = re.compile(
    r"(?i)(?:\bha scritto|\bhanno scritto|\bscrisse|\bscrive|\bwrote|\bwrites)\s*:?\s*$"
)
_STARTS_INTRODUCTION = re.compile(
    r"(?i)\s*(?:il\b|in data\b|on\b|le\b|am\b|(?:lun|mar|mer|gio|ven|sab|dom)|\d{1,2}[/. ]"
    r"|\d{4}-\d\d-\d\d|[\"'<\w].*@)"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_DATE = re.compile(
    r"(?i)\b(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}:\d{2}"
    r"|\d{1,2}[° ]\s?(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic|jan|may|jun|jul|aug|sep|oct"
    r"|dec)[a-z]*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2})\b"
)
_YEAR_OR_TIME = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[:.]\d{2}\b|/\d{2}\b")
_ORIGINAL = re.compile(
    r"(?i)\s*-{2,}\s*(?:messaggio originale|original message|messaggio originario"
    r"|ursprüngliche nachricht|message d'origine)\s*-{2,}\s*$"
)
_FORWARD = re.compile(
    r"(?i)\s*(?:-{2,}\s*)?(?:messaggio inoltrato|forwarded message|inizio messaggio inoltrato"
    r"|inizio del messaggio inoltrato|begin forwarded message|inoltrato da)\b.{0,80}$"
)
_RULE = re.compile(r"\s*_{20,}\s*$")
_FIELD = re.compile(
    r"(?i)\s*\*?(da|from|mittente|inviato(?: il)?|data|sent|date|a|to|destinatari[oa]?"
    r"|per conto di|cc|oggetto|subject)\s?:\s?\*?\s*\S"
)
_FIELD_KINDS = {
    "da": "from", "from": "from", "mittente": "from", "per conto di": "from",
    "inviato": "date", "inviato il": "date", "data": "date", "sent": "date", "date": "date",
    "a": "to", "to": "to", "destinatario": "to", "destinatari": "to", "destinataria": "to",
    "cc": "cc", "oggetto": "subject", "subject": "subject",
}  # fmt: skip
_MOBILE = re.compile(
    r"(?i)\s*(?:inviato (?:da|dal|dalla|con|tramite)\b|sent (?:from|with|via)\b"
    r"|(?:get|ottieni|scarica) outlook\b|(?:ottieni|scarica) (?:bluemail|app)\b).{0,80}$"
)


def new_text(text: str) -> str:
    """Return what the writer of ``text`` added: no quoted history, no signature, no
    disclaimer.

    Returns the whole text when nothing else would be left. Linear in the length of ``text``.
    """
    lines = text.split("\n")
    kept = lines[: _start_of_history(lines, text)]
    if ">" in text or "&gt;" in text:
        kept = [line for line in kept if not _QUOTE.match(line)]
    kept = _without_signature(without_disclaimer(kept))
    return _tidy(kept) or text.strip()


def _start_of_history(lines: list[str], text: str) -> int:
    """Return the number of the first line that belongs to the message being answered."""
    small = text.lower()
    may_forward = "inoltra" in small or "forwarded" in small
    may_original = "original" in small or "originario" in small or "rüngliche" in small
    may_introduce = any(
        verb in small for verb in ("scritto", "scriss", "scrive", "wrote", "writes")
    )
    may_block = any(label in small for label in ("da:", "from:", "mittente:"))
    if not (may_forward or may_original or may_introduce or may_block):
        return len(lines)
    quoted_after = _quote_follows(lines)
    kinds = _field_kinds(lines) if may_block else []
    for number, line in enumerate(lines):
        if not line.strip() or len(line) > _MAX_LINE:
            continue
        if may_forward and _FORWARD.match(line):
            return len(lines)  # what was forwarded is part of the request
        if may_original and _ORIGINAL.match(line):
            return number
        if may_block and (kinds[number] or _RULE.match(line)):
            first = number if kinds[number] else number + 1
            if _is_header_block(lines, kinds, first):
                return number
        if may_introduce and _is_introduction(lines, number, quoted_after):
            return number
    return len(lines)


def _quote_follows(lines: list[str]) -> list[bool]:
    """Tell of each line whether the next line with words in it is quoted."""
    follows = [False] * (len(lines) + 1)
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        follows[number] = bool(_QUOTE.match(line)) if line.strip() else follows[number + 1]
    return [*follows[1:], False]


def _is_introduction(lines: list[str], number: int, quoted_after: list[bool]) -> bool:
    """Tell whether "Il giorno ... ha scritto:" begins here, on at most three lines."""
    if not _STARTS_INTRODUCTION.match(lines[number]):
        return False
    joined = ""
    for last in range(number, min(number + _MAX_WRAPPED, len(lines))):
        if not lines[last].strip() or len(lines[last]) > _MAX_LINE:
            return False
        joined = f"{joined} {lines[last].strip()}"
        if _ENDS_INTRODUCTION.search(joined):
            break
    else:
        return False
    has_address = bool(_ADDRESS.search(joined))
    has_date = bool(_DATE.search(joined))
    if quoted_after[last]:
        return has_address or has_date
    # Without quoted lines after it, only a mail program writes address, day and year or time.
    return has_address and has_date and bool(_YEAR_OR_TIME.search(joined))


def _field_kinds(lines: list[str]) -> list[str | None]:
    """Tell of each line which field of a copied header it is, if any."""
    kinds: list[str | None] = []
    for line in lines:
        match = _FIELD.match(line) if len(line) <= _MAX_LINE else None
        kinds.append(_FIELD_KINDS[match[1].lower()] if match else None)
    return kinds


def _is_header_block(lines: list[str], kinds: list[str | None], number: int) -> bool:
    """Tell whether three of Da, Inviato, A, Oggetto stand on lines that follow each other."""
    found: set[str] = set()
    values: list[str] = []
    for line, kind in zip(lines[number : number + 8], kinds[number : number + 8], strict=True):
        if kind is not None:
            found.add(kind)
            values.append(line)
        elif (found or line.strip()) and not (found and line.startswith((" ", "\t", "<"))):
            break  # a blank first line, or a long list of recipients, may be in between
    if len(found - {"cc"}) < 3 or "from" not in found:
        return False
    joined = " ".join(values)
    return bool(_ADDRESS.search(joined) or (_DATE.search(joined) and "subject" in found))


def _without_signature(lines: list[str]) -> list[str]:
    for number in range(len(lines) - 1, max(-1, len(lines) - _MAX_SIGNATURE_LINES - 2), -1):
        if lines[number].rstrip() == "--" and any(line.strip() for line in lines[:number]):
            lines = lines[:number]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or _MOBILE.match(lines[end - 1][:_MAX_LINE])):
        end -= 1
    return lines[:end]


def _tidy(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
