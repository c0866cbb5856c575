"""PEC envelopes, receipts and notices around a message (RFC 6109; DM 2/11/2005).

Which one it is, the headers say and the signed daticert.xml confirms; the subject never does.
The outer headers are outside the signature: sender, date and identifier come from the inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intake.parsing.certified import daticert
from intake.parsing.messages.message import File, Message
from intake.parsing.messages.structure import Part
from intake.parsing.signing.anchors import Anchors
from intake.parsing.signing.times import iso_utc
from intake.schemas.documents import Address, Auto, Defect, Parsed, ParsedMessage, PecFacts

AGID = Anchors(
    # The key of "AgID CA1", which issues the providers' certificates. All the certificates that
    # AgID published for it between 2019 and 2025 carry this key.
    key_pins=frozenset({"39e3c6c6f13c9620775172694d20f81edad55a8613934cdaa7c3793a6d26b86b"})
)
_TRANSPORT = "posta-certificata"
_ANOMALY = "errore"


@dataclass(slots=True)
class _Envelope:
    """What was found on the first level of a message, where alone a provider puts things."""

    message: Message
    kind: str
    daticert: dict[str, Any] | None
    original: Message | None
    signature: dict[str, Any]
    defects: list[Defect]


def open_envelope(message: Message, anchors: Anchors) -> Parsed | None:
    """Return what a PEC message says; None when ``message`` is ordinary mail."""
    envelope = _recognise(message, anchors)
    if envelope is not None:
        return message.parsed(**_changes(envelope))
    for path, inner in message.nested.items():
        nested = _recognise(inner, anchors)
        if nested is not None and nested.kind == "transport":
            facts = PecFacts(
                pec_kind="nested-transport",
                outer_subject=message.facts.subject,
                nested=_nested_facts(nested, path),
            )
            return message.parsed(pec=facts)
    return None


def _recognise(message: Message, anchors: Anchors) -> _Envelope | None:
    kind = _kind_of_headers(message)
    level = _first_level(message.root)
    certified = next((part for part in level if _is_named(part, "daticert.xml")), None)
    data = daticert.read(certified.content()) if certified is not None else None
    defects: list[Defect] = []
    if kind is None:
        if any("rem-section-type" in part.headers for part in level):
            kind = "rem"
        elif data is not None and message.root.media_type == "multipart/signed":
            kind = "transport" if data["tipo"] == _TRANSPORT else "receipt"
            defects.append(Defect(code="pec_headers_missing"))
        else:
            return None
    if kind in ("transport", "receipt"):
        if data is None:
            defects.append(Defect(code="daticert_missing" if certified is None else "daticert_bad"))
        elif not _agrees(message, kind, data):
            defects.append(Defect(code="pec_kind_contradicted", detail=f"daticert {data['tipo']}"))
    from intake.parsing.certified import signatures  # noqa: PLC0415 - cryptography, where something is signed

    return _Envelope(
        message=message,
        kind=kind,
        daticert=data if kind in ("transport", "receipt") else None,
        original=_find_original(message, level),
        signature=signatures.verify(message.root, anchors),
        defects=defects,
    )


def _kind_of_headers(message: Message) -> str | None:
    transport = _header(message, "x-trasporto")
    if transport == _TRANSPORT:
        return "transport"
    if transport == _ANOMALY:
        return "anomaly"
    return "receipt" if _header(message, "x-ricevuta") else None


def _agrees(message: Message, kind: str, data: dict[str, Any]) -> bool:
    expected = _TRANSPORT if kind == "transport" else _header(message, "x-ricevuta")
    return expected is None or bool(data["tipo"] == expected)


def _first_level(root: Part) -> list[Part]:
    signed = root.parts[0] if root.media_type == "multipart/signed" and root.parts else root
    return signed.parts or [signed]


def _is_named(part: Part, name: str) -> bool:
    return (part.filename or "").strip().lower() == name


def _find_original(message: Message, level: list[Part]) -> Message | None:
    """Return the enclosed message: postacert.eml, or the only one there is."""
    enclosed = [part for part in level if part.media_type == "message/rfc822"]
    wanted = next((part for part in enclosed if _is_named(part, "postacert.eml")), None)
    wanted = wanted or next(iter(enclosed), None)
    for file in message.files:
        if file.part is wanted:
            return message.nested.get(file.attachment.path)
    return None


def _changes(envelope: _Envelope) -> dict[str, Any]:
    """Return the fields of the result in which the envelope differs from ordinary mail."""
    outer = envelope.message.facts
    changes: dict[str, Any] = {
        "pec": _facts(envelope),
        "defects": outer.defects + tuple(envelope.defects),
    }
    if envelope.kind == "receipt":
        changes["auto"] = _as_receipt(envelope)
    elif envelope.original is not None:
        changes |= _of_citizen(envelope, envelope.original.facts)
        changes["enclosed"] = envelope.original.enclosed()
    return changes


def _of_citizen(envelope: _Envelope, inner: ParsedMessage) -> dict[str, Any]:
    """Return the citizen's own message in place of the provider's notice around it."""
    certified = envelope.daticert or {}
    fields = (
        "subject", "sender", "reply_to", "to", "cc", "date", "message_id", "in_reply_to",
        "references", "text", "new_text", "alternative", "html", "auto", "device",
    )  # fmt: skip
    changes = {name: getattr(inner, name) for name in fields}
    if certified.get("mittente"):
        address = certified["mittente"]
        is_same = inner.sender is not None and inner.sender.address.lower() == address.lower()
        name = inner.sender.name if is_same and inner.sender else ""
        changes["sender"] = Address(name=name, address=address)
    changes["subject"] = inner.subject or certified.get("oggetto")
    changes["message_id"] = certified.get("identificativo") or inner.message_id
    return changes


def _as_receipt(envelope: _Envelope) -> Auto:
    """Return that a provider wrote it, and about which message of ours."""
    ids = envelope.message.headers.ids("x-riferimento-message-id")
    certified = (envelope.daticert or {}).get("msgid") or ""
    return Auto(
        is_auto=True,
        evidence=(f"x-ricevuta={_header(envelope.message, 'x-ricevuta')}",),
        about=certified.strip("<> ") or (ids[0] if ids else None),
    )


def _facts(envelope: _Envelope) -> PecFacts:
    message = envelope.message
    outer = message.facts
    return PecFacts(
        pec_kind=envelope.kind,
        x_trasporto=_header(message, "x-trasporto"),
        x_ricevuta=_header(message, "x-ricevuta"),
        x_tiporicevuta=_header(message, "x-tiporicevuta"),
        x_riferimento_message_id=message.headers.text("x-riferimento-message-id") or None,
        envelope_sender=outer.sender.address if outer.sender else None,
        outer_subject=outer.subject,
        signature=envelope.signature,
        daticert=envelope.daticert,
        original=_original_facts(envelope.original) if envelope.original else None,
        rem=_rem_facts(message) if envelope.kind == "rem" else None,
        notice=outer.text or None,
    )


def _header(message: Message, name: str) -> str | None:
    return (message.headers.text(name) or "").lower() or None


def _original_facts(original: Message) -> dict[str, Any]:
    facts = original.facts
    headers = original.headers
    return {
        "present": True,
        "message_id": headers.text("message-id") or None,
        "original_message_id": headers.text("x-riferimento-message-id") or None,
        "from": facts.sender.address if facts.sender else None,
        "from_name": facts.sender.name if facts.sender else None,
        "to": [address.address for address in facts.to],
        "cc": [address.address for address in facts.cc],
        "subject": facts.subject,
        "date_utc": iso_utc(facts.date),
        "attachments": [_attachment_facts(file) for file in original.files],
    }


def _attachment_facts(file: File) -> dict[str, Any]:
    record = file.attachment
    facts: dict[str, Any] = {
        "filename": record.filename,
        "content_type": file.declared_type or record.media_type,
        "size": record.size_bytes,
        "sha256": record.sha256,
        "path": record.path,
    }
    if record.unwrapped:
        facts["unwrap"] = [
            {
                "as": inner.attachment.media_type,
                "filename": inner.attachment.filename,
                "sha256": inner.attachment.sha256,
                **record.unwrapped,
            }
            for inner in file.files
        ]
    return facts


def _rem_facts(message: Message) -> dict[str, Any]:
    """Return the structure of a European REM dispatch (ETSI EN 319 532); it is not interpreted."""
    original = next(
        (file for file in message.files if file.attachment.path in message.nested), None
    )
    return {
        "evidence": [
            file.attachment.filename
            for file in message.files
            if file.attachment.media_type in ("application/xml", "text/xml")
        ],
        "original_part": (
            original.part.headers.text("rem-section-type")
            if original is not None and original.part is not None
            else None
        ),
    }


def _nested_facts(nested: _Envelope, path: str) -> dict[str, Any]:
    certified = nested.daticert or {}
    return {
        "path": path,
        "x_trasporto": _header(nested.message, "x-trasporto"),
        "identificativo": certified.get("identificativo"),
        "mittente": certified.get("mittente"),
        "oggetto": certified.get("oggetto"),
        "signature": nested.signature,
    }
