"""Print how fast mail is read, beside the standard library in the same run."""

from __future__ import annotations

import email
import io
import os
import time
from collections.abc import Callable
from email.message import EmailMessage

from intake.parsing.mail import MailParser
from intake.schemas.receipts import ItemFacts

ROUNDS = 400
TEXT = "Buongiorno,\nvorrei sapere dov'è l'area di attesa più vicina, perché abito qui.\n" * 80
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
    text, alternative, attached = _mail(), _mail(), _mail()
    alternative.add_alternative(PAGE, subtype="html")
    attached.add_attachment(
        os.urandom(100_000), maintype="application", subtype="pdf", filename="x.pdf"
    )
    return {
        "text": text.as_bytes(),
        "text and HTML": alternative.as_bytes(),
        "with a file": attached.as_bytes(),
    }


def _rate(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(ROUNDS):
        work()
    return ROUNDS / (time.process_time() - start)


def main() -> None:
    """Print messages per second of CPU time; the standard library only builds the tree."""
    parser = MailParser()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'mail':15} {'bytes':>8} {'ours/s':>8} {'tree of stdlib/s':>17}")
    for name, raw in _samples().items():
        ours = _rate(lambda raw=raw: parser.parse(io.BytesIO(raw), ItemFacts()))  # type: ignore[misc]
        theirs = _rate(lambda raw=raw: email.message_from_bytes(raw))  # type: ignore[misc]
        print(f"{name:15} {len(raw):8} {ours:8.0f} {theirs:17.0f}")


if __name__ == "__main__":
    main()
