from hypothesis import given, settings
from hypothesis import strategies as st

from intake.classifying.decide import judge
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.schemas.documents import Document

WORDS = st.sampled_from(
    [
        *("aiuto", "non", "c'è", "un", "incendio", "casa", "crolla", "gas", "se", "nel", "2016"),
        *("esercitazione", "mandate", "subito", "terremoto", "S.O.S.", "perché", "e\u0300"),
        *("reclamo", "entro", "domani", ".", ",", "!", "\n\n", "\u00ad-\n"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join))
DOCUMENTS = st.lists(
    st.builds(
        Document,
        text=TEXTS,
        origin=st.sampled_from(["subject", "body", "ocr", "embedded"]),
        confidence=st.floats(0, 1),
    ),
    max_size=4,
)
TAXONOMY = Taxonomy.load()
CLASSIFIER = KeywordClassifier()


@given(DOCUMENTS)
@settings(deadline=None)
def test_any_text_gets_a_verdict_and_the_same_one_again(documents: list[Document]) -> None:
    verdict = judge(documents, classifiers=[CLASSIFIER], taxonomy=TAXONOMY, threshold=0.5)
    again = judge(documents, classifiers=[CLASSIFIER], taxonomy=TAXONOMY, threshold=0.5)
    assert verdict == again
    assert verdict.topic is None or verdict.topic in TAXONOMY
    assert 0 <= verdict.confidence <= 1
    assert verdict.emergency == (verdict.urgency == "emergency")
    assert verdict.needs_review or verdict.topic is not None
    assert len(verdict.alternatives) <= 3
    assert all(0 <= opinion.confidence <= 1 for opinion in verdict.opinions)
