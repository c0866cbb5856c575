"""Our client: the IMAP library on our own connection, silent, and particular about UIDs.

The only module that names ``imapclient``. Its private attribute ``_imap`` is used for three
things that it has no other door for: to switch off the formatting of every literal for a log,
to make the connection ourselves, and to see whether an answer named its UID.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

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

    def fetch_uids(self, uids: Iterable[int], items: str) -> list[Mapping[bytes, Any]]:
        """Return the answers that name their UID; ``literals`` are marked by identity.

        IMAPClient's own ``fetch`` takes the sequence number for the UID where that is missing.
        """
        status, lines = self._imap.uid("FETCH", uid_set(uids), items)
        self._checkok("fetch", status, lines)
        parsed = parse_fetch_response(lines, normalise_times=False, uid_is_key=False)
        literals = {id(line[1]) for line in lines if isinstance(line, tuple)}
        return [
            {name: value for name, value in answer.items() if _is_sound(value, literals)}
            for answer in parsed.values()
            if isinstance(answer.get(b"UID"), int)
        ]


def uid_set(uids: Iterable[int]) -> str:
    """Return UIDs as a sequence set, neighbours as ranges: ``1:3,7`` (RFC 9051 §9)."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)


def _is_sound(value: object, literals: set[int]) -> bool:
    """Say whether a value may be what it seems: bytes of a message come as a literal only.

    A word or a quoted string cannot hold a line end, so it is no message.
    """
    return not isinstance(value, bytes) or not value or id(value) in literals


def decoded(text: object) -> str:
    """Return a server's words as text, whatever bytes they are."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
