from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from intake import Channel, RequestDraft


@pytest.mark.parametrize(
    ("moment", "hours"), [(datetime.min, 5), (datetime.max, -5)], ids=["before 1", "after 9999"]
)
def test_a_time_that_utc_does_not_have_is_refused_as_any_other_mistake(
    moment: datetime, hours: int
) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    with pytest.raises(ValidationError, match="received_at"):
        RequestDraft(channel=Channel.PHONE, text="Nota", received_at=there)
