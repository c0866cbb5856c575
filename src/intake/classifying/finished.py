"""Finished: what is told as over, though a sentence of it by itself sounds like a call.

"My father lay under the wall, I could hear him. They got him out, he is at home with three
stitches": the first sentence alone is a call for help. Two that know nothing of each other must
agree that it is none: an ending that is said in so many words, and the meaning of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.classifying.alarms import AlarmPhrases
from intake.classifying.danger import DangerModel
from intake.classifying.normalisation import normalise
from intake.schemas.documents import Document

MOST_WORDS = 150
"""Of a longer item the encoder would not read the end: there nothing is told as over."""
_WHOLE, _REST = -1.5, 0.0
"""The whole must score less, and what stands behind the last ending: danger that comes back is told
there. Both are below an alarm by far: who was saved and who was not are told in the same words."""


def is_told_as_over(
    phrases: AlarmPhrases, model: DangerModel, documents: Sequence[Document]
) -> bool:
    """Return whether all that was written, read as one, says that the danger has ended."""
    text = "\n\n".join(document.text for document in documents)
    if len(text.split()) > MOST_WORDS:
        return False
    reading = phrases.read(normalise(text).text)
    ending, count = phrases.last_ending(reading), len(reading.words.words)
    if ending is None:
        return False
    whole = phrases.passage(reading, reading.in_text, 0, count)
    rest = phrases.passage(reading, reading.in_text, ending, count)
    scores = model.score([whole, rest] if ending < count else [whole])
    return scores[0] < _WHOLE and max(scores[1:], default=_WHOLE) < _REST
