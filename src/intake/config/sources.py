"""A source's table -> the connector class and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from intake import plugins
from intake.config.mistakes import config_error, explain
from intake.config.reading import Key, anchor
from intake.config.source_section import SOURCE_KEYS, SourceSettings
from intake.errors import ConfigError
from intake.interfaces import Connector


def build_options(name: str, source: SourceSettings) -> tuple[type[Connector], BaseModel]:
    """Return the connector class of the source ``name`` and its options, validated.

    Relative paths among the options start at the folder of the configuration file. Secrets stay
    references: nothing is revealed here.

    Raises:
        ConfigError: there is no such kind, or an option is wrong; the message names every mistake.
    """
    connector = _connector(name, source.kind)
    under: Key = ("sources", name)
    written = _written(source, connector.options_model)
    known = [(*under, key) for key in (*SOURCE_KEYS, *connector.options_model.model_fields)]
    try:
        options = connector.options_model.model_validate(written)
    except ValidationError as error:
        raise config_error(
            explain(error, known=known, reading=source.reading, under=under, data=written)
        ) from None
    return connector, _anchored(options, source.folder)


def _connector(name: str, kind: str) -> type[Connector]:
    try:
        connector: type[Connector] = plugins.load("connectors", kind)
    except ConfigError as error:
        raise ConfigError(f"sources.{name}.kind: {error.message}", remedy=error.remedy) from error
    return connector


def _written(source: SourceSettings, model: type[BaseModel]) -> dict[str, Any]:
    """Return the options as written; a connector whose options have a profile is told ours."""
    if source.profile is not None and "profile" in model.model_fields:
        return {**source.options, "profile": source.profile}
    return source.options


def _anchored(value: Any, folder: Path) -> Any:
    """Return ``value`` with every relative path in it made absolute."""
    if isinstance(value, Path):
        return anchor(value, folder)
    if isinstance(value, BaseModel):
        old = {name: getattr(value, name) for name in type(value).model_fields}
        new = {name: _anchored(item, folder) for name, item in old.items()}
        changed = {name: item for name, item in new.items() if item is not old[name]}
        return value.model_copy(update=changed) if changed else value
    return value
