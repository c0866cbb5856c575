"""What a plugin promises, one test each: subclass the contract, give its fixtures, run pytest.

::

    class TestMyConnector(ConnectorContract):
        removes_on_acknowledge = False

        @pytest.fixture
        def world(self, tmp_path): ...       # a World: puts items into a real source

        @pytest.fixture
        def connector(self, world): ...      # () -> a new connector to that source
"""

from __future__ import annotations

from intake.testing.classifier_contract import ClassifierContract
from intake.testing.connector_contract import ConnectorContract
from intake.testing.ocr_engine_contract import OcrEngineContract
from intake.testing.parser_contract import ParserContract, parse
from intake.testing.world import MakeConnector, World, cursor_of, poll, put_three, read, receipt_of

__all__ = [
    "ClassifierContract",
    "ConnectorContract",
    "MakeConnector",
    "OcrEngineContract",
    "ParserContract",
    "World",
    "cursor_of",
    "parse",
    "poll",
    "put_three",
    "read",
    "receipt_of",
]
