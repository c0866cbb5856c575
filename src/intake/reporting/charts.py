"""Charts as SVG 1.1 that stands within a page: no script, no fonts of its own, readable in grey.

Every chart has a title and a description for those who do not see it (WAI-ARIA: one image).
Colours are those of Okabe and Ito, which colour-blind readers tell apart; lines differ in dashes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT = 560, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 48
_INKS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_DASHES = ("", "7 4", "2 3", "9 3 2 3")
_TICKS = 5
_ROW = 26
_LETTER = 6.6
_LONGEST_LABEL = 34
_CELL = 34


class Band(NamedTuple):
    """A point of a line: where, how high, and between which heights it lies."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


class Line(NamedTuple):
    """A named line through points, from left to right."""

    name: str
    points: Sequence[Band]


class Dot(NamedTuple):
    """A point with a weight, drawn as an area; the weights of a chart are compared."""

    x: float
    y: float
    weight: float


class Bar(NamedTuple):
    """A named length from 0 to 1, with what stands beside it."""

    name: str
    value: float
    note: str = ""


def lines(
    series: Sequence[Line],
    *,
    title: str,
    described: str,
    x: str,
    y: str,
    x_names: Sequence[str] = (),
    top: float = 1.0,
) -> str:
    """Return lines over an axis from 0 to 1, or over ``x_names`` at 0, 1, 2 …

    Heights are from 0 to ``top``, or to the next round number.
    """
    last = max(len(x_names) - 1, 1) if x_names else 1
    step = _round_step(top)
    top = step * math.ceil(top / step)
    drawn = [_axes(x, y, x_names=x_names, top=top)]
    for number, line in enumerate(series):
        ink, dash = _INKS[number % len(_INKS)], _DASHES[number % len(_DASHES)]
        places = [(_across(p.x / last), _down(p.y / top)) for p in line.points]
        drawn.append(_shade(line.points, last, top, ink))
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
        drawn.append(
            f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="2.5"'
            f' stroke-dasharray="{dash}"/>'
        )
        drawn += [
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{ink}"/>'
            for across, down in places
        ]
    if len(series) > 1:
        drawn += _legend([line.name for line in series])
    return _image(drawn, title, described)


def reliability(dots: Sequence[Dot], *, title: str, described: str, x: str, y: str) -> str:
    """Return dots beside the diagonal on which they all should lie; larger ones stand for more."""
    heaviest = max((dot.weight for dot in dots), default=1) or 1
    drawn = [_axes(x, y)]
    drawn.append(
        f'<line x1="{_across(0)}" y1="{_down(0)}" x2="{_across(1)}" y2="{_down(1)}"'
        ' stroke="#767676" stroke-dasharray="5 4"/>'
    )
    for dot in dots:
        across, down = _across(dot.x), _down(dot.y)
        drawn.append(
            f'<line x1="{across:.1f}" y1="{down:.1f}" x2="{across:.1f}" y2="{_down(dot.x):.1f}"'
            f' stroke="{_INKS[1]}" stroke-width="1.5"/>'
        )
        radius = 3 + 9 * (dot.weight / heaviest) ** 0.5
        drawn.append(
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}" fill="{_INKS[0]}"'
            ' fill-opacity="0.75"/>'
        )
    return _image(drawn, title, described)


def bars(rows: Sequence[Bar], *, title: str, described: str) -> str:
    """Return horizontal bars of lengths 0 to 1, one below the other, with their names."""
    names = [_shortened(row.name) for row in rows]
    left = 16 + _LETTER * max((len(name) for name in names), default=0)
    room = _WIDTH - left - 110
    drawn = []
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        down = number * _ROW + 6
        drawn.append(_text(left - 8, down + 13, name, anchor="end"))
        drawn.append(
            f'<rect x="{left:.1f}" y="{down}" width="{room:.1f}" height="16" fill="#eee"/>'
        )
        drawn.append(
            f'<rect x="{left:.1f}" y="{down}" width="{room * row.value:.1f}" height="16"'
            f' fill="{_INKS[0]}"/>'
        )
        drawn.append(_text(left + room + 6, down + 13, f"{row.value:.2f} {row.note}".strip()))
    return _image(drawn, title, described, height=len(rows) * _ROW + 12)


def matrix(
    names: Sequence[str], counts: Sequence[Sequence[int]], *, title: str, described: str
) -> str:
    """Return a table of counts, each row's darkest where most of it lies; rows and columns have
    the same ``names``, the columns their numbers."""
    shown = [f"{number}  {_shortened(name)}" for number, name in enumerate(names, start=1)]
    left = 16 + _LETTER * max((len(name) for name in shown), default=0)
    cell = min(_CELL, (_WIDTH * 1.4 - left) / max(1, len(names)))
    drawn = []
    for column in range(len(names)):
        drawn.append(_text(left + (column + 0.5) * cell, 14, str(column + 1), anchor="middle"))
    for row, (name, values) in enumerate(zip(shown, counts, strict=True)):
        down = 22 + row * cell
        drawn.append(_text(left - 8, down + cell / 2 + 4, name, anchor="end"))
        total = max(1, sum(values))
        for column, value in enumerate(values):
            share = value / total
            ink = _INKS[0] if row == column else _INKS[1]
            across = left + column * cell
            drawn.append(
                f'<rect x="{across:.1f}" y="{down:.1f}" width="{cell - 1:.1f}"'
                f' height="{cell - 1:.1f}" fill="{ink}" fill-opacity="{0.04 + 0.9 * share:.2f}"/>'
            )
            if value:
                colour = "#fff" if share > 0.5 else "#1a1a1a"
                place = (across + cell / 2, down + cell / 2 + 4)
                drawn.append(_text(*place, str(value), anchor="middle", colour=colour))
    size = len(names) * cell
    return _image(drawn, title, described, width=int(left + size + 8), height=int(size + 30))


def _image(
    drawn: Sequence[str], title: str, described: str, *, width: int = _WIDTH, height: int = _HEIGHT
) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" style="max-width:{width}px"'
        f' xmlns="http://www.w3.org/2000/svg" aria-label="{escape(f"{title}. {described}")}">'
        f"<title>{escape(title)}</title><desc>{escape(described)}</desc>{''.join(drawn)}</svg>"
    )


def _axes(x: str, y: str, *, x_names: Sequence[str] = (), top: float = 1.0) -> str:
    drawn = []
    ticks = round(top / _round_step(top))
    for number in range(ticks + 1):
        share = number / ticks
        down = _down(share)
        drawn.append(
            f'<line x1="{_LEFT}" y1="{down:.1f}" x2="{_WIDTH - _RIGHT}" y2="{down:.1f}"'
            ' stroke="#ddd"/>'
        )
        drawn.append(_text(_LEFT - 6, down + 4, f"{share * top:.2g}", anchor="end"))
        if not x_names:
            drawn.append(_text(_across(share), _HEIGHT - 30, f"{share:.1f}", anchor="middle"))
    every = -(-len(x_names) // 8) or 1
    for number, name in enumerate(x_names):
        if number % every == 0:
            place = _across(number / max(len(x_names) - 1, 1))
            place = min(place, _WIDTH - 2 - len(name) * _LETTER / 2)  # the last one ends in sight
            drawn.append(_text(place, _HEIGHT - 30, name, anchor="middle"))
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    drawn.append(_text(_across(0.5), _HEIGHT - 8, x, anchor="middle"))
    drawn.append(
        f'<text x="14" y="{middle}" transform="rotate(-90 14 {middle})" text-anchor="middle"'
        f' fill="#1a1a1a">{escape(y)}</text>'
    )
    return "".join(drawn)


def _round_step(top: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that ``_TICKS`` of reach ``top``."""
    power = 10.0 ** math.floor(math.log10(top / _TICKS))
    return next(step * power for step in (1, 2, 5, 10) if step * power * _TICKS >= top * 0.9999)


def _shade(points: Sequence[Band], last: float, top: float, ink: str) -> str:
    """Return the area between the lows and the highs of a line."""
    known = [p for p in points if p.low is not None and p.high is not None]
    if len(known) < 2:
        return ""
    upper = [(p.x, p.high or 0.0) for p in known]
    lower = [(p.x, p.low or 0.0) for p in reversed(known)]
    path = " ".join(
        f"{_across(x / last):.1f},{_down(min(y / top, 1)):.1f}" for x, y in [*upper, *lower]
    )
    return f'<polygon points="{path}" fill="{ink}" fill-opacity="0.15"/>'


def _legend(names: Sequence[str]) -> list[str]:
    drawn = []
    for number, name in enumerate(names):
        down, ink = _TOP + 12 + number * 18, _INKS[number % len(_INKS)]
        drawn.append(
            f'<line x1="{_LEFT + 10}" y1="{down - 4}" x2="{_LEFT + 42}" y2="{down - 4}"'
            f' stroke="{ink}" stroke-width="2.5" stroke-dasharray="{_DASHES[number]}"/>'
        )
        drawn.append(_text(_LEFT + 48, down, name))
    return drawn


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#1a1a1a") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}">{escape(text)}</text>'


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"


def _across(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _down(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
