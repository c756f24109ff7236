"""A CT series' prediction on disk: equal when read again, absent when damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from ct_builders import make_series
from hypothesis import given
from hypothesis import strategies as st

from viewer.storage.prediction_cache import PredictionCache, SeriesResultKey
from viewer.storage.prediction_file import DamagedPrediction
from viewer.storage.series_file import from_bytes, to_bytes

PREDICTION = make_series((0, 7, 1 / 3), (4, 11, 0.9), notices=("Memory ran out.",))
KEY = SeriesResultKey(pixels="p", model="m", preparation="ct 1")


def test_a_prediction_is_read_as_it_was_written() -> None:
    assert from_bytes(to_bytes(PREDICTION)) == PREDICTION


@given(place=st.integers(0, 10_000), value=st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, value: int) -> None:
    content = bytearray(to_bytes(PREDICTION))
    content[place % len(content)] ^= value
    with pytest.raises(DamagedPrediction):
        from_bytes(bytes(content))


def test_a_kept_result_is_found_by_its_whole_key_only(tmp_path: Path) -> None:
    cache = PredictionCache(tmp_path, largest_bytes=1 << 20)
    assert cache.find_series(KEY) is None
    assert cache.keep_series(KEY, PREDICTION)
    assert cache.find_series(KEY) == PREDICTION
    for other in ({"pixels": "q"}, {"model": "n"}, {"preparation": "ct 2"}):
        parts = {"pixels": "p", "model": "m", "preparation": "ct 1"} | other
        assert cache.find_series(SeriesResultKey(**parts)) is None


def test_a_damaged_result_counts_as_absent(tmp_path: Path) -> None:
    cache = PredictionCache(tmp_path, largest_bytes=1 << 20)
    cache.keep_series(KEY, PREDICTION)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert cache.find_series(KEY) is None
    assert not path.exists()
