"""The page of an evaluation: one HTML file with charts, readable on paper and without a network."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from intake.reporting import charts
from intake.reporting.html_page import Html, Raw, drawing, interval_of, with_interval
from intake.schemas.evaluations import Bin, GroupScore, Report

LANGUAGES = ("en", "it")
_SHOWN_TOPICS = 15
_SHOWN_CONFUSIONS = 12
_RIVALS = {
    "most frequent topic": "rival_frequent",
    "keyword rules": "rival_keywords",
    "model in use": "rival_live",
}


def draw(report: Report, *, language: str = "en", labels: Mapping[str, str] | None = None) -> str:
    """Return the page of ``report`` in one of ``LANGUAGES``; ``labels`` names topics for people."""
    page = _Page(report, _words()[language], labels or {})
    return page.draw(language)


class _Page:
    """The parts of one page, in one language."""

    def __init__(self, report: Report, words: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self._report = report
        self._words = words
        self._labels = labels
        self._html = Html(words, threshold=f"{report.threshold:.2f}")

    def draw(self, language: str) -> str:
        parts = [
            self._summary(),
            self._curve(),
            self._reliability(),
            self._topics(),
            self._gate(),
            self._confusions(),
            *self._groups(),
            self._rivals(),
            self._drift(),
        ]
        return self._html.page(parts, language=language)

    def _summary(self) -> str:
        report, words = self._report, self._words
        told = [
            words["learned"].format(learned=report.learned_from, measured=report.measured_on),
            words[f"split_{report.split or 'given'}"].format(
                until=_day(report.learned_until), since=_day(report.measured_from)
            ),
        ]
        if report.unknown_topics:
            topics = ", ".join(map(self._label, report.unknown_topics))
            told.append(words["unknown_topics"].format(topics=topics))
        rows = [
            ("macro_f1", report.macro_f1, report.macro_f1_interval),
            ("accuracy", report.accuracy, report.accuracy_interval),
            ("calibration_error", report.calibration_error, None),
            ("coverage", report.coverage, None),
            ("accuracy_covered", report.accuracy_covered, report.accuracy_covered_interval),
        ]
        cells = [
            [
                words[name].format(threshold=f"{report.threshold:.2f}"),
                Raw(f'<span class="big">{value:{_place(name)}}</span> {interval_of(interval)}'),
                words[f"{name}_help"],
            ]
            for name, value, interval in rows
        ]
        paragraph = "".join(f"<p>{escape(each)}</p>" for each in (" ".join(told), words["made"]))
        return paragraph + self._html.table(["figure", "value", "how_to_read"], cells)

    def _curve(self) -> str:
        points = [
            charts.Band(p.coverage, p.accuracy, p.accuracy_interval.low, p.accuracy_interval.high)
            for p in self._report.curve
        ]
        chart = charts.lines(
            [charts.Line("", points)],
            title=self._words["curve"],
            described=self._words["curve_help"],
            x=self._words["curve_x"],
            y=self._words["curve_y"],
        )
        rows = [
            [
                f"{p.threshold:.2f}",
                f"{p.coverage:.2f}",
                with_interval(p.accuracy, p.accuracy_interval),
            ]
            for p in self._report.curve
        ]
        table = self._html.table(["threshold", "curve_x", "curve_y"], rows, numbers=(0, 1, 2))
        return self._html.section("curve", drawing(chart), self._html.folded(table))

    def _reliability(self) -> str:
        report = self._report
        is_parted = len(report.channels) > 1
        every = self._words["every_channel"] if is_parted else ""
        drawn = [self._diagram(every, report.reliability)]
        if is_parted:
            drawn += [self._diagram(each.channel, each.reliability) for each in report.channels]
        rows = [
            [name, f"{each.confidence:.2f}", f"{each.accuracy:.2f}", str(each.examples)]
            for name, bins in [
                (every, report.reliability),
                *((each.channel, each.reliability) for each in report.channels if is_parted),
            ]
            for each in bins
        ]
        keys = ["channel", "reliability_x", "reliability_y", "texts"]
        return self._html.section(
            "reliability",
            f'<div class="pair">{"".join(drawn)}</div>',
            self._html.folded(self._html.table(keys, rows, numbers=(1, 2, 3))),
        )

    def _diagram(self, name: str, bins: Sequence[Bin]) -> str:
        chart = charts.reliability(
            [charts.Dot(each.confidence, each.accuracy, each.examples) for each in bins],
            title=f"{self._words['reliability']} {name}".strip(),
            described=self._words["reliability_help"],
            x=self._words["reliability_x"],
            y=self._words["reliability_y"],
        )
        return drawing(chart, name)

    def _topics(self) -> str:
        scores = sorted(self._report.topics, key=lambda each: (-each.examples, each.topic))
        chart = charts.bars(
            [charts.Bar(self._label(each.topic), each.f1, f"({each.examples})") for each in scores],
            title=f"{self._words['topics']}: F1",
            described=self._words["topics_help"],
        )
        rows = [
            [
                self._label(each.topic),
                str(each.examples),
                str(each.chosen),
                *(f"{figure:.2f}" for figure in (each.precision, each.recall, each.f1)),
            ]
            for each in scores
        ]
        keys = ["topic", "texts", "chosen", "precision", "recall", "F1"]
        table = self._html.table(keys, rows, numbers=range(1, 6))
        return self._html.section("topics", drawing(chart), table)

    def _gate(self) -> str:
        gate = self._report.gate
        if gate is None:
            return ""
        told = self._words["gate_told"].format(
            precision=f"{gate.precision:.2f}",
            coverage=f"{gate.coverage:.0%}",
            accuracy=f"{gate.accuracy_covered:.1%}",
        )
        rows = [
            [
                self._label(each.topic),
                "\N{EM DASH}" if each.threshold is None else f"{each.threshold:.2f}",
                str(each.filed),
                str(each.right),
            ]
            for each in gate.topics
        ]
        table = self._html.table(
            ["topic", "own_threshold", "filed", "right"], rows, numbers=range(1, 4)
        )
        return self._html.section("gate", f"<p>{escape(told)}</p>", table)

    def _confusions(self) -> str:
        report = self._report
        seen = Counter({each.topic: each.examples for each in report.topics})
        frequent = [
            topic for topic, _ in sorted(seen.items(), key=lambda each: (-each[1], each[0]))
        ]
        names = frequent[:_SHOWN_TOPICS]
        wrong = {(right, chosen): count for right, chosen, count in report.confusions}
        hits = {each.topic: round(each.recall * each.examples) for each in report.topics}
        counts = [
            [hits[right] if right == chosen else wrong.get((right, chosen), 0) for chosen in names]
            for right in names
        ]
        chart = charts.matrix(
            [self._label(name) for name in names],
            counts,
            title=self._words["confusions"],
            described=self._words["confusions_help"],
        )
        rows = [
            [self._label(right), self._label(chosen), str(count)]
            for right, chosen, count in report.confusions[:_SHOWN_CONFUSIONS]
        ]
        notes = ""
        if len(frequent) > len(names):
            notes = f"<p>{escape(self._words['more_topics'].format(count=len(names)))}</p>"
        table = self._html.table(["right_topic", "chosen_topic", "texts"], rows, numbers=(2,))
        return self._html.section("confusions", notes, drawing(chart), table)

    def _groups(self) -> Iterable[str]:
        report = self._report
        channels = [(each.channel, each) for each in report.channels]
        bands = [(f"{each.low:.2f}–{each.high:.2f}", each) for each in report.readings]
        events = [(each.event, each) for each in report.events]
        if len(channels) > 1:
            yield self._html.section("channels", self._group_table("channel", channels))
        if bands:
            yield self._html.section("readings", self._group_table("reading", bands))
        if events:
            yield self._html.section("events", self._group_table("event", events))

    def _group_table(self, key: str, rows: Sequence[tuple[str, GroupScore]]) -> str:
        cells = [
            [
                name,
                str(each.examples),
                with_interval(each.accuracy, each.accuracy_interval),
                f"{each.macro_f1:.2f}",
                f"{each.calibration_error:.3f}",
                f"{each.calibration_by_chance:.3f}",
                f"{each.coverage:.2f}",
                f"{each.accuracy_covered:.2f}",
            ]
            for name, each in rows
        ]
        keys = [key, "texts", "accuracy", "macro_f1", "calibration_error", "by_chance"]
        return self._html.table([*keys, "coverage", "accuracy_covered"], cells, numbers=range(1, 8))

    def _rivals(self) -> str:
        report, words = self._report, self._words
        if not report.rivals:
            return ""
        own = [report.macro_f1, report.accuracy, report.coverage, report.accuracy_covered]
        rows: list[list[str]] = [[words["model"], *(f"{figure:.2f}" for figure in own), ""]]
        notes = []
        for each in report.rivals:
            name = words[_RIVALS[each.name]] if each.name in _RIVALS else each.name
            theirs = [each.macro_f1, each.accuracy, each.coverage, each.accuracy_covered]
            between = f"{each.lead.low:+.2f} … {each.lead.high:+.2f}"
            if each.may_have_learned:
                name += " *"
                notes.append(f"<p>* {escape(words['may_have_learned'])}</p>")
            rows.append([name, *(f"{figure:.2f}" for figure in theirs), between])
        without = words["measured_without"]
        notes += [f"<p>{escape(f'{without} {each.message}')}</p>" for each in report.faults]
        keys = ["rival", "macro_f1", "accuracy", "coverage", "accuracy_covered", "lead"]
        return self._html.section(
            "rivals", self._html.table(keys, rows, numbers=range(1, 6)), *notes
        )

    def _drift(self) -> str:
        report, words = self._report, self._words
        if not report.drift:
            return ""
        months = [each.month for each in report.drift]

        def line(key: str, figure: Callable[[int], float]) -> charts.Line:
            heights = [charts.Band(place, figure(place)) for place in range(len(months))]
            return charts.Line(words[key], heights)

        top = max(1.0, *(each.stability_index for each in report.drift))
        chart = charts.lines(
            [
                line("accuracy", lambda place: report.drift[place].accuracy),
                line("stability_index", lambda place: report.drift[place].stability_index),
                line("unknown_features", lambda place: report.drift[place].unknown_features),
            ],
            title=words["drift_chart"],
            described=words["drift_help"],
            x=words["month"],
            y="",
            x_names=months,
            top=top,
        )
        rows = [
            [
                each.month,
                str(each.texts),
                f"{each.accuracy:.2f}",
                f"{each.stability_index:.2f} ({words['by_chance']} {each.by_chance:.2f})",
                f"{each.divergence:.2f}",
                f"{each.unknown_features:.2f}",
                ", ".join(map(self._label, each.new_topics)),
                ", ".join(f"{new.word} ({new.texts})" for new in each.new_words),
            ]
            for each in report.drift
        ]
        keys = ["month", "texts", "accuracy", "stability_index", "divergence", "unknown_features"]
        table = self._html.table([*keys, "new_topics", "new_words"], rows, numbers=range(1, 6))
        return self._html.section("drift", drawing(chart), table)

    def _label(self, topic: str) -> str:
        return self._labels.get(topic, topic) if topic else self._words["none"]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("intake.reporting").joinpath("data", "evaluation.toml").read_text("utf-8")
    return tomllib.loads(text)


def _place(figure: str) -> str:
    """Return how a figure is written: of a calibration error the third place tells something."""
    return ".3f" if figure == "calibration_error" else ".2f"


def _day(at: str | None) -> str:
    return (at or "?")[:10]
