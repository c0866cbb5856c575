"""One outside library, one file of ours: whoever replaces the library opens that file alone."""

from __future__ import annotations

import sys
from fnmatch import fnmatch

HOMES: dict[str, tuple[str, ...]] = {
    "alembic": ("store/schema.py", "store/migrations/*"),
    "asn1crypto": ("parsing/signing/cms.py",),
    "cryptography": (
        "parsing/signing/certificates.py",
        "parsing/containers/ciphers.py",
        "testing/certificates.py",
    ),
    "defusedxml": (
        "ocr/pdf/form_data.py",
        "parsing/certified/daticert.py",
        "parsing/office/word_files.py",
    ),
    "imapclient": ("connectors/imap_client.py",),
    "nh3": ("parsing/writing/safe_html.py",),
    "pi_heif": ("ocr/files/frames.py",),
    "pikepdf": (
        "ocr/searchable/blank_font.py",
        "ocr/files/page_copies.py",
        "ocr/pdf/repair.py",
        "ocr/searchable/picture_pdf.py",
        "ocr/searchable/pdf.py",
        "ocr/searchable/overlaid_words.py",
        "parsing/containers/pdf_files.py",
    ),
    "onnxruntime": ("ocr/rapid.py",),
    "phonenumbers": ("parsing/writing/telephone_numbers.py",),
    "py3langid": ("classifying/language_model.py",),
    "psycopg": ("testing/postgres.py",),
    "pydantic_settings": ("config/settings.py",),
    "pypdfium2": (
        "ocr/pdf/pages.py",
        "ocr/pdf/form_data.py",
        "ocr/pdf/notes.py",
        "ocr/pdf/page.py",
        "ocr/pdf/streams.py",
        "ocr/pdf/text.py",
    ),
    "pysqlite3": ("store/database.py",),
    "pytesseract": ("ocr/tesseract/program.py",),
    "python_calamine": ("parsing/office/spreadsheets.py",),
    "pytest": ("testing/pytest_plugin.py",),
    "rapidocr": ("ocr/rapid.py",),
    "rapidfuzz": ("classifying/words/lexicon.py", "ocr/second_opinion.py"),
    "scipy": ("classifying/models/ridge.py",),
    "selectolax": ("parsing/writing/html_text.py",),
    "tesserocr": ("ocr/tesseract/in_process.py",),
    "threadpoolctl": ("classifying/encoding/embeddings.py",),
    "uuid6": ("store/references.py",),
    "zxingcpp": ("ocr/batches/barcodes.py",),
    # A whole room each: the library is what the room is made of.
    "numpy": ("ocr/*", "classifying/*"),
    "sqlalchemy": ("store/*",),
    "typer": ("cli/*",),
    "rich": ("cli/*",),
    # The picture is part of the contract of OcrEngine, hence also of the kit that tests it.
    "PIL": ("ocr/*", "interfaces.py", "testing/ocr_engine_contract.py", "testing/fakes.py"),
    # The language in which values and options are written.
    "pydantic": ("*",),
    "pydantic_core": ("cli/render.py", "config/*"),
}
"""Library -> where it may be imported."""


def outside(imports: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Return (library, file) for every import of what is neither ours nor Python's."""
    return {
        (library, file)
        for file, names in imports.items()
        for library in {name.partition(".")[0] for name in names}
        if library != "intake" and library not in sys.stdlib_module_names
    }


def test_every_outside_library_is_imported_at_home_only(imports: dict[str, set[str]]) -> None:
    strays = sorted(
        f"{file} imports {library}: its home is {', '.join(HOMES[library])}"
        if library in HOMES
        else f"{file} imports {library}, which has no home"
        for library, file in outside(imports)
        if not any(fnmatch(file, home) for home in HOMES.get(library, ()))
    )

    assert not strays, (
        "\n".join(strays) + "\nCall the home's functions instead; or, for a new library, wrap it "
        "in one module and add that to HOMES."
    )


def test_every_home_is_lived_in(imports: dict[str, set[str]]) -> None:
    used = outside(imports)

    empty = sorted(
        f"{library}: {home}"
        for library, homes in HOMES.items()
        for home in homes
        if not any(library == name and fnmatch(file, home) for name, file in used)
    )

    assert not empty, f"Nobody imports these there any more: take them out of HOMES: {empty}"
