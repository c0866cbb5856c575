from __future__ import annotations

import pytest

from intake.parsing import media_types


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\r\n%PDF-1.4\n", "application/pdf"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"BM" + bytes(24), "image/bmp"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
        (b"0\x82\x01\0\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "application/pkcs7-mime"),
        (b"Received: from x\r\n", "message/rfc822"),
        (b"Buongiorno, perch\xe9\n", "text/plain"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
        (b"{\\rtf1", "application/rtf"),
        (b"PK\x03\x04" + bytes(26) + b"mimetype" + media_types.ODT.encode(), media_types.ODT),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml..word/document", media_types.DOCX),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml..xl/workbook", media_types.XLSX),
        (b"\0\1\2\3", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_file_is_known_by_its_bytes(head: bytes, media_type: str) -> None:
    assert media_types.sniff(head) == media_type


def test_pictures_are_believed_by_their_bytes_whatever_is_declared() -> None:
    assert media_types.sniff(b"%PDF-1.4", "text/plain", "x.txt") == "application/pdf"
    assert media_types.sniff(b"%PDF-1.4", "application/octet-stream") == "application/pdf"


def test_a_damaged_picture_stays_what_it_was_declared() -> None:
    assert media_types.sniff(b"\0\1\2", "image/tiff") == "image/tiff"


def test_a_declared_type_that_says_something_stays() -> None:
    assert media_types.sniff(b"0\x82", "application/pkcs7-mime") == "application/pkcs7-mime"
    assert media_types.sniff(b"%PDF-", "nonsense") == "application/pdf"
    assert media_types.sniff(b"\0", "application/x-foo") == "application/x-foo"


def test_a_text_that_speaks_of_pdf_is_no_pdf() -> None:
    assert media_types.sniff(b"the file begins with %PDF-1.4", "text/plain") == "text/plain"


@pytest.mark.parametrize("name", ["application/pdf", "image/tiff", "image/jpeg", "image/png"])
def test_pictures_and_pdfs_go_to_ocr(name: str) -> None:
    assert media_types.is_picture_or_pdf(name)
    assert not media_types.is_picture_or_pdf("text/plain")


def test_rich_text_that_a_mail_program_calls_word_is_rich_text() -> None:
    assert media_types.sniff(b"{\\rtf1", "application/msword", "x.doc") == media_types.RTF
    assert media_types.is_read(media_types.RTF)
    assert not media_types.is_read("application/msword")
