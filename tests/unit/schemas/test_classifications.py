"""A verdict that names no reasons says only what follows from its topic."""

from __future__ import annotations

from intake.schemas.classifications import Verdict


def test_a_verdict_without_reasons_says_what_follows_from_its_topic() -> None:
    assert Verdict().review_reasons == ("topic_unsure",)
    assert Verdict(topic="x", needs_review=False).review_reasons == ()
    assert Verdict.model_validate_json('{"topic": "x"}').review_reasons == ()
