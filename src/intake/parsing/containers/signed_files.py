"""Signed and time-stamped files: .p7m (CAdES, S/MIME) and .tsd, taken out of their wrappings."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import Any

from intake.parsing.signing.times import iso_utc
from intake.parsing.writing.text import clean_line

MAX_LAYERS = 10
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_ARMOUR = re.compile(rb"-----[^-\r\n]{1,80}-----")
_EXTENSIONS = (".p7m", ".tsd", ".m7m", ".p7s")
_LAYERS = {"signed": "cms-signed-data (DER)", "timestamped": "rfc5544-timestamped-data"}


@dataclass(slots=True)
class Unwrapped:
    """The file inside, how it was wrapped, and who seems to have signed it."""

    content: bytes
    layers: list[str] = field(default_factory=list)
    """From the outside in."""
    signer_name: str | None = None
    """Common name of the innermost signer: taken out is not validated."""
    timestamp_utc: str | None = None
    stopped_by: str | None = None
    """Why the content is not free yet: ``encrypted`` or ``detached``."""

    def facts(self) -> dict[str, Any]:
        """Return what the wrappings say; nothing of it was verified."""
        found = {"signer_cn": self.signer_name, "timestamp_utc": self.timestamp_utc}
        facts: dict[str, Any] = {name: value for name, value in found.items() if value}
        return {"layers": self.layers, "validated": False, **facts}


def unwrap(data: bytes) -> Unwrapped | None:
    """Return the file inside ``data``, all its wrappings undone; None when there is none."""
    from intake.parsing.signing import cms  # noqa: PLC0415 - asn1crypto, where something is signed

    found = Unwrapped(data)
    for _ in range(MAX_LAYERS):
        der, armour = _without_armour(found.content)
        wrapped = cms.unwrap(der)
        if wrapped is None:
            break
        if wrapped.content is None:
            found.stopped_by = "encrypted" if wrapped.kind == "encrypted" else "detached"
            break
        found.content = wrapped.content
        found.layers += [*([armour] if armour else []), _LAYERS[wrapped.kind]]
        found.signer_name = clean_line(wrapped.signer_name or "") or found.signer_name
        found.timestamp_utc = iso_utc(wrapped.moment) or found.timestamp_utc
    return found if found.layers or found.stopped_by else None


def inner_name(name: str | None, layers: int) -> str | None:
    """Return the name without the extensions of its wrappings: ``a.pdf.p7m`` -> ``a.pdf``."""
    for _ in range(layers):
        if name is None or not name.lower().endswith(_EXTENSIONS):
            break
        name = name[:-4] or None
    return name


def _without_armour(data: bytes) -> tuple[bytes, str | None]:
    """Return DER of what is base64, with PEM lines around it or without."""
    if data[:1] == b"0" and _NOT_BASE64.search(data[:200]):
        return data, None
    head = data[:200].lstrip()
    is_pem = head.startswith(b"-----BEGIN ")
    body = _ARMOUR.sub(b"", data) if is_pem else data
    if not body.strip() or _NOT_BASE64.search(body):
        return data, None
    try:
        return binascii.a2b_base64(body), "pem" if is_pem else "base64 text"
    except binascii.Error:
        return data, None
