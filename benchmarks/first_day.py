"""Print how messages to our own desk are judged on the first day, when nobody has labelled any.

``python benchmarks/first_day.py [MESSAGES…]``: files of JSON lines with text, topic and channel;
``unseen_desk.jsonl`` and ``unseen_desk_others.jsonl`` of ``fixtures/classify`` if none is given,
and beside them ``no_request.jsonl``, which no desk is meant by, and ``unseen_pairs.jsonl``, scenes
told twice: nobody is in danger and somebody is, often said in passing. All are invented, by authors
who wrote nothing that is learned from and saw neither rules nor models; what citizens really send
will differ. Each message is judged as the pipeline judges it: the first topic, whether the right
one is among the three shown, what would be filed without a person, and alarms.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replay import documents_of

from intake.classifying.decide import judge
from intake.classifying.models.examples import LabelledText, read
from intake.classifying.topics.taxonomy import Taxonomy
from intake.config import ClassifySettings
from intake.pipeline.texts.classifiers import open_classifiers
from intake.schemas.classifications import ClassifierOptions, Origin, Verdict

FIXTURES = Path(__file__).parents[1] / "fixtures" / "classify"
DESKS = ("unseen_desk.jsonl", "unseen_desk_others.jsonl")
SHOWN = 3


class Desk:
    """The classifiers as they are shipped."""

    def __init__(self) -> None:
        settings = ClassifySettings()
        self.taxonomy = Taxonomy.load()
        self._threshold = settings.threshold
        self._classifiers = open_classifiers(settings.classifiers, None, ClassifierOptions())

    def judge(self, text: LabelledText) -> Verdict:
        """Return what the pipeline would say."""
        return judge(
            documents_of(text),
            classifiers=self._classifiers,
            taxonomy=self.taxonomy,
            threshold=self._threshold,
            origin=Origin(channel=text.channel),
        )


def main() -> None:
    """Print a line a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("messages", nargs="*", type=Path)
    given: list[Path] = parser.parse_args().messages
    if missing := [str(path) for path in given if not path.is_file()]:
        parser.error(f"there is no file {', '.join(missing)}")
    desk = Desk()
    for path in given or [FIXTURES / name for name in DESKS]:
        _print(path.name, desk, list(read(path)))
    if not given:
        _print_no_request(desk, [line["text"] for line in _lines("no_request.jsonl")])
        _print_pairs(desk, _lines("unseen_pairs.jsonl"))


def _print(name: str, desk: Desk, texts: Sequence[LabelledText]) -> None:
    begun = time.process_time()
    verdicts = [desk.judge(text) for text in texts]
    used = (time.process_time() - begun) / len(texts)
    told = [_topics(verdict) for verdict in verdicts]
    pairs = list(zip(texts, told, strict=True))
    first = sum(text.topic in topics[:1] for text, topics in pairs) / len(texts)
    shown = sum(text.topic in topics[:SHOWN] for text, topics in pairs) / len(texts)
    print(f"{name}: {len(texts)} messages, {used * 1000:.0f} ms of CPU each")
    print(f"  topic first {first:.3f}, among {SHOWN} {shown:.3f}")
    filed = [
        verdict.topic == text.topic
        for text, verdict in zip(texts, verdicts, strict=True)
        if not verdict.needs_review
    ]
    print(f"  filed without a person {len(filed)}, rightly {sum(filed)}")
    alarming = desk.taxonomy.emergency_topic
    calls = [
        verdict.emergency
        for text, verdict in zip(texts, verdicts, strict=True)
        if alarming is not None and text.topic == alarming.id
    ]
    alarms = sum(verdict.emergency for verdict in verdicts)
    print(f"  calls {len(calls)}, alarms for them {sum(calls)}", end="")
    print(f"; others {len(texts) - len(calls)}, alarms {alarms - sum(calls)}", flush=True)


def _print_no_request(desk: Desk, texts: Sequence[str]) -> None:
    verdicts = [desk.judge(LabelledText(text=text, topic="-")) for text in texts]
    filed = [verdict.topic for verdict in verdicts if not verdict.needs_review]
    elsewhere = sum(topic == "non-competenza" for topic in filed)
    print(f"no_request.jsonl: {len(texts)} messages that no desk is meant by")
    print(f"  filed {len(filed)}, {elsewhere} of them as not a matter of the Department", end="")
    print(f"; alarms {sum(verdict.emergency for verdict in verdicts)}")


def _print_pairs(desk: Desk, lines: Sequence[dict[str, Any]]) -> None:
    alarms = Counter(
        line["danger"]
        for line in lines
        if desk.judge(LabelledText(text=line["text"], topic="-")).emergency
    )
    pairs = len(lines) // 2
    print(f"unseen_pairs.jsonl: {pairs} pairs; somebody in danger, alarms {alarms[True]}", end="")
    print(f"; nobody, alarms {alarms[False]}")


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]


def _topics(verdict: Verdict) -> list[str]:
    """Return the topics that a person is shown, the likeliest first."""
    others = [each.topic for each in verdict.alternatives]
    return others if verdict.topic is None else [verdict.topic, *others]


if __name__ == "__main__":
    main()
