"""intake: citizens' messages in, tracked requests out.

The public face. Names are loaded when they are first used, so that ``import intake`` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intake.app import Intake
    from intake.config import Settings
    from intake.errors import (
        ConfigError,
        IntakeError,
        ItemError,
        SourceError,
        SourceRefused,
        SourceUnavailable,
        StoreError,
        ToolMissing,
        TransientFailure,
        UnknownReference,
        UnreadableItem,
        UsageError,
    )
    from intake.reading import classify, parse_message, recognise
    from intake.schemas.classifications import Origin, Urgency, Verdict
    from intake.schemas.documents import ParsedMessage, RecognisedDocument
    from intake.schemas.receipts import RawItem, Receipt
    from intake.schemas.reports import RunReport
    from intake.schemas.requests import Channel, Request, RequestDraft, Sender, Status

__version__ = "0.1.0"

_HOME = {
    "intake.app": ("Intake",),
    "intake.config": ("Settings",),
    "intake.errors": (
        "ConfigError",
        "IntakeError",
        "ItemError",
        "SourceError",
        "SourceRefused",
        "SourceUnavailable",
        "StoreError",
        "ToolMissing",
        "TransientFailure",
        "UnknownReference",
        "UnreadableItem",
        "UsageError",
    ),
    "intake.reading": ("classify", "parse_message", "recognise"),
    "intake.schemas.classifications": ("Origin", "Urgency", "Verdict"),
    "intake.schemas.documents": ("ParsedMessage", "RecognisedDocument"),
    "intake.schemas.receipts": ("RawItem", "Receipt"),
    "intake.schemas.reports": ("RunReport",),
    "intake.schemas.requests": ("Channel", "Request", "RequestDraft", "Sender", "Status"),
}

__all__ = [
    "Channel",
    "ConfigError",
    "Intake",
    "IntakeError",
    "ItemError",
    "Origin",
    "ParsedMessage",
    "RawItem",
    "Receipt",
    "RecognisedDocument",
    "Request",
    "RequestDraft",
    "RunReport",
    "Sender",
    "Settings",
    "SourceError",
    "SourceRefused",
    "SourceUnavailable",
    "Status",
    "StoreError",
    "ToolMissing",
    "TransientFailure",
    "UnknownReference",
    "UnreadableItem",
    "Urgency",
    "UsageError",
    "Verdict",
    "__version__",
    "classify",
    "parse_message",
    "recognise",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'intake' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
