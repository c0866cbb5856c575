"""What an IMAP server's refusals and silences mean, and what happens next.

A log-in that fails because the server is overloaded must not be taken for a wrong password:
whoever tries again then locks the mailbox. The response code decides (RFC 5530 §3); where there
is none, the command that was refused decides. No message here holds a password, a token or a line
of a mail: a server's words are repeated only when they answer a command.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from enum import StrEnum

from intake.errors import SourceError, SourceRefused, SourceUnavailable

OVERLOADED_S = 60.0
"""How long an overloaded server is left alone when it names no time."""
NOT_CONNECTED_S = 300.0

_CODE = re.compile(r"\[([A-Z0-9-]+)")
_BACKOFF = re.compile(r"Suggested Backoff Time:\s*(\d+)\s*milliseconds", re.IGNORECASE)
_MOST_WORDS = 200

_TEMPORARY = frozenset(("UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG"))
_REMEDIES: Mapping[str, str] = {
    "AUTHENTICATIONFAILED": "",
    "EXPIRED": "The password or token has expired: get a new one, then run `intake check`.",
    "AUTHORIZATIONFAILED": "Give this user the right to the mailbox, then run `intake check`.",
    "PRIVACYREQUIRED": 'Set security = "tls" or "starttls", then run `intake check`.',
    "CONTACTADMIN": "Ask the mail server's administrators, then run `intake check`.",
    "NOPERM": "Give this user the right to the mailbox, then run `intake check`.",
    "NONEXISTENT": "Correct the option `mailbox`, then run `intake check`.",
    "OVERQUOTA": "Make room in the mailbox, then run `intake check`.",
}


class Stage(StrEnum):
    """Which part of a session a command belongs to."""

    CONNECT = "connecting"
    LOGIN = "logging in"
    OPEN = "opening the mailbox"
    READ = "reading"
    FILE = "marking messages as taken"


class SessionBroken(SourceUnavailable):
    """The connection cannot be used any more; a new one may go on.

    ``code`` is ``protocol`` (an answer that makes no sense), ``refused`` (a NO to one command),
    ``connection`` (it ended) or ``timeout``.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class MessagesGone(SourceUnavailable):
    """Some of the messages of a command are gone; the command did nothing, or not all."""


class LoginRefused(SourceRefused):
    """The server did not let us in. ``is_plain`` tells whether it gave no reason at all."""

    def __init__(self, message: str, *, remedy: str, is_plain: bool) -> None:
        super().__init__(message, remedy=remedy)
        self.is_plain = is_plain


def response_code(text: str) -> str | None:
    """Return the response code of a status response, such as ``LIMIT`` (RFC 9051 §7.1)."""
    found = _CODE.search(text)
    return found[1] if found else None


def temporary(text: str, where: str) -> SourceUnavailable | None:
    """Return the error if a server's words mean that it is overloaded, else None."""
    found = _BACKOFF.search(text)
    if found or "throttled" in text.lower():
        seconds = int(found[1]) / 1000 if found else OVERLOADED_S
        return SourceUnavailable(f"{where} asks us to slow down.", retry_after_s=seconds)
    if "authenticated but not connected" in text.lower():
        # Microsoft 365 answers so to a good password or token: the fault lies elsewhere.
        return SourceUnavailable(
            f"{where} let us in and gives no mailbox.",
            remedy="If it lasts: the username is not the mailbox's owner, the token's permissions "
            "do not cover it, or too many programs are connected.",
            retry_after_s=NOT_CONNECTED_S,
        )
    if response_code(text) in _TEMPORARY:
        return SourceUnavailable(
            f"{where} is overloaded or in repair: {_words(text)}", retry_after_s=OVERLOADED_S
        )
    if "AccessTokenExpired" in text:
        return SourceUnavailable(f"{where} ended the session: the access token has expired.")
    return None


def answered_no(text: str, stage: Stage, where: str, *, login_remedy: str) -> SourceError:
    """Return the error for a tagged NO or BAD; ``where`` names the server for a person."""
    code = response_code(text)
    message = f"{where} refused us {stage}: {_words(text)}"
    # An internal error while messages are read is, as a rule, the fault of one of them.
    is_one_message = stage is Stage.READ and code == "SERVERBUG"
    passing = None if is_one_message else temporary(text, where)
    if passing is not None:
        return passing
    if stage is Stage.LOGIN:
        remedy = _REMEDIES.get(code or "") or login_remedy
        return LoginRefused(message, remedy=remedy, is_plain=code not in _REMEDIES)
    if stage is Stage.CONNECT:
        return SourceUnavailable(message)
    if stage is Stage.FILE and code == "EXPUNGEISSUED":
        return MessagesGone(message)
    if stage is Stage.READ and code not in _REMEDIES:
        return SessionBroken(message, code="refused")
    return SourceRefused(message, remedy=_REMEDIES.get(code or "") or _STAGE_REMEDIES.get(stage))


_STAGE_REMEDIES: Mapping[Stage, str] = {
    Stage.OPEN: "Correct the option `mailbox`, or give this user the right to it.",
    Stage.FILE: 'Give this user the right to file messages, or set after_receive = "leave".',
}


def broken_off(error: Exception, farewell: str, where: str, *, timed_out: bool) -> SourceError:
    """Return the error for a connection that ended; ``farewell`` is the server's BYE, if any."""
    if farewell:
        return temporary(farewell, where) or SessionBroken(
            f"{where} closed the connection: {_words(farewell)}", code="connection"
        )
    if timed_out or isinstance(error, TimeoutError):
        return SessionBroken(f"{where} took too long to answer.", code="timeout")
    reason = error.strerror if isinstance(error, OSError) else None
    return SessionBroken(
        f"The connection to {where} broke off{_in_brackets(reason)}.", code="connection"
    )


def no_sense(error: Exception, where: str) -> SessionBroken:
    """Return the error for an answer outside the protocol, without a word of that answer."""
    return SessionBroken(
        f"{where} gave an answer that makes no sense ({type(error).__name__}).", code="protocol"
    )


def unreachable(error: OSError, where: str) -> SourceError:
    """Return the error for a connection that was never made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return not_trusted(
            f"{where} has a certificate that is not trusted: {error.verify_message}."
        )
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return SourceRefused(
            f"{where} does not speak TLS at this port.",
            remedy='Correct `port`, or set security = "starttls".',
        )
    if isinstance(error, TimeoutError):
        return SourceUnavailable(f"{where} does not answer.")
    return SourceUnavailable(f"{where} cannot be reached{_in_brackets(error.strerror)}.")


def not_trusted(message: str) -> SourceRefused:
    """Return the error for a certificate that is not the expected one."""
    return SourceRefused(
        message,
        remedy="If the server is yours, name its authority in `ca_file` or pin its certificate "
        "with `fingerprint`; if not, somebody may be listening in: tell your security people.",
    )


def _in_brackets(reason: str | None) -> str:
    return f" ({reason})" if reason else ""


def _words(text: str) -> str:
    """Return a server's words on one line, cut at a decent length."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:_MOST_WORDS]
