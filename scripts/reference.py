"""Write docs/reference/ from the code: `make reference`. A test compares the two."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import intake
from intake import config, errors, plugins
from intake.interfaces import GROUPS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
MADE = "This page is written by `make reference` from the code.\n"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text)


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    return {
        "settings.md": config.reference(),
        "sources.md": "\n".join(sources()),
        "errors.md": "\n".join(errors_page()),
        "plugins.md": "\n".join(plugins_page()),
        "python.md": "\n".join(python_page()),
    }


def sources() -> Iterator[str]:
    """Yield the lines of the page about our connectors and their options."""
    yield "# Kinds of sources\n"
    yield MADE
    yield (
        'Each is a table `[sources.NAME]` with `kind = "..."` in `intake.toml`, and the options '
        "of its kind.\n"
    )
    for name, target in PROJECT["entry-points"]["intake.connectors"].items():
        connector = plugins.load("connectors", name)
        yield f"## `{name}`\n"
        yield f"{markdown(inspect.getdoc(connector) or '')}\n"
        yield f"Class: `{target}`.\n"
        yield "| option | default | what |\n|---|---|---|"
        yield from options(connector.options_model)
        yield ""


def options(model: type[BaseModel]) -> Iterator[str]:
    """Yield a row of the table for each option."""
    explained = docstrings(model)
    for name, field in model.model_fields.items():
        what = " ".join((field.description or explained.get(name, "")).split())
        yield f"| `{name}` | {default(field)} | {markdown(what)} |"


def default(field: FieldInfo) -> str:
    """Return the default as it would be written in TOML."""
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the sentences that stand below the fields in the source of the model."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            body = definition(each).body
            for field, text in itertools.pairwise(body):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    found[ast.unparse(field.target)] = ast.literal_eval(text.value)
    return found


def definition(thing: Any) -> Any:
    """Return the syntax tree of a class or function."""
    return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]


def errors_page() -> Iterator[str]:
    """Yield the lines of the page about errors."""
    yield "# Errors and exit codes\n"
    yield MADE
    yield (
        "0: all is well. 1: items newly need a person. 2: wrong use. 70: a defect of intake. The "
        "others stand below; they are those of sysexits.h, so that cron, systemd and mail servers "
        "understand them.\n"
    )
    yield "| error | exit code | what it means | what to do |\n|---|---|---|---|"
    for each in vars(errors).values():
        if isinstance(each, type) and issubclass(each, errors.IntakeError):
            yield (
                f"| `{each.__name__}` | {each.exit_code} | {summary(each)} | "
                f"{each.default_remedy} |"
            )
    yield ""


def plugins_page() -> Iterator[str]:
    """Yield the lines of the page about our plugins."""
    yield "# Plugins\n"
    yield MADE
    yield (
        "A plugin is a class named by an entry point. Ours come in by the same door as yours: "
        "the group, the name, the class.\n"
    )
    for group, points in PROJECT["entry-points"].items():
        if group in GROUPS.values():
            yield f"## `{group}`\n"
            for name, target in points.items():
                [key] = [key for key, value in GROUPS.items() if value == group]
                yield f"- `{name}` (`{target}`): {summary(plugins.load(key, name))}"
            yield ""


def python_page() -> Iterator[str]:
    """Yield the lines of the page about the names of `import intake`."""
    yield "# Python\n"
    yield MADE
    yield "What `import intake` promises. Names are loaded when they are first used.\n"
    for module, names in intake._HOME.items():
        yield f"## From `{module}`\n"
        for name in names:
            thing = getattr(__import__(module, fromlist=[name]), name)
            yield f"- `{name}{signature(thing)}`: {summary(thing)}"
            if thing is intake.Intake:
                yield from methods(thing)
        yield ""


def signature(thing: Any) -> str:
    """Return how a function is called, as written; nothing for a class."""
    if not inspect.isfunction(thing):
        return ""
    written = definition(thing)
    return f"({ast.unparse(written.args)}) -> {ast.unparse(written.returns)}"


def methods(thing: type) -> Iterator[str]:
    """Yield a line for each public method and property of a class."""
    for name, value in vars(thing).items():
        if not name.startswith("_"):
            function = getattr(value, "__func__", value)  # of a class method
            yield f"  - `.{name}{signature(function)}`: {summary(value)}"


def summary(thing: Any) -> str:
    """Return the first sentence of a docstring, as Markdown."""
    paragraph = (inspect.getdoc(thing) or "").partition("\n\n")[0]
    return markdown(" ".join(paragraph.split()))


def markdown(text: str) -> str:
    """Return a docstring's text with its literals as Markdown writes them."""
    return re.sub(r"``([^`]+)``", r"`\1`", text)


if __name__ == "__main__":
    main()
