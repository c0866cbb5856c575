"""Every installed parser keeps the promises of a parser."""

import pytest

from intake import plugins
from intake.testing.contracts import ParserContract


class TestInstalledParsers(ParserContract):
    @pytest.fixture(params=plugins.names("parsers"))
    def parser(self, request):
        return plugins.load("parsers", request.param)()
