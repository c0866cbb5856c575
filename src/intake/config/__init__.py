"""Settings: intake.toml and the INTAKE_* environment, read once."""

from intake.config.papers import SettingRow, describe, reference, template
from intake.config.sections import (
    BlobSettings,
    ClassifySettings,
    DatabaseSettings,
    OcrSettings,
    ProcessingSettings,
    ReceiveSettings,
    RequestSettings,
)
from intake.config.settings import Settings
from intake.config.source_section import SourceSettings
from intake.config.sources import build_options

__all__ = [
    "BlobSettings",
    "ClassifySettings",
    "DatabaseSettings",
    "OcrSettings",
    "ProcessingSettings",
    "ReceiveSettings",
    "RequestSettings",
    "SettingRow",
    "Settings",
    "SourceSettings",
    "build_options",
    "describe",
    "reference",
    "template",
]
