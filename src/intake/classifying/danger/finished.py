"""Finished: what is told as over, though a sentence of it by itself sounds like a call.

"My father lay under the wall, I could hear him. They got him out, he is at home with three
stitches": the first sentence alone may be taken for a call for help. Two that know nothing of each
other must agree that it is none: an ending that is said in so many words, and the meaning of the
whole. A sentence that is surely a call stays one.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.classifying.danger.alarms import AlarmPhrases
from intake.classifying.danger.model import DangerModel
from intake.classifying.words.folding import LONGEST_STRETCH, sentence_places
from intake.classifying.words.normalisation import normalise
from intake.schemas.documents import Document

_WHOLE, _REST = -1.5, 0.0
"""The whole must score less, and what stands behind the last ending: danger that comes back is told
there. Both are below an alarm by far: who was saved and who was not are told in the same words."""
_SENTENCE = 3.0
"""A sentence that scores more is a call, whatever is told around it: a letter of thanks that
reports another danger in passing reads as harmless as a whole."""


def is_told_as_over(
    phrases: AlarmPhrases, model: DangerModel, documents: Sequence[Document]
) -> bool:
    """Return whether all that was written, read as one, says that the danger has ended.

    Of more words than are judged as a whole nothing is told as over.
    """
    text = "\n\n".join(document.text for document in documents)
    if len(text.split()) > LONGEST_STRETCH:
        return False
    reading = phrases.read(normalise(text).text)
    ending, count = phrases.last_ending(reading), len(reading.words.words)
    if ending is None:
        return False
    whole = phrases.passage(reading, reading.in_text, 0, count)
    rest = phrases.passage(reading, reading.in_text, ending, count)
    sentences = [
        phrases.passage(reading, reading.in_text, start, end)
        for start, end in sentence_places(reading.words)
    ]
    over, *others = model.score([whole, *sentences, *([rest] if ending < count else [])])
    behind = others.pop() if ending < count else _WHOLE
    return over < _WHOLE and behind < _REST and max(others) < _SENTENCE
