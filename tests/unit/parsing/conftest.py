"""What the tests of the parsing room share."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intake.parsing.mail import MailParser
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture
def parse() -> Callable[..., Parsed]:
    """Parse bytes (or text, as UTF-8 with CRLF) with a parser, the mail parser by default."""

    def parse(raw: bytes | str, parser: Any = None, **facts: Any) -> Parsed:
        if isinstance(raw, str):
            raw = raw.replace("\n", "\r\n").encode()
        return (parser or MailParser()).parse(io.BytesIO(raw), ItemFacts(**facts))

    return parse
