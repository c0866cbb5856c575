from __future__ import annotations

import pytest

from intake.schemas.secrets import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:secret@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u:p@ss:secret@localhost/db", "postgresql://u:***@localhost/db"),
        ("postgresql://u:p#secret@localhost/db", "postgresql://u:***@localhost/db"),
        ("postgresql://h/db?user=u&password=secret", "postgresql://h/db?user=u&password=***"),
        ("postgresql://u:secret", "postgresql://u:***"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
        ("postgresql://h:5432/d", "postgresql://h:5432/d"),
        ("sqlite:////srv/intake.db", "sqlite:////srv/intake.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
