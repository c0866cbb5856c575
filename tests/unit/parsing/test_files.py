from __future__ import annotations

from collections.abc import Callable

import pytest

from intake.errors import UnreadableItem
from intake.parsing.files import ScanParser
from intake.schemas.documents import Parsed

Parse = Callable[..., Parsed]


def test_a_scan_is_one_file(parse: Parse) -> None:
    parsed = parse(b"II*\0\x08\0\0\0", ScanParser(), file_name="posta/lettera.tif")
    (attachment,) = parsed.message.attachments
    assert attachment.path == attachment.filename == "lettera.tif"
    assert attachment.media_type == "image/tiff"
    assert parsed.leaves[0].content == b"II*\0\x08\0\0\0"
    assert parsed.message.text == ""


def test_a_file_without_a_name_has_a_path(parse: Parse) -> None:
    assert parse(b"%PDF-1.4", ScanParser()).leaves[0].path == "scan.pdf"


def test_a_plain_text_is_the_text(parse: Parse) -> None:
    parsed = parse("Perché la città?\n".encode("cp1252"), ScanParser(), file_name="nota.txt")
    assert parsed.message.text == "Perché la città?"
    assert parsed.message.attachments[0].media_type == "text/plain"


@pytest.mark.parametrize(("raw", "code"), [(b"", "empty"), (b"\0\1\2\3" * 9, "unknown_format")])
def test_what_cannot_be_read_is_refused(parse: Parse, raw: bytes, code: str) -> None:
    with pytest.raises(UnreadableItem) as raised:
        parse(raw, ScanParser(), file_name="x.txt")
    assert raised.value.code == code
