"""What people read of the settings: the template, the table of values, the reference page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from intake.config.mistakes import dotted, is_secret, variable_name
from intake.config.reading import Key
from intake.config.settings import Settings, fields
from intake.config.source_section import SOURCE_KEYS, SourceSettings
from intake.schemas.base import Frozen
from intake.schemas.secrets import without_password

_HEAD = """\
# intake.toml: the configuration of intake.
#
# A line that begins with # and a space is an explanation; one that begins with # and a word is
# a setting with its default: take the # away to change it. Relative paths start at this file's
# folder. The environment wins over this file: INTAKE_PROCESSING__WORKERS=4 sets
# processing.workers. Secrets never stand here, only where they are: { env = "NAME" } or
# { file = "/path" }. `intake check` tells every mistake at once.
"""

_SOURCES = """\
# The sources, one table [sources.NAME] each. NAME is made of small letters, digits and _, and
# begins with a letter; it stays on every receipt, so choose one that will not change.
# `intake plugins` lists the kinds that are installed.

# A mailbox of citizens' e-mails.
#[sources.inbox]
#kind = "imap"
#host = "imap.example.org"
#username = "contact@example.org"
#password = { env = "INBOX_PASSWORD" }

# A certified mailbox (PEC).
#[sources.certified]
#kind = "pec"
#host = "imaps.pec.example.org"
#username = "contact@pec.example.org"
#password = { file = "/etc/intake/pec-password" }

# A mailbox to which a fax gateway sends what it receives.
#[sources.fax]
#kind = "fax_email"
#host = "imap.example.org"
#username = "fax@example.org"
#password = { env = "FAX_PASSWORD" }

# A folder in which a scanner leaves letters.
#[sources.letters]
#kind = "scan_folder"
#path = "scans"
"""

_PAGE = """\
# Settings

intake reads `intake.toml` and the environment once, when it starts. The file is the one named by
`--config`, else by `INTAKE_CONFIG`, else `./intake.toml`. A variable wins over the file; lists in
a variable are written `ita,eng` or as JSON. Relative paths start at the folder of the file, or at
the working folder where there is no file. A key that does not exist is an error (exit 78), never
a default. `intake init` writes a commented file, `intake config` prints the values in use and
where each came from.

This page is written from the code; a test compares the two.
"""

_PAGE_SOURCES = """\
## `[sources.NAME]`

`NAME` is made of small letters, digits and `_`, and begins with a letter. The options of each
connector are keys of the same table. A secret is a reference: `{ env = "NAME" }` or
`{ file = "/path" }`; the variable so named needs no `INTAKE_` in front.
"""


class SettingRow(Frozen):
    """One setting: its key in full, the value in use (secrets hidden) and where it came from."""

    key: str
    value: Any
    is_default: bool
    origin: Literal["default", "file", "environment", "argument"]
    description: str


def describe(settings: Settings) -> list[SettingRow]:
    """Return every setting with the value in use, those of the sources last."""
    rows = [
        _row(settings, key, _value(settings, key), field.description) for key, field in fields()
    ]
    for name, source in settings.sources.items():
        rows.extend(_source_rows(settings, name, source))
    return rows


def template() -> str:
    """Return the commented intake.toml: every setting, its default and what it does."""
    parts = [_HEAD]
    table: str | None = None
    for key, field in fields():
        if len(key) > 1 and key[0] != table:
            table = key[0]
            parts.append(f"\n# {_purpose(table)}\n[{table}]\n")
        parts.append(f"\n{_commented(field.description)}#{key[-1]} = {_example(field)}\n")
    return "".join([*parts, "\n", _SOURCES])


def reference() -> str:
    """Return the page docs/reference/settings.md."""
    parts = [_PAGE, "\n## At the top of the file\n"]
    table: str | None = None
    for key, field in fields():
        if len(key) > 1 and key[0] != table:
            table = key[0]
            parts.append(f"\n## `[{table}]`\n\n{_purpose(table)}\n")
        parts.append(_entry(key, field))
    parts.append(f"\n{_PAGE_SOURCES}")
    parts.extend(
        _entry(("sources", "NAME", key), SourceSettings.model_fields[key]) for key in SOURCE_KEYS
    )
    return "".join(parts)


def _row(settings: Settings, key: Key, value: Any, description: str | None) -> SettingRow:
    origin = settings.origin(key)
    return SettingRow(
        key=dotted(key),
        value=_hidden(key, to_jsonable_python(value)),
        is_default=origin == "default",
        origin=origin,
        description=description or "",
    )


def _source_rows(settings: Settings, name: str, source: SourceSettings) -> Iterator[SettingRow]:
    for key in SOURCE_KEYS:
        field = SourceSettings.model_fields[key]
        yield _row(settings, ("sources", name, key), getattr(source, key), field.description)
    for key, value in source.options.items():
        yield _row(settings, ("sources", name, key), value, "Option of the connector.")


def _value(settings: Settings, key: Key) -> Any:
    if key == ("database", "url"):
        return settings.database_url
    if key == ("blobs", "path"):
        return settings.blob_dir
    value: Any = settings
    for part in key:
        value = getattr(value, part)
    return value


def _hidden(key: Key, value: Any) -> Any:
    """Return ``value`` without secrets; a reference to a secret is none."""
    if isinstance(value, str) and "://" in value:
        return without_password(value)
    if isinstance(value, Mapping):
        if value.keys() <= {"env", "file"}:
            return value
        return {name: _hidden((*key, name), item) for name, item in value.items()}
    if isinstance(value, str) and is_secret(key[-1]):
        return "***"
    return value


def _purpose(table: str) -> str:
    model = Settings.model_fields[table].annotation
    assert isinstance(model, type) and issubclass(model, BaseModel)  # noqa: S101, PT018 - fields() yields only such tables
    return (model.__doc__ or "").strip()


def _commented(text: str | None, width: int = 96) -> str:
    lines, line = [], "#"
    for word in (text or "").split():
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return "\n".join([*lines, line]) + "\n"


def _example(field: FieldInfo) -> str:
    """Return the default as TOML; for a setting without one, an example."""
    return _toml(field.examples[0] if field.examples else field.get_default())


def _toml(value: Any) -> str:
    """Return a plain value as TOML, which writes these like JSON."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:_}"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _entry(key: Key, field: FieldInfo) -> str:
    default = "must be given" if field.is_required() else _default(field)
    variable = "" if key[0] == "sources" else f" Variable: `{variable_name(key)}`."
    return f"\n### `{dotted(key)}`\n\n{field.description}\n\nDefault: {default}.{variable}\n"


def _default(field: FieldInfo) -> str:
    default = field.get_default()
    return "none" if default is None else f"`{_toml(default)}`"
