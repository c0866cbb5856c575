"""An HTML page that needs nothing but itself: its style, sections, tables and drawings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from intake.schemas.evaluations import Interval

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Liberation Sans", Arial, sans-serif; color: #1a1a1a;
       background: #fff; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .8rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .3rem; border-top: 1px solid #bbb; padding-top: .9rem; }
h3 { font-size: 1rem; margin: 1rem 0 .2rem; }
p { max-width: 46rem; margin: .4rem 0; }
.help { color: #444; }
table { border-collapse: collapse; margin: .6rem 0; font-size: .92rem; }
th, td { padding: .25rem .7rem .25rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #1a1a1a; }
tbody tr { border-bottom: 1px solid #ddd; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; } th { vertical-align: bottom; }
.big { font-size: 1.25rem; font-weight: 600; white-space: nowrap; }
.range { color: #444; white-space: nowrap; }
figure { margin: .8rem 0; break-inside: avoid; }
svg { width: 100%; height: auto; display: block; font: 12px system-ui, "Liberation Sans", Arial; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
.wide { overflow-x: auto; }
details { margin: .4rem 0; } summary { cursor: pointer; }
footer { margin-top: 2.5rem; color: #444; font-size: .85rem; }
@media print { body { padding: 0; font-size: 11pt; } h2 { break-after: avoid; }
  details > summary { list-style: none; } tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; height: auto; } }
"""
_TEXT = re.compile(r"(?<=>)[^<>]+")
_DECIMAL = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?!\w|\.\d)")


class Raw(str):
    """Markup of our own, that is not escaped again."""

    __slots__ = ()


class Html:
    """Writes a page in the words of one language.

    ``words`` has a page's ``title`` and ``footer``, the language's ``decimal_mark``, and under each
    key of a section its heading and, under ``KEY_help``, how to read it. ``threshold`` is put into
    the heads that name it.
    """

    def __init__(self, words: Mapping[str, str], *, threshold: str) -> None:
        self._words = words
        self._threshold = threshold

    def page(self, parts: Iterable[str], *, language: str) -> str:
        """Return the whole file."""
        title = escape(self._words["title"])
        body = _with_decimal_mark("".join(parts), self._words["decimal_mark"])
        return (
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{title}</h1>\n{body}</main>\n"
            f"<footer>{escape(self._words['footer'])}</footer>\n</body>\n</html>\n"
        )

    def section(self, key: str, *parts: str) -> str:
        """Return ``parts`` under the heading of ``key``, and how to read them."""
        heading, told = escape(self._words[key]), escape(self._words[f"{key}_help"])
        head = f'<h2>{heading}</h2>\n<p class="help">{told}</p>'
        return f"<section>\n{head}\n{''.join(parts)}\n</section>\n"

    def folded(self, table: str) -> str:
        """Return a table that is opened on demand: the figures of a chart."""
        return f"<details><summary>{escape(self._words['table'])}</summary>{table}</details>"

    def table(
        self, keys: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Iterable[int] = ()
    ) -> str:
        """Return a table headed by the words of ``keys``; the columns ``numbers`` hold figures."""
        right = frozenset(numbers)
        heads = "".join(
            f'<th scope="col"{_side(column in right)}>'
            f"{escape(self._words.get(key, key).format(threshold=self._threshold))}</th>"
            for column, key in enumerate(keys)
        )
        lines = "".join(
            "<tr>"
            + "".join(
                f"<td{_side(column in right)}>{_escaped(cell)}</td>"
                for column, cell in enumerate(row)
            )
            + "</tr>"
            for row in rows
        )
        return (
            f'<div class="wide"><table><thead><tr>{heads}</tr></thead>'
            f"<tbody>{lines}</tbody></table></div>"
        )


def drawing(chart: str, name: str = "") -> str:
    """Return a chart under its name."""
    caption = f"<figcaption><h3>{escape(name)}</h3></figcaption>" if name else ""
    return f"<figure>{caption}{chart}</figure>"


def interval_of(interval: Interval | None) -> str:
    """Return where a figure lies in 95 of 100 cases; nothing where that is not known."""
    if interval is None:
        return ""
    return f'<span class="range">({interval.low:.2f}–{interval.high:.2f})</span>'


def with_interval(value: float, interval: Interval) -> str:
    """Return a figure for a table, and where it lies in 95 of 100 cases."""
    return Raw(f"{value:.2f} {interval_of(interval)}")


def _with_decimal_mark(markup: str, mark: str) -> str:
    """Return ``markup`` with the decimal mark of a language in its texts, not in its tags."""
    return _TEXT.sub(lambda text: _DECIMAL.sub(rf"\g<1>{mark}\g<2>", text[0]), markup)


def _escaped(cell: str) -> str:
    return cell if isinstance(cell, Raw) else escape(cell)


def _side(is_number: bool) -> str:
    return ' class="n"' if is_number else ""
