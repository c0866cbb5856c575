from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, Field

from intake import plugins
from intake.config import Settings, SourceSettings, build_options
from intake.errors import ConfigError
from intake.schemas.base import Frozen
from intake.schemas.secrets import SecretRef


class HeldOptions(Frozen):
    host: str
    port: int = Field(default=993, ge=1)
    password: SecretRef | None = None
    path: Path | None = None
    profile: str = "mail"
    timeout: int | str = 30


class HeldConnector:
    kind: ClassVar[str] = "held"
    options_model: ClassVar[type[BaseModel]] = HeldOptions


@pytest.fixture(autouse=True)
def _held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    real = plugins.load

    def load(group: str, name: str) -> type[Any]:
        return HeldConnector if (group, name) == ("connectors", "held") else real(group, name)

    monkeypatch.setattr(plugins, "load", load)


def source(tmp_path: Path, text: str) -> SourceSettings:
    path = tmp_path / "intake.toml"
    path.write_text(f'[sources.inbox]\nkind = "held"\n{text}')
    return Settings.load(path).sources["inbox"]


def test_options_are_validated_by_the_connectors_own_model(tmp_path: Path) -> None:
    connector, options = build_options("inbox", source(tmp_path, 'host = "h"\nport = "143"\n'))

    assert connector is HeldConnector
    assert options == HeldOptions(host="h", port=143)


def test_the_profile_of_a_source_reaches_a_connector_that_has_one(tmp_path: Path) -> None:
    _, options = build_options("inbox", source(tmp_path, 'host = "h"\nprofile = "fax"\n'))

    assert options == HeldOptions(host="h", profile="fax")


def test_relative_paths_among_the_options_start_at_the_files_folder(tmp_path: Path) -> None:
    text = 'host = "h"\npath = "scans"\npassword = { file = "secrets/imap" }\n'

    _, options = build_options("inbox", source(tmp_path, text))

    assert isinstance(options, HeldOptions)
    assert options.path == tmp_path / "scans"
    assert options.password == SecretRef(file=tmp_path / "secrets" / "imap")


MISTAKES = {
    "a misspelt option": (
        'host = "h"\nprt = 3\n',
        "intake.toml:4: there is no setting `sources.inbox.prt`; "
        "did you mean `sources.inbox.port`?",
    ),
    "a misspelt key of every source": (
        'host = "h"\nenabld = false\n',
        "intake.toml:4: there is no setting `sources.inbox.enabld`; "
        "did you mean `sources.inbox.enabled`?",
    ),
    "a wrong value": (
        'host = "h"\nport = 0\n',
        "intake.toml:4: `sources.inbox.port` must be at least 1, not 0",
    ),
    "a secret written down": (
        'host = "h"\npassword = "hush"\n',
        'intake.toml:4: `sources.inbox.password` is a secret: write { env = "NAME" } or '
        '{ file = "/path" }, not the secret itself',
    ),
    "a missing option": (
        "port = 3\n",
        "intake.toml:1: `sources.inbox.host` is missing",
    ),
    "a missing option that is misspelt": (
        'hst = "h"\n',
        "The configuration has 2 mistakes:\n"
        "  - intake.toml:1: `sources.inbox.host` is missing; is `hst` (intake.toml:3) meant?\n"
        "  - intake.toml:3: there is no setting `sources.inbox.hst`; "
        "did you mean `sources.inbox.host`?",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_wrong_option_is_told_like_a_wrong_setting(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        build_options("inbox", source(tmp_path, text))

    assert caught.value.message == message


def test_alternatives_are_told_by_the_key_a_person_wrote(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        build_options("inbox", source(tmp_path, 'host = "h"\ntimeout = 1.5\n'))

    assert "`sources.inbox.timeout` " in caught.value.message
    assert "timeout.int" not in caught.value.message


def test_a_kind_that_is_not_installed_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        build_options("inbox", SourceSettings(kind="scan_foldr"))

    assert caught.value.message.startswith("sources.inbox.kind: No plugin is named 'scan_foldr'")
    assert "Did you mean 'scan_folder'?" in caught.value.message
