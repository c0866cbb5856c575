"""The rules by which fax gateways are recognised and read: data, in ``data/fax/*.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from intake.errors import ConfigError

FIELDS = frozenset(
    {"caller_number", "caller_name", "remote_station_id", "called_number", "pages", "duration",
     "received_at", "comm_id"}
)  # fmt: skip
PLACES = frozenset({"subject", "text", "from", "to", "header"})
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class FaxMail:
    """The places of a message in which a gateway writes its facts."""

    subject: str
    text: str
    sender: str
    to: str
    headers: str
    """Header lines ``name: value`` by lower-case name, one a line."""

    def place(self, name: str) -> str:
        """Return what stands in the place ``name``, one of ``PLACES``."""
        found = {
            "subject": self.subject,
            "text": self.text,
            "from": self.sender,
            "to": self.to,
            "header": self.headers,
        }[name]
        return found[:_MAX_TEXT]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression and the place of the message it is searched in."""

    place: str
    expression: re.Pattern[str]

    def __str__(self) -> str:
        written = self.expression.pattern
        return f"{self.place} matches {written if len(written) <= 100 else written[:99] + '…'}"


@dataclass(frozen=True, slots=True)
class FaxReading:
    """The facts by the name of their group, and which pattern found each."""

    facts: dict[str, str]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FaxRule:
    """One gateway: how its mail is recognised, where its facts are."""

    vendor: str
    order: int
    recognise: tuple[Pattern, ...]
    extract: tuple[Pattern, ...]
    failed: tuple[Pattern, ...]
    partial: tuple[Pattern, ...]
    american_dates: bool = False
    origin: str = ""
    """The file it was read from."""

    def is_of(self, mail: FaxMail) -> bool:
        """Tell whether the mail is of this gateway: one pattern of each place must be found."""
        places: dict[str, bool] = {}
        for pattern in self.recognise:
            found = pattern.expression.search(mail.place(pattern.place)) is not None
            places[pattern.place] = places.get(pattern.place, False) or found
        return all(places.values())

    def read(self, mail: FaxMail) -> FaxReading:
        """Return the named groups that were found; the first pattern that finds one wins."""
        facts: dict[str, str] = {}
        evidence = [f"vendor: {self.origin}"]
        evidence += [
            f"vendor: {pattern}"
            for pattern in self.recognise
            if pattern.expression.search(mail.place(pattern.place))
        ]
        for pattern in self.extract:
            for match in pattern.expression.finditer(mail.place(pattern.place)):
                for name, value in match.groupdict().items():
                    if name not in facts and value and value.strip():
                        facts[name] = " ".join(value.split())
                        evidence.append(f"{name}: {pattern}")
        return FaxReading(facts, tuple(evidence))

    def status(self, mail: FaxMail) -> str | None:
        """Return ``failed`` or ``partial`` where the gateway says so."""
        for status, patterns in (("failed", self.failed), ("partial", self.partial)):
            if any(p.expression.search(mail.place(p.place)) for p in patterns):
                return status
        return None


def find_rule(mail: FaxMail, rules: Sequence[FaxRule] = ()) -> FaxRule:
    """Return the rule of the gateway that sent ``mail``; the generic one for any other.

    ``rules`` are a site's own; those of the package come after them.
    """
    return next(rule for rule in (*rules, *fax_rules()) if rule.is_of(mail))


@cache
def fax_rules() -> tuple[FaxRule, ...]:
    """Return our rules in the order in which they are tried; the generic one is the last."""
    folder = files("intake.parsing") / "data" / "fax"
    rules = [
        read_rule(entry.name, entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return _sorted(rules)


def read_folder(folder: Path) -> tuple[FaxRule, ...]:
    """Return the rules of a site: every ``*.toml`` in ``folder``, in the order they are tried.

    Raises:
        ConfigError: the folder or a file in it cannot be read, or a rule is wrong.
    """
    try:
        paths = sorted(folder.iterdir())
        found = [(path, path.read_text("utf-8")) for path in paths if path.suffix == ".toml"]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The fax rules in {folder} cannot be read: {error}") from error
    return _sorted([read_rule(str(path), content) for path, content in found])


def _sorted(rules: list[FaxRule]) -> tuple[FaxRule, ...]:
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.vendor)))


def read_rule(name: str, content: str) -> FaxRule:
    """Return the rule in the TOML ``content`` of the file ``name``.

    Raises:
        ConfigError: it is no TOML, or a place, a group or an expression is not as it should be.
    """
    try:
        data = tomllib.loads(content)
        rule = FaxRule(
            vendor=data["vendor"],
            order=data.get("order", 100),
            recognise=_patterns(data.get("recognise", [])),
            extract=_patterns(data.get("extract", [])),
            failed=_patterns(data.get("failed", [])),
            partial=_patterns(data.get("partial", [])),
            american_dates=data.get("american_dates", False),
            origin=name,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise ConfigError(f"The fax rule {name} cannot be read: {error!r}") from error
    for pattern in rule.extract:
        unknown = set(pattern.expression.groupindex) - FIELDS
        if unknown:
            raise ConfigError(
                f"The fax rule {name} names a group {sorted(unknown)[0]!r}; "
                f"there are: {', '.join(sorted(FIELDS))}."
            )
    return rule


def _patterns(entries: list[dict[str, str]]) -> tuple[Pattern, ...]:
    for entry in entries:
        if entry["in"] not in PLACES:
            raise KeyError(f"in = {entry['in']!r}; there are: {', '.join(sorted(PLACES))}")
    return tuple(Pattern(entry["in"], re.compile(entry["pattern"])) for entry in entries)
