"""What can go wrong, what happens next, the exit code and the remedy.

The second level of the tree answers one question: what happens next?

::

    IntakeError                                        exit  what happens next
    ├── ConfigError                                    78    a person mends the configuration
    ├── UsageError                                     2     the caller corrects the call
    │   ├── UnknownReference
    │   └── TransitionRefused
    ├── SourceError
    │   ├── SourceUnavailable                          75    the next run tries again
    │   │   └── SourceBusy                             75    another run is at it: nothing to do
    │   └── SourceRefused                              77    the source rests until mended
    ├── ItemError
    │   ├── TransientFailure                           1     the item is tried again, 3 times in all
    │   │   └── ItemGone                               1     nothing: the source took the item away
    │   └── UnreadableItem                             1     the item is quarantined with its bytes
    ├── ToolMissing                                    69    a person installs the tool
    └── StoreError                                     74    the run ends; nothing is acknowledged,
                                                             nothing is charged to an item

Exit codes are those of sysexits.h, so that cron, systemd and mail servers understand them.
Callers look at the class and at ``remedy``, never at the message.
"""

from __future__ import annotations

from typing import ClassVar


class IntakeError(Exception):
    """The root of all errors that intake raises on purpose."""

    exit_code: ClassVar[int] = 70
    default_remedy: ClassVar[str] = "This is a defect of intake: please report it."

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy or self.default_remedy


class ConfigError(IntakeError):
    """The configuration cannot be used as it is."""

    exit_code = 78
    default_remedy = "Correct intake.toml or the INTAKE_* variables, then run `intake check`."


class UsageError(IntakeError):
    """The call cannot be carried out as it was made."""

    exit_code = 2
    default_remedy = "Correct the call; `intake --help` lists the verbs."


class UnknownReference(UsageError):
    """No request, receipt or source has this name."""

    default_remedy = "List what there is with `intake requests` or `intake receipts`."


class TransitionRefused(UsageError):
    """The request may not move from its status to the wanted one."""

    default_remedy = "`intake show REFERENCE` prints the status; docs/glossary.md names the moves."


class SourceError(IntakeError):
    """A source did not do what was asked of it."""

    exit_code = 75


class SourceUnavailable(SourceError):
    """The source cannot be reached or is overloaded; the next run tries again.

    ``retry_after_s`` is the server's own figure where it gave one.
    """

    default_remedy = "Nothing to do if it passes: the next run tries again."

    def __init__(
        self, message: str, *, remedy: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after_s = retry_after_s


class SourceBusy(SourceUnavailable):
    """Another run holds the lease of this source."""

    default_remedy = "Nothing to do: the other run does the work."


class SourceRefused(SourceError):
    """The source said no: password, permission, certificate. Trying again would do harm."""

    exit_code = 77
    default_remedy = "Correct the credentials or rights of the source, then run `intake check`."


class ItemError(IntakeError):
    """One item could not be handled; its neighbours go on.

    ``code`` is a stable word for tables and tests, such as ``empty`` or ``timeout``.
    """

    exit_code = 1
    default_code: ClassVar[str] = "item_error"

    def __init__(self, message: str, *, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code or self.default_code


class TransientFailure(ItemError):
    """The item failed this time; it is tried again and quarantined after the third failure."""

    default_code = "transient"
    default_remedy = "Nothing to do: the item is tried again by the next run."


class ItemGone(TransientFailure):
    """The source listed the item and then took it away before it was read."""

    default_code = "gone"
    default_remedy = "Nothing to do: if the item comes back it is received then."


class UnreadableItem(ItemError):
    """The item cannot be read, today or tomorrow; a person looks at its bytes."""

    default_code = "unreadable"
    default_remedy = "Look at it with `intake quarantine show ID`, then retry or release it."


class ToolMissing(IntakeError):
    """A program or library that this configuration needs is not installed."""

    exit_code = 69
    default_remedy = "Install the tool named in the message, then run `intake check`."


class StoreError(IntakeError):
    """The database or the disk failed. Nothing was acknowledged, nothing is lost."""

    exit_code = 74
    default_remedy = "Mend the disk or the database; the next run takes up where this one stopped."
