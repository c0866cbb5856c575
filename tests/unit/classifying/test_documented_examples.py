import re
from pathlib import Path

from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "change-the-topics.md"


def _example(name: str, folder: Path) -> Path:
    found = re.search(rf"```toml\n# {name}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found, f"no example {name}"
    path = folder / f"{name}.toml"
    path.write_text(found.group(1), encoding="utf-8")
    return path


def test_the_taxonomy_of_the_how_to_can_be_loaded(tmp_path: Path) -> None:
    taxonomy = Taxonomy.load(_example("taxonomy", tmp_path))
    assert [topic.id for topic in taxonomy.topics] == ["strade", "strade.neve", "pericolo"]
    renamed = taxonomy.find("buche")
    assert renamed is not None
    assert renamed.id == "strade"


def test_the_keyword_rules_of_the_how_to_work(tmp_path: Path) -> None:
    classifier = KeywordClassifier(_example("keywords", tmp_path))
    assert classifier.topics <= set(Taxonomy.load(_example("taxonomy", tmp_path)).ids())
    opinions = classifier.classify([Document(text="C'è una grande buca in mezzo alla strada.")])
    assert opinions[0].topic == "strade"


def test_the_urgency_rules_of_the_how_to_work(tmp_path: Path) -> None:
    rules = UrgencyRules(_example("urgency", tmp_path))

    def urgency(text: str) -> Urgency:
        return rules.assess([Document(text=text)]).urgency

    assert urgency("La scuola brucia") is Urgency.EMERGENCY
    assert urgency("Nessun incendio nel bosco") is Urgency.NORMAL
    assert urgency("I vigili del fuoco sono a scuola") is Urgency.NORMAL
