"""HTML -> the text a reader sees (selectolax)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SILENT = frozenset(
    {"script", "style", "head", "title", "meta", "link", "template", "noscript", "object",
     "embed", "applet", "svg", "math", "iframe", "frameset", "audio", "video", "canvas", "map",
     "datalist", "-comment", "-document"}
)  # fmt: skip
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog",
     "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
     "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol",
     "option", "p", "pre", "section", "select", "summary", "table", "tbody", "tfoot", "thead",
     "tr", "ul"}
)  # fmt: skip
_SPACED = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "table", "pre"}
)  # fmt: skip
_HIDDEN = re.compile(
    r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$))"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_ANY_TAG = re.compile(r"<[^<>]*>")
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
     "u"}
)  # fmt: skip
_NO_END = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
     "source", "track", "wbr", "p", "li", "td", "th", "tr", "dd", "dt", "option", "tbody",
     "thead", "tfoot", "html", "head", "body"}
)  # fmt: skip
_MAX_DEPTH = 3000
_MAX_WORK = 3_000_000


@dataclass(slots=True)
class HtmlText:
    """The visible text, and what a style sheet hid from the reader."""

    text: str
    hidden: str = ""


@dataclass(slots=True)
class _Page:
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    quotes: int = 0
    preformatted: int = 0

    def add(self, text: str) -> None:
        if self.preformatted:
            *whole, last = text.split("\n")
            for piece in whole:
                self.line.append(piece)
                self.end_line(always=True)
            self.line.append(last)
            return
        text = _BLANKS.sub(" ", text)
        if text == " " and (not self.line or self.line[-1].endswith((" ", "\t"))):
            return
        if text.startswith(" ") and (not self.line or self.line[-1].endswith((" ", "\t"))):
            text = text[1:]
        self.line.append(text)

    def end_line(self, *, always: bool = False) -> None:
        text = "".join(self.line).replace("\xa0", " ").rstrip()
        self.line = []
        if text or always:
            self.lines.append(("> " * self.quotes + text).rstrip() if self.quotes else text)

    def gap(self) -> None:
        """End the line and leave one blank line, but not two and not at the top."""
        self.end_line()
        mark = (">" + " >" * (self.quotes - 1)) if self.quotes else ""
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(mark)


def to_text(html: str) -> HtmlText:
    """Return the text of ``html``: blocks as lines, cells apart by tabs, quoted mail with ``> ``.

    Pictures give their alternative text. Text that a style hides is kept apart.
    """
    if not is_tame(html):
        return HtmlText(_BLANKS.sub(" ", _ANY_TAG.sub(" ", html)).strip())
    page = _Page()
    root = LexborHTMLParser(html).root
    if root is not None:
        _walk(root, page)
    page.end_line()
    return HtmlText("\n".join(page.lines).strip("\n"), " ".join(page.hidden).strip())


def is_tame(html: str) -> bool:
    """Tell whether a tree can be built in time linear in the length of ``html``.

    Tree builders are quadratic in open elements, and formatting elements left open are repeated
    in every later block (HTML Living Standard §13.2.4.3).
    """
    if html.count("<") < 2000:
        return True
    depth = deepest = formatting = most_formatting = tags = 0
    for match in _TAG.finditer(html):
        tags += 1
        name = match[2].lower()
        if name in _NO_END:
            continue
        step = -1 if match[1] else 1
        depth = max(depth + step, 0)
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            formatting = max(formatting + step, 0)
            most_formatting = max(most_formatting, formatting)
    return deepest <= _MAX_DEPTH and most_formatting * tags <= _MAX_WORK


def _walk(root: LexborNode, page: _Page) -> None:
    """Visit the tree without recursion: each entry is a node and whether it is being left."""
    waiting: list[tuple[LexborNode, bool]] = [(root, False)]
    while waiting:
        node, is_leaving = waiting.pop()
        tag = node.tag or ""
        if is_leaving:
            _leave(node, tag, page)
            continue
        if node.next is not None:
            waiting.append((node.next, False))
        if tag == "-text":
            page.add(node.text_content or "")
        elif tag in _SILENT:
            continue
        elif _is_hidden(node):
            page.hidden.append(_BLANKS.sub(" ", node.text(deep=True, separator=" "))[:500])
        else:
            _enter(node, tag, page)
            waiting.append((node, True))
            if node.first_child is not None:
                waiting.append((node.first_child, False))


def _enter(node: LexborNode, tag: str, page: _Page) -> None:
    if tag == "br":
        page.end_line(always=True)
    elif tag == "img":
        alternative = (node.attributes.get("alt") or "").strip()
        if alternative:
            page.add(f" {alternative} ")
    elif tag in ("td", "th"):
        if page.line and page.line[-1] != "\t":
            page.line.append("\t")
    elif tag in _SPACED:
        page.gap()
    elif tag in _BLOCKS:
        page.end_line()
    if tag == "li":
        page.line.append("- ")
    elif tag == "pre":
        page.preformatted += 1
    elif tag == "blockquote" and _is_quoted_mail(node):
        page.quotes += 1
    elif tag in ("input", "textarea") and node.attributes.get("type") != "hidden":
        page.add(node.attributes.get("value") or "")


def _leave(node: LexborNode, tag: str, page: _Page) -> None:
    if tag in _SPACED:
        page.gap()
    elif tag in _BLOCKS:
        page.end_line()
    if tag == "pre":
        page.preformatted -= 1
    elif tag == "blockquote" and _is_quoted_mail(node):
        while page.lines and not page.lines[-1].strip("> "):
            page.lines.pop()
        page.quotes -= 1
        page.gap()


def _is_quoted_mail(node: LexborNode) -> bool:
    """Tell quoted mail from an indented paragraph: mail programs mark theirs."""
    given = node.attributes
    return (given.get("type") or "").lower() == "cite" or any(
        mark in (given.get("class") or "").lower() for mark in ("gmail_quote", "quote", "cite")
    )


def _is_hidden(node: LexborNode) -> bool:
    given = node.attributes
    if not given:
        return False
    style = given.get("style")
    return "hidden" in given or bool(style and _HIDDEN.search(style))
