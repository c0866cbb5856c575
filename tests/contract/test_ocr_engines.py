"""Every installed OCR engine keeps the promises of an engine."""

from functools import cache

import pytest

from intake import plugins
from intake.testing.contracts import OcrEngineContract


class TestInstalledEngines(OcrEngineContract):
    @pytest.fixture(params=plugins.names("ocr_engines"))
    def engine(self, request):
        return _opened(request.param)


@cache
def _opened(name):
    """Return an engine, the same every time: some load for seconds."""
    return plugins.load("ocr_engines", name)()
