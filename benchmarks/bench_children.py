"""What a child costs, forked from a loaded process and started by itself.

python benchmarks/bench_children.py [FILE]
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from intake import Intake, RequestDraft, Settings
from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.pipeline import tasks
from intake.pipeline.stage_options import StageOptions

FAX = Path(__file__).parents[1] / "fixtures" / "fax" / "fine_clean.tif"
TIMES = 7
OPTIONS = StageOptions()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "file", type=Path, nargs="?", default=FAX, help="a page; else a fax of ours"
    )
    file: Path = parser.parse_args().file
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} CPUs")
    alone = cpu_s(lambda: read_all_alone(file)) / TIMES
    forked = cpu_s(lambda: read_all_forked(file)) / TIMES
    print(f"{file.name}, CPU of all processes: {alone:.2f} s by itself, {forked:.2f} s forked")
    with tempfile.TemporaryDirectory() as folder:
        first, *later = submissions(Path(folder))
    print(f"submit(), wall clock: the first {first:.2f} s, later ones {median(later):.3f} s")


def read_all_alone(file: Path) -> None:
    for _ in range(TIMES):
        with closing(ForkServers()) as servers:
            read(servers, file, None)


def read_all_forked(file: Path) -> None:
    with closing(ForkServers()) as servers:
        for _ in range(TIMES):
            read(servers, file, tasks.loading_for_pages(OPTIONS.ocr.engine, OPTIONS.ocr.languages))


def read(servers: ForkServers, file: Path, preload: tuple[str, dict[str, object]] | None) -> None:
    payload = tasks.reading(
        file,
        None,
        ocr=OPTIONS.ocr.model_dump(mode="json"),
        parsing=OPTIONS.parsing.model_dump(mode="json"),
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        Child(servers, OPTIONS.heavy, temp_dir=folder, preload=preload) as child,
    ):
        child.call(tasks.RECOGNISE_PAGES, payload | {"first": 1})


def submissions(folder: Path) -> list[float]:
    took = []
    with Intake(Settings(data_dir=folder)) as app:
        for number in range(TIMES):
            began = time.perf_counter()
            draft = RequestDraft(
                channel="phone", source="desk", text=f"Albero caduto in via Roma {number}"
            )
            app.submit(draft)
            took.append(time.perf_counter() - began)
    return took


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds of children that ended meanwhile, and of theirs."""
    before = _children_s()
    work()
    return _children_s() - before


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
