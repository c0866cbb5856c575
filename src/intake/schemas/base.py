"""The frozen model that every value crossing rooms is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: immutable, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # which pydantic does not take for a mistake of whoever gave it
        raise ValueError("it is not of the years 1 to 9999 in UTC") from None


def clean_text(text: str) -> str:
    """Return text that every database takes: lone surrogates and NUL are replaced."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def clean_json(value: Any) -> Any:
    """Return a JSON value whose texts every database takes; NaN and infinity become null."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(name)): clean_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean_json(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


CleanText = Annotated[str, AfterValidator(clean_text)]
"""Text that every database takes: lone surrogates (of file names) and NUL are replaced."""

CleanJson = Annotated[Mapping[str, Any], AfterValidator(clean_json)]
"""A JSON object that every database takes."""

UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware point in time, kept in UTC."""
