"""CPU of ``submit()`` where thresholds follow outcomes, by how many requests there are.

python benchmarks/bench_thresholds.py [URL]

URL is of an empty database; else SQLite in a temporary folder. The CPU is that of the process that
calls, without its children and the database's. Every second request was corrected.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from intake import Channel, Intake, RequestDraft, Settings
from intake.schemas.classifications import Classification, Verdict

TOPICS = ("info.aree-attesa", "info.allerta-meteo", "reclamo")
REQUESTS = (100, 1000, 5000)
TIMES = 9
NOTE = RequestDraft(channel=Channel.PHONE, text="Dove sono le aree di attesa del mio comune?")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url", nargs="?", help="of an empty database; else SQLite")
    url: str | None = parser.parse_args().url
    drawn = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder), database={"url": url}, classify={"precision": 0.9}
        )
        with Intake(settings) as app:
            app.submit(NOTE)
            filed = 0
            for wanted in REQUESTS:
                while filed < wanted:
                    file(app, drawn)
                    filed += 1
                learned = cpu_ms(app.classify_options)
                submitted = cpu_ms(lambda: app.submit(NOTE))
                print(f"{wanted} requests: {submitted:.0f} ms; to learn anew {learned:.0f} ms")


def file(app: Intake, drawn: random.Random) -> None:
    topic, confidence = drawn.choice(TOPICS), round(drawn.random(), 4)
    opinion = Classification(
        classifier="learned", version="1", topic=topic, confidence=confidence, calibrated=True
    )
    draft = RequestDraft(channel=Channel.PHONE, text="Nota", topic=topic, topic_by="model")
    request, _ = app._registrar.submit(draft, Verdict(topic=topic, opinions=(opinion,)))
    if drawn.random() < 0.5:
        right = topic if drawn.random() < confidence else drawn.choice(TOPICS)
        app.requests.correct(request.reference, right, by="anna")


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds of CPU that this process needs, the median of some times."""
    took = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return 1e3 * median(took)


if __name__ == "__main__":
    main()
