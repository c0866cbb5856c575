from __future__ import annotations

import pytest

from intake.parsing.writing.names import Paths, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("foto.jpg", "foto.jpg"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\anna\foto.jpg", "foto.jpg"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("fattura\u202efdp.exe", "fatturafdp.exe"),
        ("con.txt", "_con.txt"),
        ("NUL", "_NUL"),
        ("console.txt", "console.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("nome. . ", "nome"),
        ("perche\u0301.pdf", "perché.pdf"),
        (".htaccess", ".htaccess"),
        ("a/", "a"),
        ("..", None),
        ("\u200b", None),
        ("", None),
        (None, None),
    ],
)
def test_names_are_safe_for_any_file_system(given: str | None, safe: str | None) -> None:
    assert safe_name(given) == safe


def test_a_long_name_keeps_its_extension() -> None:
    name = safe_name("è" * 500 + ".pdf")
    assert name is not None
    assert len(name.encode()) <= 255
    assert name.endswith(".pdf")


def test_paths_are_unique_whatever_the_case() -> None:
    paths = Paths()
    found = [paths.claim("m.eml", n, name, "image/jpeg") for n, name in enumerate(
        ["foto.jpg", "FOTO.jpg", None, "part-2.jpg"])]  # fmt: skip
    assert found[0] == "m.eml/foto.jpg"
    assert found[1] == "m.eml/1/FOTO.jpg"
    assert len({path.casefold() for path in found}) == 4
