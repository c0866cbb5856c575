"""Urgency: who is in danger now, and what cannot wait. Always on; recall comes first.

Rules find alarming phrases and the guards that speak against them; the danger model decides from
all words and from what the rules found. See docs/explanation/urgency.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from intake.classifying.alarm_file import Rule
from intake.classifying.alarms import AlarmReading, load_phrases
from intake.classifying.cries import lone_cry
from intake.classifying.danger import DangerModel, Passage, shipped_model
from intake.classifying.familiarity import is_little_known, is_rubbish
from intake.classifying.finished import is_told_as_over
from intake.classifying.foreign import foreign_passages, judged, says_something
from intake.classifying.item_texts import bounded, texts_of
from intake.classifying.normalisation import Meant, normalise, shown
from intake.classifying.segmentation import digest
from intake.schemas.classifications import Evidence, Urgency
from intake.schemas.documents import Document

_SHOWN_EVIDENCE = 8
_EMERGENCY_WEIGHT = 2.0
_LEARNED = f"{Urgency.EMERGENCY}: learned"
_FOREIGN = f"{Urgency.EMERGENCY}: foreign language"
DOUBTED = f"{Urgency.HIGH}: doubtful "
"""So begins the rule of what may be an alarm and is not sure enough: a person must look."""
TOO_LONG = f"{DOUBTED}length, not judged"
"""The rule of what there is besides what was judged."""
_CRY = f"{Urgency.EMERGENCY}: cry for help"
_RESPELT = "spelling: what was written, and as what it was read"
_LEAST_WORDS = 3
_MORE_SURE = 0.5
"""Times the logarithm of how many passages there are: so much higher must a score be."""
_SAID_UNREAL = 2.0
"""So much higher must a score be in a drill."""
MOST_CHARACTERS = 150_000
"""Of an item so much is judged, two thirds from its beginning and the rest from its end: sixty
pages of type. Reading a text of nothing but unknown words takes 7 s for each 100,000 characters."""
_MOST_READ = 12
"""Of so many doubtful passages of an item the meaning is asked for: it costs tens of
milliseconds each."""
MOST_FOREIGN = 12
"""So many foreign passages of an item are read, none of which words tell to be harmless: reading 60
words of them takes up to half a second on a busy machine."""
_FOREIGN_DOUBT = -1.0
"""A foreign passage that scores more is doubtful: calls in languages that the model never saw score
about a point less."""
_SHOWN_LETTERS = 80


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
            ordered = self._weigh(ordered, passages, whole, is_said_unreal=bool(everywhere))
            ordered = _weigh_foreign(ordered, foreign.read, is_said_unreal=bool(everywhere))
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
            _highest(ordered),
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
                ("cry for help", cry), Evidence(rule=_CRY, text=cry, weight=_EMERGENCY_WEIGHT)
            )
        return sorted(found.values(), key=lambda evidence: -evidence.weight)

    def _weigh(
        self,
        evidence: list[Evidence],
        passages: Sequence[Passage],
        documents: Sequence[Document],
        *,
        is_said_unreal: bool,
    ) -> list[Evidence]:
        """Return the evidence after the model has judged the passages, and all documents as one;
        none are given where they are too long."""
        model = shipped_model()
        weighed = _weigh_ours(model, evidence, passages, is_said_unreal=is_said_unreal)
        if _highest(weighed) is not Urgency.EMERGENCY:
            return weighed
        if not documents or not is_told_as_over(self._phrases, model, documents):
            return weighed
        return _all_doubted(weighed)

    def passage(self, text: str) -> Passage:
        """Return the whole text as the danger model sees a passage: to learn from."""
        reading = self._phrases.read(text)
        return self._phrases.passage(reading, reading.in_text, 0, len(reading.words.words))


def _weigh_ours(
    model: DangerModel,
    evidence: list[Evidence],
    passages: Sequence[Passage],
    *,
    is_said_unreal: bool,
) -> list[Evidence]:
    """Return the evidence after the model: an alarm raised, or an unlikely one made `high`.

    A word or two, and a page that was read as rubbish, say too little to the model: there the rules
    alone decide, and what was found in rubbish is not doubted for the plain text beside it. A long
    letter has many passages, and each may be mistaken: there the model must be surer; and surer
    still where the item says that it is a drill or a false alarm.
    """
    told: list[Passage] = []
    rubbish: list[Passage] = []
    for passage in passages:
        if len(passage.text.split()) >= _LEAST_WORDS:
            (rubbish if is_rubbish(passage) else told).append(passage)
    if not told:
        return evidence
    scores = model.score(told, most_read=_MOST_READ)
    is_alarm = _highest(evidence) is Urgency.EMERGENCY
    learned = _learned(model, told, scores, is_said_unreal=is_said_unreal)
    if learned is not None and not is_alarm:
        return [learned, *evidence]
    is_beyond_doubt = any(each.signals["alarms"] for each in rubbish)
    if max(scores) < model.manifest.doubt and is_alarm and not is_beyond_doubt:
        return _all_doubted(evidence)
    return evidence


def _learned(
    model: DangerModel, told: Sequence[Passage], scores: Sequence[float], *, is_said_unreal: bool
) -> Evidence | None:
    """Return the alarm that the model raises, doubted unless a passage is surely one; None if it
    raises none. Each passage counts for itself: no likelier one beside it makes it less."""
    above = [
        score - _alarm_threshold(model, each) for score, each in zip(scores, told, strict=True)
    ]
    if max(above) < 0:
        return None
    surely = [
        more - _SAID_UNREAL * (is_said_unreal and not each.signals["now"])
        for more, each in zip(above, told, strict=True)
    ]
    is_sure = max(surely) >= _MORE_SURE * math.log(len(told))
    likeliest = told[surely.index(max(surely)) if is_sure else above.index(max(above))]
    words = ", ".join(model.telling_words(likeliest.text))
    learned = Evidence(rule=_LEARNED, text=words, weight=_EMERGENCY_WEIGHT)
    return learned if is_sure else _doubted(learned)


def _alarm_threshold(model: DangerModel, passage: Passage) -> float:
    """Return the score from which a passage is an alarm: less where few of its words are known."""
    return model.manifest.doubt if is_little_known(passage) else model.manifest.alarm


def _weigh_foreign(
    evidence: list[Evidence],
    foreign: Sequence[Passage],
    *,
    is_said_unreal: bool,
) -> list[Evidence]:
    """Return the evidence with the likeliest call among what is foreign."""
    if not foreign:
        return evidence
    model = shipped_model()
    scores = model.score_meaning(foreign)
    highest = max(scores)
    if highest < _FOREIGN_DOUBT:
        return evidence
    call = " ".join(foreign[scores.index(highest)].prose.split())
    text = call if len(call) <= _SHOWN_LETTERS else f"{call[:_SHOWN_LETTERS]}…"
    found = Evidence(rule=_FOREIGN, text=text, weight=_EMERGENCY_WEIGHT)
    wanted = model.manifest.alarm + _MORE_SURE * math.log(len(foreign))
    if highest < wanted + _SAID_UNREAL * is_said_unreal:
        found = _doubted(found)
    return sorted([found, *evidence], key=lambda each: -each.weight)


def _evidence(rule: Rule, text: str) -> Evidence:
    return Evidence(
        rule=f"{rule.urgency}: {rule.name}",
        text=text,
        weight=_EMERGENCY_WEIGHT if rule.urgency is Urgency.EMERGENCY else 1.0,
    )


def _doubted(evidence: Evidence) -> Evidence:
    """Return the evidence of an alarm that the model is sure is none: to be read soon, even so."""
    rule = evidence.rule.replace(f"{Urgency.EMERGENCY}: ", DOUBTED, 1)
    return evidence.model_copy(update={"rule": rule, "weight": 1.0})


def _all_doubted(evidence: Sequence[Evidence]) -> list[Evidence]:
    return [_doubted(each) if each.weight > 1 else each for each in evidence]


def _highest(evidence: Sequence[Evidence]) -> Urgency:
    if not evidence:
        return Urgency.NORMAL
    return Urgency.EMERGENCY if evidence[0].weight > 1 else Urgency.HIGH
