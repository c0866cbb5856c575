"""HTML that may be shown: no scripts, no styles, no pictures from the network (nh3)."""

from __future__ import annotations

import nh3

from intake.parsing.writing.html_text import is_tame

MAX_CHARACTERS = 1_000_000
_TAGS = nh3.ALLOWED_TAGS | {"font", "center", "u", "s"}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}


def sanitise(html: str) -> str | None:
    """Return ``html`` without anything that runs or phones home; None when it is too large.

    Pictures stay only where they are parts of the message (``cid:``, RFC 2392). Styles go with
    the rest, so text they hid becomes visible here; the plain text keeps it apart.
    """
    if len(html) > MAX_CHARACTERS or not is_tame(html):
        return None
    return nh3.clean(html, tags=_TAGS, attribute_filter=_only_own_pictures, url_schemes=_SCHEMES)


def _only_own_pictures(element: str, attribute: str, value: str) -> str | None:
    if element == "img" and attribute == "src" and not value.strip().lower().startswith("cid:"):
        return None
    return None if attribute == "background" else value
