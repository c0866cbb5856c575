"""The table of one source, and the digest that tells whether it was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from intake.config.reading import Reading, current
from intake.config.sections import Section

SOURCE_KEYS = ("kind", "enabled", "profile")


def _changed_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


class SourceSettings(Section):
    """One source: its kind, and the options of its connector."""

    kind: str = Field(description="Connector that speaks to this source; see `intake plugins`.")
    enabled: bool = Field(default=True, description="Whether runs poll this source.")
    profile: str | None = Field(
        default=None, description="Parser of its items, instead of the connector's own choice."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="All other keys: the connector's options, as written."
    )
    _reading: Reading = PrivateAttr(default_factory=current)

    @property
    def reading(self) -> Reading:
        """Return what this source was read from, to say where a mistake stands."""
        return self._reading

    @property
    def folder(self) -> Path:
        """Return the folder that relative paths among the options start from."""
        return self._reading.folder

    def digest(self) -> str:
        """Return what changes when the settings do, or a file that holds one of its secrets."""
        written = json.dumps([self.kind, self.profile, self.options], sort_keys=True, default=str)
        changed = [_changed_at(self.folder / option["file"]) for option in self._secret_files()]
        return hashlib.sha256(f"{written}{changed}".encode()).hexdigest()

    def _secret_files(self) -> list[Mapping[str, Any]]:
        options = [value for value in self.options.values() if isinstance(value, Mapping)]
        return [option for option in options if isinstance(option.get("file"), str)]

    @model_validator(mode="before")
    @classmethod
    def _gather_options(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        own = {key: values[key] for key in SOURCE_KEYS if key in values}
        given = values.get("options", {})
        if not isinstance(given, Mapping):
            return {**own, "options": given}
        others = {k: v for k, v in values.items() if k not in (*SOURCE_KEYS, "options")}
        return {**own, "options": {**given, **others}}
