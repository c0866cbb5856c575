"""Origins: rules on who sent an item, on which channel, from which number."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from intake.schemas.base import Frozen
from intake.schemas.classifications import Origin
from intake.schemas.requests import Channel

_ADDRESS = re.compile(r"[^\s@]*@[^\s@]+\.[^\s@.]+")
_NUMBER = re.compile(r"\+(?=\D*\d)[\d ./()-]{1,24}\*?")
_NO_DIGIT = re.compile(r"\D")


def _sender(written: str) -> str:
    if not _ADDRESS.fullmatch(written):
        raise ValueError("a sender is an address, or a domain such as '@example.org'")
    return written.casefold()


def _number(written: str) -> str:
    if not _NUMBER.fullmatch(written):
        raise ValueError("a number begins with + and its country, and may end in *")
    return written


class From(Frozen):
    """What an origin must be like. One of each list that is not empty must fit."""

    senders: tuple[Annotated[str, AfterValidator(_sender)], ...] = ()
    """Addresses; ``@example.org`` is the domain and all that stands below it."""
    channels: tuple[Channel, ...] = ()
    numbers: tuple[Annotated[str, AfterValidator(_number)], ...] = ()
    """Fax and telephone numbers with their country; ``*`` at the end leaves the rest open."""

    @property
    def is_any(self) -> bool:
        """Whether every origin fits, because nothing is asked of it."""
        return not (self.senders or self.channels or self.numbers)

    def fits(self, origin: Origin) -> str | None:
        """Return in words what fits, such as ``channel fax, number +390612345``; None if not all
        does."""
        asked = (
            ("sender", origin.sender, [_is_sender(origin.sender, each) for each in self.senders]),
            ("channel", origin.channel, [origin.channel == each for each in self.channels]),
            ("number", origin.number, [_is_number(origin.number, each) for each in self.numbers]),
        )
        if not all(any(found) for _, _, found in asked if found):
            return None
        return ", ".join(f"{name} {value}" for name, value, found in asked if found)


def _is_sender(address: str, wanted: str) -> bool:
    address = address.casefold()
    if not wanted.startswith("@"):
        return address == wanted
    domain = address.rpartition("@")[2]
    return domain == wanted[1:] or domain.endswith(f".{wanted[1:]}")


def _is_number(number: str, wanted: str) -> bool:
    digits, pattern = _NO_DIGIT.sub("", number), _NO_DIGIT.sub("", wanted)
    return digits.startswith(pattern) if wanted.endswith("*") else digits == pattern
