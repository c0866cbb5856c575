"""Every installed OCR engine keeps the promises of an engine."""

import pytest

from intake import plugins
from intake.testing.contracts import OcrEngineContract


class TestInstalledEngines(OcrEngineContract):
    @pytest.fixture(params=plugins.names("ocr_engines"))
    def engine(self, request):
        return plugins.load("ocr_engines", request.param)()
