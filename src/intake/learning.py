"""Train a model of topics on labelled texts, and tell what it is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from intake.classifying.models.examples import LabelledText, forward
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError, UsageError
from intake.interfaces import Classifier
from intake.pipeline.stage_options import ClassifyOptions
from intake.pipeline.texts.classifiers import open_classifiers
from intake.pipeline.whole_files import check_place, whole_file
from intake.reporting import evaluation_page as evaluation_pages
from intake.schemas.classifications import ClassifierOptions, Fault
from intake.schemas.evaluations import Report, Split

if TYPE_CHECKING:
    from intake.classifying.models.manifest import Manifest


def train_model(
    examples: Sequence[LabelledText],
    out: Path,
    *,
    taxonomy: Path | None = None,
    rules: Path | None = None,
    embeddings: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Train a model on labelled texts, write it to ``out`` and return its manifest.

    What the topics of ``taxonomy`` say of themselves, and the keyword ``rules``, count as far as
    they help (None: ours). ``embeddings`` is whether decisions on embeddings are learned too.
    ``out`` is replaced at once or not at all.

    Raises:
        UsageError: there are no examples, or not two topics; or ``out`` can be no file.
        ConfigError: the taxonomy cannot be used.
        StoreError: the disk refused.
    """
    from intake.pipeline.learning.learn import learn  # noqa: PLC0415 - scipy, where needed

    check_place(out)
    options = ClassifierOptions(taxonomy=taxonomy, rules=rules, embeddings=embeddings)
    model = learn(examples, options, progress=progress)
    with whole_file(out) as unfinished:
        unfinished.write_bytes(model.to_bytes())
    return model.manifest


def unknown_topics(
    examples: Sequence[LabelledText], taxonomy: Path | None = None
) -> dict[str, int]:
    """Return how many texts each topic has that ``taxonomy`` (None: ours) does not know: no
    request is ever filed under it.

    Raises:
        ConfigError: the taxonomy cannot be used.
    """
    known = Taxonomy.load(taxonomy)
    counted = Counter(each.topic for each in examples if known.find(each.topic) is None)
    return dict(sorted(counted.items()))


def evaluate_model(
    examples: Sequence[LabelledText],
    *,
    options: ClassifyOptions | None = None,
    split: Split | str = Split.TIME,
    precision: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return how a model of some labelled texts does on the others, beside other ways to choose.

    ``options`` name the threshold, and the model in use if there is one: one that cannot be read is
    among the ``faults``. ``split`` is ``time``
    (the latest are held out), ``random`` or ``event`` (one at a time is left out). ``precision`` is
    what is wanted of topics that are filed without a person, 0.9 if left out.

    Raises:
        UsageError: there are too few texts, or they cannot be parted so, or no such split is known.
        ConfigError: the taxonomy or the rules cannot be used.
    """
    from intake.classifying.measuring.evaluation import WANTED_PRECISION, evaluate  # noqa: PLC0415 - numpy, where needed
    from intake.classifying.measuring.rivals import ByClassifier  # noqa: PLC0415 - as above
    from intake.pipeline.learning.learn import learn  # noqa: PLC0415 - scipy, where needed

    parted, options = _split(split), options or ClassifyOptions()
    files, taxonomy = options.files, Taxonomy.load(options.taxonomy)
    rules, (in_use, faults) = KeywordClassifier.configured(files), _in_use(options)
    rivals = [ByClassifier("keyword rules", rules, taxonomy=taxonomy)]
    if in_use is not None:
        rivals.append(ByClassifier("model in use", in_use, True, taxonomy))
    report = evaluate(
        forward(examples, taxonomy),
        threshold=options.threshold,
        precision=precision or WANTED_PRECISION,
        split=parted,
        learn=lambda learned, tell: learn(learned, files, progress=tell),
        rivals=rivals,
        progress=progress,
    )
    return report.model_copy(update={"faults": faults})


def _split(name: Split | str) -> Split:
    try:
        return Split(name)
    except ValueError:
        raise UsageError(
            f"{name[:20]!r} is no way to part the examples.",
            remedy=f"Use one of: {', '.join(Split)}.",
        ) from None


def _in_use(options: ClassifyOptions) -> tuple[Classifier | None, tuple[Fault, ...]]:
    """Return the model in use if there is one, or why it cannot be used."""
    if options.model is None:
        return None, () if options.model_fault is None else (options.model_fault,)
    try:
        (opened,) = open_classifiers((), options.model, options.files)
    except ConfigError as error:
        return None, (Fault(message=error.message, remedy=error.remedy),)
    return opened, ()


def evaluation_page(report: Report, language: str = "en", *, taxonomy: Path | None = None) -> str:
    """Return ``report`` as one HTML page that needs no network, in English or Italian (``it``).

    Raises:
        UsageError: there is no page in this language.
        ConfigError: the taxonomy, which names the topics, cannot be used.
    """
    check_page(language)
    labels = {topic.id: getattr(topic.label, language) for topic in Taxonomy.load(taxonomy).topics}
    return evaluation_pages.draw(report, language=language, labels=labels)


def check_page(language: str, place: Path | None = None) -> None:
    """Refuse a page in a ``language`` or ``place`` where there can be none, before the evaluation.

    Raises:
        UsageError: there is no page in this language, or no file can be written there.
    """
    if language not in evaluation_pages.LANGUAGES:
        raise UsageError(
            f"There is no page in {language[:20]!r}.",
            remedy=f"Use one of: {', '.join(evaluation_pages.LANGUAGES)}.",
        )
    if place is not None:
        check_place(place)
