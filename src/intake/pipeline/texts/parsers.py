"""Parsers as the operator wants them."""

from __future__ import annotations

from intake import plugins
from intake.interfaces import ConfigurableParser, Parser
from intake.schemas.parsers import ParserOptions


def open_parser(profile: str, options: ParserOptions) -> Parser:
    """Return the parser of ``profile``; one that takes options knows them.

    Raises:
        ConfigError: no parser has this profile, or a file that the options name cannot be used.
    """
    found = plugins.load("parsers", profile)
    if issubclass(found, ConfigurableParser):
        return found.configured(options)
    parser: Parser = found()
    return parser
