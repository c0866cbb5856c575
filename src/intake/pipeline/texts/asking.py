"""Asks the classifiers in a child: those of others may hang, print, or end their process."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from intake.engines.children import Child
from intake.engines.forking import ForkServers, NotForked
from intake.engines.limits import Limits
from intake.engines.scratch import scratch_folder
from intake.errors import TransientFailure
from intake.pipeline import tasks
from intake.pipeline.stage_options import ClassifyOptions
from intake.schemas.classifications import Origin, Urgency, Verdict
from intake.schemas.documents import Document
from intake.schemas.receipts import Receipt
from intake.store.receipts import is_shared

_log = logging.getLogger(__name__)
HANG = "timeout"
"""Code of the failure of what did not come to an end in its time."""
_TEXT_HANG = "text_timeout"
"""Code of the failure of an item of which not even the beginning was read in its time."""
_OWN = ("keywords",)
_FATAL = ("crash", HANG, "memory")
_TOO_MUCH = (*_FATAL, "depth", "defect")
_LIGHT = Limits(timeout_s=30, memory_bytes=1 << 30)
"""What a text may cost without plugins."""
_IN_TURN_S = 5.0
"""What a text may cost while others wait behind it, without plugins: most take milliseconds."""
_PATIENCE = 3.0
"""A turn may last so many times that where others leave the child no processor."""
_PLUGIN_DEATHS = 3
"""Plugins are left out for the rest of the run after so many children that died of them."""
_servers = ForkServers()
"""Kept for the next text; it ends with the process."""


class OutOfTurn(Exception):
    """A text took longer than it may while others wait: it is to be read when none does."""


def plugins_of(classifiers: Sequence[str]) -> list[str]:
    """Return which of these classifiers are of others."""
    return [name for name in classifiers if name not in _OWN]


class Asker:
    """Lets a light child do the tasks that ask the classifiers, whatever these do to it."""

    def __init__(self, child: Child, limits: Limits, options: ClassifyOptions) -> None:
        self._child = child
        self._options = options.model_dump(mode="json")
        self._plugins_s = options.timeout_s * len(plugins_of(options.classifiers))
        self._limit_s = limits.timeout_s
        turn_s = _IN_TURN_S + self._plugins_s
        self._turn_s = turn_s if turn_s < limits.timeout_s else None
        self._plugin_deaths = 0

    def ask(
        self,
        task: str,
        payload: dict[str, Any],
        *,
        is_last: bool,
        receipt: Receipt | None = None,
    ) -> dict[str, Any]:
        """Let the child do a task; the time of a ``receipt`` is short where others wait behind it.

        When all is too much a call in the body is heard at once; what is none is tried again,
        unless it ``is_last`` or hung.

        Raises:
            OutOfTurn: others wait, and it takes too long for that.
            TransientFailure: the child died, and the item is tried again; ``text_timeout`` where
                not even its beginning was read in its time.
        """
        try:
            return self.ask_of_all(task, payload, receipt)
        except TransientFailure as failure:
            if not is_too_much(failure, self._child):
                raise
            within_s = self._within_s(receipt)
            beginning_s = None if within_s is None else _IN_TURN_S
            first = ask_at_first(self._child, task, payload, self._options, within_s=beginning_s)
            is_call = first is not None and first.get("verdict", first)["emergency"]
            may_wait = within_s is not None and receipt is not None and is_shared(receipt)
            if may_wait and is_hang(failure) and not is_call:
                raise OutOfTurn from failure
            if first is None and receipt is not None and is_hang(failure):
                raise TransientFailure(failure.message, code=_TEXT_HANG) from failure
            if first is None or not (is_call or is_last or is_hang(failure)):
                raise
            _log.warning("judged in part", extra={"action": "classify", "code": failure.code})
            return first

    def ask_of_all(
        self, task: str, payload: dict[str, Any], receipt: Receipt | None = None
    ) -> dict[str, Any]:
        """Let the child do a task of all texts.

        One that dies of plugins again and again is asked without them for the rest of the run.
        """
        within_s = self._within_s(receipt)
        own_s = (within_s or self._limit_s) - self._plugins_s
        answer, without = ask(
            self._child, task, payload, self._options, within_s=within_s, own_s=own_s
        )
        if without is not None:
            self._plugin_deaths += 1
            if self._plugin_deaths >= _PLUGIN_DEATHS:
                self._options = without
        return answer

    def _within_s(self, receipt: Receipt | None) -> float | None:
        """Return the seconds for a text, None for all; what hung has no more than at first."""
        if receipt is None:
            return None
        return self._turn_s if is_shared(receipt) or receipt.reason_code == _TEXT_HANG else None


def ask(
    child: Child,
    task: str,
    payload: dict[str, Any],
    options: dict[str, Any],
    *,
    within_s: float | None = None,
    own_s: float = 0.0,
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Let a child do a task that asks the classifiers; return its answer, and the options without
    plugins if these are to blame for a death.

    ``within_s`` (seconds) is less than the child's own limit. Of that time, or else of the limit,
    ``own_s`` are left when plugins take all of theirs.

    When the child dies and plugins of others were asked, it is done again without these: if
    they were to blame, it costs their opinion and not an attempt of the item. Where the time was
    over and more than ``own_s`` are needed without them it is the text that takes long: they are
    not to blame, and where ``within_s`` is given it has no more.

    Raises:
        TransientFailure: the child died, and no plugin is to blame.
    """
    try:
        return _call(child, task, payload | {"options": options}, within_s), None
    except NotForked:
        raise  # no plugin was asked
    except TransientFailure as death:
        names = plugins_of(options["classifiers"])
        if not names or death.code not in _FATAL or child.is_killed:
            raise
        own = [name for name in options["classifiers"] if name in _OWN]
        silent = dict.fromkeys(names, f"the child that asked it ended: {death.message}")
        without = options | {"classifiers": own, "silent": silent}
        began_s = time.monotonic()
        without_s = None if within_s is None else own_s
        answer = _call(child, task, payload | {"options": without}, without_s)
        took_s = 0.0 if within_s else time.monotonic() - began_s
        is_slow = death.code == HANG and 0 < own_s < took_s
        return answer, None if is_slow else without


def ask_at_first(
    child: Child,
    task: str,
    payload: dict[str, Any],
    options: dict[str, Any],
    *,
    within_s: float | None = None,
) -> dict[str, Any] | None:
    """Let a child do a task that asks the classifiers, of subject, body and pages alone: whether
    somebody is in danger there. None if even that is too much."""
    own = options | {"classifiers": [], "beginning_only": True}
    try:
        return _call(child, task, payload | {"options": own}, within_s)
    except TransientFailure:
        return None


def _call(
    child: Child, task: str, payload: dict[str, Any], within_s: float | None
) -> dict[str, Any]:
    """Let a child do a task within a turn (seconds); a busy machine makes it longer."""
    return child.call(task, payload, within_s=within_s, patience=_PATIENCE)


def is_too_much(failure: TransientFailure, child: Child) -> bool:
    """Return whether an item was too much for the child, and no run was stopped."""
    is_its_own = not isinstance(failure, NotForked) and not child.is_killed
    return is_its_own and failure.code in _TOO_MUCH


def is_hang(failure: TransientFailure) -> bool:
    """Return whether something did not come to an end in its time: it would not the next time."""
    return failure.code == HANG and not isinstance(failure, NotForked)


def doubted(verdict: Verdict) -> Verdict:
    """Return a verdict on a part of an item of which no more can be judged: a person must look."""
    reasons = dict.fromkeys(("alarm_doubted", *verdict.review_reasons))
    urgency = Urgency.highest((verdict.urgency, Urgency.HIGH))
    changes = {"urgency": urgency, "needs_review": True, "review_reasons": tuple(reasons)}
    return verdict.model_copy(update=changes)


def judge_in_child(
    documents: Sequence[Document], origin: Origin, options: ClassifyOptions
) -> Verdict:
    """Return the verdict on texts for a caller without a store, as the pipeline finds it.

    A plugin that cannot be interrupted is given up when its time is over and the child has had
    time for its own work.

    Raises:
        TransientFailure: the child died, and no plugin is to blame.
        StoreError: the machine has no room for a process.
    """
    wanted_s = _LIGHT.timeout_s + options.timeout_s * len(plugins_of(options.classifiers))
    limits = _LIGHT.model_copy(update={"timeout_s": wanted_s})
    payload = tasks.judging(documents, origin)
    with (
        scratch_folder() as folder,
        Child(_servers, limits, temp_dir=str(folder), preload=tasks.LOAD_FOR_TEXTS) as child,
    ):
        answer, _ = ask(child, tasks.JUDGE, payload, options.model_dump(mode="json"))
    return Verdict.model_validate(answer)
