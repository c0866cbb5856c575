"""Our client: the IMAP library on our own connection, silent, and particular about UIDs.

The only module that names ``imapclient``. Its private attribute ``_imap`` is used for three
things that it has no other door for: to switch off the formatting of every literal for a log,
to make the connection ourselves, and to see whether an answer named its UID.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.datetime_util import parse_to_datetime
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_response

from intake.connectors.imap_options import ImapOptions
from intake.connectors.imap_wire import SMALL_TALK_BYTES, CutOff, Wire

NONSENSE = (
    ProtocolError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    MemoryError,
)
"""What imapclient and imaplib raise at answers outside the protocol: each was seen."""


class Client(IMAPClient):  # type: ignore[misc]  # the library ships no type information
    """IMAPClient on our own connection, silent, and particular about UIDs."""

    def __init__(self, options: ImapOptions, cut_off: CutOff) -> None:
        self._options = options
        self._cut_off = cut_off
        timeout = SocketTimeout(connect=options.connect_timeout_s, read=options.read_timeout_s)
        super().__init__(
            options.host,
            options.port_number,
            ssl=options.security == "tls",
            timeout=timeout,
        )
        # At any other value every literal is formatted with %r for a log that nobody reads: 25
        # times the CPU, several times the memory, and the bodies of citizens' mails in that log.
        self._imap.debug = 0

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - the method that IMAPClient calls
        return Wire(self._options, self._cut_off)

    def allow(self, size: int) -> None:
        """Let the next answer hold ``size`` bytes of messages, twice that at the most."""
        self._imap.allowance_bytes = 2 * size + SMALL_TALK_BYTES

    @property
    def farewell(self) -> str:
        """Return the words of the server's BYE; empty when it sent none."""
        said = self._imap.untagged_responses.get("BYE") or [b""]
        return decoded(said[-1])

    def search_uids(self, criteria: str) -> list[int]:
        """Return the UIDs, also from an answer of several lines (RFC 9051 §7.3.4)."""
        status, lines = self._imap.uid("SEARCH", criteria)
        self._checkok("search", status, lines)
        return sorted({int(word) for line in lines if line for word in line.split()})

    def fetch_uids(self, uids: Iterable[int], items: str) -> dict[int, dict[bytes, Any]]:
        """Return what is answered for each UID; answers that name no UID are passed over.

        IMAPClient's own ``fetch`` joins answers by sequence number, and takes that for the UID
        where it is missing. But a number may change hands in the middle of a UID FETCH, when a
        message is expunged (RFC 9051 §7.5.1).
        """
        status, lines = self._imap.uid("FETCH", uid_set(uids), items)
        self._checkok("fetch", status, lines)
        literals = {id(line[1]) for line in lines if isinstance(line, tuple)}
        answers: dict[int, dict[bytes, Any]] = {}
        for fields in _answers(lines):
            uid = fields.get(b"UID")
            if isinstance(uid, int):
                _add(answers.setdefault(uid, {}), fields, literals)
        return answers


def _answers(lines: list[Any]) -> Iterator[dict[bytes, Any]]:
    """Yield the fields of each FETCH answer: ``* number FETCH (name value ...)``."""
    parsed = iter(parse_response(lines))
    for number, fields in zip(parsed, parsed, strict=True):
        if not isinstance(number, int) or not isinstance(fields, tuple) or len(fields) % 2:
            raise ProtocolError("not the answer to a FETCH")
        yield {name.upper(): value for name, value in zip(fields[::2], fields[1::2], strict=True)}


def _add(known: dict[bytes, Any], fields: Mapping[bytes, Any], literals: set[int]) -> None:
    """Add fields to what is known of a message. A body that comes twice is no body.

    Nor is a body that is not a literal: a word or a quoted string holds no line end.
    """
    for name, value in fields.items():
        is_body = name.startswith(b"BODY[")
        is_sound = not is_body or (name not in known and (not value or id(value) in literals))
        known[name] = value if is_sound else None


def internal_date(value: object) -> datetime | None:
    """Return an INTERNALDATE as a point in time; None if it is none."""
    if not isinstance(value, bytes):
        return None
    try:
        moment: datetime = parse_to_datetime(value, normalise=False)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def uid_set(uids: Iterable[int]) -> str:
    """Return UIDs as a sequence set, neighbours as ranges: ``1:3,7`` (RFC 9051 §9)."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)


def decoded(text: object) -> str:
    """Return a server's words as text, whatever bytes they are."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
