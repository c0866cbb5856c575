"""The page of an evaluation: whole, harmless, accessible, in two languages, always the same."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from intake.reporting import charts
from intake.reporting.evaluation_page import LANGUAGES, draw
from intake.schemas.evaluations import (
    Bin,
    ChannelScore,
    CoveragePoint,
    Drift,
    EventScore,
    Interval,
    NewWord,
    ReadingScore,
    Report,
    Rival,
    Split,
    TopicScore,
)

SPAN = Interval(low=0.6, high=0.8)
BINS = (
    Bin(confidence=0.3, accuracy=0.4, examples=5),
    Bin(confidence=0.9, accuracy=0.8, examples=9),
)
HOSTILE = '<script>alert("x")</script>&\u202e'
GROUP = {
    "examples": 14,
    "accuracy": 0.71,
    "accuracy_interval": SPAN,
    "macro_f1": 0.5,
    "calibration_error": 0.04,
    "coverage": 0.6,
    "accuracy_covered": 0.9,
    "reliability": BINS,
}


def report(topics: int = 3, name: str = "info.alloggio") -> Report:
    names = [f"{name}{number or ''}" for number in range(topics)]
    return Report(
        split=Split.TIME,
        learned_from=859,
        measured_on=368,
        learned_until="2026-01-31T10:00:00",
        measured_from="2026-02-01",
        unknown_topics=(names[-1],),
        macro_f1=0.61,
        macro_f1_interval=SPAN,
        accuracy=0.7,
        accuracy_interval=SPAN,
        calibration_error=0.043,
        threshold=0.55,
        coverage=0.66,
        accuracy_covered=0.91,
        accuracy_covered_interval=SPAN,
        topics=tuple(
            TopicScore(topic=each, examples=9, chosen=8, precision=0.5, recall=0.667, f1=0.57)
            for each in names
        ),
        channels=(ChannelScore(channel="fax", **GROUP), ChannelScore(channel="pec", **GROUP)),
        readings=(ReadingScore(low=0.6, high=0.75, **GROUP),),
        events=(EventScore(event="piena", **GROUP),),
        curve=tuple(
            CoveragePoint(threshold=1 - x, coverage=x, accuracy=1 - x / 3, accuracy_interval=SPAN)
            for x in (0.2, 0.6, 1.0)
        ),
        reliability=BINS,
        confusions=((names[0], names[-1], 4), (names[0], "", 1)),
        rivals=(
            Rival(
                name="keyword rules",
                macro_f1=0.3,
                accuracy=0.4,
                coverage=0.5,
                accuracy_covered=0.6,
                lead=Interval(low=0.1, high=0.3),
                may_have_learned=True,
            ),
        ),
        drift=(
            Drift(
                month="2026-02",
                texts=30,
                accuracy=0.7,
                stability_index=1.4,
                by_chance=0.1,
                divergence=0.2,
                unknown_features=0.1,
                new_topics=(names[-1],),
                new_words=(NewWord(word="vulcano", texts=4),),
            ),
        ),
    )


class _Reader(HTMLParser):
    """Proves that every tag is closed in its order, and keeps what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(page)
    assert not reader.open
    return reader.tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_and_needs_nothing_from_elsewhere(language: str) -> None:
    page = draw(report(), language=language)
    tags = read(page)
    assert ("html", {"lang": language}) in tags
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"""(?:href|src)=|@import|url\(""", page)
    assert not re.search(r"\{\w+\}", re.sub(r"<style>.*</style>", "", page, flags=re.S))


def test_every_chart_says_what_it_shows_and_stands_beside_a_table() -> None:
    page = draw(report())
    drawn = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawn) == 7
    for chart in drawn:
        image = ElementTree.fromstring(chart)
        assert image.get("role") == "img"
        assert image.get("aria-label")
        assert [child.tag.split("}")[1] for child in image][:2] == ["title", "desc"]
    for section in re.findall(r"<section>.*?</section>", page, re.S):
        assert "<table>" in section
    assert [tag for tag, _ in read(page) if tag in ("h1", "h2")][:2] == ["h1", "h2"]


def test_figures_stand_on_the_page_as_they_were_measured() -> None:
    page = draw(report())
    for told in (
        "0.61",
        "(0.60–0.80)",
        "859",
        "368",
        "2026-01-31",
        "0.043",
        "vulcano (4)",
        "+0.10",
    ):
        assert told in page


def test_figures_have_the_decimal_mark_of_the_language() -> None:
    for language, mark in (("en", "."), ("it", ",")):
        page = draw(report(), language=language, labels={"info.alloggio": "Casa n. 1.2.3 (v1.2)"})
        assert page.count("Casa n. 1.2.3 (v1.2)") > 2
        plain = page.replace("1.2.3 (v1.2)", "")
        told = re.sub(r"<style>.*?</style>|<[^>]*>", " ", plain, flags=re.S)
        marks = re.findall(r"(?<=\d)[.,](?=\d)", told)
        assert len(marks) > 20
        assert set(marks) == {mark}
        for chart in re.findall(r"<svg.*?</svg>", page, re.S):
            ElementTree.fromstring(chart)


def test_names_of_strangers_are_text_and_never_markup() -> None:
    page = draw(report(name=HOSTILE))
    assert "<script" not in page
    read(page)


def test_topics_have_the_names_that_people_know() -> None:
    page = draw(report(), labels={"info.alloggio": "Un posto dove stare"}, language="it")
    assert "Un posto dove stare" in page
    assert "Quanto bene" in page


def test_many_topics_and_one_of_each_are_drawn() -> None:
    many = draw(report(topics=60))
    assert "The 15 most frequent topics are shown" in many
    read(many)
    read(draw(report(topics=1)))


def test_the_same_report_gives_the_same_page() -> None:
    assert draw(report()) == draw(report())


def test_both_languages_say_the_same_things() -> None:
    text = files("intake.reporting").joinpath("data", "evaluation.toml").read_text("utf-8")
    english, italian = (tomllib.loads(text)[language] for language in LANGUAGES)
    assert english.keys() == italian.keys()
    for key, words in english.items():
        assert sorted(re.findall(r"\{\w+\}", words)) == sorted(re.findall(r"\{\w+\}", italian[key]))


def test_a_line_lies_where_its_figures_are() -> None:
    line = charts.Line("a", [charts.Band(0, 0), charts.Band(1, 1)])
    chart = charts.lines([line], title="t", described="d", x="x", y="y")
    (points,) = re.findall(r'polyline points="([^"]*)"', chart)
    (left, low), (right, high) = (map(float, each.split(",")) for each in points.split())
    assert left < right
    assert low > high
    assert chart.count("<circle") == 2


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (1.0, "0 0.2 0.4 0.6 0.8 1"),
        (1.57, "0 0.5 1 1.5 2"),
        (3.1, "0 1 2 3 4"),
        (7.3, "0 2 4 6 8"),
        (23, "0 5 10 15 20 25"),
    ],
)
def test_the_axis_of_a_chart_has_round_numbers(top: float, ticks: str) -> None:
    line = charts.Line("a", [charts.Band(0, 0), charts.Band(1, top)])
    months = ["2017-01", "2017-02"]
    chart = charts.lines([line], title="t", described="d", x="x", y="y", x_names=months, top=top)
    ends = re.findall(r'text-anchor="end" fill="#1a1a1a">([^<]+)<', chart)
    assert " ".join(ends) == ticks


def test_the_last_name_under_a_chart_is_within_it() -> None:
    line = charts.Line("a", [charts.Band(0, 0), charts.Band(1, 1)])
    months = ["2017-01", "2017-02"]
    chart = charts.lines([line], title="t", described="d", x="x", y="y", x_names=months)
    (place,) = re.findall(r'<text x="([0-9.]+)"[^>]*>2017-02<', chart)
    assert float(place) + len("2017-02") * 6.6 / 2 <= 560
