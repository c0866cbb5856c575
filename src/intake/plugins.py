"""Entry points -> classes. Our own plugins come in by the same door as everyone's."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from intake.errors import ConfigError
from intake.interfaces import GROUPS
from intake.schemas.base import Frozen


class PluginInfo(Frozen):
    """One installed plugin; ``error`` says why it cannot be used."""

    group: str
    name: str
    target: str
    package: str
    version: str
    error: str | None = None


@cache
def load(group: str, name: str) -> type[Any]:
    """Return the plugin class ``name`` of ``group``, a key of ``GROUPS`` such as ``parsers``.

    Raises:
        ConfigError: there is none, there are two of that name, or it cannot be loaded.
    """
    found = [point for point in _points(group) if point.name == name]
    if not found:
        raise ConfigError(_unknown(group, name))
    if len({point.value for point in found}) > 1:
        owners = " and ".join(sorted(_package(point) for point in found))
        raise ConfigError(
            f"Two plugins are named {name!r} in {GROUPS[group]}: from {owners}.",
            remedy="Uninstall one of the two packages.",
        )
    return _load(found[0])


def names(group: str) -> tuple[str, ...]:
    """Return the names of the installed plugins of ``group``, sorted."""
    return tuple(sorted({point.name for point in _points(group)}))


def installed() -> list[PluginInfo]:
    """Return every installed plugin, loading each to see whether it can be used."""
    return [
        _info(group, point)
        for group in GROUPS
        for point in sorted(_points(group), key=lambda point: point.name)
    ]


def _points(group: str) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUPS[group]))


def _load(point: EntryPoint) -> type[Any]:
    try:
        loaded: type[Any] = point.load()
    except Exception as error:
        raise ConfigError(
            f"The plugin {point.name!r} of {_package(point)} cannot be loaded: {error!r}",
            remedy=f"Reinstall or remove the package {_package(point)}.",
        ) from error
    return loaded


def _info(group: str, point: EntryPoint) -> PluginInfo:
    problem: str | None = None
    try:
        load(group, point.name)
    except ConfigError as error:
        problem = error.message
    return PluginInfo(
        group=group,
        name=point.name,
        target=point.value,
        package=_package(point),
        version=point.dist.version if point.dist else "",
        error=problem,
    )


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown package"


def _unknown(group: str, name: str) -> str:
    known = names(group)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"No plugin is named {name!r} in {GROUPS[group]}.{hint} Installed: {', '.join(known)}."
