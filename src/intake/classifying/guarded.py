"""Classifiers of others: one that hangs, fails or talks nonsense costs nothing but its opinion."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NoReturn

from intake.interfaces import Classifier, OriginClassifier
from intake.schemas.base import clean_text
from intake.schemas.classifications import Classification, Evidence, Origin
from intake.schemas.documents import Document

MOST_OPINIONS = 20
_FAILURES_IN_A_ROW = 3
_REST_S = 300.0
MOST_EVIDENCE = 100
LONGEST_TEXT = 1000
FAILED = "failed"


class _TooSlow(BaseException):
    """The time is over."""


class GuardedClassifier:
    """Asks another classifier, for ``timeout_s`` at most, and believes only what makes sense.

    A failure becomes an opinion on no topic that says what happened. After three in a row the
    classifier is left out for five minutes. The time is measured in the main thread of a process
    only, where the kernel can interrupt; what native code does not let be interrupted goes on.
    """

    def __init__(self, inner: Classifier, *, timeout_s: float, name: str | None = None) -> None:
        self._inner = inner
        self._timeout_s = timeout_s
        self.name = name or clean_text(str(getattr(inner, "name", type(inner).__name__)))[:100]
        self.version = clean_text(str(getattr(inner, "version", "unknown")))[:100]
        self._failures = 0
        self._rests_until_s = -math.inf

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        """Return the opinions on texts of which no origin is known."""
        return self.classify_from(documents, Origin())

    def classify_from(
        self, documents: Sequence[Document], origin: Origin
    ) -> Sequence[Classification]:
        """Return the opinions in the name of the classifier, or why there is none."""
        if time.monotonic() < self._rests_until_s:
            return failure(self, f"left out after {_FAILURES_IN_A_ROW} failures in a row")
        try:
            opinions = _within(self._timeout_s, lambda: self._ask(documents, origin))
        except _TooSlow:
            return self._failed(f"took longer than {self._timeout_s:g} s")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
            return self._failed(told(error))
        self._failures = 0
        return opinions

    def _ask(self, documents: Sequence[Document], origin: Origin) -> Sequence[Classification]:
        copies = [
            document.model_copy() for document in documents
        ]  # it may do with them what it likes
        answer = ask(self._inner, copies, origin)
        found: list[Any] = list(islice(answer, MOST_OPINIONS + 1))
        if len(found) > MOST_OPINIONS:
            raise ValueError(f"more than {MOST_OPINIONS} opinions")
        return tuple(self._checked(each) for each in found)

    def _checked(self, opinion: Any) -> Classification:
        """Return the opinion in the classifier's own name.

        Raises:
            ValueError: it is none, or is out of all bounds.
        """
        if not isinstance(opinion, Classification):
            raise ValueError(f"a {type(opinion).__name__} is no opinion")  # noqa: TRY004 - any nonsense is one case
        read = Classification.model_validate(opinion.model_dump(warnings=False))
        if not 0 <= read.confidence <= 1:
            raise ValueError(f"confidence {read.confidence} is not between 0 and 1")
        if not all(math.isfinite(each.weight) for each in read.evidence):
            raise ValueError("the weight of evidence is no number")
        texts = [read.topic or "", *(f"{each.rule}{each.text}" for each in read.evidence)]
        texts += [each.topic or "" for each in read.evidence]
        if len(read.evidence) > MOST_EVIDENCE or max(map(len, texts)) > LONGEST_TEXT:
            raise ValueError("an opinion without measure")
        if any(clean_text(text) != text for text in texts):
            raise ValueError("a text that no database takes")
        return read.model_copy(update={"classifier": self.name, "version": self.version})

    def _failed(self, reason: str) -> Sequence[Classification]:
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW:
            self._failures = 0
            self._rests_until_s = time.monotonic() + _REST_S
        return failure(self, reason)


class SilentClassifier:
    """Stands for a classifier that is not asked, and says why."""

    version = "unknown"

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:  # noqa: ARG002 - it says the same of all
        """Return the reason."""
        return failure(self, self.reason)


def ask(
    classifier: Classifier, documents: Sequence[Document], origin: Origin
) -> Sequence[Classification]:
    """Return the opinions of a classifier, which is told the origin if it looks at it."""
    if isinstance(classifier, OriginClassifier):
        return classifier.classify_from(documents, origin)
    return classifier.classify(documents)


def failure(classifier: Classifier, reason: str) -> Sequence[Classification]:
    """Return the opinion that stands for one that was not given."""
    said = Evidence(rule=FAILED, text=clean_text(reason)[:LONGEST_TEXT])
    return (
        Classification(classifier=classifier.name, version=classifier.version, evidence=(said,)),
    )


def told(error: BaseException) -> str:
    """Return kind and text of a stranger's error, which may refuse to tell."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - as above
        return type(error).__name__


def _within(
    seconds: float, work: Callable[[], Sequence[Classification]]
) -> Sequence[Classification]:
    """Do the work; ``_TooSlow`` is raised in it when the time is over, again and again."""
    is_taken = signal.getitimer(signal.ITIMER_REAL)[0] > 0
    if is_taken or threading.current_thread() is not threading.main_thread():
        return work()
    former = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise _TooSlow
