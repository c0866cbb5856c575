"""FaxParser: faxes delivered by mail. Who called whom, from the gateway's words (``fax_rules``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO, Self

from intake.parsing.fax_rules import FaxMail, FaxRule, find_rule, read_folder
from intake.parsing.media_types import is_picture_or_pdf
from intake.parsing.messages import whole
from intake.parsing.messages.message import Message
from intake.parsing.operator_files import read_passwords
from intake.parsing.writing import dates
from intake.parsing.writing.telephone_numbers import to_e164
from intake.schemas.documents import FaxFacts, Parsed
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts

_WITHHELD = re.compile(
    r"(?i)(?:unknown|unavailable|anonymous|private|restricted|withheld|blocked|none|null|n/?a"
    r"|no caller id|anonimo|sconosciuto|riservato|privato|non disponibile|[-?.\s]*)\Z"
)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?!\d)")
_SECONDS = re.compile(r"(?i)\b(\d{1,6})\s*(?:s\b|sec)")
_MINUTES = re.compile(r"(?i)\b(\d{1,4})\s*(?:m\b|min)")
_NUMBER = re.compile(r"\+?[\d\s()./-]{5,40}\Z")
# Documents a gateway sends besides pictures: PostScript by default in HylaFAX.
_DOCUMENTS = frozenset({"application/postscript"})


class FaxParser:
    """Reads the mail of a fax gateway. The sender of the mail is the gateway, not the citizen."""

    profile = "fax"

    def __init__(self, *, passwords: Sequence[str] = (), rules: Sequence[FaxRule] = ()) -> None:
        """``passwords`` are tried on locked archives; ``rules`` are the site's own."""
        self._passwords = tuple(passwords)
        self._rules = tuple(rules)

    @classmethod
    def configured(cls, options: ParserOptions) -> Self:
        """Return a parser as the operator wants it.

        Raises:
            ConfigError: a file that the options name cannot be used.
        """
        rules = read_folder(options.fax_rules) if options.fax_rules else ()
        return cls(passwords=read_passwords(options), rules=rules)

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:  # noqa: ARG002 - the contract
        """Return the message with the facts of the fax in ``fax``; the pages are its leaves.

        Raises:
            UnreadableItem: the item is empty, or no message at all.
        """
        message = whole.read(stream.read(), self.profile, self._passwords)
        return message.parsed(fax=read_facts(message, self._rules))


def read_facts(message: Message, rules: Sequence[FaxRule] = ()) -> FaxFacts:
    """Return what the gateway says of the fax; numbers are as it wrote them, and in E.164."""
    mail = _places(message)
    rule = find_rule(mail, rules)
    reading = rule.read(mail)
    found = reading.facts
    caller, station = _caller_and_station(found)
    called = _stated(found.get("called_number"))
    return FaxFacts(
        vendor=rule.vendor,
        caller_number_raw=caller,
        caller_number_e164=to_e164(caller),
        caller_name=_stated(found.get("caller_name")),
        remote_station_id=station,
        called_number_raw=called,
        called_number_e164=to_e164(called),
        pages_declared=_pages(found.get("pages")),
        duration_s=_seconds(found.get("duration")),
        received_at_utc=_received_at(found.get("received_at"), message, rule),
        status=rule.status(mail) or _status_of_document(message),
        comm_id=_stated(found.get("comm_id")),
        evidence=reading.evidence,
    )


def _places(message: Message) -> FaxMail:
    headers = message.headers
    return FaxMail(
        subject=message.facts.subject or "",
        text=message.facts.text,
        sender=headers.text("from") or "",
        to=headers.text("to") or "",
        headers="\n".join(
            f"{name}: {headers.text(name) or ''}" for name in dict(headers.fields[:100])
        ),
    )


def _caller_and_station(found: dict[str, str]) -> tuple[str | None, str | None]:
    """Return the caller's number and the station's identification.

    Some gateways put either into the same quotes: what is no number is an identification.
    """
    caller = _stated(found.get("caller_number"))
    station = _stated(found.get("remote_station_id"))
    if caller is not None and not _NUMBER.match(caller):
        return None, station or caller
    return caller, station


def _stated(value: str | None) -> str | None:
    return None if value is None or _WITHHELD.match(value) else value


def _pages(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else None


def _seconds(value: str | None) -> int | None:
    """Return the seconds of ``1:23``, ``0:01:23``, ``83 seconds`` or ``83``."""
    if not value:
        return None
    if match := _CLOCK.search(value):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    minutes, seconds = _MINUTES.search(value), _SECONDS.search(value)
    if minutes or seconds:
        return int(minutes[1] if minutes else 0) * 60 + int(seconds[1] if seconds else 0)
    digits = value.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else None


def _received_at(value: str | None, message: Message, rule: FaxRule) -> datetime | None:
    """Return when the gateway took the call: as it says, else the date of its mail.

    A time without a zone is the gateway's local time: it has the zone of the mail's date.
    """
    sent = dates.parse(message.headers.unfolded("date") or "")
    if not value:
        return sent
    return dates.parse_local(value, sent, american=rule.american_dates) or sent


def _status_of_document(message: Message) -> str | None:
    types = {file.attachment.media_type for file in message.all_files()}
    if any(is_picture_or_pdf(name) or name in _DOCUMENTS for name in types):
        return "ok"
    return "link-only" if "://" in message.facts.text else None
