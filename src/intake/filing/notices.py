"""Notices: messages of machines, which make no request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from intake.filing.readings import details
from intake.schemas.classifications import Verdict
from intake.schemas.documents import ParsedMessage
from intake.schemas.notices import Notice

_NOTICE_KINDS = frozenset({"bounce", "auto_reply", "mdn", "list"})
_PEC_REQUESTS = frozenset({"transport", "anomaly", "nested-transport", "rem"})
_UNDELIVERED = frozenset({"non-accettazione", "errore-consegna", "preavviso-errore-consegna"})
"""Receipts (X-Ricevuta, DM 2/11/2005) that say that a message did not arrive."""


def find_notice(
    message: ParsedMessage, verdict: Verdict, *, own_addresses: Collection[str] = ()
) -> Notice | None:
    """Return the notice that a machine's message is, or None if a person must answer it.

    An emergency is never a notice, whoever seems to have sent it: except a bounce, which
    quotes what we wrote ourselves.
    """
    if message.auto.kind == "bounce":
        return _notice("bounce", message, message.auto.about)
    if message.pec is not None and message.pec.pec_kind not in _PEC_REQUESTS:
        about = message.pec.x_riferimento_message_id
        return _notice(f"pec_{message.pec.pec_kind}", message, about and about.strip("<>"))
    if verdict.emergency:
        return None
    if message.fax is not None and message.fax.status == "failed" and not message.attachments:
        return _notice("fax_failed", message, None)
    if message.auto.kind in _NOTICE_KINDS:
        return _notice(message.auto.kind, message, message.auto.about)
    is_own = message.sender is not None and message.sender.address.casefold() in own_addresses
    return _notice("own_message", message, message.in_reply_to) if is_own else None


def is_undelivered(notice: Notice) -> bool:
    """Return whether a notice says that what we sent did not arrive."""
    return notice.kind == "bounce" or _ricevuta(notice) in _UNDELIVERED


def summarise_notice(notice: Notice) -> dict[str, Any]:
    """Return what a request is told of a notice; ``x_ricevuta`` names the PEC receipt."""
    return {"kind": notice.kind, "about": notice.about, "x_ricevuta": _ricevuta(notice)}


def _ricevuta(notice: Notice) -> str | None:
    pec: Mapping[str, Any] = notice.facts.get("pec") or {}
    return pec.get("x_ricevuta")


def _notice(kind: str, message: ParsedMessage, about: str | None) -> Notice:
    facts: dict[str, Any] = {
        "sender": message.sender.address if message.sender else None,
        "evidence": list(message.auto.evidence),
        "text": message.text[:2000],
    }
    return Notice(kind=kind, subject=message.subject, about=about, facts=facts | details(message))
