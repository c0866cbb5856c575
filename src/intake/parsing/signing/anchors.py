"""Anchors: what is trusted. Who only reads mail needs to know them, and no library that checks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchors:
    """What is trusted: whole certificates (DER), and keys by the SHA-256 of their SPKI (hex).

    A pinned key is trusted in any certificate that carries it: an authority renews its
    certificate and keeps its key.
    """

    certificates: tuple[bytes, ...] = ()
    key_pins: frozenset[str] = frozenset()
