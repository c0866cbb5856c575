"""The line that a sending fax machine prints over the page: found, and told from the letter.

A machine prints the time, its own name and number, and which page this is into the first rows of
every page (47 CFR §68.318(d) asks for it; Italian machines do the same). The machine prints it
level whatever lies on the glass, so it is looked for before the page is levelled or turned.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageOps

from intake.ocr.preparing.prepare import INK_BELOW, WHITE, Evened
from intake.ocr.words.equal_shapes import settle_figures
from intake.ocr.words.page_confidence import mean_sureness
from intake.schemas.documents import FaxHeader, Page, Word

_TOP_IN = 0.3
"""A header begins within these inches of the edge; a letter leaves a margin of twice as much."""
_TALLEST_IN = 0.24
_LOWEST_IN = 0.04
_BLANK_BELOW_IN = 0.07
"""Empty inches between the header and what follows, more than between lines of one paragraph."""
_ACCENT_GAP_IN = 0.03
_INK_SHARE = 0.003
"""A row with a smaller share of dark pixels is dust."""
_EDGE_IN = 0.08
"""White put around the band: machines begin in the first row, engines read poorly at an edge."""
_FIELD_GAP_HEIGHTS = 1.6
"""A gap wider than so many heights of the letters parts two fields."""

_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|gen|mag|giu|lug|ago|set|ott|dic"
    "|january|february|march|april|june|july|august|september|october|november|december"
    "|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
)
# What a digit may have been read as: machines print 0 with a dot or a stroke, and the line does
# the rest. Where what stands around it says that a figure is meant, these pass for digits; only
# those of _CONFUSED can mean one digit alone.
_DIGIT = r"[0-9OoQDlI|iZzSABGb?é<]"
_CONFUSED = str.maketrans("OoQDlI|iZzSG", "000011112256")
_DATE = re.compile(
    rf"(?<![\w/])(?:{_DIGIT}{{1,4}}([-/.]){_DIGIT}{{1,2}}\1'?{_DIGIT}{{2,4}}"
    rf"|\S{{1,2}}[-. ]?\s?(?:{_MONTHS})\b[-., ]{{0,2}}'?[^\s:]{{2,5}}(?!:)"
    rf"|(?:{_MONTHS})[-. ]{{1,2}}{_DIGIT}{{1,2}}(?:[-, ]{{1,2}}'?\d{_DIGIT}{{1,3}}(?!:))?)"
    r"(?![\w/])",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"(?<![\w:.])(?=\w?\d|\w{{2}}[:;.h]\w?\d){_DIGIT}{{1,2}}[:;.h]{_DIGIT}{{2}}(?:[:.]{_DIGIT}{{2}})?"
    r"\s?(?:[AP]\.?M\.?)?(?![\w:/.])",
    re.IGNORECASE,
)
_REAL_DATE = re.compile(r"(?:.*\D)?(?:\d\d|(?:19|20)\d\d)(?:\D.*)?", re.DOTALL)
_REAL_TIME = re.compile(
    r"(?:[01]?\d|2[0-3])\D[0-5]\d(?:\D[0-5]\d)?\s?(?:[AP]\.?M\.?)?", re.IGNORECASE
)
_PAGE = re.compile(
    rf"(?<!\w)(?:pag(?:ina|e)?|pg|p)\s?[.:]*\s{{0,2}}(?P<page>{_DIGIT}{{1,3}})"
    rf"(?:\s?(?:/|of|di)\s?(?P<pages>{_DIGIT}{{1,3}}))?(?!\w)"
    rf"|(?<!\S)n\.{_DIGIT}{{1,2}}(?=\s*$)"  # a damaged p.1
    r"|(?<!\S)#?\s?(?P<part>\d{1,3})\s?/\s?(?P<whole>\d{1,3})(?=\s*$)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?<!\w)(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|gio|ven|sab|dom)(?!\w)\.?",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?:{_MONTHS})|\d*[ap]m", re.IGNORECASE)
"""What may stand among the figures of a date or a time."""
_NUMBER = re.compile(rf"(?<!\w)\+?\(?\d(?:[\s().\-/]{{0,2}}{_DIGIT}){{5,16}}(?!\w|\s?:)")
_LABEL = re.compile(
    r"(?<!\w)(?:(?P<to>to|a|per)|from|da|fax(?:\s?no)?|tel(?:efono)?|phone|mittente|id|n?o)"
    r"(?:\s?\.?\s?:|(?<=m|o)-(?=\S))",
    re.IGNORECASE,
)


def take_header(
    page: Evened, read: Callable[[Image.Image, float], Page], sent: Image.Image
) -> tuple[FaxHeader | None, Evened]:
    """Return the facts of the header line and the page without it, or None and the page itself.

    ``read`` is the engine; it is asked only where a line stands alone at the very top. ``sent`` is
    the page with the dots that it was sent with.
    """
    band = find_band(page.image, page.dpi)
    if band is None:
        return None, page
    strip = page.image.crop((0, 0, page.image.width, band))
    edge = round(_EDGE_IN * page.dpi)
    line = read(ImageOps.expand(strip, edge, WHITE), page.dpi)
    dots = sent.crop((0, 0, sent.width, round(band * sent.height / page.image.height)))
    header = read_header(_with_settled_figures(line, edge, strip.width, dots))
    if header is None:
        return None, page
    rest = page.image.copy()
    rest.paste(WHITE, (0, 0, page.image.width, band))
    return header, Evened(rest, page.dpi)


def find_band(image: Image.Image, dpi: float) -> int | None:
    """Return the rows from the top that a single line standing alone there takes up.

    ``image`` is grey with square pixels of ``dpi`` to the inch. None where nothing is printed at
    the very top, or what is printed there goes on without a gap.
    """
    deepest = round((_TOP_IN + _TALLEST_IN + _BLANK_BELOW_IN) * dpi)
    top = np.asarray(image.crop((0, 0, image.width, min(deepest, image.height))))
    inked = np.count_nonzero(top < INK_BELOW, axis=1) > _INK_SHARE * image.width
    rows = np.flatnonzero(inked)
    if not len(rows) or rows[0] > _TOP_IN * dpi:
        return None
    end = next(
        (int(row) for row, after in pairwise(rows) if after - row > _ACCENT_GAP_IN * dpi),
        int(rows[-1]),
    )
    blank = np.flatnonzero(inked[end + 1 :])
    gap = int(blank[0]) if len(blank) else len(inked) - end - 1
    if not _LOWEST_IN * dpi <= end - rows[0] + 1 <= _TALLEST_IN * dpi:
        return None
    return end + 1 + gap // 2 if gap >= _BLANK_BELOW_IN * dpi else None


def _with_settled_figures(line: Page, edge: int, width: int, sent: Image.Image) -> Page:
    """Return the line with figures that have the same dots read the same.

    It was read in a band of so many columns with an ``edge`` around it; ``sent`` is what the band
    was made of.
    """
    across = sent.width / width
    spans = [
        (math.floor((word.left - edge) * across) - 1, math.ceil((word.right - edge) * across) + 1)
        for word in line.words
    ]
    texts = settle_figures(np.asarray(sent) < INK_BELOW, [word.text for word in line.words], spans)
    words = (
        word.model_copy(update={"text": text}) for word, text in zip(line.words, texts, strict=True)
    )
    return line.model_copy(update={"words": tuple(words)})


def read_header(page: Page) -> FaxHeader | None:
    """Return the facts of a header line out of the reading of its band, None if it is a letter's.

    A machine prints date, time, number and page in fields that stand apart. Two kinds of fact are
    enough where one is the time or the page, as no letter begins with those; three where neither
    was read; four where the words follow each other as in a sentence.
    """
    raw = _join_fields(page.words) if page.words else " ".join(page.text.split())
    date, rest = _take(_DATE, raw)
    time, rest = _take(_TIME, rest)
    page_mark, rest = _take(_PAGE, rest)
    number, rest = _take_own_number(rest)
    kinds = sum(map(bool, (date, time, page_mark, number, _LABEL.search(raw))))
    least = 4 if "  " not in raw else 2 if time or page_mark else 3
    if kinds < least:
        return None
    part, whole = _page_of(page_mark)
    return FaxHeader(
        name=_name(rest),
        number=_legible(number),
        date=_possible(_REAL_DATE, _legible(date)),
        time=_possible(_REAL_TIME, _legible(time)),
        page=part,
        pages=whole,
        raw=raw,
        confidence=round(mean_sureness(page) * min(1.0, kinds / 4), 4),
    )


def _join_fields(words: Sequence[Word]) -> str:
    """Join the words of the line from left to right, fields by two spaces."""
    ordered = sorted(words, key=lambda word: word.left)
    height = float(np.median([word.bottom - word.top for word in ordered]))
    text = ordered[0].text
    for before, word in pairwise(ordered):
        is_far = word.left - before.right > _FIELD_GAP_HEIGHTS * height
        text += ("  " if is_far else " ") + word.text
    return text


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    """Return the match and the text with two spaces, a gap between fields, in its place."""
    match = pattern.search(text)
    if match is None:
        return None, text
    return match, f"{text[: match.start()]}  {text[match.end() :]}"


def _take_own_number(text: str) -> tuple[re.Match[str] | None, str]:
    """Take all numbers out and return the sender's: the first that no ``TO:`` stands before."""
    own = None
    while number := _NUMBER.search(text):
        labels = list(_LABEL.finditer(text, 0, number.start()))
        is_called = bool(labels) and labels[-1]["to"] is not None
        if own is None and not is_called:
            own = number
        text = f"{text[: number.start()]}  {text[number.end() :]}"
    return own, text


def _name(rest: str) -> str | None:
    """Return the longest of the fields that is made of letters and is not the called party."""
    labels = list(_LABEL.finditer(rest))
    for label in reversed(labels):
        end = next((each.start() for each in labels if each.start() > label.start()), len(rest))
        if label["to"]:
            rest = f"{rest[: label.start()]}  {rest[end:]}"
    parted = re.split(r"\s{2,}", _WEEKDAY.sub("  ", _LABEL.sub("  ", rest)))
    fields = [field.strip(" .,:;#|*-_") for field in parted]
    named = [each for each in fields if sum(map(str.isalpha, each)) >= 3 and each.upper() != "FAX"]
    return max(named, key=len, default=None)


def _page_of(mark: re.Match[str] | None) -> tuple[int | None, int | None]:
    if mark is None:
        return None, None
    return _count(mark["page"] or mark["part"]), _count(mark["pages"] or mark["whole"])


def _count(figure: str | None) -> int | None:
    digits = (figure or "").translate(_CONFUSED)
    return int(digits) if digits.isdecimal() and int(digits) else None


def _legible(found: re.Match[str] | None) -> str | None:
    """Return what was found with its digits put right, None where they cannot be."""
    if found is None:
        return None
    parts = re.split(r"([^\w|?<]+)", " ".join(found[0].split()))
    parts = [part if _WORD.fullmatch(part) else part.translate(_CONFUSED) for part in parts]
    figures = [part for part in parts[::2] if part and not _WORD.fullmatch(part)]
    return "".join(parts) if all(map(str.isdecimal, figures)) else None


def _possible(pattern: re.Pattern[str], fact: str | None) -> str | None:
    """Return the fact unless no clock or calendar could show it."""
    return fact if fact and pattern.fullmatch(fact) else None
