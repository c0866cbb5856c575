"""Scanners that send letters by mail: which device a message comes from."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class _Device:
    name: str
    subject: re.Pattern[str] | None
    text: re.Pattern[str] | None


def find_device(subject: str, text: str) -> str | None:
    """Return the maker of the scanner that sent the message, None when no scanner did.

    Ask only of messages that carry pages; the rules are in ``data/devices.toml``.
    """
    for device in _devices():
        if device.subject and device.subject.search(subject[:500]):
            return device.name
        if device.text and device.text.search(text[:5000]):
            return device.name
    return None


@cache
def _devices() -> tuple[_Device, ...]:
    content = (files("intake.parsing") / "data" / "devices.toml").read_text(encoding="utf-8")
    return tuple(
        _Device(rule["name"], _compile(rule.get("subject")), _compile(rule.get("text")))
        for rule in tomllib.loads(content)["device"]
    )


def _compile(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None
