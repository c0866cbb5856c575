from __future__ import annotations

import pytest

from intake.parsing.writing import charsets

ITALIAN = "Perché la città è così? Può più virtù – “l'È” costa 10 €"


@pytest.mark.parametrize(
    "declared", [None, "utf-8", "us-ascii", "iso-8859-1", "cp1252", "nonsense"]
)
@pytest.mark.parametrize("real", ["utf-8", "cp1252"])
def test_italian_is_read_right_whatever_charset_it_claims(real: str, declared: str | None) -> None:
    assert charsets.decode(ITALIAN.encode(real), declared) == ITALIAN


def test_utf8_that_was_cut_in_mid_character_keeps_its_other_accents() -> None:
    cut = ITALIAN.encode()[:-2]
    assert charsets.decode(cut, "utf-8").startswith(ITALIAN[:-2])


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("iso-2022-jp", "こんにちは"),
        ("utf-7", "città"),
        ("utf-16", "città"),
        ("koi8-r", "Привет"),
        ("iso-8859-15", "10 €"),
        ("gb18030", "你好"),
    ],
)
def test_a_charset_that_can_be_right_is_believed(codec: str, text: str) -> None:
    assert charsets.decode(text.encode(codec), codec) == text


@pytest.mark.parametrize(
    "name",
    ["unicode_escape", "idna", "punycode", "hex", "zip", "undefined", "utf\0-8", "x" * 99, ""],
)
def test_codecs_that_are_no_charset_of_mail_are_refused(name: str) -> None:
    assert charsets.find_codec(name) is None
    assert charsets.decode(b"a\\ud800", name) == "a\\ud800"
