"""The queries of docs/howto/read-requests-with-sql.md run on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from intake import Channel, Intake, RawItem, RequestDraft, Settings
from intake.testing.samples import mail_with_attachment

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "read-requests-with-sql.md"
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def filled(database_url: str, tmp_path: Path) -> str:
    settings = Settings(data_dir=tmp_path / "data", database={"url": database_url})
    with Intake(settings) as app:
        content = mail_with_attachment("modulo.txt", b"nome e cognome")
        receipt = app.receive(RawItem(source="push", key="1", content=content))
        app.process()
        app.submit(RequestDraft(channel=Channel.PHONE, text="Aiuto, siamo intrappolati!"))
        request = app.requests.get(app.receipts.get(receipt.id).reference or "")
    return "|".join([request.reference, request.tracking_token, request.sender.email or ""])


def test_every_query_finds_what_the_page_says(filled: str, database_url: str) -> None:
    reference, token, email = filled.split("|")
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    given = {"token": token, "reference": reference, "email": email.upper()}
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [
            connection.execute(
                text(query.rstrip().rstrip(";")),
                {name: value for name, value in given.items() if f":{name}" in query},
            )
            .mappings()
            .all()
            for query in QUERIES
        ]
    engine.dispose()
    open_first, public, attachments, pages, events, letters, same_person, counts = found
    assert [row["urgency"] for row in open_first] == ["emergency", "normal"]
    assert [row["reference"] for row in public] == [reference]
    assert [row["filename"] for row in attachments] == ["modulo.txt"]
    assert pages == []  # a text file has none
    assert [row["type"] for row in events] == ["request.filed"]
    assert letters == []  # neither is a letter
    assert [row["reference"] for row in same_person] == [reference]
    assert {row["channel"]: row["requests"] for row in counts} == {"email": 1, "phone": 1}
