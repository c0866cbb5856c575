"""What a learned model is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, PositiveFloat, model_validator

from intake.classifying.encoding.embeddings import EmbeddingScale
from intake.classifying.models.likeness import Scale
from intake.schemas.base import Frozen

FORMAT = 4


class Manifest(Frozen):
    """What a model is, in words: stored in its file and shown to people."""

    format: int = FORMAT
    topics: tuple[str, ...] = Field(min_length=2)
    examples: tuple[int, ...]
    """How many examples each topic was learned from."""
    written: tuple[int, ...] = ()
    """How many messages each topic had that were written to learn from; none: no topic had any."""
    temperature: float = Field(gt=0)
    """What decision values are divided by, so that confidence means frequency of being right."""
    temperatures: Mapping[str, PositiveFloat] = Field(default_factory=dict)
    """Those of channels that were measured by themselves: misread pages are other texts."""
    familiarity: float = Field(ge=0, le=1)
    """The least share of known features in a text that is about one of the topics."""
    likeness: Scale | None = None
    """How near and how clear held-out examples were; None where there were too few to tell."""
    languages: tuple[str, ...] = ()
    """The languages of the examples (ISO 639-1); none: it is not known."""
    prior: float = Field(default=0.0, ge=0)
    """What the rules' opinion counts beside what was learned; 0 where it no longer helps."""
    embeddings: EmbeddingScale | None = None
    """What the embedding of a text counts where its words leave a doubt; None: nothing."""

    @model_validator(mode="after")
    def _of_all_topics(self) -> Self:
        counted = {len(self.examples), len(self.written) or len(self.topics)}
        if counted != {len(self.topics)}:
            raise ValueError("examples and written must have a number for each topic")
        return self

    def known(self, place: int) -> int:
        """Return how many examples and written messages the topic at ``place`` was learned from."""
        return self.examples[place] + (self.written[place] if self.written else 0)
