"""Parse 20,000 damaged messages: count what is raised, name the slowest, print the memory.

`python benchmarks/mutations.py [COUNT [SEED]]`. A mutant comes from a message in `fixtures/` by one
to six accidents; the same count and seed give the same mutants. Exits with 1 when the parser raises
something that it does not promise, takes over two seconds, or tells what it must not.
"""

from __future__ import annotations

import io
import os
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rich.progress import track

from intake.errors import UnreadableItem
from intake.interfaces import Parser
from intake.pipeline.texts.parsers import open_parser
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts

FIXTURES = Path(__file__).parents[1] / "fixtures"
PROFILES = {"mail": "mail", "pec": "pec", "fax": "fax", "hostile": "mail"}
SLOWEST_S = 2.0
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
TOKENS = (
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"--",
    b'"',
    b"(",
    b"<",
    b"=?utf-8?B?",
    b"=?x?Q?=00=0A?=",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"Content-Type: multipart/mixed; boundary=\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"begin 644 ../../etc/passwd\n",
    b"charset=utf-7",
    b'filename="a\x00/../b"',
)

Accident = Callable[[bytearray, random.Random], None]


class Original(NamedTuple):
    """A message of ``fixtures/`` and the parser that reads it."""

    name: str
    profile: str
    raw: bytes


@dataclass(slots=True)
class Account:
    """What came of the mutants."""

    parsed: int = 0
    unreadable: int = 0
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: str = ""


def _span(data: bytearray, dice: random.Random) -> slice:
    start = dice.randrange(len(data) + 1)
    return slice(start, start + int(dice.expovariate(1 / 40)))


def _flip(data: bytearray, dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _cut(data: bytearray, dice: random.Random) -> None:
    del data[_span(data, dice)]


def _truncate(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data) + 1) :]


def _repeat(data: bytearray, dice: random.Random) -> None:
    piece = data[_span(data, dice)]
    at = dice.randrange(len(data) + 1)
    data[at:at] = piece * dice.choice((1, 2, 50))


def _insert(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data) + 1)
    data[at:at] = dice.choice(TOKENS)


def _swap_lines(data: bytearray, dice: random.Random) -> None:
    lines = data.split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)


ACCIDENTS: tuple[Accident, ...] = (_flip, _cut, _truncate, _repeat, _insert, _swap_lines)


def mutate(raw: bytes, dice: random.Random) -> bytes:
    """Return the message after one to six accidents, half of them in its first 4 KB."""
    head, rest = bytearray(raw[:4096]), bytearray(raw[4096:])
    for _ in range(dice.randint(1, 6)):
        dice.choice(ACCIDENTS)(head if dice.random() < 0.5 or not rest else rest, dice)
    return bytes(head + rest)


def originals() -> list[Original]:
    """Return the messages of ``fixtures/`` up to 200 KB."""
    files = [
        (file, profile)
        for folder, profile in PROFILES.items()
        for file in sorted((FIXTURES / folder).glob("*.eml"))
    ]
    found = [Original(file.name, profile, file.read_bytes()) for file, profile in files]
    return [each for each in found if len(each.raw) <= 200_000]


def mutants(count: int, seed: int) -> Iterator[Original]:
    """Yield ``count`` damaged messages, each by its own dice."""
    sound = originals()
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")
        whole = dice.choice(sound)
        yield whole._replace(name=f"{number}:{whole.name}", raw=mutate(whole.raw, dice))


def read(mutant: Original, parser: Parser, account: Account) -> None:
    """Parse one mutant and write down what came of it."""
    start = time.process_time()
    try:
        told = parser.parse(io.BytesIO(mutant.raw), ItemFacts(profile=mutant.profile)).message
        if NUL.search(told.model_dump_json()):  # a lone surrogate would have raised
            account.faults.append(f"{mutant.name}: NUL")
        account.parsed += 1
    except UnreadableItem:
        account.unreadable += 1
    except Exception as error:  # noqa: BLE001 - what the benchmark is there to find
        account.faults.append(f"{mutant.name}: {error!r}")
    taken = time.process_time() - start
    if taken > account.slowest_s:
        account.slowest_s, account.slowest = taken, mutant.name


def main() -> None:
    """Print the account of the mutants; exit with 1 on a fault or a slow message."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    parsers = {each: open_parser(each, ParserOptions()) for each in set(PROFILES.values())}
    account, quiet = Account(), not sys.stdout.isatty()
    for mutant in track(mutants(count, seed), total=count, transient=True, disable=quiet):
        read(mutant, parsers[mutant.profile], account)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} mutants of {len(originals())} messages, seed {seed}")
    print(f"parsed {account.parsed}, unreadable {account.unreadable}, faults {len(account.faults)}")
    print(f"slowest {account.slowest_s:.2f} s CPU ({account.slowest}), peak {peak_mb:.0f} MB")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
    for fault in account.faults[:20]:
        print(fault)
    sys.exit(bool(account.faults) or account.slowest_s > SLOWEST_S)


if __name__ == "__main__":
    main()
