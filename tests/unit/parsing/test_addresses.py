from __future__ import annotations

import pytest

from intake.parsing.writing import addresses


def _pairs(value: str) -> list[tuple[str, str]]:
    return [(a.name, a.address) for a in addresses.parse(value)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a@b.it", [("", "a@b.it")]),
        ("Anna Bianchi <a@b.it>", [("Anna Bianchi", "a@b.it")]),
        ('"Bianchi, Anna" <a@b.it>', [("Bianchi, Anna", "a@b.it")]),
        ("Bianchi, Anna <a@b.it>", [("Bianchi, Anna", "a@b.it")]),
        ("a@b.it (Anna)", [("Anna", "a@b.it")]),
        ("a@b.it; Anna <c@d.it>; e@f.it", [("", "a@b.it"), ("Anna", "c@d.it"), ("", "e@f.it")]),
        ("a@b.it, c@d.it,", [("", "a@b.it"), ("", "c@d.it")]),
        ("Colleghi: a@b.it, c@d.it;", [("", "a@b.it"), ("", "c@d.it")]),
        ("undisclosed-recipients:;", []),
        ("Per conto di: m@x.it <posta@y.it>", [("Per conto di: m@x.it", "posta@y.it")]),
        ('"Per conto di: m@x.it" <posta@y.it>', [("Per conto di: m@x.it", "posta@y.it")]),
        ("=?utf-8?Q?Rossi=2C_Mario?= <a@b.it>", [("Rossi, Mario", "a@b.it")]),
        ('"=?utf-8?Q?Citt=C3=A0?=" <a@b.it>', [("Città", "a@b.it")]),
        ('"a@b.it" <a@b.it>', [("a@b.it", "a@b.it")]),
        ("Anna <a@b.it", [("Anna", "a@b.it")]),
        ("<mailto:a@b.it>", [("", "a@b.it")]),
        ("Mario Rossi", [("Mario Rossi", "")]),
        ("FAX=+390600000123/T33S=42@h.it", [("", "FAX=+390600000123/T33S=42@h.it")]),
        ("=?utf-8?B?A?= <a@b.it>", [("", "a@b.it")]),
        ("<", []),
        ("", []),
        ("((((", []),
    ],
)
def test_mailboxes_are_read_as_people_write_them(written: str, read: list[tuple[str, str]]) -> None:
    assert _pairs(written) == read


def test_at_most_a_thousand_addresses_are_read() -> None:
    assert len(addresses.parse(", ".join(["a@b.it"] * 5000))) == addresses.MAX_ADDRESSES


def test_a_line_end_in_an_encoded_name_does_not_come_out() -> None:
    assert _pairs("=?utf-8?Q?a=0D=0ABcc:_x?= <a@b.it>") == [("a Bcc: x", "a@b.it")]
