"""What we make beforehand so that a process starts sooner says what it was made from."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np

from intake.classifying.encoding.embeddings import shipped_embedder
from intake.classifying.language import FOREIGN_LANGUAGES
from intake.classifying.language_model import open_model, whole_model
from intake.classifying.models.learned import LearnedClassifier, cold_start, trained_on_nothing
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
SAMPLES = tomllib.loads((FIXTURES / "languages.toml").read_text("utf-8"))


def test_the_shipped_languages_are_as_likely_as_py3langid_says() -> None:
    """If not, run ``scripts/make_language_model.py``."""
    whole, shipped = whole_model(), open_model(FOREIGN_LANGUAGES)
    whole.set_languages(FOREIGN_LANGUAGES)
    texts = [text for kind in SAMPLES.values() for some in kind.values() for text in some[:5]]
    for text in [*texts, "", "123", "TUTTO MAIUSCOLO", "\ud800 x", "щ𐍈"]:
        assert shipped.rank(text) == whole.rank(text)


def test_a_language_that_is_not_shipped_is_told_apart_all_the_same() -> None:
    text = "Kaixo, jakin nahi nuke non dagoen nire herriko elkargunea eta nola iristen den hara."
    assert open_model(("it", "eu", "es")).classify(text)[0] == "eu"


def test_the_shipped_cold_start_is_what_training_on_nothing_gives() -> None:
    """If not, run ``scripts/make_cold_start.py``."""
    taxonomy = Taxonomy.load()
    made = Path(str(files("intake.classifying"))) / "data" / cold_start(taxonomy.version)
    assert [path.name for path in made.parent.glob(cold_start("*"))] == [made.name]
    rules = KeywordClassifier(taxonomy=taxonomy)
    trained, shipped = (
        trained_on_nothing(taxonomy, rules.shares, embedder=shipped_embedder()),
        LinearModel.load(made, rules.shares, embedder=shipped_embedder()),
    )
    assert shipped.manifest == trained.manifest
    texts = [text for topic in taxonomy.topics for text in (topic.label.it, topic.description.en)]
    # Sums of floats may differ in their last bits from one processor to another.
    assert np.allclose(shipped.decide(texts), trained.decide(texts), atol=0.01)
    assert np.allclose(shipped.probabilities(texts), trained.probabilities(texts), atol=0.01)


def test_an_operators_own_topics_are_learned_from_at_once(tmp_path: Path) -> None:
    shipped = files("intake.classifying").joinpath("data", "taxonomy.toml").read_text("utf-8")
    path = tmp_path / "topics.toml"
    path.write_text(shipped.replace('id = "benemerenze"', 'id = "medaglie"'), encoding="utf-8")
    taxonomy = Taxonomy.load(path)
    classifier = LearnedClassifier.untrained(taxonomy, KeywordClassifier(taxonomy=taxonomy).shares)
    assert classifier is not None
    assert "medaglie" in classifier._model.manifest.topics
