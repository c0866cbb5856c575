"""Every installed classifier keeps the promises of a classifier."""

import pytest

from intake import plugins
from intake.testing.contracts import ClassifierContract


class TestInstalledClassifiers(ClassifierContract):
    @pytest.fixture(params=plugins.names("classifiers"))
    def classifier(self, request):
        return plugins.load("classifiers", request.param)()
