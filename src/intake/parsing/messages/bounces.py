"""Mail that came back: delivery reports (RFC 3464) and what mail servers wrote before them.

A report is known by its structure. The others are known by a machine as their sender *and* words
that mail servers use; words alone never make a bounce, because citizens quote them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from intake.parsing.messages import headers as header_block
from intake.parsing.messages.structure import Part
from intake.parsing.writing.text import clean_line
from intake.schemas.documents import Auto

_DAEMON = re.compile(
    r"(?i)(?:mailer[-_. ]?daemon|mail[-_.]?daemon|mdaemon|postmaster|mail[-_.]?delivery[-_. ]?"
    r"(?:subsystem|system)?|mmdf|pmdf|smtp[-_.]?daemon|bounce[sd]?|mailerdaemon|daemon|"
    r"microsoftexchange[0-9a-f]{20,})(?:[-+_.]\S*)?\Z"
)
_DAEMON_NAME = re.compile(
    r"(?i)(?:mail(?:er)?[ -]?daemon|mail delivery (?:sub)?system|mail administrator|postmaster"
    r"|mail system|system administrator|microsoft outlook|amministratore (?:di )?sistema"
    r"|recapito posta|mail router|internet mail delivery)\b"
)
_CODE = re.compile(r"(?<![\d.])[45]\.\d{1,2}\.\d{1,3}(?![\d.])|(?<![\d-])5[0-7]\d(?: |-)(?=\S)")
_ANSWER = re.compile(r"(?i)\s*(?:re|r|i|fw|fwd|rif|aw|wg)\s*:")
_REPORT_FIELD = re.compile(
    rb"(?im)^(action|status|original-message-id|final-recipient|original-recipient)"
    rb"[ \t]*:[ \t]*(\S[^\r\n]*)"
)
_MESSAGE_ID = re.compile(rb"(?im)^(?:[>| \t]*)message-id[ \t]*:\s*<([^<>\r\n]{3,500})>")
_MAX_REPORT = 64 * 1024
_MAX_WORDS = 8 * 1024
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global"})
_NO_FAILURE = frozenset({"delivered", "relayed", "expanded"})
_HEADERS = ("x-failed-recipients", "x-ms-exchange-message-is-ndr")


@dataclass(frozen=True, slots=True)
class _Words:
    """What mail servers write, from ``data/bounces.toml``."""

    subject: re.Pattern[str]
    text: re.Pattern[str]
    opening: re.Pattern[str]


@cache
def _words() -> _Words:
    content = (files("intake.parsing") / "data" / "bounces.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(content)
    return _Words(**{name: re.compile(f"(?i){'|'.join(found)}") for name, found in lists.items()})


def judge(root: Part, sender: tuple[str, str], subject: str, text: str) -> Auto | None:
    """Return that the message is a bounce, with the evidence; None when nothing says so.

    ``sender`` is name and address. A report that all went well is of kind ``mdn``.
    """
    report = find(root, "message/delivery-status") or find(root, "message/global-delivery-status")
    is_machine = _machine(root, sender)
    evidence = _structure(root, report, subject, is_machine)
    evidence += _wording(root, sender, subject, text, is_machine)
    if not evidence:
        return None
    facts = report_facts(report)
    action = facts.get("action", "").lower()
    evidence += [f"{name}={facts[name]}" for name in ("action", "status") if name in facts]
    return Auto(
        is_auto=True,
        kind="mdn" if action in _NO_FAILURE else "bounce",
        evidence=tuple(evidence),
        about=_returned_id(root, facts),
    )


def is_daemon(address: str) -> bool:
    """Tell whether the local part of an address is that of a mail server."""
    return _DAEMON.match(address.partition("@")[0].strip("\"' ")) is not None


def has_null_return_path(root: Part) -> bool:
    """Tell whether the message asks for no bounce of its own (RFC 5321 §4.5.5)."""
    return (root.headers.unfolded("return-path") or "").replace(" ", "") == "<>"


def find(root: Part, media_type: str) -> Part | None:
    """Return the first leaf of a type; what enclosed messages hold does not count."""
    return next((leaf for leaf in root.leaves() if leaf.media_type == media_type), None)


def report_facts(report: Part | None) -> dict[str, str]:
    """Return the fields of a report by lower-case name; of several recipients the first."""
    if report is None:
        return {}
    facts: dict[str, str] = {}
    for name, value in _REPORT_FIELD.findall(report.content()[:_MAX_REPORT]):
        facts.setdefault(name.decode().lower(), clean_line(value.decode("utf-8", "replace"))[:200])
    return facts


def _machine(root: Part, sender: tuple[str, str]) -> str | None:
    """Return what shows that a mail server wrote the message, None when nothing does."""
    name, address = sender
    if is_daemon(address):
        return f"sender {address}"
    if _DAEMON_NAME.match(name.strip("\"' ")):
        return f"sender {name[:80]}"
    if has_null_return_path(root):
        return "null return-path"
    if not address and "from" not in root.headers:
        return "no sender"
    submitted = (root.headers.text("auto-submitted") or "").lower()
    return f"auto-submitted={submitted[:40]}" if submitted.startswith("auto-") else None


def _structure(root: Part, report: Part | None, subject: str, is_machine: str | None) -> list[str]:
    evidence = []
    is_report = root.media_type == "multipart/report"
    if report is not None and (is_report or is_machine or _words().subject.search(subject)):
        evidence.append("message/delivery-status")
    elif is_report and root.parameters.get("report-type", "").lower() == "delivery-status":
        evidence.append("report-type=delivery-status")
    return evidence + [name for name in _HEADERS if name in root.headers]


def _wording(
    root: Part, sender: tuple[str, str], subject: str, text: str, is_machine: str | None
) -> list[str]:
    """Return the evidence of what stands in subject and text, where a machine sent them."""
    start = " ".join(text[:_MAX_WORDS].split())
    if not _ANSWER.match(subject) and _words().opening.match(start):
        return ["opening words of a mail server"]
    if is_machine is None or _ANSWER.match(subject):
        return []
    has_subject = _words().subject.search(subject) is not None
    has_words = _words().text.search(start) is not None
    has_code = _CODE.search(start) is not None
    is_null = has_null_return_path(root)
    if not is_daemon(sender[1]):
        is_bounce = has_subject and (has_words or has_code)
    elif _may_be_a_person(sender[1]):
        is_bounce = has_subject or has_code or is_null or (has_words and _returns(root, text))
    else:
        is_bounce = has_subject or has_code or is_null or has_words
    if not is_bounce:
        return []
    marks = {"subject of a failure": has_subject, "words of a failure": has_words or has_code,
             "null return-path": is_null}  # fmt: skip
    return [", ".join([is_machine, *(mark for mark, holds in marks.items() if holds)])]


def _may_be_a_person(address: str) -> bool:
    """Tell a postmaster, who may write himself, from the other daemons."""
    return address.lower().startswith("postmaster")


def _returns(root: Part, text: str) -> bool:
    """Tell whether a mail or its headers come along."""
    return any(leaf.media_type in _RETURNED for leaf in root.leaves() if leaf is not root) or (
        _MESSAGE_ID.search(text[:_MAX_REPORT].encode("utf-8", "replace")) is not None
    )


def _returned_id(root: Part, facts: dict[str, str]) -> str | None:
    """Return the Message-ID of the mail that came back, where it or its headers are enclosed."""
    leaves = [leaf for leaf in root.leaves() if leaf is not root]
    for leaf in leaves:
        if leaf.media_type in _RETURNED:
            content = leaf.content()[: header_block.MAX_BLOCK_BYTES]
            block, _ = header_block.read(content, 0, len(content))
            if ids := block.ids("message-id"):
                return ids[0]
    for leaf in leaves or [root]:
        if leaf.media_type.startswith("text/"):
            match = _MESSAGE_ID.search(leaf.content()[:_MAX_REPORT])
            if match:
                return clean_line(match[1].decode("utf-8", "replace"))
    about = facts.get("original-message-id", "").strip("<> ")
    answered = root.headers.ids("in-reply-to") or root.headers.ids("references")[-1:]
    return about or next(iter(answered), None)
