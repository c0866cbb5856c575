"""What holds of every parser whatever the bytes."""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.errors import UnreadableItem
from intake.parsing.fax import FaxParser
from intake.parsing.files import ScanParser
from intake.parsing.forms import FormParser, PhoneNoteParser
from intake.parsing.mail import MailParser
from intake.parsing.messages import bodies, structure, whole
from intake.parsing.messages.message import Message
from intake.parsing.pec import PecParser
from intake.parsing.writing.quoted import new_text
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAMPLES = sorted(FIXTURES.glob("*/*.eml"))
MAIL_PARSERS = (MailParser(), PecParser(), FaxParser())
PARSERS = (*MAIL_PARSERS, ScanParser(), FormParser(), PhoneNoteParser())
IGNORED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

# Pieces of which broken mail is made.
PIECES = st.sampled_from(
    [
        b"From: ", b"To: a@b.it, ", b"Subject: ", b"Date: ", b"Message-ID: <", b"References: <>",
        b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n",
        b"Content-Type: multipart/signed; boundary=b\n",
        b"Content-Type: multipart/alternative; boundary=\"b b\"\n",
        b"Content-Type: text/html; charset=utf-7\n", b"Content-Type: text/plain; format=flowed\n",
        b"Content-Type: message/delivery-status\n", b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Transfer-Encoding: x-uuencode\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''%00%0d%0a..%2f; filename*1=x\n",
        b"X-Trasporto: posta-certificata\n", b"X-Ricevuta: accettazione\n",
        b"REM-Section-Type: x\n",
        b"--b\n", b"--b--\n", b"--b b\r\n", b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"\t", b"\0",
        b"=?utf-8?B?A?=", b"=?utf-8?Q?=0D=0A=00=ED=A0=80?=", b"=?unicode_escape?Q?=5Cud800?=",
        b"<p style='display:none'>", b"<blockquote type=cite>", b"</table>", b"<!--", b"+2AA-",
        b"Il giorno 5 feb 2024 a@b.it ha scritto:\n", b"> ", b"-- \n",
        b"Da: a@b.it\nA: b\nData: 1/1/24\n",
        b"name=daticert.xml", b"<postacert tipo='x'>", b"\xe9\xe0", "è\u202e\u2028".encode(),
        b"Mon, 99 Feb 9999 99:99:99 +9999", b"(((", b"\"", b";", b":", b"<", b">",
    ]
)  # fmt: skip
BROKEN_MAIL = st.lists(PIECES | st.binary(max_size=12), max_size=60).map(b"".join)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield name
            yield from _strings(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _strings(entry)


def _parse(parser: Any, raw: bytes) -> Parsed | None:
    """Parse and check all that holds of a result; None when the item is unreadable."""
    try:
        parsed: Parsed = parser.parse(io.BytesIO(raw), ItemFacts(file_name="x"))
    except UnreadableItem:
        return None
    _check(parsed)
    return parsed


def _check(parsed: Parsed) -> None:
    message = parsed.message
    dumped = message.model_dump()
    for text in _strings(dumped):
        assert "\0" not in text
        assert not any("\ud800" <= character <= "\udfff" for character in text)
    for text in (message.subject, message.message_id, message.in_reply_to, *message.references):
        assert text is None or not set(text) & set("\r\n")
    for address in (message.sender, *message.to, *message.cc, *message.reply_to):
        assert address is None or not set(address.name + address.address) & set("\r\n")
    json.loads(message.model_dump_json())
    _check_files(parsed)


def _check_files(parsed: Parsed) -> None:
    contents = {leaf.path: leaf.content for leaf in parsed.leaves}
    paths = [attachment.path for attachment in parsed.message.attachments]
    assert len({path.casefold() for path in paths}) == len(paths) == len(contents)
    for attachment in parsed.message.attachments:
        content = contents[attachment.path]
        assert attachment.size_bytes == len(content)
        assert attachment.sha256 == hashlib.sha256(content).hexdigest()
        assert not set(attachment.filename or "") & set('\r\n/\\<>:"|?*')
        assert ".." not in attachment.path.split("/")


def _account(message: Message) -> None:
    """Every leaf is a file, or told by the text."""
    told = {id(leaf) for leaf in bodies.read(message.root).leaves}
    files = {id(file.part) for file in message.files}
    for leaf in message.root.leaves():
        assert (id(leaf) in told) != (id(leaf) in files)
    for inner in message.nested.values():
        _account(inner)


@given(raw=st.binary(max_size=2000))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("parser", PARSERS, ids=lambda p: p.profile)
def test_any_bytes_are_read_or_refused(parser: Any, raw: bytes) -> None:
    _parse(parser, raw)


@given(raw=BROKEN_MAIL)
@settings(max_examples=300, deadline=None, suppress_health_check=IGNORED)
@pytest.mark.parametrize("parser", MAIL_PARSERS, ids=lambda p: p.profile)
def test_broken_mail_is_read_or_refused(parser: Any, raw: bytes) -> None:
    _parse(parser, raw)


@given(raw=BROKEN_MAIL)
@settings(max_examples=200, deadline=None, suppress_health_check=IGNORED)
def test_parsing_twice_says_the_same(raw: bytes) -> None:
    assert _parse(PecParser(), raw) == _parse(PecParser(), raw)


@given(raw=BROKEN_MAIL)
@settings(max_examples=200, deadline=None, suppress_health_check=IGNORED)
def test_no_leaf_is_lost(raw: bytes) -> None:
    try:
        message = whole.read(raw, "mail")
    except UnreadableItem:
        return
    if not any(file.attachment.reason for file in message.files):
        _account(message)


@given(raw=BROKEN_MAIL)
@settings(max_examples=200, deadline=None, suppress_health_check=IGNORED)
def test_parts_are_slices_that_hold_each_other(raw: bytes) -> None:
    root = structure.read(raw, structure.Budget())
    for part in root.walk():
        assert 0 <= part.start <= part.body_start <= part.end <= len(raw)
        position = part.body_start
        for child in part.parts:
            assert position <= child.start
            assert child.end <= part.end
            position = child.end


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
@pytest.mark.parametrize("parser", MAIL_PARSERS, ids=lambda p: p.profile)
def test_samples_hold_every_property(parser: Any, path: Path) -> None:
    raw = path.read_bytes()
    assert _parse(parser, raw) == _parse(parser, raw)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_samples_with_flipped_and_cut_bytes_are_read_or_refused(path: Path) -> None:
    raw = path.read_bytes()[:20_000]
    chance = random.Random(path.stem)
    for _ in range(6):
        mutated = bytearray(raw)
        for _ in range(chance.randrange(1, 40)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        start = chance.randrange(len(mutated))
        del mutated[start : start + chance.randrange(0, 500)]
        _parse(PecParser(), bytes(mutated))


LINES = st.text(max_size=20) | st.sampled_from(
    ["> a", "-- ", "Il 5/2/2024 a@b.it ha scritto:", "Da: a@b.it", "A: c", "Oggetto: d", ""]
)


@given(lines=st.lists(LINES))
@settings(max_examples=300, deadline=None)
def test_new_text_adds_no_words_and_is_never_empty(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = new_text(text)
    assert bool(found.strip()) == bool(text.strip())
    assert set(found.split()) <= set(text.split())
