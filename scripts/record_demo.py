"""Record what `make demo` prints, in a folder of its own, as docs/images/demo.svg."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "demo.svg"
COLUMNS = 152
SELF_CONTAINED = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""The picture loads no font from anywhere."""


def main() -> int:
    """Run the demo on a terminal of our own and draw what it printed; return its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo-data"
        printed, code = run_on_terminal(data)
        subprocess.run(demo("--clean"), env=environment(data), check=True, capture_output=True)
    if code == 0:
        draw(printed.replace(str(data), "demo-data"))
        print(f"{PICTURE.relative_to(ROOT)} is written.")
    return code


def run_on_terminal(data: Path) -> tuple[str, int]:
    """Return what the demo printed, with its colours, and its exit code."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        demo(), stdout=its, stderr=subprocess.DEVNULL, env=environment(data)
    )  # progress bars go to standard error
    os.close(its)
    printed = b""
    while chunk := read(ours):
        printed += chunk
    os.close(ours)
    return printed.decode().replace("\r\n", "\n"), process.wait()


def read(terminal: int) -> bytes:
    """Return the next bytes; none when the other side is closed, which Linux calls EIO."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def demo(*arguments: str) -> list[str]:
    """Return the command of the demo."""
    return [sys.executable, str(ROOT / "scripts" / "demo.py"), *arguments]


def environment(data: Path) -> dict[str, str]:
    """Return ours, with a wide terminal and the demo's folder."""
    wide = {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "DEMO_DATA": str(data)}
    return os.environ | wide


def draw(printed: str) -> None:
    """Write the picture."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text.from_ansi(printed.rstrip()))
    PICTURE.parent.mkdir(exist_ok=True)
    console.save_svg(str(PICTURE), title="make demo", code_format=SELF_CONTAINED)


if __name__ == "__main__":
    sys.exit(main())
