"""Percentiles of reactions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.responsiveness import Timing, percentile, percentiles


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_numpys_inverted_cdf(values: list[float], percent: int) -> None:
    assert percentile(values, percent) == np.percentile(values, percent, method="inverted_cdf")


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
    assert percentiles([]) is None


def test_a_spread_tells_own_time_from_time_on_the_clock() -> None:
    spread = percentiles([Timing(wall_ms=10.0 * n, cpu_ms=n) for n in range(1, 11)])
    assert spread is not None
    assert (spread.count, spread.median_ms, spread.p95_ms) == (10, 50.0, 100.0)
    assert (spread.longest_ms, spread.cpu_p95_ms) == (100.0, 10.0)
