from __future__ import annotations

from intake.store.references import new_request_id, new_tracking_token


def test_ids_sort_by_time_and_tokens_do_not_repeat() -> None:
    ids = [new_request_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert len({new_tracking_token() for _ in range(1000)}) == 1000
