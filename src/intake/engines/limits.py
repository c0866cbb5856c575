"""What a child process may use."""

from __future__ import annotations

from intake.schemas.base import Frozen


class Limits(Frozen):
    """What a child may use. ``timeout_s`` is per task; ``cpu_s`` per life, None for no limit."""

    timeout_s: float
    memory_bytes: int
    cpu_s: int | None = None
