"""Urgency: who is in danger now, and what cannot wait. Always on; recall comes first.

Rules find alarming phrases and the guards that speak against them; the danger model decides from
all words and from what the rules found. See docs/explanation/urgency.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from intake.classifying.danger.alarm_file import Rule
from intake.classifying.danger.alarms import AlarmReading, load_phrases
from intake.classifying.danger.cries import lone_cry
from intake.classifying.danger.finished import is_told_as_over
from intake.classifying.danger.foreign import foreign_passages, judged, says_something
from intake.classifying.danger.item_texts import bounded, texts_of
from intake.classifying.danger.model import Passage, shipped_model
from intake.classifying.danger.weighing import (
    DOUBTED,
    EMERGENCY_WEIGHT,
    all_doubted,
    highest,
    weigh,
    weigh_foreign,
    weigh_torn,
)
from intake.classifying.words.normalisation import Meant, normalise, shown
from intake.classifying.words.segmentation import digest
from intake.schemas.classifications import Evidence, Urgency
from intake.schemas.documents import Document

_SHOWN_EVIDENCE = 8
TOO_LONG = f"{DOUBTED}length, not judged"
"""The rule of what there is besides what was judged."""
_CRY = f"{Urgency.EMERGENCY}: cry for help"
_RESPELT = "spelling: what was written, and as what it was read"
MOST_CHARACTERS = 150_000
"""Of an item so much is judged, two thirds from its beginning and the rest from its end: sixty
pages of type. Reading a text of nothing but unknown words takes 7 s for each 100,000 characters."""
MOST_FOREIGN = 12
"""So many foreign passages of an item are read, none of which words tell to be harmless: reading 60
words of them takes up to half a second on a busy machine."""


class Assessment(NamedTuple):
    """How urgent an item is, and the words that say so."""

    urgency: Urgency
    evidence: tuple[Evidence, ...]
    said: frozenset[int] = frozenset()
    """The guards for the whole item that were found in these texts."""
    has_foreign: bool = False
    """Something is said there in a language in which only danger is looked for."""
    foreign_read: int = 0
    """How many foreign passages were read."""


class _Foreign(NamedTuple):
    """What is foreign in the texts, as far as it is read."""

    read: Sequence[Passage] = ()
    is_cut: bool = False
    """There is more than is read."""
    says_something: bool = False

    @classmethod
    def of(cls, passages: Sequence[Passage], most: int) -> _Foreign:
        found = foreign_passages(passages)
        return cls(*judged(found, most), any(map(says_something, found)))


class UrgencyRules:
    """The urgency rules of one file, and the model that decides on danger."""

    def __init__(self, path: Path | None = None) -> None:
        """Load the rules and the model that we ship; or the rules of ``path``, which decide alone.

        Raises:
            ConfigError: the file cannot be read, or names the rule and key that are wrong.
        """
        self._phrases = load_phrases(path)
        self._is_ours = path is None

    @property
    def version(self) -> str:
        """Return the digests of the files that decide."""
        rules = self._phrases.version
        return "+".join([rules, *([shipped_model().digest] if self._is_ours else []), digest()])

    def assess(
        self,
        documents: Sequence[Document],
        *,
        most: int = MOST_CHARACTERS,
        most_foreign: int = MOST_FOREIGN,
        said: frozenset[int] = frozenset(),
    ) -> Assessment:
        """Return the highest urgency that any document speaks for, with the evidence.

        At most ``most`` characters are judged, and of what is foreign ``most_foreign`` passages.
        ``said`` are guards found elsewhere that hold here.
        """
        texts, left_out = bounded(texts_of(documents), most)
        meant = [normalise(text) for text in texts]
        readings = [self._phrases.read(each.text) for each in meant]
        everywhere = said.union(*(reading.in_text for reading in readings))
        ordered = self._found(meant, readings, everywhere)
        foreign = _Foreign()
        if self._is_ours:
            passages = [
                passage
                for reading in readings
                for passage in self._phrases.passages(reading, everywhere)
            ]
            foreign = _Foreign.of(passages, most_foreign)
            whole = () if left_out else documents
            sentences = (
                sentence
                for reading in readings
                for sentence in self._phrases.sentences(reading, everywhere)
            )
            is_said_unreal = bool(everywhere)
            ordered = self._weigh(
                ordered, passages, sentences, whole, is_said_unreal=is_said_unreal
            )
            ordered = weigh_foreign(
                shipped_model(), ordered, foreign.read, is_said_unreal=is_said_unreal
            )
        ordered = ordered[:_SHOWN_EVIDENCE]
        if respelt := shown(meant, [evidence.text for evidence in ordered]):
            ordered.append(Evidence(rule=_RESPELT, text=respelt))
        if left_out:
            ordered.append(Evidence(rule=TOO_LONG, text=f"{left_out} characters", weight=1.0))
        if unsearched := sum(each.unsearched for each in meant):
            odd = f"{unsearched} letters without blanks, or apart"
            ordered.append(Evidence(rule=TOO_LONG, text=odd, weight=1.0))
        if foreign.is_cut:
            ordered.append(Evidence(rule=TOO_LONG, text="in another language", weight=1.0))
        return Assessment(
            highest(ordered),
            tuple(ordered),
            everywhere,
            has_foreign=foreign.says_something,
            foreign_read=len(foreign.read),
        )

    def _found(
        self, meant: Sequence[Meant], readings: Sequence[AlarmReading], everywhere: frozenset[int]
    ) -> list[Evidence]:
        """Return what the rules found, each once, the alarms first."""
        found: dict[tuple[str, str], Evidence] = {}
        for reading in readings:
            for rule, hit in self._phrases.standing(reading, everywhere):
                if rule.raises:
                    text = reading.words.quote(hit.start, hit.end)
                    found.setdefault((rule.name, text), _evidence(rule, text))
        if self._is_ours and not everywhere and (cry := lone_cry([each.text for each in meant])):
            found.setdefault(
                ("cry for help", cry), Evidence(rule=_CRY, text=cry, weight=EMERGENCY_WEIGHT)
            )
        return sorted(found.values(), key=lambda evidence: -evidence.weight)

    def _weigh(
        self,
        evidence: Sequence[Evidence],
        passages: Sequence[Passage],
        sentences: Iterable[Passage],
        documents: Sequence[Document],
        *,
        is_said_unreal: bool,
    ) -> list[Evidence]:
        """Return the evidence after the model has judged the passages, the sentences where
        they raised no alarm, and all documents as one where they did; none are given where they are
        too long."""
        model = shipped_model()
        weighed = weigh(model, evidence, passages, is_said_unreal=is_said_unreal)
        if highest(weighed) is not Urgency.EMERGENCY:
            return weigh_torn(model, weighed, list(sentences), is_said_unreal=is_said_unreal)
        if not documents or not is_told_as_over(self._phrases, model, documents):
            return weighed
        return all_doubted(weighed)

    def passage(self, text: str) -> Passage:
        """Return the whole text as the danger model sees a passage: to learn from."""
        reading = self._phrases.read(text)
        return self._phrases.passage(reading, reading.in_text, 0, len(reading.words.words))


def _evidence(rule: Rule, text: str) -> Evidence:
    return Evidence(
        rule=f"{rule.urgency}: {rule.name}",
        text=text,
        weight=EMERGENCY_WEIGHT if rule.urgency is Urgency.EMERGENCY else 1.0,
    )
