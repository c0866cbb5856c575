"""Form fields of DOCX and ODT that hold no text where they stand: boxes to tick, and lists.

Fields to write in have what was written as text of the document, but for those of ODT that are
controls: these are told before the text, and drawn in it by their identifiers.
"""

from __future__ import annotations

from typing import Protocol
from xml.sax.xmlreader import AttributesImpl

from intake.parsing.office import tick_boxes


class Fields(Protocol):
    """Is shown each element of a document, and returns the text that it stands for."""

    def start(self, name: str, attributes: AttributesImpl) -> str:
        """Return what to write where an element begins."""

    def end(self, name: str) -> str:
        """Return what to write where it ends."""


class WordFields:
    """Legacy form fields (ECMA-376 part 1 §17.16.7, §17.16.9) and signs (§17.3.3.30) of a DOCX.

    Of a list the first entry is shown where none was chosen.
    """

    def __init__(self) -> None:
        self._facts: dict[str, str | None] | None = None
        self._entries: list[str] = []

    def start(self, name: str, attributes: AttributesImpl) -> str:
        local = _local(name)
        if local in ("checkBox", "ddList"):
            self._facts, self._entries = {}, []
        elif local == "listEntry":
            self._entries.append(_value(attributes, "val") or "")
        elif local in ("checked", "default", "result") and self._facts is not None:
            self._facts[local] = _value(attributes, "val")
        elif local == "sym":
            return _sign(_value(attributes, "font") or "", _value(attributes, "char") or "")
        return ""

    def end(self, name: str) -> str:
        local = _local(name)
        facts = self._facts
        if facts is None or local not in ("checkBox", "ddList"):
            return ""
        self._facts = None
        if local == "ddList":
            return _chosen(self._entries, facts.get("result", facts.get("default")))
        return tick_boxes.box(tick_boxes.is_on(facts.get("checked", facts.get("default", "0"))))


class OpenFields:
    """Controls of an ODT (ODF 1.3 part 3 §13.5) where they are drawn (§10.3.13), and field marks.

    With these LibreOffice keeps the form fields of a DOCX that was saved as ODT.
    """

    def __init__(self) -> None:
        self._controls: dict[str, str] = {}
        self._list: tuple[str, ...] = ()
        self._mark = ""
        self._marked: list[tuple[str, str]] = []

    def start(self, name: str, attributes: AttributesImpl) -> str:
        if name == "draw:control":
            return f" {self._controls.get(attributes.get('draw:control', ''), '')} "
        if name == "field:fieldmark":
            self._mark, self._marked = attributes.get("field:type", ""), []
        elif name == "field:param":
            pair = attributes.get("field:name", ""), attributes.get("field:value", "")
            self._marked.append(pair)
        elif name == "form:option":
            self._add(self._list, attributes.get("form:label", "") * _is_chosen(attributes))
        elif name.startswith("form:"):
            self._list = _identifiers(attributes)
            self._add(self._list, _control(name, attributes))
        return ""

    def end(self, name: str) -> str:
        if name != "field:fieldmark":
            return ""
        facts = dict(self._marked)
        if self._mark.endswith("FORMCHECKBOX"):
            return tick_boxes.box(facts.get("Checkbox_Checked") == "true")
        entries = [value for key, value in self._marked if key == "Dropdown_ListEntry"]
        return _chosen(entries, facts.get("Dropdown_Selected"))

    def _add(self, identifiers: tuple[str, ...], text: str) -> None:
        for each in identifiers:
            self._controls[each] = f"{self._controls.get(each, '')} {text}".strip()


def _control(name: str, attributes: AttributesImpl) -> str:
    """Return what is seen of a control; of one with an input, the input and not what it was."""
    label = attributes.get("form:label", "")
    if name == "form:checkbox":
        state = attributes.get("form:current-state", attributes.get("form:state", "unchecked"))
        return f"{tick_boxes.box(state == 'checked')} {label}"
    if name == "form:radio":
        return f"{tick_boxes.box(_is_chosen(attributes))} {label}"
    if name in ("form:fixed-text", "form:frame"):
        return label
    return attributes.get("form:current-value", attributes.get("form:value", ""))


def _is_chosen(attributes: AttributesImpl) -> bool:
    return attributes.get("form:current-selected", attributes.get("form:selected")) == "true"


def _identifiers(attributes: AttributesImpl) -> tuple[str, ...]:
    names = (attributes.get(key) for key in ("xml:id", "form:id"))
    return tuple(dict.fromkeys(name for name in names if name))


def _chosen(entries: list[str], number: str | None) -> str:
    """Return the entry of a list with a number, which counts from 0; empty where there is none."""
    index = whole_number(number) or 0
    return entries[index] if index < len(entries) else ""


def whole_number(text: str | None) -> int | None:
    """Return a number written in figures, of many figures the first ten; None for what is none."""
    return int(text[:10]) if text and text.isascii() and text.isdigit() else None


def _sign(font: str, code: str) -> str:
    try:
        return tick_boxes.sign(font, int(code, 16))
    except ValueError:
        return ""


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _value(attributes: AttributesImpl, name: str) -> str | None:
    """Return an attribute by its name without the prefix."""
    return next((value for key, value in attributes.items() if _local(key) == name), None)
