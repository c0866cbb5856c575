"""Messages per second, end to end: a real IMAP server -> receipts -> tracked requests, durable.

Run ``python benchmarks/bench_end_to_end.py [COUNT]``. Prints the machine's load and, for the
same messages in the same run, what the standard library alone needs to fetch and parse them
without storing anything: the ratio holds when the machine's speed does not.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import os
import ssl
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

from intake import Intake, Settings
from intake.testing.dovecot import Dovecot

SIZE_BYTES = 8_000
TEXT = """\
Buongiorno,

sono residente nel comune di Esempio e scrivo per la domanda numero {number}. Dopo la scossa di
ieri sera mia madre, che ha ottantadue anni e abita da sola, mi ha chiesto dove si trova l'area di
attesa del quartiere e io non ho saputo rispondere. Sul sito del comune ho trovato soltanto una
mappa del 2014 che non si legge bene.

Vorrei sapere anche che cosa conviene fare durante la notte, se restare in casa o uscire, e se
esiste un opuscolo con le norme di comportamento che posso stampare per i vicini di casa. La
nostra palazzina è del 1968 e nessuno ci ha mai detto se è stata controllata.

Resto in attesa di una risposta, anche per telefono, e ringrazio per il lavoro che fate.

Cordiali saluti
Anna Bianchi
"""
PASSWORD_VARIABLE = "BENCH_PASSWORD"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    messages = [_message(number) for number in range(count)]
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        user, password = "bench", "bench-password"
        server.add_user(user, password)
        for raw in messages:
            server.deliver(user, raw)
        bare = _time_bare(server, user, password)
        received, processed = _time_intake(server, user, password, Path(folder), count)
    total = received + processed
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} CPUs")
    print(f"{count} messages of {SIZE_BYTES} bytes, SQLite, synchronous=FULL")
    print(f"receive    {count / received:8.0f} messages/s")
    print(f"process    {count / processed:8.0f} messages/s")
    print(f"end to end {count / total:8.0f} messages/s")
    print(f"bare fetch and parse, nothing stored {count / bare:8.0f} messages/s")
    print(f"end to end costs {total / bare:.1f} times the bare loop")


def _message(number: int) -> bytes:
    """Return a citizen's mail of 8 KB as it arrives: headers of the way, text, the same in HTML."""
    mail = EmailMessage()
    for hop in range(5):
        mail["Received"] = f"from mx{hop}.example.net by mx{hop + 1}.example.org with ESMTPS; " + (
            "Mon, 02 Mar 2026 11:02:44 +0100"
        )
    mail["DKIM-Signature"] = "v=1; a=rsa-sha256; d=example.org; b=" + "Qm9uam91cg" * 30
    mail["From"] = f"Cittadino {number} <c{number}@example.org>"
    mail["To"] = "contactcenter@example.org"
    mail["Subject"] = f"Domanda {number}"
    mail["Date"] = "Mon, 02 Mar 2026 11:02:44 +0100"
    mail["Message-ID"] = f"<bench-{number}@example.org>"
    words = TEXT.format(number=number)
    mail.set_content(words)
    blocks = "".join(f"<p style='margin:0'>{line}</p>\n" for line in words.splitlines())
    styles = "p { font-family: sans-serif; font-size: 11pt; }\n"
    room = SIZE_BYTES - len(mail.as_bytes()) - len(blocks) - 700
    padding = styles * max(0, room // len(styles))
    mail.add_alternative(f"<html><style>{padding}</style>{blocks}</html>", subtype="html")
    return mail.as_bytes()


def _time_bare(server: Dovecot, user: str, password: str) -> float:
    context = ssl.create_default_context(cafile=str(server.ca_file))
    started = time.perf_counter()
    with imaplib.IMAP4_SSL(server.host, server.tls_port, ssl_context=context) as client:
        client.login(user, password)
        client.select("INBOX", readonly=True)
        _, found = client.uid("SEARCH", "ALL")
        for uid in found[0].split():
            _, parts = client.uid("FETCH", uid, "(BODY.PEEK[])")
            email.message_from_bytes(parts[0][1], policy=email.policy.default).get_body()
    return time.perf_counter() - started


def _time_intake(
    server: Dovecot, user: str, password: str, folder: Path, count: int
) -> tuple[float, float]:
    os.environ[PASSWORD_VARIABLE] = password
    source = {
        "kind": "imap",
        "host": server.host,
        "port": server.tls_port,
        "ca_file": str(server.ca_file),
        "username": user,
        "password": {"env": PASSWORD_VARIABLE},
    }
    settings = Settings(data_dir=folder / "data", sources={"inbox": source})
    with Intake(settings) as app:
        started = time.perf_counter()
        report = app.poll()
        received = time.perf_counter()
        report = app.process()
        processed = time.perf_counter()
    if report.processed.filed != count:
        raise SystemExit(f"filed {report.processed.filed} of {count}: {report}")
    return received - started, processed - received


if __name__ == "__main__":
    main()
