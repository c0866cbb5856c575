"""The reference pages say what the program says: every verb, every setting, every error."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from intake import errors
from intake.cli.main import app
from intake.config import reference


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each verb in full, such as ``intake quarantine list``, with its command."""
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        inner = getattr(command, "commands", {"": command})
        for verb, each in inner.items():
            yield f"intake {name} {verb}".rstrip(), each


VERBS = dict(commands())


@pytest.fixture(scope="module")
def sections(root: Path) -> dict[str, str]:
    """Return what the page says of each verb."""
    page = (root / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^#{2,3} ", page)[1:]
    return {re.sub(r" \[?[A-Z].*", "", part.split("\n")[0].strip("`")): part for part in parts}


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_has_a_sentence_and_an_example(verb: str) -> None:
    command = VERBS[verb]

    assert command.help
    assert command.epilog.startswith("Example")
    assert verb.partition(" ")[2] in command.epilog


@pytest.mark.parametrize("verb", VERBS)
def test_no_word_of_the_help_is_taken_for_markup(verb: str) -> None:
    """Whoever prints the help leaves out what looks like a style: ``[classify]``."""
    command = VERBS[verb]
    texts = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]

    assert not [text for text in texts if text and re.search(r"\[/?[a-z_]+\]", text)]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_speaks_json(verb: str) -> None:
    assert any("--json" in parameter.opts for parameter in VERBS[verb].params)


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_of_the_command_line_has_the_verb_its_options_and_an_example(
    verb: str, sections: dict[str, str]
) -> None:
    section = sections[verb]
    options = [o for p in VERBS[verb].params if p.param_type_name == "option" for o in p.opts]

    assert not [option for option in options if f"`{option}" not in section]
    assert "Example" in section
    assert f"intake {verb.partition(' ')[2]}" in section or "intake --quiet" in section


def test_the_page_of_the_command_line_names_no_verb_that_is_not_there(
    sections: dict[str, str],
) -> None:
    assert {name for name in sections if name.startswith("intake ")} == set(VERBS)


def test_the_page_of_the_settings_is_the_one_the_settings_write(root: Path) -> None:
    page = (root / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")

    assert page == reference(), (
        "Write what `intake.config.reference()` returns into docs/reference/settings.md."
    )


@pytest.mark.parametrize(
    "error",
    [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.IntakeError)
    ],
    ids=lambda each: each.__name__,
)
def test_the_page_of_the_errors_has_every_class_with_its_exit_code(
    error: type[errors.IntakeError], root: Path
) -> None:
    page = (root / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert f"| `{error.__name__}` | {error.exit_code} |" in page


def test_every_exit_code_is_in_the_page_of_the_command_line(sections: dict[str, str]) -> None:
    codes = {
        each.exit_code
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.IntakeError)
    }

    assert not [code for code in codes if f"| {code} |" not in sections["Exit codes"]]
