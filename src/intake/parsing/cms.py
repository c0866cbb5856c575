"""What a CMS signature says (RFC 5652), as plain values (asn1crypto)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms as asn1

# asn1crypto reads lazily and raises these on values that do not fit their type.
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class SignedData:
    """The first signature of a CMS SignedData, with the certificates that came along."""

    digest: str
    """Name of the digest algorithm, such as ``sha256``."""
    scheme: str
    """``rsassa_pkcs1v15``, ``rsassa_pss`` or ``ecdsa``."""
    signature: bytes
    message_digest: bytes | None
    """Digest of the content as the signer states it; None without signed attributes."""
    signed_attributes: bytes | None
    """The DER that is signed (§5.4); None when the content itself is."""
    signing_time: datetime | None
    signer: bytes | None
    """DER of the signer's certificate; None when it did not come along."""
    certificates: tuple[bytes, ...]


def read(data: bytes) -> SignedData | None:
    """Return the signature in ``data`` (DER or BER); None when there is none to be read."""
    try:
        return _read(data)
    except _UNREADABLE:
        return None


def _read(data: bytes) -> SignedData | None:
    content = asn1.ContentInfo.load(data)
    if content["content_type"].native != "signed_data":
        return None
    signed = content["content"]
    info = signed["signer_infos"][0]
    certificates = [
        choice.chosen for choice in signed["certificates"] or () if choice.name == "certificate"
    ]
    attributes = info["signed_attrs"]
    has_attributes = len(attributes) > 0
    values = {a["type"].native: a["values"][0].native for a in attributes} if has_attributes else {}
    return SignedData(
        digest=info["digest_algorithm"]["algorithm"].native,
        scheme=info["signature_algorithm"].signature_algo,
        signature=info["signature"].native,
        message_digest=_as_bytes(values.get("message_digest")),
        # The signature covers the attributes as a SET OF, not with the tag they are stored under.
        signed_attributes=b"\x31" + attributes.dump()[1:] if has_attributes else None,
        signing_time=_as_utc(values.get("signing_time")),
        signer=_find_signer(info["sid"], certificates),
        certificates=tuple(certificate.dump() for certificate in certificates),
    )


def _find_signer(sid: Any, certificates: list[Any]) -> bytes | None:
    for certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            wanted = sid.chosen
            if (
                certificate.serial_number == wanted["serial_number"].native
                and certificate.issuer.dump() == wanted["issuer"].dump()
            ):
                return bytes(certificate.dump())
        elif certificate.key_identifier == sid.chosen.native:
            return bytes(certificate.dump())
    return None


def _as_bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _as_utc(value: object) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None
