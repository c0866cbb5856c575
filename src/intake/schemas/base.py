"""The frozen model that every value crossing rooms is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: immutable, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


CleanText = Annotated[str, AfterValidator(_clean)]
"""Text that every database takes: lone surrogates (of file names) and NUL are replaced."""

UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware point in time, kept in UTC."""
