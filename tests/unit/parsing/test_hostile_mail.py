"""Shapes that break parsers: each ends quickly, headers read, bytes kept, the limit named.

The limit on CPU time stands for the promise "in linear time"; these shapes take minutes when
something is quadratic. Memory is what the process grew by at its highest (proc(5), Linux).
"""

from __future__ import annotations

import base64
import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.parsing.pec import PecParser
from intake.schemas.documents import Parsed

Parse = Callable[..., Parsed]
HEAD = b"From: a@b.it\nTo: c@d.it\nSubject: ostile\nMIME-Version: 1.0\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
CPU_LIMIT_S = 2.0
MEMORY_LIMIT_MB = 300
ATTEMPTS = 3
"""A busy machine takes up to twice the CPU time for the same work: the best of three counts."""
STATUS = Path("/proc/self/status")


def _memory_mb(name: str) -> float:
    return int(STATUS.read_text().split(f"{name}:")[1].split()[0]) / 1024


def _reset_peak() -> float:
    """Let the peak of memory start again, and return what the process holds, in MB."""
    STATUS.with_name("clear_refs").write_text("5")
    return _memory_mb("VmRSS")


def _nested(levels: int, boundary: Callable[[int], bytes]) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n' % (boundary(n), boundary(n))
        for n in range(levels)
    )
    return HEAD + opened + b"Content-Type: text/plain\n\nciao\n"


def _mixed(parts: bytes) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + parts


SHAPES: dict[str, tuple[bytes, str | None]] = {
    "2,000 nested multiparts": (_nested(2000, lambda n: b"b%d" % n), "too_deep"),
    "800 boundaries each a prefix": (_nested(800, lambda n: b"b" * (n + 1)), "too_deep"),
    "800 nested messages": (HEAD + b"Content-Type: message/rfc822\n\n" * 800, "too_deep"),
    "100,000 parts": (_mixed(b"--b\n\nx\n" * 100_000), "too_many_parts"),
    "100,000 recipients": (
        b"Subject: ostile\nTo: " + b", ".join(b"u%d@b.it" % n for n in range(100_000)) + b"\n\nx",
        "header_too_long",
    ),
    "20,000 To headers": (HEAD + b"To: a@b.it\n" * 20_000 + b"\nx", "too_many_addresses"),
    "8 MB in one header line": (HEAD + b"X: " + b"a" * 8_000_000 + b"\n\nx", "headers_too_large"),
    "350,000 headers": (HEAD + b"a:\n" * 350_000 + b"\nx", "headers_too_large"),
    "4 MB of bare CR": (HEAD + b"\n" + b"\r" * 4_000_000, None),
    "40 KB of open quotes": (HEAD + b'Content-Type: text/plain; name="' + b"a;" * 20_000, None),
    "40 KB of backslashes": (HEAD + b'Content-Type: a/b; name="' + b'\\"' * 20_000, None),
    "8,000 parameters": (HEAD + b"Content-Type: a/b;" + b"x=y;" * 8000 + b"\n\nx", None),
    "60,000 brackets": (HEAD + b"Cc: " + b"(" * 60_000 + b"\n\nx", None),
    "10,000 encoded words": (HEAD + b"Keywords: " + b"=?a?q?" * 10_000 + b"\n\nx", None),
    "50,000 nested divs": (HTML + b"<div>" * 50_000 + b"ciao", None),
    "1,000 open bold tags": (HTML + b"<b>" * 1000 + b"<p>x" * 50_000, None),
    "90 KB of open links": (HTML + b'<a href="' * 10_000, None),
    "1 MB of open brackets": (HTML + b"<" * 1_000_000, None),
    "a million newlines": (HEAD + b"\n" + b"\n" * 1_000_000, None),
    "90 KB of Il giorno": (HEAD + b"\n" + b"Il giorno 3 marzo " * 5000, None),
    "50,000 lines of Il giorno": (HEAD + b"\n" + b"Il giorno 3/3/2024 a@b.it\n" * 30_000, None),
    "100,000 lines of Da:": (HEAD + b"\n" + b"Da: a\n" * 100_000, None),
    "a million boundary-like lines": (_mixed(b"--b\n\n" + b"--\n" * 1_000_000), None),
    "400,000 combining marks": (HEAD + b"\n" + "\u0300\u0316".encode() * 200_000, None),
    "utf-7 surrogates": (HEAD + b"Content-Type: text/plain; charset=utf-7\n\n+2AA-", None),
    "unicode_escape": (HEAD + b"Content-Type: text/plain; charset=unicode_escape\n\n\\ud800", None),
    "60,000 open identifiers": (HEAD + b"References: " + b"<" * 60_000 + b"\n\nx", None),
}  # fmt: skip


def _at_little_cost(parse: Parse, raw: bytes) -> Parsed:
    """Parse with bounded time and memory."""
    for attempt in range(ATTEMPTS):
        before, start = _reset_peak(), time.process_time()
        parsed = parse(raw, PecParser())
        seconds, grown = time.process_time() - start, _memory_mb("VmHWM") - before
        if seconds < CPU_LIMIT_S:
            break
        assert attempt + 1 < ATTEMPTS, f"{seconds:.1f} s of CPU time"
    assert grown < MEMORY_LIMIT_MB
    return parsed


@pytest.mark.parametrize(("raw", "code"), SHAPES.values(), ids=SHAPES.keys())
def test_a_hostile_shape_costs_little_and_loses_nothing(
    parse: Parse, raw: bytes, code: str | None
) -> None:
    parsed = _at_little_cost(parse, raw)
    assert parsed.message.subject == "ostile"
    codes = [defect.code for defect in parsed.message.defects]
    if code is not None:
        assert code in codes
    if code in ("too_many_parts", "headers_too_large"):
        assert [leaf.content for leaf in parsed.leaves] == [raw]
    assert r"\u0000" not in parsed.message.model_dump_json()


def test_a_large_file_is_copied_once(parse: Parse) -> None:
    size = 10_000_000
    part = b"--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    raw = _mixed(part + base64.encodebytes(bytes(size)) + b"--b--")
    tracemalloc.start()
    parsed = parse(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [len(leaf.content) for leaf in parsed.leaves] == [size]
    assert len(raw) + peak <= 3 * size


def test_a_zip_bomb_stays_closed(parse: Parse) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    part = b"--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"
    parsed = parse(_mixed(part + base64.encodebytes(packed.getvalue()) + b"--b--"))
    assert [leaf.content for leaf in parsed.leaves] == [packed.getvalue()]


def test_a_bomb_of_entities_in_daticert_stays_closed(parse: Parse) -> None:
    bomb = b"<!DOCTYPE p [<!ENTITY a '%s'>%s]><postacert>&z9;</postacert>" % (
        b"x" * 1000,
        b"".join(b"<!ENTITY z%d '%s'>" % (n, b"&a;" * 10) for n in range(10)),
    )
    raw = b"X-Trasporto: posta-certificata\n" + _mixed(
        b"--b\nContent-Type: application/xml; name=daticert.xml\n\n" + bomb + b"\n--b--"
    )
    assert [d.code for d in parse(raw, PecParser()).message.defects] == ["daticert_bad"]


@pytest.mark.parametrize("encoding", [b"bas\0e64", b"x\x85\x07y", b"x\x0by"])
def test_a_defect_tells_the_encoding_without_controls(parse: Parse, encoding: bytes) -> None:
    raw = b"Subject: x\nContent-Transfer-Encoding: " + encoding + b"\n\nciao\n"
    (detail,) = [each.detail for each in parse(raw).message.defects if "encoding" in each.code]
    assert detail.isprintable()
