"""Show the main job on the bundled fixtures: `make demo`, and `make clean-demo` to forget it.

A local mailbox, faxes and scanned letters become tracked requests in ./demo-data, or in the
folder that DEMO_DATA names. Everything is done with what intake offers to everyone: an
intake.toml and the command `intake`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

from rich.console import Console

from intake import Channel, Intake, IntakeError, SourceUnavailable, ToolMissing
from intake.testing.dovecot import Dovecot

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
DEMO = Path(os.environ.get("DEMO_DATA", ROOT / "demo-data")).absolute()
CONFIG = DEMO / "intake.toml"
SCANS = DEMO / "scans"
MAIL_SERVER = DEMO / "mail-server"
"""A link to the folder of the mailbox server, which must not lie in a closed home folder."""
MAIL_FOLDERS = DEMO / "mailboxes"
PASSWORD_FILE = DEMO / "mailbox-password"
PASSWORD = "demo-only"  # noqa: S105 - of a mailbox that lives for seconds, on loopback
SETTLE_S = 0.5
FILLED = DEMO / "filled"
"""There once the messages are delivered: it is done once."""

MAILBOXES = {
    "inbox": (
        "mail/own01_ordinaria.eml",
        "mail/ack01_cittadino.eml",
        "mail/own02_allegato_pdf.eml",
        "mail/own04_risposta.eml",
        "mail/own03_emergenza.eml",
        "mail/scan01_xerox.eml",
        "mail/ack02_vacation.eml",
        "mail/ack04_dsn.eml",
        "mail/own06_tiff_guasto.eml",
        "mail/own07_messaggio_guasto.eml",
        "mail/own05_non_e_un_messaggio.eml",
        "mail/own01_ordinaria.eml",  # the same bytes a second time
    ),
    "pec": (
        "pec/pec01_busta_trasporto.eml",
        "pec/pec06_busta_anomalia.eml",
        "pec/pec09_consegna_completa.eml",
    ),
    "fax_email": (
        "fax/fax02_hylafax_it_tif.eml",
        "fax/fax08_efax.eml",
        "fax/fax04_hylafax_it_failure.eml",
    ),
}
LETTERS = (
    "scan/rischio_sismico.png",
    "scan/damage_report.jpg",
    "scan/area_di_attesa.pdf",
    "scan/volontariato.pdf",
    "hostile/locked.pdf",
    "hostile/empty.tif",
)

TOML_HEAD = """\
# Written anew by `make demo`. `intake init` writes a file with every setting explained.
data_dir = "intake-data"   # the SQLite database and the original bytes

"""
TOML_IMAP = """\
[sources.{name}]
kind = "{kind}"
host = "{host}"
port = {port}               # the mailbox server runs only while `make demo` does
ca_file = "{ca_file}"
username = "{name}"
password = {{ file = "{password}" }}
after_receive = "{after}"

"""
TOML_FOLDER = """\
[sources.{name}]
kind = "eml"
path = "mailboxes/{name}"
profile = "{profile}"
settle_s = {settle_s}

"""
TOML_SCANS = """\
[sources.scan_folder]
kind = "scan_folder"
path = "scans"
settle_s = {settle_s}            # a file is complete when nobody touched it for so long
"""
SOURCES = {
    "inbox": ("imap", "mail", "move"),
    "pec": ("pec", "pec", "keyword"),
    "fax_email": ("fax_email", "fax", "leave"),
}
"""Source -> kind of connector, profile, and what happens to a message that is safely ours."""

out = Console(highlight=False)


def main(arguments: list[str]) -> int:
    """Run the demo, or forget it with ``--clean``; return the exit code."""
    for name in [name for name in os.environ if name.startswith("INTAKE_")]:
        del os.environ[name]  # they would win over the demo's file
    if arguments == ["--clean"]:
        return clean()
    if arguments:
        print("usage: scripts/demo.py [--clean]", file=sys.stderr)
        return 2
    began = time.monotonic()
    try:
        code = demonstrate()
    except IntakeError as error:
        out.print(f"[bold red]{error.message}[/]\n{error.remedy}")
        code = error.exit_code
    out.print(f"[dim]{time.monotonic() - began:.1f} s[/]")
    return code


def demonstrate() -> int:
    """Fill the sources, run intake, show what became of it."""
    is_first = prepare()
    with sources_open(is_first=is_first):
        if is_first:
            time.sleep(SETTLE_S)
        before = count_receipts()
        title("intake run", "receives from four sources, then reads, classifies and files")
        code = intake("run")
    if code not in (0, 1):  # 1: done, and something needs a person
        return code
    tell_what_is_new(before, count_receipts())
    title("intake requests", "what is tracked now: emergencies first")
    intake("requests")
    title("intake quarantine list", "could not be read: kept with its bytes, for a person")
    intake("quarantine", "list")
    suggest()
    return 0


def prepare() -> bool:
    """Make the demo's folder with the scanned letters; return whether this is the first demo."""
    if FILLED.exists():
        return False
    if DEMO.exists():  # a demo that was interrupted before it had filled the sources
        clean()
    SCANS.mkdir(parents=True)
    for letter in LETTERS:
        shutil.copy(FIXTURES / letter, SCANS)
    PASSWORD_FILE.touch(mode=0o600)
    PASSWORD_FILE.write_text(PASSWORD)
    return True


@contextmanager
def sources_open(*, is_first: bool) -> Iterator[None]:
    """Open the mailboxes: a local Dovecot, or folders of messages where there is none."""
    server = start_mail_server(is_first=is_first)
    try:
        if is_first:
            fill(server)
            FILLED.touch()
        write_config(server)
        yield
    finally:
        if server:
            server.stop()


def start_mail_server(*, is_first: bool) -> Dovecot | None:
    """Return the demo's Dovecot, running; None, and say so, where folders stand in for it."""
    if MAIL_FOLDERS.exists():
        out.print("The messages come from folders, as in the first demo.")
        return None
    if is_first:
        MAIL_SERVER.symlink_to(tempfile.mkdtemp(prefix="intake-demo-", dir="/var/tmp"))
    server = Dovecot(dict.fromkeys(SOURCES, PASSWORD), folder=MAIL_SERVER.resolve())
    try:
        server.stop()  # one that an interrupted demo left running
        server.start()
    except (ToolMissing, SourceUnavailable) as error:
        if not is_first:
            raise
        remove_mail_server()
        out.print(f"[yellow]{error.message}[/]\nThe messages come from folders instead.")
        return None
    out.print(f"Dovecot serves three mailboxes on {server.host}:{server.tls_port}, with TLS.")
    return server


def fill(server: Dovecot | None) -> None:
    """Drop the messages into the mailboxes, or into the folders that stand in for them."""
    for number, (mailbox, raw) in enumerate(messages(), start=1):
        if server:
            server.deliver(mailbox, raw)
        else:
            folder = MAIL_FOLDERS / mailbox
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number:02}.eml").write_bytes(raw)


def messages() -> Iterator[tuple[str, bytes]]:
    """Yield each message of the demo with the mailbox it belongs to."""
    for mailbox, files in MAILBOXES.items():
        for file in files:
            yield mailbox, (FIXTURES / file).read_bytes()
    yield "fax_email", long_fax()


def long_fax() -> bytes:
    """Return a fax mail whose TIFF has several pages of different resolutions."""
    original = (FIXTURES / "fax/fax02_hylafax_it_tif.eml").read_bytes()
    mail = message_from_bytes(original, policy=SMTP)
    mail.replace_header("Message-ID", "<long-fax@faxserver.dpc.example>")
    for part in mail.iter_attachments():
        name = part.get_filename()
        tiff = (FIXTURES / "fax/two_resolutions.tif").read_bytes()
        part.set_content(tiff, maintype="image", subtype="tiff", filename=name)
    return mail.as_bytes()


def write_config(server: Dovecot | None) -> None:
    """Write intake.toml: the server's port is another one each time."""
    text = TOML_HEAD
    for name, (kind, profile, after) in SOURCES.items():
        if server is None:
            text += TOML_FOLDER.format(name=name, profile=profile, settle_s=SETTLE_S)
        else:
            text += TOML_IMAP.format(
                name=name,
                kind=kind,
                after=after,
                host=server.host,
                port=server.tls_port,
                ca_file=server.ca_file,
                password=PASSWORD_FILE,
            )
    CONFIG.write_text(text + TOML_SCANS.format(settle_s=SETTLE_S))


def intake(*arguments: str) -> int:
    """Run the command `intake`, as installed beside this Python; return its exit code."""
    program = Path(sys.executable).parent / "intake"
    return subprocess.run([program, "-c", CONFIG, *arguments], check=False).returncode


def count_receipts() -> int:
    """Return how many items the demo's database knows."""
    with Intake.open(CONFIG) as app:
        return len(app.receipts.find(limit=1_000_000))


def title(verb: str, what: str) -> None:
    """Print what comes next."""
    out.print(f"\n[bold green]$ {verb}[/]  [dim]# {what}[/]")


def tell_what_is_new(before: int, after: int) -> None:
    """Say how many items came, or that none came twice."""
    if after == before:
        out.print(f"[bold]Nothing new: {before} items known, 0 received.[/]")
    else:
        out.print(f"[bold]{after - before} items received, {after} known.[/]")


def suggest() -> None:
    """Print the next three commands to try."""
    with Intake.open(CONFIG) as app:
        reference = app.requests.find(channel=Channel.FAX, limit=1)[0].reference
    prefix = f".venv/bin/intake -c {shown(CONFIG)}"
    out.print(f"\nThe database, the configuration and the originals are in [bold]{shown(DEMO)}[/].")
    out.print("Try next:")
    for verb in (f"show {reference}", "requests --needs-review", f"export {reference} originals/"):
        out.print(f"  [bold]{prefix} {verb}[/]", soft_wrap=True)
    out.print("`make demo` again receives nothing twice; `make clean-demo` forgets it all.")


def shown(path: Path) -> str:
    """Return a path as a person types it who stands in the project."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def clean() -> int:
    """Remove the demo's folder, and the mailbox server's folder with it."""
    remove_mail_server()
    shutil.rmtree(DEMO, ignore_errors=True)
    out.print(f"{shown(DEMO)} is gone.")
    return 0


def remove_mail_server() -> None:
    """Stop the mailbox server, if it runs, and remove its folder and the link to it."""
    if MAIL_SERVER.is_dir():
        folder = MAIL_SERVER.resolve()
        Dovecot(folder=folder).stop()
        shutil.rmtree(folder)
    MAIL_SERVER.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
