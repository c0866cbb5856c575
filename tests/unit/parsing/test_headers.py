from __future__ import annotations

import pytest

from intake.parsing.messages import headers
from intake.parsing.writing import encoded_words, parameters


def _read(raw: bytes) -> tuple[headers.Headers, int]:
    return headers.read(raw, 0, len(raw))


def test_a_folded_header_is_one_line() -> None:
    block, body = _read(b"Subject: a\r\n b\r\n\tc\r\nTo: x\r\n\r\nbody")
    assert block.text("subject") == "a b c"
    assert body == 29


def test_the_first_of_two_subjects_counts() -> None:
    block, _ = _read(b"Subject: one\nSubject: two\n\n")
    assert block.text("subject") == "one"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_eight_bit_headers_are_read(charset: str) -> None:
    block, _ = _read("Subject: perché città\n\n".encode(charset))
    assert block.text("subject") == "perché città"


def test_a_line_that_is_no_header_is_the_first_of_the_body() -> None:
    block, body = _read(b"From: a@b.it\nciao a tutti\n")
    assert not block.has_end
    assert body == 13


def test_a_damaged_header_does_not_end_the_block() -> None:
    block, body = _read(b"Fr\xffm: a@b.it\n folded\nSubject: s\n\nciao")
    assert block.is_damaged
    assert block.text("subject") == "s"
    assert body == 33


def test_words_among_the_headers_do_not_end_them() -> None:
    raw = b"From: a\nrotto\nSubject: b\nDate: c\n\nciao"
    block, body = _read(raw)
    assert block.is_damaged
    assert block.text("subject") == "b"
    assert raw[body:] == b"ciao"


def test_a_mailbox_separator_at_the_top_is_skipped() -> None:
    block, _ = _read(b"From anna Mon Mar  2 2026\nFrom: a@b.it\n\n")
    assert block.text("from") == "a@b.it"


def test_a_header_over_the_limit_is_cut_at_a_blank() -> None:
    block, _ = _read(b"To: " + b"a@b.it, " * 20_000 + b"\nSubject: s\n\n")
    assert block.is_cut
    assert len(block.raw("to") or b"") <= headers.MAX_HEADER_BYTES
    assert (block.unfolded("to") or "").endswith("a@b.it,")
    assert block.text("subject") == "s"


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        (b"<a@b>", ("a@b",)),
        (b"<a@b><c@d>", ("a@b", "c@d")),
        (b"<a@b\r\n c>", ("a@bc",)),
        (b"a@b", ("a@b",)),
        (b"<a@b", ("a@b",)),
        (b"<>", ()),
        (b"<", ()),
        (b"your mail of Monday <a@b>", ("a@b",)),
    ],
)
def test_identifiers_are_read_whatever_their_brackets(written: bytes, ids: tuple[str]) -> None:
    block, _ = _read(b"References: " + written + b"\n\n")
    assert block.ids("references") == ids


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("=?utf-8?Q?Perch=C3=A9?=", "Perché"),
        ("=?utf-8?B?UGVyY2jDqQ==?=", "Perché"),
        ("=?utf-8?B?UGVyY2jDqQ?=", "Perché"),
        ("=?iso-8859-1?Q?citt=E0_?= =?iso-8859-1?Q?=E8?=", "città è"),
        ("=?utf-8?Q?citt=C3?= =?utf-8?Q?=A0?=", "città"),
        ("=?utf-8?B?Y2l0dMM?=\r\n =?utf-8?B?oA==?=", "città"),
        ("=?utf-8?B?Y2l0d?= =?utf-8?B?MOg?=", "città"),
        ("=?us-ascii?Q?citt=E0?=", "città"),
        ("=?utf-8?Q?citt=E0?=", "città"),
        ("=?x-nonsense?Q?citt=E0?=", "città"),
        ("=?utf-8*it?Q?s=C3=AC?=", "sì"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        ("=?utf-8?Q?a b?=", "a b"),
        ("=?utf-8?B?A?=", ""),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?", "=?"),
    ],
)
def test_encoded_words_are_decoded(written: str, text: str) -> None:
    assert encoded_words.decode(written) == text


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('a/b; name="x.pdf"', "x.pdf"),
        ("a/b; name=mia foto.pdf", "mia foto.pdf"),
        ('a/b; name="a;b.pdf"; x=y', "a;b.pdf"),
        (r'a/b; name="a\"b.pdf"', 'a"b.pdf'),
        (r'a/b; name="C:\temp\x.pdf"', r"C:\temp\x.pdf"),
        ('a/b; name="open', "open"),
        ("a/b; name*=utf-8'it'citt%C3%A0.pdf", "città.pdf"),
        ("a/b; name*0*=utf-8''citt%C3; name*1*=%A0; name*2=.pdf", "città.pdf"),
        ("a/b; name*1=b.pdf; name*0=a", "ab.pdf"),
        ("a/b; name=plain.pdf; name*=utf-8''better.pdf", "better.pdf"),
        ('a/b; name="=?utf-8?Q?citt=C3=A0.pdf?="', "città.pdf"),
        ("a/b; NAME=x", "x"),
        ("a/b; name=x; name=y", "x"),
    ],
)
def test_parameters_are_read_as_senders_write_them(written: str, name: str) -> None:
    value, given = parameters.parse(written)
    assert value == "a/b"
    assert given["name"] == name
