"""LetterFacts: what a letter or fax says of itself, each fact with where and how surely.

Beside them what is told beforehand: whose words are ours, and what separates two letters.
"""

from __future__ import annotations

from typing import Literal

from intake.schemas.base import Frozen

Place = Literal["head", "opening", "body", "signature", "form", "foot", "barcode"]
"""Where on the letter: the sender's block, the lines before the salutation, the running text,
under the closing words, a line with a label, the foot of the page, a barcode."""


class Box(Frozen):
    """A rectangle in pixels of the prepared page, from its top left corner (see ``Word``)."""

    left: int
    top: int
    right: int
    bottom: int


class Fact(Frozen):
    """One thing a letter says: the writer's claim, verified by nobody."""

    value: str
    confidence: float
    """0..1: how sure it is that the letter says this, and says it of its sender."""
    path: str = ""
    """The attachment it stands in."""
    page: int = 1
    place: Place
    box: Box | None = None
    """None where the text stood in the file and has no places."""
    evidence: str
    """The words as they were read."""


class LetterFacts(Frozen):
    """What was found on a letter or fax. None where it says nothing, or nothing certain."""

    date: Fact | None = None
    """ISO 8601."""
    name: Fact | None = None
    organisation: Fact | None = None
    street: Fact | None = None
    postcode: Fact | None = None
    town: Fact | None = None
    province: Fact | None = None
    """Two letters, as on number plates."""
    tax_code: Fact | None = None
    """*Codice fiscale* of a person, whose check character is right."""
    vat_number: Fact | None = None
    """*Partita IVA*, eleven digits, whose check digit is right."""
    phone: Fact | None = None
    """E.164."""
    email: Fact | None = None
    pec: Fact | None = None
    """A certified address, by its label or by the name of its domain."""
    protocol: Fact | None = None
    """The number under which another administration registered the letter it sent."""
    references: tuple[Fact, ...] = ()
    """Our own references, whose check digit is right."""


class LetterOptions(Frozen):
    """What tells our own words on a letter from the citizen's."""

    prefix: str = "CC"
    own_names: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()


class SeparatorRule(Frozen):
    """Which pages stand between two letters; ``text`` is what the barcode of one says."""

    kind: Literal["blank", "barcode", "patch"]
    text: str = "PATCHT"
