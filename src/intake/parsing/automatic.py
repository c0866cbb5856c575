"""Mail that no person wrote: bounces, auto-replies, lists, read receipts; and how we know.

Headers and structure decide (RFC 3464, RFC 3834, RFC 8098, RFC 2919), never words of the
subject alone: a citizen's mail taken for a machine's would be a lost request.
"""

from __future__ import annotations

import re

from intake.parsing import headers as header_block
from intake.parsing.structure import Part
from intake.parsing.text import clean_line
from intake.schemas.documents import Auto

_DAEMONS = frozenset({"mailer-daemon", "maildaemon", "mail-daemon", "postmaster", "mdaemon"})
_FAILURE = re.compile(
    r"(?i)undeliver|returned mail|delivery (?:status|failure|has failed|report)|failure notice"
    r"|mail delivery|mancat[ao] consegna|mancato recapito|non recapitabil|impossibile recapitare"
    r"|delay|ritardo|could not be delivered|delivery notification"
)
_AWAY = re.compile(
    r"(?i)^\s*(?:auto(?:matic)?[ :-]|automatic reply|autoreply|auto-?response|risposta automatica"
    r"|out of (?:the )?office|fuori (?:ufficio|sede)|assenza|assente)"
)
_REPLY_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-mail-autoreply")
_REPORT_FIELD = re.compile(
    rb"(?im)^(action|status|original-message-id|disposition)[ \t]*:[ \t]*(\S[^\r\n]*)"
)
_MESSAGE_ID = re.compile(rb"(?im)^(?:[> \t]*)message-id[ \t]*:\s*<([^<>\r\n]{3,500})>")
_MAX_REPORT = 64 * 1024


def judge(root: Part, sender: str, subject: str) -> Auto:
    """Return what the headers and the structure of ``root`` say about its writer."""
    for rule in (_read_receipt, _bounce, _list, _auto_reply):
        found = rule(root, sender, subject)
        if found is not None:
            return found
    return Auto(evidence=_cautions(root, sender))


def _read_receipt(root: Part, _sender: str, _subject: str) -> Auto | None:
    """Recognise a disposition notification (RFC 8098 §3)."""
    report = _find(root, "message/disposition-notification")
    if report is None and root.parameters.get("report-type") != "disposition-notification":
        return None
    facts = _report_facts(report)
    about = facts.get("original-message-id", "").strip("<> ")
    return Auto(
        is_auto=True,
        kind="mdn",
        evidence=("report-type=disposition-notification",),
        about=about or _first_id(root, "in-reply-to"),
    )


def _bounce(root: Part, sender: str, subject: str) -> Auto | None:
    """Recognise a delivery status notification (RFC 3464) and the older forms."""
    evidence: list[str] = []
    report = _find(root, "message/delivery-status")
    is_report = root.media_type == "multipart/report"
    if report is not None and (is_report or _is_daemon(sender)):
        evidence.append("message/delivery-status")
    elif is_report and root.parameters.get("report-type") == "delivery-status":
        evidence.append("report-type=delivery-status")
    if "x-failed-recipients" in root.headers:
        evidence.append("x-failed-recipients")
    if _is_daemon(sender) and _FAILURE.search(subject):
        evidence.append(f"sender {sender}, subject of a failure")
    if _is_daemon(sender) and _has_null_return_path(root):
        evidence.append(f"sender {sender}, null return-path")
    if not evidence:
        return None
    facts = _report_facts(report)
    evidence += [f"{name}={facts[name]}" for name in ("action", "status") if name in facts]
    return Auto(is_auto=True, kind="bounce", evidence=tuple(evidence), about=_returned_id(root))


def _list(root: Part, _sender: str, _subject: str) -> Auto | None:
    """Recognise list mail (RFC 2919, RFC 2369)."""
    evidence = [
        name for name in ("list-id", "list-unsubscribe", "list-post") if name in root.headers
    ]
    precedence = _precedence(root)
    if precedence == "list" or (evidence and precedence in ("bulk", "junk")):
        evidence.append(f"precedence={precedence}")
    if not evidence:
        return None
    return Auto(is_auto=True, kind="list", evidence=tuple(evidence))


def _auto_reply(root: Part, _sender: str, subject: str) -> Auto | None:
    """Recognise an automatic response (RFC 3834 §5)."""
    evidence: list[str] = []
    submitted = (root.headers.text("auto-submitted") or "").partition("(")[0].strip(" ;").lower()
    if submitted not in ("", "no"):
        evidence.append(f"auto-submitted={submitted[:40]}")
    evidence += [name for name in _REPLY_HEADERS if name in root.headers]
    if _precedence(root) == "auto_reply":
        evidence.append("precedence=auto_reply")
    if _AWAY.search(subject) and (
        _has_null_return_path(root) or "x-auto-response-suppress" in root.headers
    ):
        evidence.append("subject of an absence, and a machine's header")
    if not evidence:
        return None
    about = _first_id(root, "in-reply-to") or _last_id(root, "references")
    generated = submitted == "auto-generated" and len(evidence) == 1
    is_reply = not generated or about is not None or bool(_AWAY.search(subject))
    return Auto(
        is_auto=True,
        kind="auto_reply" if is_reply else None,
        evidence=tuple(evidence),
        about=about,
    )


def _cautions(root: Part, sender: str) -> tuple[str, ...]:
    """Return marks that forbid an acknowledgement without making the mail a machine's."""
    cautions: list[str] = []
    if _has_null_return_path(root):
        cautions.append("null return-path")
    if (precedence := _precedence(root)) in ("bulk", "junk"):
        cautions.append(f"precedence={precedence}")
    cautions += [name for name in ("x-loop", "x-auto-response-suppress") if name in root.headers]
    local = sender.partition("@")[0].lower()
    if (
        local.replace("-", "")
        .replace("_", "")
        .replace(".", "")
        .startswith(("noreply", "donotreply"))
    ):
        cautions.append("sender takes no replies")
    return tuple(cautions)


def _is_daemon(sender: str) -> bool:
    return sender.partition("@")[0].lower() in _DAEMONS


def _has_null_return_path(root: Part) -> bool:
    return (root.headers.unfolded("return-path") or "").replace(" ", "") == "<>"


def _precedence(root: Part) -> str:
    return (root.headers.text("precedence") or "").lower()[:20]


def _find(root: Part, media_type: str) -> Part | None:
    if root.media_type == media_type:
        return root
    return next((leaf for leaf in root.leaves() if leaf.media_type == media_type), None)


def _report_facts(report: Part | None) -> dict[str, str]:
    if report is None:
        return {}
    facts: dict[str, str] = {}
    for name, value in _REPORT_FIELD.findall(report.content()[:_MAX_REPORT]):
        facts.setdefault(name.decode().lower(), clean_line(value.decode("utf-8", "replace"))[:200])
    return facts


def _returned_id(root: Part) -> str | None:
    """Return the Message-ID of the mail that came back, where it or its headers are enclosed."""
    for leaf in root.leaves():
        if leaf is root:
            continue
        if leaf.media_type in ("message/rfc822", "text/rfc822-headers", "message/global"):
            content = leaf.content()[: header_block.MAX_BLOCK_BYTES]
            block, _ = header_block.read(content, 0, len(content))
            ids = block.ids("message-id")
            if ids:
                return ids[0]
    for leaf in root.leaves():
        if leaf.media_type.startswith("text/"):
            match = _MESSAGE_ID.search(leaf.content()[:_MAX_REPORT])
            if match:
                return clean_line(match[1].decode("utf-8", "replace"))
    return _first_id(root, "in-reply-to")


def _first_id(root: Part, name: str) -> str | None:
    return next(iter(root.headers.ids(name)), None)


def _last_id(root: Part, name: str) -> str | None:
    ids = root.headers.ids(name)
    return ids[-1] if ids else None
