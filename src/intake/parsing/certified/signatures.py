"""The state of an S/MIME signature around a message (RFC 8551): told, never raised."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

from intake.parsing.messages.structure import Part
from intake.parsing.signing import certificates, cms
from intake.parsing.signing.anchors import Anchors
from intake.parsing.signing.times import iso_utc

_LINE_END = re.compile(rb"\r?\n")
ABSENT: dict[str, Any] = {
    "present": False,
    "integrity": None,
    "chain": None,
    "signer_email": None,
    "cms_digest": None,
    "signing_time_utc": None,
}


def verify(root: Part, anchors: Anchors) -> dict[str, Any]:
    """Return the state of the signature of a ``multipart/signed``.

    ``integrity`` is ``ok``, ``bad`` (what was signed is not what is here), or ``unknown`` (a
    signature we cannot read or check). ``chain`` is ``trusted``, ``untrusted`` or, without a
    certificate or a signing time, ``not_checked``.
    """
    if root.media_type != "multipart/signed" or len(root.parts) < 2:
        return dict(ABSENT)
    state = {**ABSENT, "present": True, "integrity": "unknown", "chain": "not_checked"}
    signed = cms.read(root.parts[-1].content())
    if signed is None:
        return state
    state["cms_digest"] = signed.digest
    state["signing_time_utc"] = iso_utc(signed.signing_time)
    state["integrity"] = _integrity(root.parts[0].raw(), signed)
    if signed.signer is not None:
        state["signer_email"] = certificates.find_email(signed.signer)
        if signed.signing_time is not None:
            is_trusted = certificates.is_trusted(
                signed.signer, others=signed.certificates, anchors=anchors, at=signed.signing_time
            )
            state["chain"] = "trusted" if is_trusted else "untrusted"
    return state


def _integrity(content: bytes, signed: cms.SignedData) -> str:
    """Check the digest and the signature over the canonical content (CRLF, RFC 8551 §3.1.1)."""
    content = _LINE_END.sub(b"\r\n", content)
    if signed.digest not in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        return "unknown"
    if signed.signed_attributes is not None:
        digest = hashlib.new(signed.digest, content).digest()
        if signed.message_digest is None or not hmac.compare_digest(digest, signed.message_digest):
            return "bad"
    if signed.signer is None:
        return "unknown"
    verdict = certificates.is_signed_by(
        signed.signer,
        signature=signed.signature,
        data=content if signed.signed_attributes is None else signed.signed_attributes,
        digest=signed.digest,
        scheme=signed.scheme,
    )
    return {True: "ok", False: "bad", None: "unknown"}[verdict]
