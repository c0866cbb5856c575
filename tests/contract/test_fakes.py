"""The fakes that we ship keep the promises of what they stand in for."""

import pytest

from intake.testing.contracts import ConnectorContract, OcrEngineContract
from intake.testing.fakes import FakeConnector, FakeOcrEngine, FakeOptions, FakeSource


class TestFakeConnector(ConnectorContract):
    contents = (b"", *ConnectorContract.contents)

    @pytest.fixture
    def world(self):
        return FakeSource(removes=self.removes_on_acknowledge)

    @pytest.fixture
    def connector(self, world):
        return lambda: FakeConnector("fake", FakeOptions(world=world))


class TestFakeConnectorThatKeeps(TestFakeConnector):
    removes_on_acknowledge = False


class TestFakeOcrEngine(OcrEngineContract):
    @pytest.fixture
    def engine(self):
        return FakeOcrEngine()
