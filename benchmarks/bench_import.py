"""Seconds that ``import intake`` takes in a fresh process, beside ``import pydantic``.

Run ``python benchmarks/bench_import.py``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

STATEMENTS = {
    "import intake": "import intake",
    "from intake import Intake": "from intake import Intake",
    "import pydantic": "import pydantic",
    "import sqlalchemy": "import sqlalchemy",
}
RUNS = 7


def main() -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} CPUs")
    for name, statement in STATEMENTS.items():
        print(f"{name:26} median {statistics.median(_time(statement) for _ in range(RUNS)):.3f} s")


def _time(statement: str) -> float:
    program = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    return float(subprocess.check_output([sys.executable, "-c", program], text=True))


if __name__ == "__main__":
    main()
