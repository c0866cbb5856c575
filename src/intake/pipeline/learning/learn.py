"""Learn from labelled texts: examples, the operator's topics and rules become a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from intake.classifying.models.examples import (
    Example,
    LabelledText,
    forward,
    of_citizens,
    of_taxonomy,
)
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import UsageError
from intake.pipeline.texts.classifiers import embedder
from intake.schemas.classifications import ClassifierOptions


def learn(
    examples: Sequence[LabelledText],
    options: ClassifierOptions,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> LinearModel:
    """Return a model of the examples, former topics mapped forward.

    The operator's topics and rules count with it, unless the examples are of other topics; the
    messages that we ship do if most of the examples are of these topics.

    Raises:
        UsageError: there are no examples, or not two topics.
        ConfigError: the taxonomy or the rules cannot be used.
    """
    if not examples:
        raise UsageError(
            "There are no examples to learn from.",
            remedy="Name a file of labelled texts, or correct topics with `intake correct` first.",
        )
    taxonomy, asked = Taxonomy.load(options.taxonomy), embedder(options)
    labelled = [
        Example(each.text, each.topic, each.channel) for each in forward(examples, taxonomy)
    ]
    ours = sum(each.topic in taxonomy for each in labelled)
    if labelled and not ours:
        return train(labelled, embedder=asked, progress=progress)
    rules = KeywordClassifier.configured(options)
    return train(
        labelled,
        described=of_taxonomy(taxonomy),
        written=of_citizens(taxonomy) if 2 * ours >= len(labelled) else (),
        prior=rules.shares,
        embedder=asked,
        progress=progress,
    )
