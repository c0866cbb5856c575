"""The public face: what it promises is there, and it is quick to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import intake

HEAVY = (
    "alembic",
    "asn1crypto",
    "cryptography",
    "imapclient",
    "nh3",
    "numpy",
    "pypdfium2",
    "phonenumbers",
    "PIL",
    "py3langid",
    "pydantic",
    "pytesseract",
    "rich",
    "selectolax",
    "sqlalchemy",
    "typer",
)


def in_a_fresh_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_exported_name_is_what_its_home_holds() -> None:
    """Also once all of intake is loaded: importing a room binds its name in the package."""
    code = """
import importlib, pkgutil, intake
for module in pkgutil.walk_packages(intake.__path__, "intake."):
    if ".migrations." not in module.name:
        importlib.import_module(module.name)
for home, names in intake._HOME.items():
    for name in names:
        if getattr(intake, name) is not getattr(importlib.import_module(home), name):
            print(name)
"""
    wrong = in_a_fresh_python(code).split()

    assert not wrong, f"{wrong}: `intake.NAME` is something else than `from HOME import NAME`."


def test_the_list_of_exported_names_is_sorted_and_complete() -> None:
    homes = {name for names in intake._HOME.values() for name in names}

    assert list(intake.__all__) == sorted(intake.__all__)
    assert set(intake.__all__) == homes | {"__version__"}
    assert dir(intake) == list(intake.__all__)


def test_type_checkers_see_the_same_names_as_programs(package: Path) -> None:
    tree = ast.parse((package / "__init__.py").read_text())
    [declared] = [node for node in tree.body if isinstance(node, ast.If)]

    imported = {
        (node.module, alias.name)
        for node in declared.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert imported == {(home, name) for home, names in intake._HOME.items() for name in names}


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(intake, "Ticket")


def test_nobody_inside_imports_the_face(imports: dict[str, set[str]]) -> None:
    promised = {f"intake.{name}" for name in intake.__all__} - {"intake.__version__"}

    rings = sorted(
        f"{file}: {name}"
        for file, names in imports.items()
        for name in names & promised
        if file != "__init__.py"
    )

    assert not rings, f"Import these from the module they live in: {rings}"


def test_importing_intake_loads_nothing_heavy() -> None:
    loaded = in_a_fresh_python("import intake, sys; print(*sys.modules)").split()

    assert not set(HEAVY) & set(loaded)


def test_settings_and_schemas_load_no_database_and_no_picture() -> None:
    code = "from intake import Settings, RawItem, Request; import sys; print(*sys.modules)"

    loaded = in_a_fresh_python(code).split()

    assert not {"sqlalchemy", "PIL", "numpy", "imapclient", "cryptography"} & set(loaded)


def test_the_process_that_holds_the_database_loads_nothing_that_its_children_do() -> None:
    code = "from intake import Intake; import sys; print(*sys.modules)"

    loaded = set(in_a_fresh_python(code).split())

    heavy = {"PIL", "numpy", "scipy", "alembic", "cryptography", "imapclient", "phonenumbers"}
    theirs = {"intake.ocr.recognise", "intake.classifying.decide", "intake.letters.facts"}
    assert not (heavy | theirs) & loaded


def test_ordinary_mail_loads_nothing_that_signed_mail_needs() -> None:
    code = (
        "from intake import parse_message; import sys\n"
        "parse_message(b'Subject: ciao\\r\\n\\r\\nBuongiorno.'); print(*sys.modules)"
    )

    loaded = {name.split(".")[0] for name in in_a_fresh_python(code).split()}

    assert not {"cryptography", "asn1crypto"} & loaded
