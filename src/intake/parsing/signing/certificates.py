"""Who signed, and whether we trust the chain of certificates (cryptography)."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from intake.parsing.signing.anchors import Anchors

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,  # still seen in 2024; the digest is what the signer used
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def read_pem(pem: bytes) -> Anchors:
    """Return the anchors in a PEM file of one or more certificates.

    Raises ``ValueError`` when it holds none.
    """
    found = x509.load_pem_x509_certificates(pem)
    return Anchors(tuple(c.public_bytes(serialization.Encoding.DER) for c in found))


def is_signed_by(
    certificate: bytes, *, signature: bytes, data: bytes, digest: str, scheme: str
) -> bool | None:
    """Tell whether ``signature`` over ``data`` is of the certificate's key; None when we cannot."""
    loaded = _load(certificate)
    algorithm = _HASHES.get(digest)
    if loaded is None or algorithm is None:
        return None
    try:
        key = loaded.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, _padding(scheme, algorithm()), algorithm())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm()))
        else:
            return None
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError):
        return None
    return True


def find_email(certificate: bytes) -> str | None:
    """Return the e-mail address the certificate was issued to (RFC 8550 §3)."""
    loaded = _load(certificate)
    if loaded is None:
        return None
    try:
        names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = names.get_values_for_type(x509.RFC822Name)
        if found:
            return found[0]
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        pass
    try:
        attributes = loaded.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)
    except ValueError:
        return None
    return str(attributes[0].value) if attributes else None


def is_trusted(
    certificate: bytes, *, others: Sequence[bytes], anchors: Anchors, at: datetime
) -> bool:
    """Tell whether a chain leads from ``certificate`` to an anchor, valid at the moment ``at``.

    ``others`` are certificates that came along, in any order. The name constraints of the
    authorities hold (RFC 5280 §4.2.1.10); the certificate must be for e-mail.
    """
    leaf = _load(certificate)
    between = [loaded for loaded in map(_load, others) if loaded is not None and loaded != leaf]
    trusted = [loaded for loaded in map(_load, anchors.certificates) if loaded is not None]
    trusted += [loaded for loaded in between if _key_pin(loaded) in anchors.key_pins]
    if leaf is None or not trusted or not _is_for_email(leaf):
        return False
    policy = verification.PolicyBuilder().store(verification.Store(trusted)).time(at)
    policy = policy.extension_policies(
        ca_policy=verification.ExtensionPolicy.permit_all().require_present(
            x509.BasicConstraints, verification.Criticality.AGNOSTIC, None
        ),
        ee_policy=verification.ExtensionPolicy.permit_all(),
    )
    try:
        policy.build_client_verifier().verify(leaf, between)
    except (verification.VerificationError, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _padding(scheme: str, algorithm: hashes.HashAlgorithm) -> padding.PKCS1v15 | padding.PSS:
    if scheme == "rsassa_pss":
        return padding.PSS(mgf=padding.MGF1(algorithm), salt_length=padding.PSS.AUTO)
    return padding.PKCS1v15()


def _load(der: bytes) -> x509.Certificate | None:
    with (
        warnings.catch_warnings()
    ):  # old certificates with odd serial numbers are read all the same
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(der)
        except ValueError:
            return None


def _key_pin(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return ""
    spki = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(spki).hexdigest()


def _is_for_email(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (x509.DuplicateExtension, ValueError):
        return False
    return ExtendedKeyUsageOID.EMAIL_PROTECTION in usage
