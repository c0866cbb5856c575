"""All settings together, read once from intake.toml and the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from intake.config.mistakes import config_error, explain
from intake.config.reading import Key, Reading, current, find_file, use
from intake.config.sections import (
    BlobSettings,
    ClassifySettings,
    DatabaseSettings,
    OcrSettings,
    ParsingSettings,
    ProcessingSettings,
    ReceiveSettings,
    RequestSettings,
)
from intake.config.source_section import SOURCE_KEYS, SourceSettings
from intake.config.values import LocalPath, SourceName, Words


class _FromReading(PydanticBaseSettingsSource):
    """Gives pydantic-settings the values of the file or of the environment."""

    def __init__(self, settings: type[BaseSettings], values: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._values = dict(values)

    def __call__(self) -> dict[str, Any]:
        return self._values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - the base class asks for it
        return self._values.get(field_name), field_name, False


class Settings(BaseSettings):
    """All settings: intake.toml and the INTAKE_* environment, which wins. Read once, frozen.

    Built directly, ``Settings(data_dir=...)`` takes the arguments first, then the environment.

    Raises:
        ConfigError: something is wrong; the message names every mistake.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="INTAKE_", env_nested_delimiter="__"
    )

    data_dir: LocalPath = Field(
        default=Path("intake-data"), description="Folder of all that intake keeps."
    )
    database: DatabaseSettings = DatabaseSettings()
    blobs: BlobSettings = BlobSettings()
    receive: ReceiveSettings = ReceiveSettings()
    processing: ProcessingSettings = ProcessingSettings()
    parsing: ParsingSettings = ParsingSettings()
    ocr: OcrSettings = OcrSettings()
    classify: ClassifySettings = ClassifySettings()
    requests: RequestSettings = RequestSettings()
    observers: Words = Field(default=(), description="Plugins that are told of every event.")
    sources: dict[SourceName, SourceSettings] = Field(
        default_factory=dict, description="The sources, one table [sources.NAME] each."
    )
    _reading: Reading = PrivateAttr(default_factory=Reading)
    _arguments: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    def __init__(self, **values: Any) -> None:
        with use(current()) as reading:
            try:
                super().__init__(**values)
            except ValidationError as error:
                known = tuple(known_keys(reading))
                raise config_error(explain(error, known=known, reading=reading)) from None
        self._reading = reading
        self._arguments = values

    @classmethod
    def load(cls, path: Path | str | None = None) -> Self:
        """Read the file and the environment once. Relative paths start at the file's folder.

        None means $INTAKE_CONFIG, else ./intake.toml, else defaults and environment alone.

        Raises:
            ConfigError: something is wrong; the message names every mistake.
        """
        with use(Reading.of(find_file(path))):
            return cls()

    @property
    def path(self) -> Path | None:
        """Return the file that was read; None when there was none."""
        return self._reading.path

    @property
    def database_url(self) -> str:
        """Return the database to use: the one written, else SQLite in ``data_dir``."""
        return self.database.url or f"sqlite:///{self.data_dir / 'intake.db'}"

    @property
    def blob_dir(self) -> Path:
        """Return the folder of the original bytes: the one written, else in ``data_dir``."""
        return self.blobs.path or self.data_dir / "blobs"

    @property
    def reading(self) -> Reading:
        """Return what was read, to tell where each value came from."""
        return self._reading

    def origin(self, key: Key) -> Literal["default", "file", "environment", "argument"]:
        """Return where the value of ``key`` came from."""
        if key[0] in self._arguments:
            return "argument"
        return self._reading.origin(key) or "default"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours tells which variable is wrong
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no hidden files
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - secrets are references
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments, then the environment, then the file."""
        reading = current()
        return (
            init_settings,
            _FromReading(settings_cls, reading.environment),
            _FromReading(settings_cls, reading.written),
        )


def fields() -> Iterator[tuple[Key, FieldInfo]]:
    """Yield every setting but the sources, in the order of the file, with its key."""
    tables = {}
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables[name] = field.annotation
        elif name != "sources":
            yield (name,), field
    for table, model in tables.items():
        for name, field in model.model_fields.items():
            yield (table, name), field


def known_keys(reading: Reading) -> Iterator[Key]:
    """Yield every key that may be written, those of the sources there are included."""
    yield from (key for key, _ in fields())
    for tree in (reading.written, reading.environment):
        sources = tree.get("sources")
        for source in sources if isinstance(sources, Mapping) else ():
            yield from (("sources", source, key) for key in SOURCE_KEYS)
