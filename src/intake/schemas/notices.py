"""Notice: a message that is recorded and is not a request (bounces, PEC receipts, failed faxes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from intake.schemas.base import Frozen


class Notice(Frozen):
    """A machine's message about something: recorded, searchable, never a request.

    ``kind`` is ``bounce``, ``auto_reply``, ``mdn``, ``list``, ``pec_<pec_kind>``, ``fax_failed``,
    ``own_message``, or ``batch``: a file of several letters, each of which is an item of its own.
    ``about`` is the Message-ID (without <>) of the message it speaks of, where it names one.
    """

    kind: str
    subject: str | None = None
    about: str | None = None
    facts: Mapping[str, Any] = Field(default_factory=dict)
