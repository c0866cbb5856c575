"""Print how fast mail is read, and what a large file costs in memory.

The standard library and mail-parser are measured in the same run, mail-parser where it is
installed: `pip install -e '.[bench]'`.
"""

from __future__ import annotations

import base64
import email
import io
import os
import time
import tracemalloc
from collections.abc import Callable
from email.message import EmailMessage
from importlib import import_module

from intake.parsing.mail import MailParser
from intake.schemas.receipts import ItemFacts

ROUNDS = 400
FLOOR_MAIL = "text and HTML, 6 KB"
"""The ordinary mail of which 800 are to be read in a second of one core."""
TEXT = "Buongiorno,\nvorrei sapere dov'è l'area di attesa più vicina, perché abito qui.\n" * 80
LARGE = 25 * 1024 * 1024
"""Bytes of the attached file whose cost in memory is measured."""
PAGE = "<html><body>" + "<p>Dov'è l'area di <b>attesa</b>?</p>\n" * 100 + "</body></html>"


def _mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Anna Bianchi <anna.bianchi@example.it>"
    mail["To"] = "contactcenter@dpc.example"
    mail["Subject"] = "Perché la mia città è in zona sismica?"
    mail["Date"] = "Mon, 02 Mar 2026 11:02:44 +0100"
    mail["Message-ID"] = "<1@example.it>"
    mail.set_content(TEXT)
    return mail


def _samples() -> dict[str, bytes]:
    text, ordinary, alternative, attached = _mail(), _mail(), _mail(), _mail()
    ordinary.set_content(TEXT[: len(TEXT) // 3])
    ordinary.add_alternative(PAGE[: len(PAGE) * 3 // 4], subtype="html")
    alternative.add_alternative(PAGE, subtype="html")
    attached.add_attachment(
        os.urandom(100_000), maintype="application", subtype="pdf", filename="x.pdf"
    )
    return {
        "text": text.as_bytes(),
        FLOOR_MAIL: ordinary.as_bytes(),
        "text and HTML": alternative.as_bytes(),
        "with a file": attached.as_bytes(),
    }


def _mail_parser() -> Callable[[bytes], object] | None:
    """Return what reads text, HTML and files with mail-parser; None where it is not installed."""
    try:
        mailparser = import_module("mailparser")
    except ImportError:
        return None

    def read(raw: bytes) -> object:
        mail = mailparser.parse_from_bytes(raw)
        return mail.subject, mail.from_, mail.date, mail.body, mail.attachments

    return read


def _rate(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(ROUNDS):
        work()
    return ROUNDS / (time.process_time() - start)


def _large_mail() -> bytes:
    """Return a mail with a file of LARGE bytes, written without the copies that `email` makes."""
    head = (
        b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + base64.encodebytes(os.urandom(LARGE)) + b"--b--\r\n"


def _peak(work: Callable[[], object]) -> float:
    """Return the peak of memory of ``work`` in multiples of the attached file."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / LARGE


def _print_memory(parser: MailParser, peer: Callable[[bytes], object] | None) -> None:
    raw = _large_mail()
    ours = _peak(lambda: parser.parse(io.BytesIO(raw), ItemFacts()))
    peers = f", mail-parser {_peak(lambda: peer(raw)):.1f}" if peer else ""
    tree = _peak(lambda: email.message_from_bytes(raw))
    print(
        f"peak of memory for a file of {LARGE >> 20} MB, in times its size, the mail not counted:"
    )
    print(f"  ours {ours:.1f}{peers}, tree of stdlib {tree:.1f}")


def main() -> None:
    """Print messages per second of CPU time; the standard library only builds the tree."""
    parser, peer = MailParser(), _mail_parser()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'mail':20} {'bytes':>8} {'ours/s':>8} {'mail-parser/s':>14} {'tree of stdlib/s':>17}")
    for name, raw in _samples().items():
        ours = _rate(lambda raw=raw: parser.parse(io.BytesIO(raw), ItemFacts()))  # type: ignore[misc]
        theirs = _rate(lambda raw=raw: email.message_from_bytes(raw))  # type: ignore[misc]
        peers = f"{_rate(lambda raw=raw: peer(raw)):14.0f}" if peer else f"{'-':>14}"  # type: ignore[misc]
        print(f"{name:20} {len(raw):8} {ours:8.0f} {peers} {theirs:17.0f}")
    _print_memory(parser, peer)


if __name__ == "__main__":
    main()
