"""Alarming phrases, and the guards that speak against them, as they are found in a text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from intake.classifying.danger.alarm_file import AlarmFile, Guard, Rule, blame, check_guards
from intake.classifying.danger.model import Passage
from intake.classifying.datafile import DataFile, read, validate
from intake.classifying.language import small_words
from intake.classifying.words.folding import (
    LONGEST_STRETCH,
    Words,
    lines,
    sentence_places,
    split,
    windows,
)
from intake.classifying.words.known_words import known_words
from intake.classifying.words.patterns import Hit, Matcher
from intake.schemas.classifications import Urgency

ALARM = "alarm "
"""So begins the name of the signal of a rule that nothing speaks against."""
_COUNTED_ALARMS = 4
_COUNTED_SENTENCES = 50
_ENDING_GUARDS = ("negation", "in case")
"""The guards that speak against an ending: nothing has ended then."""
_LONGEST_PATTERN = 12
"""More guards than this cannot overlap one alarm: so far back a nearer guard may hide another."""


@dataclass(slots=True)
class AlarmReading:
    """What was found in one text."""

    words: Words
    alarms: list[tuple[Rule, Hit]] = field(default_factory=list)
    guards: dict[int, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    guard_starts: dict[int, list[int]] = field(default_factory=dict)
    guarded_sentences: set[tuple[int, int]] = field(default_factory=set)
    now_sentences: set[int] = field(default_factory=set)
    stops: list[int] = field(default_factory=list)
    in_text: set[int] = field(default_factory=set)
    """The guards that hold for the whole item because they were found here."""

    def within(self, start: int, end: int) -> AlarmReading:
        """Return the reading with the guards alone that stand from ``start`` to ``end``."""
        kept = {
            number: [hit for hit in hits if start <= hit.start < end]
            for number, hits in self.guards.items()
        }
        numbers = self.words.sentences
        return replace(
            self,
            guards=defaultdict(list, kept),
            guard_starts={number: sorted(h.start for h in hits) for number, hits in kept.items()},
            guarded_sentences={
                (number, numbers[hit.start]) for number, hits in kept.items() for hit in hits
            },
        )

    def stop_between(self, start: int, end: int) -> bool:
        at = bisect_right(self.stops, start - 1)
        return at < len(self.stops) and self.stops[at] < end


class AlarmPhrases:
    """All phrases of a file in one matcher, and what each of them means."""

    def __init__(self, file: DataFile) -> None:
        content = validate(file, AlarmFile)
        self.version = file.digest
        self._guards = content.guards
        sections: list[tuple[str, Rule | int | str, Sequence[str]]] = [
            ("names", "name", content.names),
            ("now", "now", content.now),
            ("stops", "stop", content.stops),
            *(
                (f"guard {guard.name!r}", number, guard.patterns)
                for number, guard in enumerate(content.guards)
            ),
            *((f"rule {rule.name!r}", rule, rule.patterns) for rule in content.rules),
        ]
        self._meaning = [meaning for _, meaning, patterns in sections for _ in patterns]
        try:
            self._matcher = Matcher(
                [pattern for _, _, patterns in sections for pattern in patterns],
                groups=content.groups,
                tolerant=True,
                real_words=(*content.real_words.split(), *small_words()),
                whole_words=known_words(),
                forgiving=frozenset(
                    number
                    for number, meaning in enumerate(self._meaning)
                    if isinstance(meaning, Rule)
                ),
                exacting=frozenset(
                    number
                    for number, meaning in enumerate(self._meaning)
                    if isinstance(meaning, Rule) and meaning.urgency is Urgency.HIGH
                ),
            )
            self._endings = Matcher(content.endings, groups=content.groups)
        except ValueError:
            told = [(where, patterns) for where, _, patterns in sections]
            blame(file, content, [*told, ("endings", content.endings)])
            raise
        check_guards(file, content)

    def read(self, text: str) -> AlarmReading:
        reading = AlarmReading(self._matcher.separate(split(text)))
        hits = self._matcher.find(reading.words)
        masked = {
            place for hit in hits if self._meaning[hit.pattern] == "name" for place in hit.positions
        }
        for hit in hits:
            meaning = self._meaning[hit.pattern]
            if meaning == "now":
                reading.now_sentences.add(reading.words.sentences[hit.start])
            elif meaning == "stop":
                reading.stops.append(hit.start)
            elif meaning != "name" and masked.isdisjoint(hit.positions):
                self._note(reading, meaning, hit)
        for guards in reading.guards.values():
            guards.sort(key=lambda hit: hit.end)
        reading.guard_starts = {
            number: sorted(hit.start for hit in guards) for number, guards in reading.guards.items()
        }
        return reading

    def _note(self, reading: AlarmReading, meaning: Rule | int | str, hit: Hit) -> None:
        if isinstance(meaning, Rule):
            reading.alarms.append((meaning, hit))
        elif isinstance(meaning, int):
            reading.guards[meaning].append(hit)
            reading.guarded_sentences.add((meaning, reading.words.sentences[hit.start]))
            if self._guards[meaning].scope == "text":
                reading.in_text.add(meaning)

    def last_ending(self, reading: AlarmReading) -> int | None:
        """Return the word behind the last of what says that a danger has ended, and is neither
        denied nor supposed; None if nothing says so."""
        guards = list(self._guards_of(_ENDING_GUARDS, Urgency.EMERGENCY))
        ends = [
            hit.end
            for hit in self._endings.find(reading.words)
            if not any(self._speaks(guard, hit, reading, frozenset()) for guard in guards)
        ]
        return max(ends, default=None)

    def standing(self, reading: AlarmReading, everywhere: Set[int]) -> Iterator[tuple[Rule, Hit]]:
        """Yield the alarms that no guard speaks against."""
        for rule, hit in reading.alarms:
            if self.holds(rule, hit, reading, everywhere):
                yield rule, hit

    def passages(self, reading: AlarmReading, everywhere: Set[int]) -> Iterator[Passage]:
        """Yield the windows of a text, each with what was found in it.

        The sentence of an alarm is also judged alone: what stands around it, such as a letterhead
        or a notice of confidentiality, must not outweigh it. So is a line that ends no sentence,
        and there no guard of another line speaks against an alarm.
        """
        places = dict.fromkeys(windows(reading.words))
        numbers = reading.words.sentences
        alarming = {
            numbers[hit.start]
            for rule, hit in self.standing(reading, everywhere)
            if rule.urgency is Urgency.EMERGENCY
        }
        for number in sorted(alarming)[:_COUNTED_SENTENCES]:
            places[bisect_left(numbers, number), bisect_right(numbers, number)] = None
        for start, end in places:
            yield self.passage(reading, everywhere, start, end)
        for start, end in lines(reading.words):
            yield self.passage(reading.within(start, end), everywhere, start, end)

    def sentences(self, reading: AlarmReading, everywhere: Set[int]) -> Iterator[Passage]:
        """Yield the sentences, each torn out of its text."""
        for start, end in sentence_places(reading.words):
            yield self.passage(reading, everywhere, start, end)

    def passage(self, reading: AlarmReading, everywhere: Set[int], start: int, end: int) -> Passage:
        """Return the words from ``start`` to ``end``, and by name what was found in them."""
        first, last = (
            bisect_left(reading.alarms, place, key=lambda alarm: alarm[1].start)
            for place in (start, end)
        )
        found = reading.alarms[first:last]
        standing = [
            (rule, hit) for rule, hit in found if self.holds(rule, hit, reading, everywhere)
        ]
        signals = {f"guarded {rule.name}": 1.0 for rule, _ in found}
        signals |= {f"guarded {rule.name}": 0.0 for rule, _ in standing}
        signals |= {f"{ALARM}{rule.name}": 1.0 for rule, _ in standing}
        sentences = set(reading.words.sentences[start:end])
        is_now = not sentences.isdisjoint(reading.now_sentences)
        for number in everywhere:
            if not (is_now and self._guards[number].lifted_by_now):
                signals[f"guard {self._guards[number].name}"] = 1.0
        for number, starts in reading.guard_starts.items():
            at = bisect_left(starts, start)
            if at < len(starts) and starts[at] < end:
                signals[f"guard {self._guards[number].name}"] = 1.0
        alarms = sum(rule.urgency is Urgency.EMERGENCY for rule, _ in standing)
        signals["alarms"] = min(alarms, _COUNTED_ALARMS) / 2
        signals["now"] = float(is_now)
        signals["question"] = float(not sentences.isdisjoint(reading.words.questions))
        signals["length"] = min((end - start) / LONGEST_STRETCH, 1.0)
        return Passage(
            reading.words.quote(start, end), signals, prose=reading.words.prose(start, end)
        )

    def holds(self, rule: Rule, hit: Hit, reading: AlarmReading, everywhere: Set[int]) -> bool:
        """Return whether no guard speaks against the alarm."""
        guards = self._guards_of(rule.guards, rule.urgency)
        return not any(self._speaks(guard, hit, reading, everywhere) for guard in guards)

    def _guards_of(self, names: Sequence[str] | None, urgency: Urgency) -> Iterator[int]:
        """Yield the numbers of the guards of these names, or of all, that guard this urgency."""
        for number, guard in enumerate(self._guards):
            if (names is None or guard.name in names) and guard.urgency in (None, urgency):
                yield number

    def _speaks(self, number: int, hit: Hit, reading: AlarmReading, everywhere: Set[int]) -> bool:
        """Return whether a guard speaks against what was found."""
        guard, sentence = self._guards[number], reading.words.sentences[hit.start]
        if guard.lifted_by_now and sentence in reading.now_sentences:
            return False
        if guard.scope == "text":
            return number in everywhere
        if guard.side == "anywhere" and guard.scope == "sentence":
            return (number, sentence) in reading.guarded_sentences
        return _is_near(guard, reading.guards.get(number, []), hit, reading)


def _is_near(guard: Guard, found: Sequence[Hit], alarm: Hit, reading: AlarmReading) -> bool:
    """Return whether the guard stands before the alarm, or between its words, within reach."""
    number = reading.words.clauses if guard.scope == "clause" else reading.words.sentences
    at = bisect_right(found, alarm.end - 1, key=lambda hit: hit.end)
    for candidate in reversed(found[max(0, at - _LONGEST_PATTERN) : at]):
        if not set(candidate.positions).isdisjoint(alarm.positions):
            continue
        if candidate.start >= alarm.start:
            return number[candidate.start] == number[alarm.end - 1]
        near = guard.reach is None or alarm.start - candidate.end <= guard.reach
        same = number[candidate.end - 1] == number[alarm.start]
        return near and same and not reading.stop_between(candidate.end, alarm.start)
    return False


@cache
def load_phrases(path: Path | None) -> AlarmPhrases:
    """Return the compiled rules; each file is read once per process."""
    return AlarmPhrases(read(path, shipped="emergency.toml"))
