"""Print how topics are filed over time when nobody has labelled anything: a replay by date.

``python benchmarks/replay.py EXAMPLES=TAXONOMY… [--json]``: each file of examples has JSON lines
with text, topic and at (or label and date), a taxonomy is a TOML file; ``benchmarks/topics`` has
two. The texts come in their order, a run of them at a time, to a system that knows no example.
Every text is judged as the pipeline judges it. At or above the rolling threshold its topic is
filed, and the audit shows a share of these to a person all the same; a person also has all others.
Whatever a person sees, the person corrects or confirms: the label of the file. After enough of that
a new model is trained, and goes live if it wins its contest.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress, TaskID

from intake.classifying.decide import judge
from intake.classifying.measuring.figures import Figures, Judged
from intake.classifying.measuring.splits import in_time
from intake.classifying.models.examples import LabelledText, read
from intake.classifying.models.model_folder import ModelFolder
from intake.classifying.thresholds.gate import Choice, Outcome, choose_thresholds, is_audited
from intake.classifying.topics.ranking import surest
from intake.classifying.topics.taxonomy import Taxonomy
from intake.config import ClassifySettings
from intake.errors import UsageError
from intake.pipeline.learning.contest import contest
from intake.pipeline.texts.classifiers import open_classifiers
from intake.schemas.base import Frozen
from intake.schemas.classifications import ClassifierOptions, Origin, Thresholds
from intake.schemas.documents import Document

PARTS = 4


class Quarter(Frozen):
    """What became of a quarter of the texts; shares are 0 to 1, precision is of what was filed."""

    texts: int
    filed: float
    precision: float
    threshold: float
    macro_f1: float
    accuracy: float
    models: int
    """How many models had gone live by its end."""


class Desk:
    """A contact centre on its way: what was decided, what persons said, which model is in use."""

    def __init__(self, taxonomy: Path, folder: Path, settings: ClassifySettings) -> None:
        self._options = ClassifierOptions(taxonomy=taxonomy, lessens=False)
        self._taxonomy = Taxonomy.load(taxonomy)
        self._folder = ModelFolder(folder)
        self._settings = settings
        self._corrections: list[LabelledText] = []
        self._outcomes: list[Outcome] = []
        self._choices: list[Choice] = []
        self._tried_after = 0
        self.judged: list[Judged] = []
        self.is_filed: list[bool] = []
        self.thresholds: list[float] = []
        self.models = 0

    def run(self, texts: Sequence[LabelledText]) -> None:
        """Judge the texts of one run with what is known before it; then let persons work."""
        thresholds = choose_thresholds(
            self._outcomes, precision=self._settings.precision or 1.0, lately=self._choices
        )
        for text in texts:
            self._judge(text, thresholds)
        if len(self._corrections) - self._tried_after >= self._settings.refit_after:
            self._refit()

    def _judge(self, text: LabelledText, thresholds: Thresholds) -> None:
        verdict = judge(
            documents_of(text),
            classifiers=open_classifiers(
                self._settings.classifiers, self._folder.current_path(), self._options
            ),
            taxonomy=self._taxonomy,
            threshold=thresholds,
            origin=Origin(channel=text.channel),
        )
        chosen, confidence = surest(verdict.opinions, self._taxonomy) or (None, 0.0)
        is_filed = not verdict.needs_review
        is_seen = not is_filed or is_audited(str(len(self.judged)), self._settings.audit_share)
        self.judged.append(Judged(text, chosen, confidence))
        self.is_filed.append(is_filed)
        self.thresholds.append(thresholds.general)
        if chosen is not None:
            self._choices.append(Choice(confidence, chosen))
        if is_seen:
            self._corrections.append(text)
            if chosen is not None:
                self._outcomes.append(Outcome(confidence, chosen == text.topic, chosen))

    def _refit(self) -> None:
        self._tried_after = len(self._corrections)
        try:
            content, record = contest(
                self._corrections, self._folder.current_path(), self._options, at=datetime.now(UTC)
            )
        except UsageError:  # too few to measure on
            return
        if record.contest.is_won:
            self._folder.add(content, record)
            self._folder.use(record.version)
            self.models += 1

    def quarter(self, start: int, end: int) -> Quarter:
        """Return what became of the texts from ``start`` to ``end``."""
        judged, filed = self.judged[start:end], self.is_filed[start:end]
        figures = Figures(judged, threshold=0.0)
        right = [each.is_right for each, is_filed in zip(judged, filed, strict=True) if is_filed]
        return Quarter(
            texts=len(judged),
            filed=len(right) / len(judged),
            precision=sum(right) / len(right) if right else 1.0,
            threshold=self.thresholds[end - 1],
            macro_f1=figures.macro_f1,
            accuracy=figures.accuracy,
            models=self.models,
        )


def main() -> None:
    """Replay each file and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("examples", nargs="*", metavar="EXAMPLES=TAXONOMY")
    parser.add_argument("--precision", type=float, default=0.9, help="wanted of what is filed")
    parser.add_argument("--audit", type=float, default=0.15, help="share shown to a person anyway")
    parser.add_argument("--refit-after", type=int, default=50, help="corrections")
    parser.add_argument("--run", type=int, default=10, help="texts that one run judges")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.examples:
        print("No labelled texts were given: nothing is measured.\n", __doc__, sep="\n")
        return
    settings = ClassifySettings(
        precision=given.precision, audit_share=given.audit, refit_after=given.refit_after
    )
    found = {}
    for argument in given.examples:
        name, _, taxonomy = argument.partition("=")
        texts = in_time(list(read(Path(name))))
        with Progress(console=Console(stderr=True), disable=given.json) as bar:
            task = bar.add_task(Path(name).name, total=len(texts))
            tell = partial(_tell, bar, task)
            found[Path(name).name] = replay(
                texts, Path(taxonomy), settings, per_run=given.run, tell=tell
            )
    if given.json:
        listed = {name: [q.model_dump() for q in quarters] for name, quarters in found.items()}
        print(json.dumps(listed, indent=2))
        return
    for name, quarters in found.items():
        _print(name, quarters)


def replay(
    texts: Sequence[LabelledText],
    taxonomy: Path,
    settings: ClassifySettings,
    *,
    per_run: int,
    tell: Callable[[int], None],
) -> list[Quarter]:
    """Return what became of each quarter of the texts, then of all."""
    cuts = [round(part * len(texts) / PARTS) for part in range(PARTS + 1)]
    quarters: list[Quarter] = []
    with TemporaryDirectory() as folder:
        desk = Desk(taxonomy, Path(folder), settings)
        for start in range(0, len(texts), per_run):
            desk.run(texts[start : start + per_run])
            tell(len(desk.judged))
            if len(desk.judged) >= cuts[len(quarters) + 1]:
                quarters.append(desk.quarter(cuts[len(quarters)], cuts[len(quarters) + 1]))
        return [*quarters, desk.quarter(0, len(texts))]


def _tell(bar: Progress, task: TaskID, done: int) -> None:
    bar.update(task, completed=done)


def documents_of(text: LabelledText) -> list[Document]:
    """Return a text as the pipeline hands it to classifiers: the first line is the subject."""
    subject, line_end, body = text.text.partition("\n")
    if not line_end:
        subject, body = "", text.text
    found = [Document(origin="subject", text=subject), Document(origin="body", text=body)]
    return [each for each in found if each.text.strip()]


def _print(name: str, quarters: Sequence[Quarter]) -> None:
    print(f"\n{name}: {quarters[-1].texts} texts, no label at first")
    print(f"{'quarter':>8} {'filed':>6} {'precision':>9} {'threshold':>9} {'macro-F1':>8} models")
    for number, each in enumerate(quarters, start=1):
        label = "all" if number > PARTS else str(number)
        threshold = "never" if each.threshold > 1 else f"{each.threshold:.2f}"
        print(
            f"{label:>8} {each.filed:6.0%} {each.precision:9.3f} {threshold:>9} "
            f"{each.macro_f1:8.3f} {each.models:6}"
        )


if __name__ == "__main__":
    main()
