"""ParserOptions: what an operator sets for the parsers."""

from __future__ import annotations

from pathlib import Path

from intake.schemas.base import Frozen


class ParserOptions(Frozen):
    """Files of the operator that parsers read once, before they parse; None where there is none."""

    passwords_file: Path | None = None
    """Passwords to try on locked files, one a line."""
    fax_rules: Path | None = None
    """Folder of the site's own rules for fax gateways."""
    pec_anchors: Path | None = None
    """Certificates (PEM) that PEC signatures must lead to, in place of AgID's key."""
