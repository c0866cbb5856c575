"""Topics of today: what the stored ids mean, for front ends and for counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from intake.classifying.topics.taxonomy import Taxonomy
from intake.store import topics
from intake.store.database import Database


def name_topics(database: Database, taxonomy: Taxonomy) -> None:
    """Let the views for front ends know which topics were renamed or merged."""
    meanings = taxonomy.meanings()
    with database.read() as connection:
        is_known = topics.names(connection) == meanings
    if not is_known:
        with database.write() as connection:
            topics.rename(connection, meanings)


def forward(counts: Mapping[str, int], taxonomy: Taxonomy) -> dict[str, int]:
    """Return how often each topic of today was filed, the most frequent first."""
    found: Counter[str] = Counter()
    for topic, count in counts.items():
        found[taxonomy.forward(topic)] += count
    return dict(found.most_common())
