"""Log lines for stderr: a fixed phrase, then the fields of the record. Configured here only."""

from __future__ import annotations

import logging
import sys

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class PhraseAndFields(logging.Formatter):
    """Writes ``phrase field=value ...`` after time, level and place."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of logging
        fields = {name: value for name, value in vars(record).items() if name not in _USUAL}
        phrase = super().formatMessage(record)
        return " ".join([phrase, *(f"{name}={value}" for name, value in fields.items())])


def configure(*, verbose: int, quiet: bool) -> None:
    """Send log lines to stderr: warnings, or as much as was asked for.

    The libraries below stay at warnings: their debug lines hold passwords and citizens' words.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PhraseAndFields())
    ours = logging.getLogger("intake")
    ours.handlers = [handler]
    ours.propagate = False
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    ours.setLevel(logging.ERROR if quiet else level)
    logging.getLogger().handlers = [handler]
