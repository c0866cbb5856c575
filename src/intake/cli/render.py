"""Tables for people, JSON for programs, progress for whoever waits."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from intake.cli.streams import is_unicode

if TYPE_CHECKING:
    from intake.schemas.events import Event

Tell = Callable[[str, int, int | None], None]
"""Called with a label, how many are done, and how many there are if that is known."""

_PLACES = {
    "quoted": "in quoted text",
    "footer": "in the footer",
    "alternative": "in the HTML beside the text",
}
_WIDTH_OF_PIPES = 160
_GAP = 3
_LEAST = 8
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Column:
    """One column of a table. Narrow terminals leave out columns of a high ``rank`` first."""

    title: str
    share: int = 0
    """How much of the room that is left it may take; 0 is as wide as its longest cell, always."""
    rank: int = 0
    side: Literal["left", "right"] = "left"


def plain(value: object) -> str:
    """Return text of a stranger without what would steer the terminal: escapes, turned writing."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", "" if value is None else str(value))


def one_line(value: object) -> str:
    """Return a stranger's text as one line without control characters."""
    return plain(" ".join(("" if value is None else str(value)).split()))


def emit_json(value: object) -> None:
    """Print JSON on stdout; pydantic models, times and paths among it are understood.

    Where stdout is not UTF-8, letters are written as ``\\u00e8``: nothing is lost to a program.
    """
    from pydantic_core import to_jsonable_python  # heavy, and only programs ask for JSON

    is_ascii = not is_unicode(sys.stdout)
    _write(json.dumps(to_jsonable_python(value), ensure_ascii=is_ascii, indent=2) + "\n")


def emit(*parts: RenderableType) -> None:
    """Print for people on stdout. A text is printed as it is, never read as markup."""
    is_terminal = sys.stdout.isatty()
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=_width(),
        force_terminal=is_terminal,
        no_color=not is_terminal or bool(os.environ.get("NO_COLOR")),
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str))
    _write(buffer.getvalue())


def complain(message: str, remedy: str | None = None) -> None:
    """Print what went wrong on stderr, and what to do about it."""
    lines = [f"intake: {message}", *([f"  {remedy}"] if remedy else [])]
    print(*map(plain, "\n".join(lines).splitlines()), sep="\n", file=sys.stderr)


def where(place: str) -> str:
    """Return where evidence stands, in words; the path of a file is itself."""
    return _PLACES.get(place, place)


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> RenderableType:
    """Return a table as wide as the terminal allows; cells are strangers' texts or ``Text``."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = _widths(columns, cells, _width())
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for index, width in widths.items():
        column = columns[index]
        drawn.add_column(
            column.title, justify=column.side, width=width, no_wrap=True, overflow="ellipsis"
        )
    for row in cells:
        drawn.add_row(*(row[index] for index in widths))
    return drawn


def facts(pairs: Sequence[tuple[str, object]]) -> RenderableType:
    """Return names and values, one pair a line; pairs without a value are left out."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style="bold", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", (), [], {}):
            drawn.add_row(name, value if isinstance(value, Text) else Text(plain(value)))
    return drawn


def events(journal: Sequence[Event], zone: ZoneInfo) -> RenderableType:
    """Return the journal of one receipt or request as a table."""
    columns = [Column("#", side="right"), Column("when"), Column("what"), Column("who")]
    cells = [
        (
            event.seq,
            local(event.at, zone),
            event.type,
            event.actor,
            ", ".join(f"{name}={value}" for name, value in event.data.items()),
        )
        for event in journal
    ]
    return table([*columns, Column("details", share=1)], cells)


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """Return a time as the people of ``zone`` read it; nothing for None."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def heading(text: str) -> Text:
    """Return a title for what follows."""
    return Text(f"\n{plain(text)}", style="bold underline")


def marked(text: str, style: str) -> Text:
    """Return a text in a style, where the terminal has styles."""
    return Text(one_line(text), style=style)


@contextmanager
def progress(*, silent: bool) -> Iterator[Tell | None]:
    """Give a function that shows progress on stderr; None when silent or not on a terminal."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def tell(label: str, done: int, total: int | None) -> None:
        if label not in tasks:
            tasks[label] = bars.add_task(one_line(label), total=total)
        bars.update(tasks[label], completed=done, total=total)

    with bars:
        yield tell


def _cell(value: object) -> Text:
    return value if isinstance(value, Text) else Text(one_line(value))


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]], room: int) -> dict[int, int]:
    """Return the width of each column that is kept, in signs."""
    natural = {
        index: max(len(column.title), *(row[index].cell_len for row in rows), 1)
        for index, column in enumerate(columns)
    }
    kept = list(natural)
    for rank in sorted({column.rank for column in columns if column.rank}, reverse=True):
        needed = [min(natural[i], _LEAST) if columns[i].share else natural[i] for i in kept]
        if sum(needed) + _GAP * (len(kept) - 1) <= room:
            break
        kept = [index for index in kept if columns[index].rank < rank]
    widths = {index: natural[index] for index in kept}
    shared = sorted(
        (index for index in kept if columns[index].share),
        key=lambda index: natural[index] / columns[index].share,
    )
    left = room - _GAP * (len(kept) - 1) - sum(widths[i] for i in kept if i not in shared)
    for position, index in enumerate(shared):  # who needs less than the share leaves the rest
        total = sum(columns[other].share for other in shared[position:])
        fair = max(left * columns[index].share // total, _LEAST)
        widths[index] = min(natural[index], fair)
        left -= widths[index]
    return widths


def _width() -> int:
    if os.environ.get("COLUMNS", "").isdigit():
        return max(int(os.environ["COLUMNS"]), 20)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _WIDTH_OF_PIPES
    except (OSError, ValueError):  # not a terminal, or no file at all
        return _WIDTH_OF_PIPES


def _write(text: str) -> None:
    """Write on stdout; a reader that has gone away (`| head`) is no error of ours."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
