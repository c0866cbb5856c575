"""What was thought of a request, as it is stored."""

from __future__ import annotations

from intake import Channel, Intake, RequestDraft, Settings
from intake.schemas.classifications import Classification, Evidence
from intake.store import opinions


def test_a_weight_that_was_no_number_can_still_be_read(tmp_path, database_url):
    settings = Settings(data_dir=tmp_path, database={"url": database_url})
    weightless = Evidence(rule="r", text="t", weight=float("nan"))
    given = Classification(classifier="theirs", version="1", evidence=(weightless,))
    with Intake(settings) as app:
        request = app.submit(RequestDraft(channel=Channel.PHONE, text="Nota"))
        database = app._premises.database
        with database.write() as connection:
            now = database.now(connection)
            opinions.insert_opinions(connection, [(request.id, given)], now)
        last = app.requests.opinions(request.reference)[-1]
    assert [each.weight for each in last.evidence] == [0.0]
