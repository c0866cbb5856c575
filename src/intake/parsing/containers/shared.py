"""What containers share: the files they give, the allowance they spend, why one stays shut."""

from __future__ import annotations

from dataclasses import dataclass

MAX_EXPANDED_BYTES = 100_000_000
"""Bytes that the containers of one item may give together."""


class ContainerRefused(Exception):
    """A container stays as it is; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """A file found in a container, under the name it has there."""

    name: str | None
    content: bytes
    media_type: str | None = None


@dataclass(slots=True)
class Allowance:
    """How many bytes may still be taken out of the containers of one item."""

    bytes: int = MAX_EXPANDED_BYTES

    def spend(self, count: int) -> None:
        """Take ``count`` bytes off; raises ``ContainerRefused`` when there are not so many."""
        self.bytes -= count
        if self.bytes < 0:
            raise ContainerRefused("archive_bomb")
