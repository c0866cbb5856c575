from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from intake.pipeline.settling import retry
from intake.pipeline.settling.retry import RetryOptions


def test_the_wait_doubles_with_each_failure() -> None:
    assert [retry.delay_s(failures, RetryOptions()) for failures in (1, 2, 3)] == [60, 120, 240]


@pytest.mark.parametrize("max_failures", [1, 3, 5000])
def test_no_wait_is_longer_than_the_longest_nor_beyond_the_calendar(max_failures: int) -> None:
    options = RetryOptions(max_failures=max_failures, delay_s=31_536_000)
    longest = retry.longest_delay_s(options)
    waits = [retry.delay_s(each, options) for each in range(1, max_failures + 1)]
    assert longest >= max(*waits, retry.tool_delay_s(options))
    assert datetime.now(UTC) + timedelta(seconds=longest)
