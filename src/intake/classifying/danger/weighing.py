"""Weighing: the evidence of the rules, and what the danger model makes of it.

The model judges the windows of a text. Of a calm letter in which one sentence is a call it may
take every window for calm; so the sentences are judged as well, each torn out of its text, where a
call must be plainer: what stands around a sentence often says that nobody is in danger.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from intake.classifying.danger.alarms import ALARM
from intake.classifying.danger.familiarity import is_little_known, is_rubbish
from intake.classifying.danger.model import DangerModel, Passage
from intake.schemas.classifications import Evidence, Urgency

EMERGENCY_WEIGHT = 2.0
_LEARNED = f"{Urgency.EMERGENCY}: learned"
_FOREIGN = f"{Urgency.EMERGENCY}: foreign language"
DOUBTED = f"{Urgency.HIGH}: doubtful "
"""So begins the rule of what may be an alarm and is not sure enough: a person must look."""
_LEAST_WORDS = 3
_MORE_SURE = 0.5
"""Times the logarithm of how many passages there are: so much higher must a score be."""
_SAID_UNREAL = 2.0
"""So much higher must a score be in a drill."""
_TORN = 2.0
"""So much higher must the score of a sentence be that is torn out of its text."""
_SURELY_TORN = 2.2
"""And so much higher still if it is no doubt but an alarm: one of a thousand calm letters has such
a sentence, one of 55 a doubtful one."""
_MOST_READ = 12
"""Of so many doubtful passages of an item the meaning is asked for: it costs tens of
milliseconds each."""
_LEAST_TORN = 2
"""Of a text of one sentence the whole was weighed."""
_MOST_TORN = 3
"""Of so many sentences: the call of a letter is nearly always the likeliest by its words."""
_FOREIGN_DOUBT = -1.0
"""A foreign passage that scores more is doubtful: calls in languages that the model never saw score
about a point less."""
_SHOWN_LETTERS = 80


def weigh(
    model: DangerModel,
    evidence: Sequence[Evidence],
    passages: Sequence[Passage],
    *,
    is_said_unreal: bool,
) -> list[Evidence]:
    """Return the evidence after the model: an alarm raised, or an unlikely one made `high`.

    A word or two, and a page that was read as rubbish, say too little to the model: there the rules
    alone decide, and what was found in rubbish is not doubted for the plain text beside it. Nor is
    what a rule found that the model never learned with: it cannot tell what that is worth. A long
    letter has many passages, and each may be mistaken: there the model must be surer; and surer
    still where the item says that it is a drill or a false alarm.
    """
    told = [passage for passage in passages if _tells(passage)]
    if not told:
        return list(evidence)
    scores = model.score(told, most_read=_MOST_READ)
    if highest(evidence) is not Urgency.EMERGENCY:
        above = [
            score - _alarm_threshold(model, each) for score, each in zip(scores, told, strict=True)
        ]
        sure = _MORE_SURE * math.log(len(told))
        return _raised(model, evidence, told, above, sure, is_said_unreal=is_said_unreal)
    if max(scores) >= model.manifest.doubt or any(_is_beyond_doubt(model, p) for p in passages):
        return list(evidence)
    return all_doubted(evidence)


def weigh_torn(
    model: DangerModel,
    evidence: Sequence[Evidence],
    sentences: Sequence[Passage],
    *,
    is_said_unreal: bool,
) -> list[Evidence]:
    """Return the evidence with the alarm that the model raises for a sentence by itself.

    It is for texts that were weighed, and raised no alarm.
    """
    told = [sentence for sentence in sentences if _tells(sentence)]
    if len(told) < _LEAST_TORN:
        return list(evidence)
    scores = model.score(told, most_read=_MOST_TORN)
    above = [score - model.manifest.alarm - _TORN for score in scores]
    return _raised(model, evidence, told, above, _SURELY_TORN, is_said_unreal=is_said_unreal)


def _is_beyond_doubt(model: DangerModel, passage: Passage) -> bool:
    """Return whether a rule raised an alarm there that the model cannot judge: in rubbish, or by a
    rule that it never learned with."""
    if not passage.signals["alarms"]:
        return False
    return is_rubbish(passage) or any(
        value and name.startswith(ALARM) and name not in model.manifest.signals
        for name, value in passage.signals.items()
    )


def _tells(passage: Passage) -> bool:
    """Return whether the passage says enough to the model, and was not read as rubbish."""
    return len(passage.text.split()) >= _LEAST_WORDS and not is_rubbish(passage)


def _alarm_threshold(model: DangerModel, passage: Passage) -> float:
    """Return the score from which a passage is an alarm: less where few of its words are known."""
    return model.manifest.doubt if is_little_known(passage) else model.manifest.alarm


def _raised(
    model: DangerModel,
    evidence: Sequence[Evidence],
    told: Sequence[Passage],
    above: Sequence[float],
    sure: float,
    *,
    is_said_unreal: bool,
) -> list[Evidence]:
    """Return the evidence with the alarm that the model raises, if a passage scores ``above`` what
    makes one: doubted, unless one is ``sure`` by so much. Each passage counts for itself: no
    likelier one beside it makes it less."""
    if max(above) < 0:
        return list(evidence)
    surely = [
        more - _SAID_UNREAL * (is_said_unreal and not each.signals["now"])
        for more, each in zip(above, told, strict=True)
    ]
    is_sure = max(surely) >= sure
    likeliest = told[surely.index(max(surely)) if is_sure else above.index(max(above))]
    words = ", ".join(model.telling_words(likeliest.text))
    learned = Evidence(rule=_LEARNED, text=words, weight=EMERGENCY_WEIGHT)
    return [learned if is_sure else _doubted(learned), *evidence]


def weigh_foreign(
    model: DangerModel,
    evidence: Sequence[Evidence],
    foreign: Sequence[Passage],
    *,
    is_said_unreal: bool,
) -> list[Evidence]:
    """Return the evidence with the likeliest call among what is foreign."""
    if not foreign:
        return list(evidence)
    scores = model.score_meaning(foreign)
    score = max(scores)
    if score < _FOREIGN_DOUBT:
        return list(evidence)
    call = " ".join(foreign[scores.index(score)].prose.split())
    text = call if len(call) <= _SHOWN_LETTERS else f"{call[:_SHOWN_LETTERS]}…"
    found = Evidence(rule=_FOREIGN, text=text, weight=EMERGENCY_WEIGHT)
    wanted = model.manifest.alarm + _MORE_SURE * math.log(len(foreign))
    if score < wanted + _SAID_UNREAL * is_said_unreal:
        found = _doubted(found)
    return sorted([found, *evidence], key=lambda each: -each.weight)


def all_doubted(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence with every alarm doubted: to be read soon, even so."""
    return [_doubted(each) if each.weight > 1 else each for each in evidence]


def highest(evidence: Sequence[Evidence]) -> Urgency:
    """Return the urgency that the first of the evidence speaks for."""
    if not evidence:
        return Urgency.NORMAL
    return Urgency.EMERGENCY if evidence[0].weight > 1 else Urgency.HIGH


def _doubted(evidence: Evidence) -> Evidence:
    rule = evidence.rule.replace(f"{Urgency.EMERGENCY}: ", DOUBTED, 1)
    return evidence.model_copy(update={"rule": rule, "weight": 1.0})
