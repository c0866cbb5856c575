"""Words that mark the recipient of a letter: ``Spett.le``, ``Al``, ``Gent.ma``, our own names."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = re.compile(
    r"(?i)(?:spett\.?\s?(?:le|abile)|alla c\.?\s?a\.?|c\.a\.|all['’]attenzione|all['’]att|"
    r"att(?:n|ention)\b|to:|to the\b|destinatari[oa]|e? ?p\.?\s?c\.|egr\.|gent\.|"
    r"gent(?:ile|\.?m[oa])|ill\.?m[oa]|on\.|messrs|egregi[oa]? (?:sig|dott|prof))"
)
_MARK_TO = re.compile(
    r"(?:(?:A|Al|Alla|Allo|Ai|Agli|Alle|AL|ALLA|AI)\s+|(?:All|ALL)['’]\s?)(?=[A-ZÀ-Þ])"
)
_TITLE = (
    r"(?:sig(?:nor[aei]?|\.?\s?ra|\.?\s?na|\.)?|dott?(?:or|oressa|\.?\s?ssa|\.)?|prof(?:\.?\s?ssa|\.)?|"
    r"avv\.?|ing\.?|arch\.?|geom\.?|rag\.?|mr\.?|mrs\.?|ms\.?|miss|dr\.?)"
)
_POLITE = (
    r"(?:gent(?:il[ei]|\.?(?:m[oaie])?)|egr(?:egi[oa]?|\.)|ill(?:ustr\w+|\.?m[oa])|preg\w*\.?)"
)
_ALONE = re.compile(
    rf"(?i)(?:spett\.?\s?(?:le|abile)|al|alla|to|destinatari[oa]|{_POLITE})[ .:]*"
    rf"(?:{_TITLE}[ .:]*)*"
)
_COPY = re.compile(r"(?i)(?:e? ?p\.?\s?c\.|c\.?c\.?:|per conoscenza)")
_IS_POLITE = re.compile(rf"(?i){_POLITE}\b")


def is_marked(text: str) -> bool:
    """Return whether a line begins as the recipient's block does."""
    return bool(_MARK.match(text) or _MARK_TO.match(text))


def is_mark_alone(text: str) -> bool:
    """Return whether a line is nothing but a mark, so that the next one is the recipient."""
    return bool(_ALONE.fullmatch(text.strip()))


def is_copy(text: str) -> bool:
    """Return whether a line names who gets a copy: the recipient is somebody else."""
    return bool(_COPY.match(text))


def is_polite(text: str) -> bool:
    """Return whether a line may as well be the salutation: ``Gentile signora Ferri``."""
    return bool(_IS_POLITE.match(text))


def is_own_name(text: str, own_names: Sequence[str]) -> bool:
    """Return whether a line names us."""
    folded = " ".join(text.casefold().split())
    return any(name.casefold() in folded for name in own_names)
