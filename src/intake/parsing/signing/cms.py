"""What a CMS signature says (RFC 5652), as plain values (asn1crypto)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms as asn1
from asn1crypto import tsp

from intake.parsing.signing import ber

# asn1crypto reads lazily and raises these on values that do not fit their type.
_UNREADABLE = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What a CMS or time-stamp wrapping holds, and what it says of it. Nothing is verified."""

    kind: str
    """``signed``, ``timestamped``, ``encrypted`` or ``compressed``."""
    content: bytes | None = None
    """None where the content lies elsewhere (a detached signature) or is locked."""
    signer_name: str | None = None
    """Common name in the first signer's certificate."""
    moment: datetime | None = None
    """When the time-stamp authority saw it."""


def unwrap(data: bytes) -> Wrapped | None:
    """Return what the outermost wrapping in ``data`` (DER or BER) holds; None when it is none.

    Reads SignedData, EnvelopedData and CompressedData (RFC 5652, RFC 3274), and TimeStampedData
    (RFC 5544).
    """
    if not ber.is_tame(data):
        return None
    try:
        return _unwrap(data)
    except _UNREADABLE:
        return None


def _unwrap(data: bytes) -> Wrapped | None:
    info = asn1.ContentInfo.load(data)
    kind = info["content_type"].native
    if kind == "signed_data":
        signed = info["content"]
        certificates = [c.chosen for c in signed["certificates"] or () if c.name == "certificate"]
        enclosed = signed["encap_content_info"]["content"]
        return Wrapped(
            kind="signed",
            content=_octets(enclosed),
            signer_name=_signer_name(signed["signer_infos"], certificates),
        )
    if kind == "timestamped_data":
        stamped = info["content"]
        return Wrapped("timestamped", _octets(stamped["content"]), moment=_stamp(stamped))
    if kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
        return Wrapped("encrypted")
    return Wrapped("compressed") if kind == "compressed_data" else None


def _octets(value: Any) -> bytes | None:
    """Return the bytes of an OCTET STRING, which may come in pieces; None for one left out."""
    if value.native is None and not getattr(value, "contents", None):
        return None
    return bytes(value)


def _signer_name(infos: Any, certificates: list[Any]) -> str | None:
    if not len(infos):
        return None
    der = _find_signer(infos[0]["sid"], certificates)
    signer = next((c for c in certificates if c.dump() == der), None)
    name = signer.subject.native.get("common_name") if signer is not None else None
    return name if isinstance(name, str) else None


def _stamp(stamped: Any) -> datetime | None:
    """Return the time in the first token of the evidence (RFC 5544 §2, RFC 3161)."""
    evidence = stamped["temporal_evidence"]
    if evidence.name != "tst_evidence" or not len(evidence.chosen):
        return None
    # Loaded by itself: inside the evidence the library mistakes how its content is tagged.
    token = asn1.ContentInfo.load(evidence.chosen[0]["time_stamp"].dump())
    info = token["content"]["encap_content_info"]["content"].parsed
    return _as_utc(info["gen_time"].native) if isinstance(info, tsp.TSTInfo) else None


def read(data: bytes) -> SignedData | None:
    """Return the signature in ``data`` (DER or BER); None when there is none to be read."""
    if not ber.is_tame(data):
        return None
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
