"""Kill a run with SIGKILL before its n-th effect, run again, and look whether the promise holds.

Run as ``python crash_harness.py WORK PHASE DATABASE_URL [--first N] [--every N] [--each-kind]``;
prints one JSON object. PHASE is ``receive`` or ``process``. An effect is whatever outlives the
process: a write to a file, a rename, a link, an unlink, a new folder, a commit, an acknowledgement,
and a task for a child process. To die right after an effect is to die before the next: nothing that
lasts happens in between. An fsync is none: a kill takes nothing away that a power cut would.
Effects are of one kind where the same functions lead to them; ``--each-kind`` adds to each N-th one
of every kind that none of them is of. ``--plant DEFECT`` does the same with a defect planted, until
it is noticed.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import importlib
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image, ImageDraw
from sqlalchemy import create_engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.url import make_url

from intake import Intake, Settings
from intake.connectors.folders import FolderConnector
from intake.engines.children import Child
from intake.errors import UnreadableItem
from intake.ocr.files import page_copies
from intake.pipeline import tasks
from intake.pipeline.pages import heavy_tasks
from intake.pipeline.receive import Receiver
from intake.pipeline.settling.outcomes import Registrar
from intake.pipeline.texts import light_tasks
from intake.schemas.receipts import ReceiptState
from intake.store import blobs as blob_module
from intake.store import claims, database
from intake.testing.samples import mail_with_attachment, text_mail

FIXTURES = Path(__file__).parents[2] / "fixtures"
ITEMS = {
    "inbox": {
        "ordinary.eml": "mail/own01_ordinaria.eml",
        "copy.eml": "mail/own01_ordinaria.eml",
        "emergency.eml": "mail/own03_emergenza.eml",
        "vacation.eml": "mail/ack02_vacation.eml",
        "garbage.eml": "mail/own05_non_e_un_messaggio.eml",
    },
    "pec": {
        "delivered.eml": "pec/pec09_consegna_completa.eml",
    },
    "fax": {"fax.eml": "fax/fax02_hylafax_it_tif.eml"},
    "scans": {
        "broken.tif": "hostile/empty.tif",
        "nothing.pdf": None,
    },
}
ENGINE = '''
from intake.schemas.documents import Page

class InstantEngine:
    """Reads every page at once: the crash points are the same as with a slow engine."""

    name = "instant"

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        return Page(number=number, text="Chiedo informazioni sul rischio sismico.", confidence=0.9)
'''


class Counter:
    """Counts effects and kills this process before the chosen one."""

    def __init__(self, kill_before: int | None) -> None:
        self.kinds: list[str] = []
        self._kill_before = kill_before

    def tick(self, name: str) -> None:
        self.kinds.append(f"{name} {' '.join(_callers())}")
        if len(self.kinds) == self._kill_before:
            os.kill(os.getpid(), signal.SIGKILL)


def _callers() -> Iterator[str]:
    """Yield the functions of the package that are at work, the innermost first."""
    frame = sys._getframe(3)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("intake."):
            yield frame.f_code.co_qualname
        frame = frame.f_back  # type: ignore[assignment]


def instrument(counter: Counter) -> None:
    """Count every effect of this process from now on."""
    for name in ("rename", "link", "unlink", "mkdir"):
        _wrap(os, name, counter)
    _wrap(Path, "rename", counter)
    _wrap(Path, "unlink", counter)
    _wrap(blob_module._Spool, "write", counter)
    _wrap(DefaultDialect, "do_commit", counter)
    _wrap(FolderConnector, "acknowledge", counter)
    _wrap(Child, "call", counter)


def call_here(
    _child: Child,
    task: str,
    payload: dict[str, Any],
    *,
    tell: Callable[[dict[str, Any]], object] = lambda _part: None,
    **_limits: object,
) -> dict[str, Any]:
    """Do a child's task in this process: the crash points are the same and come faster."""
    if task != tasks.RECOGNISE_PAGES:
        return _do(task, payload)
    digest = Path(payload["path"]).name
    if digest not in _read_before:
        try:
            _read_before[digest] = list(_do(task, payload))
        except UnreadableItem as error:
            _read_before[digest] = error
    known = _read_before[digest]
    if isinstance(known, UnreadableItem):
        raise known
    for part in known:
        tell(part)
    return {}


_read_before: dict[str, list[dict[str, Any]] | UnreadableItem] = {}


def think_once() -> None:
    """Let what only thinks do so once for each question: the forked runs know its answers.

    No effect is in these functions, so that the crash points stay the same.
    """
    _remember(light_tasks, "_judge")
    _remember(heavy_tasks, "find_letters")
    _remember(page_copies, "copy_pages")


def _remember(owner: Any, name: str) -> None:
    real, known = getattr(owner, name), {}

    def remembering(*asked: Any, **how: Any) -> Any:
        question = repr((asked, how))
        if question not in known:
            known[question] = real(*asked, **how)
        return known[question]

    setattr(owner, name, remembering)


def open_engine_once() -> None:
    """Give every run the engine of the first on its database, with the statements it compiled."""
    make, made = database.Database._sqlite_engine, {}

    def engine(self: Any) -> Any:
        if self.url not in made:
            made[self.url] = make(self)
        return made[self.url]

    database.Database._sqlite_engine = engine  # type: ignore[method-assign]


def _do(task: str, payload: dict[str, Any]) -> Any:
    module, _, function = task.partition(":")
    return getattr(importlib.import_module(module), function)(payload)


def _no_sync(_descriptor: int) -> None:
    """Do nothing: a kill cannot lose what a power cut would, and so the sweep is quick."""


def _wrap(owner: Any, name: str, counter: Counter) -> None:
    real = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        counter.tick(name)
        return real(*args, **kwargs)

    setattr(owner, name, wrapped)


def plant_acknowledge_first() -> None:
    """Plant a defect: tell the source before the items are committed."""
    take_group, commit = Receiver._take_group, Receiver._commit

    def remember(self: Any, connector: Any, group: Any) -> None:
        self.planted = connector
        take_group(self, connector, group)

    def acknowledge_first(self: Any, group: Any, arrivals: Any, failures: Any) -> Any:
        self.planted.acknowledge([(arrival.item, arrival.blob) for arrival in arrivals])
        return commit(self, group, arrivals, failures)

    Receiver._take_group = remember  # type: ignore[method-assign]
    Receiver._commit = acknowledge_first  # type: ignore[method-assign]


def plant_two_transactions() -> None:
    """Plant a defect: settle the receipt in one transaction and write the request in another."""
    settle = Registrar.settle

    def in_two(self: Any, group: Any) -> Any:
        claimed = [receipt for receipt, _ in group]
        with self._database.write() as connection:
            held = claims.hold(connection, claimed)
            claims.settle_held(connection, ReceiptState.FILED, dict.fromkeys(held))
        with patch.object(claims, "hold", return_value=held):
            return settle(self, group)

    Registrar.settle = in_two  # type: ignore[method-assign]


PLANTS = {
    "acknowledge-first": plant_acknowledge_first,
    "two-transactions": plant_two_transactions,
}


def settings(world: Path, database_url: str) -> Settings:
    sources = {
        name: {
            "kind": "scan_folder" if name == "scans" else "eml",
            "path": str(world / name),
            "settle_s": 0,
            "after_receive": "move",
            **(
                {"separate": "patch"}
                if name == "scans"
                else {"profile": "mail" if name == "inbox" else name}
            ),
        }
        for name in ITEMS
    }
    return Settings(
        data_dir=world / "data",
        database={"url": database_url},
        ocr={"engine": "instant"},
        receive={"group_items": 3},
        processing={"workers": 1, "retry_delay_s": 0},
        sources=sources,
    )


def build_world(world: Path) -> dict[str, str]:
    """Lay out the sources; return the digest of every item by source and name."""
    sent: dict[str, str] = {}
    for source, files in ITEMS.items():
        (world / source).mkdir(parents=True)
        for name, origin in files.items():
            content = (FIXTURES / origin).read_bytes() if origin else b""
            (world / source / name).write_bytes(content)
            sent[f"{source}/{name}"] = hashlib.sha256(content).hexdigest()
    made = {
        "inbox/form.eml": mail_with_attachment("modulo.txt", b"nome e cognome"),
        "inbox/short.eml": text_mail(),
        "scans/letter.png": _small_picture(),
        "scans/batch.tif": _small_batch(),
    }
    for name, content in made.items():
        (world / name).write_bytes(content)
        sent[name] = hashlib.sha256(content).hexdigest()
    return sent


def _small_picture() -> bytes:
    picture = Image.new("L", (300, 200), 255)
    ImageDraw.Draw(picture).text((20, 60), "Chiedo notizie", fill=0, font_size=36)
    written = BytesIO()
    picture.save(written, "PNG", dpi=(200, 200))
    return written.getvalue()


def _small_batch() -> bytes:
    """Return two letters with a patch code (T) between them, at 100 dpi."""
    pages = [Image.new("L", (400, 300), 255) for _ in range(3)]
    for number, page in enumerate(pages):
        page.paste(0, (80, 200, 320, 210 + number))
    pages[1].paste(255, (0, 200, 400, 300))
    for top, height in ((40, 8), (56, 20), (84, 8), (100, 20)):
        pages[1].paste(0, (60, top, 340, top + height))
    written = BytesIO()
    pages[0].save(written, "TIFF", save_all=True, append_images=pages[1:], dpi=(100, 100))
    return written.getvalue()


def warm_up(world: Path, phase: str) -> None:
    """Load here what every run of a phase would load: the forked runs inherit it."""
    build_world(world)
    for needed in dict.fromkeys(("receive", phase)):
        run_phase(world, f"sqlite:///{world / 'intake.db'}", needed, None)
    shutil.rmtree(world)
    gc.freeze()  # what is never collected is never written to, and so is not copied by a fork


def in_child(work: Callable[[], None]) -> int:
    """Fork, work, and return the exit status (negative: the signal)."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it was, the parent must hear of it
            traceback.print_exc()
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run_phase(world: Path, database_url: str, phase: str, counter: Counter | None) -> None:
    with Intake(settings(world, database_url)) as app:
        app.stats()  # opens the database before anything is counted
        if counter is not None:
            instrument(counter)
        report = app.poll() if phase == "receive" else app.process()
        if counter is not None:
            (world / "effects").write_text("\n".join(counter.kinds))
        problems = [s.problem for s in report.sources.values() if s.problem]
        if problems or report.processed.problem:
            raise AssertionError(f"a run failed: {problems or report.processed.problem}")


def open_database(world: Path, database_url: str) -> None:
    with Intake(settings(world, database_url)) as app:
        app.stats()


def look(database_url: str) -> dict[str, Any]:
    """Return the receipts and what became of them, seen by plain SQL."""
    with closing(_connect(database_url)) as connection:
        rows = connection.execute(
            text(
                "SELECT r.id, r.source, r.item_key, r.sha256, r.state, r.acknowledged_at,"
                " q.reference, q.channel, q.receipt_id, (SELECT count(*) FROM notices n"
                " WHERE n.receipt_id = r.id) AS notes, (SELECT count(*) FROM requests x"
                " WHERE x.receipt_id = r.id) AS made FROM receipts r"
                " LEFT JOIN requests q ON q.id = r.request_id ORDER BY r.id"
            )
        ).mappings()
        receipts = [dict(row) for row in rows]
        attachments = connection.execute(
            text("SELECT sha256, disposition FROM attachments_v1 ORDER BY id")
        ).all()
        references = connection.execute(
            text("SELECT reference FROM requests_v1 ORDER BY reference")
        ).scalars()
        gaps = [
            stream
            for stream, last, count in connection.execute(
                text("SELECT stream, max(seq), count(*) FROM events GROUP BY stream")
            )
            if last != count
        ]
        return {
            "receipts": receipts,
            "attachments": [tuple(row) for row in attachments],
            "references": list(references),
            "gaps": gaps,
        }


def _connect(database_url: str) -> Any:
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url).connect()


def violations(world: Path, seen: dict[str, Any], sent: dict[str, str]) -> Iterator[str]:
    """Yield every breach of the promise after the run that followed the kill."""
    receipts = seen["receipts"]
    listed = [receipt for receipt in receipts if not _is_part(receipt)]
    ours = sorted(f"{r['source']}:{r['sha256']}" for r in listed)
    shown = sorted(f"{name.split('/')[0]}:{digest}" for name, digest in sent.items())
    if ours != shown:
        yield f"receipts are not the items: {len(ours)} of {len(shown)}"
    for receipt in receipts:
        blob = world / "data" / "blobs" / receipt["sha256"][:2] / receipt["sha256"]
        if hashlib.sha256(blob.read_bytes()).hexdigest() != receipt["sha256"]:
            yield f"the bytes of receipt {receipt['id']} are not identical"
    for name, digest in sent.items():
        source, _, file = name.partition("/")
        waiting, done = world / source / file, world / source / "processed" / file
        if waiting.exists() or not done.exists():
            yield f"{name} was not moved to processed/"
        elif hashlib.sha256(done.read_bytes()).hexdigest() != digest:
            yield f"{name} was altered at its source"
    if seen["gaps"]:
        yield f"event streams with gaps: {seen['gaps']}"
    left = [*(world / "data" / "scratch").iterdir()] if (world / "data").exists() else []
    if len(left) > 1:
        yield f"scratch folders left: {left}"


def _is_part(receipt: dict[str, Any]) -> bool:
    """Return whether a receipt is that of a letter of a batch, which no source ever showed."""
    return "/" in receipt["item_key"]


def outcomes(world: Path, seen: dict[str, Any]) -> Iterator[str]:
    """Yield every item that did not end as exactly one thing."""
    for receipt in seen["receipts"]:
        made, notes, state = receipt["made"], receipt["notes"], receipt["state"]
        expected = {"filed": (1, 0), "noted": (0, 1), "linked": (0, 0), "quarantined": (0, 0)}
        if state not in expected:
            yield f"receipt {receipt['id']} is {state}"
        elif (made, notes) != expected[state]:
            yield f"receipt {receipt['id']} is {state} with {made} requests, {notes} notices"
        if state in ("filed", "linked") and receipt["reference"] is None:
            yield f"receipt {receipt['id']} leads to no request"
    parts = [receipt["item_key"][-2:] for receipt in seen["receipts"] if _is_part(receipt)]
    if sorted(parts) != ["/1", "/2"]:
        yield f"the letters of the batch are {parts}"
    numbers = sorted(int(reference.split("-")[2]) for reference in seen["references"])
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"references have gaps: {numbers}"
    for sha256, disposition in seen["attachments"]:
        blob = world / "data" / "blobs" / sha256[:2] / sha256
        if disposition == "stored" and not blob.exists():
            yield f"the attachment {sha256} has no bytes"


def acknowledged_early(world: Path, seen: dict[str, Any], sent: dict[str, str]) -> Iterator[str]:
    """Yield, right after the kill, every item that left its source without a receipt."""
    ours = {(r["source"], r["sha256"]) for r in seen["receipts"]}
    for name, digest in sent.items():
        source, _, file = name.partition("/")
        if not (world / source / file).exists() and (source, digest) not in ours:
            yield f"{name} left its source before it was ours"


def main() -> None:
    arguments = _arguments()
    work: Path = arguments.work
    os.fsync = _no_sync
    database._SQLITE_PRAGMAS = (*database._SQLITE_PRAGMAS, "PRAGMA synchronous=OFF")
    _install_engine(work)
    if not arguments.real_children:
        Child.call = call_here  # type: ignore[method-assign]
        think_once()
        open_engine_once()
        warm_up(work / "world", arguments.phase)
    template = work / "template"
    sent = build_world(template)
    url_of = _databases(arguments.database_url)
    first = url_of(template, "template")
    if arguments.phase == "process":
        _must(in_child(lambda: run_phase(template, first, "receive", None)))
    else:
        _must(in_child(lambda: open_database(template, first)))
    results = sweep(arguments, template, sent, url_of)
    results["noticed"] = [
        each for each in arguments.plant if notices(each, arguments, template, sent, url_of)
    ]
    print(json.dumps(results))


def notices(
    planted: str,
    arguments: argparse.Namespace,
    template: Path,
    sent: dict[str, str],
    url_of: Callable[[Path, str], str],
) -> bool:
    """Plant a defect in a process of its own, and return whether the first kills find it."""

    def plant_and_look() -> None:
        PLANTS[planted]()
        for name, value in {"first": 1, "every": 1, "each_kind": False}.items():
            setattr(arguments, name, value)
        arguments.work = arguments.work / planted
        arguments.work.mkdir()
        found = sweep(arguments, template, sent, url_of, stop=True)
        os._exit(len(found["violations"]) == 0)

    return in_child(plant_and_look) == 0


def sweep(
    arguments: argparse.Namespace,
    template: Path,
    sent: dict[str, str],
    url_of: Callable[[Path, str], str],
    *,
    stop: bool = False,
) -> dict[str, Any]:
    """Kill before each chosen effect; ``stop`` at the first breach."""
    whole = arguments.work / "whole"
    shutil.copytree(template, whole, symlinks=True)
    whole_url = url_of(whole, "whole")
    _must(in_child(lambda: run_phase(whole, whole_url, arguments.phase, Counter(None))))
    kinds = (whole / "effects").read_text().splitlines()
    expected = _summary(look(whole_url))
    killed, points = 0, chosen_points(arguments, kinds)
    found: list[str] = []
    for point in points:
        world = arguments.work / "world"
        shutil.copytree(template, world, symlinks=True)
        url = url_of(world, f"p{point}")
        status, broken, summary = try_point(world, url, arguments.phase, point, sent)
        shutil.rmtree(world)
        killed += status == -signal.SIGKILL
        if summary != expected:
            broken.append(f"another outcome than without a kill: {summary}")
        found += [f"point {point}: {breach}" for breach in broken]
        if stop and found:
            break
    return {
        "items": len(sent),
        "effects": len(kinds),
        "kinds": len(set(kinds)),
        "kinds_killed_before": len({kinds[point - 1] for point in points}),
        "points": len(points),
        "killed": killed,
        "violations": found,
        "outcomes": expected,
    }


def chosen_points(arguments: argparse.Namespace, kinds: list[str]) -> list[int]:
    """Return before which effects, counted from 1, the run is to be killed."""
    points = set(range(arguments.first, len(kinds) + 1, arguments.every))
    if arguments.each_kind:
        of_kind = {kind: point for point, kind in enumerate(kinds, start=1)}
        points |= {of_kind[kind] for kind in of_kind.keys() - {kinds[n - 1] for n in points}}
    return sorted(points)


def try_point(
    world: Path, url: str, phase: str, point: int, sent: dict[str, str]
) -> tuple[int, list[str], dict[str, int]]:
    """Kill before the effect ``point``, run again; return the status, breaches and summary."""
    status = in_child(lambda: run_phase(world, url, phase, Counter(point)))
    broken = list(acknowledged_early(world, look(url), sent))
    if in_child(lambda: run_phase(world, url, phase, None)) != 0:
        broken.append("the run after the kill failed")
    seen = look(url)
    broken += violations(world, seen, sent)
    if phase == "process":
        broken += outcomes(world, seen)
    return status, broken, _summary(seen)


def _summary(seen: dict[str, Any]) -> dict[str, int]:
    states: dict[str, int] = {}
    for receipt in seen["receipts"]:
        states[receipt["state"]] = states.get(receipt["state"], 0) + 1
    return dict(sorted(states.items()))


def _databases(base_url: str) -> Callable[[Path, str], str]:
    """Return how the database of a world is found: beside it (SQLite) or copied (PostgreSQL)."""
    if base_url.startswith("sqlite"):
        return lambda world, _name: f"sqlite:///{world / 'intake.db'}"
    admin = make_url(base_url)

    def copy(_world: Path, name: str) -> str:
        target = f"{admin.database}_{name}"
        source = f"{admin.database}_template" if name != "template" else "template1"
        engine = create_engine(
            admin.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.execute(known, {"name": source}).first() is None:
                source = "template1"
            connection.execute(text(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'))
        engine.dispose()
        return admin.set(database=target).render_as_string(hide_password=False)

    return copy


def _install_engine(work: Path) -> None:
    """Install the instant engine as a package of its own, by its entry point."""
    packages = work / "packages"
    information = packages / "instant_engine-1.dist-info"
    information.mkdir(parents=True)
    (packages / "instant_engine.py").write_text(ENGINE)
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: instant-engine\nVersion: 1\n"
    )
    (information / "entry_points.txt").write_text(
        "[intake.ocr_engines]\ninstant = instant_engine:InstantEngine\n"
    )
    sys.path.insert(0, str(packages))


def _must(status: int) -> None:
    if status != 0:
        raise SystemExit(f"a run that nobody killed ended with {status}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("phase", choices=["receive", "process"])
    parser.add_argument("database_url")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--each-kind", action="store_true")
    parser.add_argument("--real-children", action="store_true")
    parser.add_argument(
        "--plant", choices=sorted(PLANTS), action="append", default=[], help="a defect to be found"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
