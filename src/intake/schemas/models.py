"""What is known of a learned model: when, from what, and why it was put to use or not."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from intake.schemas.base import Frozen
from intake.schemas.evaluations import Interval


class Contest(Frozen):
    """How a new model did beside the one in use, on the same texts that neither learned from."""

    rival: str
    """The version of the model in use; ``untrained`` is what is known with nothing learned."""
    measured_on: int
    macro_f1: float
    rival_macro_f1: float
    lead: Interval
    """By how much macro-F1 is higher, 95 of 100 times, texts drawn anew."""
    surprise: float = 0.0
    """The mean of -log(share) that was given to the right topics: less is better."""
    rival_surprise: float = 0.0
    odds: float = Field(ge=0, le=1)
    """How often (0..1) the new model is the less surprised one, texts drawn anew."""
    is_won: bool


class ModelRecord(Frozen):
    """One version in the folder of models. ``version`` is the digest of its file."""

    version: str = Field(pattern=r"^[0-9a-f]{12}$")
    trained_at: datetime
    examples: int
    """How many texts it learned from."""
    data_digest: str
    """SHA-256 of these texts and their topics."""
    seed: int
    topics: tuple[str, ...]
    contest: Contest
    reason: str
    """Why it went live, or why the model in use was kept."""
