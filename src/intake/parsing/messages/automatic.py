"""Mail that no person wrote: bounces, auto-replies, lists, read receipts; and how we know.

Headers and structure decide (RFC 3464, RFC 3834, RFC 8098, RFC 2919), never words of the
subject alone: a citizen's mail taken for a machine's would be a lost request.
"""

from __future__ import annotations

import re

from intake.parsing.messages import bounces
from intake.parsing.messages.structure import Part
from intake.parsing.writing.text import clean_line
from intake.schemas.documents import Auto

_AWAY = re.compile(
    r"(?i)^\s*(?:auto(?:matic)?[ :-]|automatic reply|autoreply|auto-?response|risposta automatica"
    r"|out of (?:the )?office|fuori (?:ufficio|sede)|assenza|assente)"
)
_REPLY_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-mail-autoreply")
_DISPOSITION = re.compile(rb"(?im)^disposition[ \t]*:[ \t]*(\S[^\r\n]*)")


def judge(root: Part, sender: tuple[str, str], subject: str, text: str) -> Auto:
    """Return what headers, structure and, of machines, words say about the writer of ``root``.

    ``sender`` is name and address.
    """
    return (
        _read_receipt(root)
        or bounces.judge(root, sender, subject, text)
        or _list(root)
        or _auto_reply(root, subject)
        or Auto(evidence=_cautions(root, sender[1]))
    )


def _read_receipt(root: Part) -> Auto | None:
    """Recognise a disposition notification (RFC 8098 §3)."""
    report = bounces.find(root, "message/disposition-notification")
    if report is None and root.parameters.get("report-type") != "disposition-notification":
        return None
    evidence = ["report-type=disposition-notification"]
    disposition = _DISPOSITION.search(report.content()[:65536]) if report is not None else None
    if disposition:
        evidence.append(
            f"disposition={clean_line(disposition[1].decode('utf-8', 'replace'))[:200]}"
        )
    about = bounces.report_facts(report).get("original-message-id", "").strip("<> ")
    return Auto(
        is_auto=True,
        kind="mdn",
        evidence=tuple(evidence),
        about=about or _first_id(root, "in-reply-to"),
    )


def _list(root: Part) -> Auto | None:
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


def _auto_reply(root: Part, subject: str) -> Auto | None:
    """Recognise an automatic response (RFC 3834 §5)."""
    evidence: list[str] = []
    submitted = (root.headers.text("auto-submitted") or "").partition("(")[0].strip(" ;").lower()
    if submitted not in ("", "no"):
        evidence.append(f"auto-submitted={submitted[:40]}")
    evidence += [name for name in _REPLY_HEADERS if name in root.headers]
    if _precedence(root) == "auto_reply":
        evidence.append("precedence=auto_reply")
    if _AWAY.search(subject) and (
        bounces.has_null_return_path(root) or "x-auto-response-suppress" in root.headers
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
    if bounces.has_null_return_path(root):
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


def _precedence(root: Part) -> str:
    return (root.headers.text("precedence") or "").lower()[:20]


def _first_id(root: Part, name: str) -> str | None:
    return next(iter(root.headers.ids(name)), None)


def _last_id(root: Part, name: str) -> str | None:
    ids = root.headers.ids(name)
    return ids[-1] if ids else None
