"""Taxonomy: the topics a request can have, who answers each and how soon."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from intake.classifying.datafile import read, refuse, validate
from intake.errors import ConfigError
from intake.schemas.base import Frozen
from intake.schemas.classifications import Fault
from intake.schemas.requests import Kind

TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$")]
"""ASCII letters in lower case, digits, ``-`` and ``_``, with points between the levels, such as
``info.aree-attesa``."""


class Label(Frozen):
    """A text for people, in Italian and in English."""

    it: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Topic(Frozen):
    """One subject a request can have."""

    id: TopicId
    label: Label
    description: Label
    keywords: tuple[Annotated[str, StringConstraints(pattern=r"\w")], ...] = ()
    """Words and phrases that speak for it, in any language; their endings are left open."""
    kind: Kind = Kind.OTHER
    """What the citizen wants, as far as the topic tells."""
    parent: TopicId | None = None
    queue: str = Field(min_length=1)
    """The office or desk that answers."""
    due_days: int | None = Field(default=None, ge=0, le=3650)
    """Calendar days from receipt within which to answer; None where nothing is promised."""
    emergency: bool = False
    """Whether this topic means that somebody is in danger now."""
    formerly: tuple[TopicId, ...] = ()
    """Ids this topic had before, or of topics merged into it: stored history maps forward."""


class _File(Frozen):
    topics: tuple[Topic, ...] = Field(min_length=1)


class Taxonomy(Frozen):
    """The topics in the order of their file; ``version`` changes whenever the file does."""

    topics: tuple[Topic, ...]
    version: str = ""

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Return the taxonomy of the TOML file at ``path``; None means the one we ship.

        Raises:
            ConfigError: the file cannot be read, or names the topics and keys that are wrong.
        """
        file = read(path, shipped="taxonomy.toml")
        topics = validate(file, _File).topics
        today = _with_parents_of_today(topics)
        if problems := [*_id_problems(topics), *_parent_problems(today)]:
            raise refuse(file, *problems)
        return cls(topics=today, version=file.digest)

    @classmethod
    def load_usable(cls, path: Path | None = None) -> tuple[Self, Fault | None]:
        """Return the taxonomy at ``path``; one that cannot be used has no topic, and a fault says
        why: danger is looked for and requests are filed all the same."""
        try:
            return cls.load(path), None
        except ConfigError as error:
            return cls(topics=()), Fault(message=error.message, remedy=error.remedy)

    def __contains__(self, topic_id: object) -> bool:
        return topic_id in self._by_id

    def __len__(self) -> int:
        return len(self.topics)

    def ids(self) -> Iterator[str]:
        """Yield the ids of all topics, in the file's order."""
        return (topic.id for topic in self.topics)

    def find(self, topic_id: str) -> Topic | None:
        """Return the topic of this id or former id, or None."""
        return self._by_id.get(topic_id) or self._by_former_id.get(topic_id)

    def due_days(self, topic_id: str | None, *, is_emergency: bool) -> int | None:
        """Return within how many calendar days from receipt a request is to be answered; None
        where nothing is promised.

        An emergency is due at once, or as the emergency topic says, and never later than that.
        """
        found = self.find(topic_id) if topic_id is not None else None
        promised = found.due_days if found else None
        if not is_emergency:
            return promised
        alarming = self.emergency_topic
        at_once = (alarming.due_days if alarming else None) or 0
        return at_once if promised is None else min(promised, at_once)

    def forward(self, topic_id: str) -> str:
        """Return the id of today of a topic; one that the taxonomy does not know stays."""
        found = self.find(topic_id)
        return found.id if found else topic_id

    def names(self, topic_id: str) -> tuple[str, ...]:
        """Return today's id and the former ids of a topic; one that is not known is itself."""
        found = self.find(topic_id)
        return (found.id, *found.formerly) if found else (topic_id,)

    def meanings(self) -> dict[str, str]:
        """Return today's id of each id that is or was one."""
        return {name: topic.id for topic in self.topics for name in (topic.id, *topic.formerly)}

    @property
    def emergency_topic(self) -> Topic | None:
        """Return the one topic that means danger now, or None."""
        return next((topic for topic in self.topics if topic.emergency), None)

    @cached_property
    def _by_id(self) -> dict[str, Topic]:
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def _by_former_id(self) -> dict[str, Topic]:
        return {former: topic for topic in self.topics for former in topic.formerly}


def _id_problems(topics: tuple[Topic, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for topic in topics:
        for key, name in (("id", topic.id), *(("formerly", former) for former in topic.formerly)):
            if name in seen:
                yield f"topic {topic.id!r}, key {key!r}: {name!r} is there twice"
            seen.add(name)
    alarming = [topic.id for topic in topics if topic.emergency]
    for other in alarming[1:]:
        yield f"topic {other!r}, key 'emergency': {alarming[0]!r} has it too"


def _with_parents_of_today(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """Return the topics, each parent by its id of today where it is named by a former one."""
    today = {former: topic.id for topic in topics for former in topic.formerly}
    return tuple(
        topic.model_copy(update={"parent": today[topic.parent]}) if topic.parent in today else topic
        for topic in topics
    )


def _parent_problems(topics: tuple[Topic, ...]) -> Iterator[str]:
    parents = {topic.id: topic.parent for topic in topics}
    for topic in topics:
        if topic.parent is not None and topic.parent not in parents:
            yield f"topic {topic.id!r}, key 'parent': no topic {topic.parent!r}"
        above, steps = topic.parent, 0
        while above is not None and above in parents and steps <= len(topics):
            above, steps = parents[above], steps + 1
        if steps > len(topics):
            yield f"topic {topic.id!r}, key 'parent': it is its own ancestor"
