"""Predictions on disk: equal when read back, harmless when damaged, limited in size."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import make_image, make_prediction
from hypothesis import given
from hypothesis import strategies as st

from inference.types import CropRule, Laterality, Prediction
from viewer.storage.prediction_cache import PredictionCache, PredictionKey
from viewer.storage.prediction_file import DamagedPrediction, from_bytes, to_bytes

KEY = PredictionKey(
    pixels="p",
    laterality=Laterality.LEFT,
    crop_rule=CropRule.CC,
    outside_training_views=False,
    model="m",
    preparation="1",
)
PREDICTION = make_prediction(make_image("LCC"))


@pytest.fixture
def cache(tmp_path: Path) -> PredictionCache:
    return PredictionCache(tmp_path / "kept", largest_bytes=10_000_000)


def same(one: Prediction, other: Prediction) -> bool:
    """Equal in every field, arrays value by value."""
    nothing = np.zeros(0, np.float32)
    plain = [replace(p, saliency=nothing) for p in (one, other)]
    return plain[0].__repr__() == plain[1].__repr__() and np.array_equal(
        one.saliency, other.saliency
    )


def test_a_kept_prediction_is_found_again_unchanged(cache: PredictionCache) -> None:
    prediction = replace(PREDICTION, notices=("memory ran out",), outside_training_views=True)
    assert cache.find(KEY) is None
    assert cache.keep(KEY, prediction)
    assert same(cache.find(KEY), prediction)


@pytest.mark.parametrize(
    "other",
    [
        replace(KEY, pixels="q"),
        replace(KEY, laterality=Laterality.RIGHT),
        replace(KEY, crop_rule=CropRule.MLO),
        replace(KEY, outside_training_views=True),
        replace(KEY, model="n"),
        replace(KEY, preparation="2"),
    ],
)
def test_every_part_of_the_key_matters(cache: PredictionCache, other: PredictionKey) -> None:
    cache.keep(KEY, PREDICTION)
    assert cache.find(other) is None


def test_a_damaged_file_counts_as_absent_and_is_written_anew(
    cache: PredictionCache, tmp_path: Path
) -> None:
    cache.keep(KEY, PREDICTION)
    file = next((tmp_path / "kept").iterdir())
    file.write_bytes(file.read_bytes()[:300])
    assert cache.find(KEY) is None
    assert cache.keep(KEY, PREDICTION)
    assert same(cache.find(KEY), PREDICTION)


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_any_changed_byte_is_noticed(where: int, value: int) -> None:
    content = bytearray(to_bytes(PREDICTION))
    before = content[where % len(content)]
    content[where % len(content)] = value
    if value == before:
        assert same(from_bytes(bytes(content)), PREDICTION)
        return
    with pytest.raises(DamagedPrediction):
        from_bytes(bytes(content))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"nonsense" * 100])
def test_nonsense_is_no_prediction(content: bytes) -> None:
    with pytest.raises(DamagedPrediction):
        from_bytes(content)


def test_a_pickle_in_a_kept_file_is_not_executed() -> None:
    class Mischief:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (os.mkdir, ("/nonexistent/never",))

    buffer = io.BytesIO()
    np.savez(buffer, saliency=np.array([Mischief()], dtype=object), words=np.zeros(1, np.uint8))
    content = buffer.getvalue()
    with pytest.raises(DamagedPrediction, match="allow_pickle"):
        from_bytes(hashlib.sha256(content).digest() + content)


def test_the_least_lately_used_are_deleted_beyond_the_limit(tmp_path: Path) -> None:
    size = len(to_bytes(PREDICTION))
    cache = PredictionCache(tmp_path, largest_bytes=int(size * 2.5))
    keys = [replace(KEY, pixels=str(n)) for n in range(3)]
    for n, key in enumerate(keys[:2]):
        cache.keep(key, PREDICTION)
        os.utime(tmp_path / f"{key.name}.prediction", (n + 1, n + 1))
    assert cache.find(keys[0]) is not None
    cache.keep(keys[2], PREDICTION)
    assert [cache.find(key) is not None for key in keys] == [True, False, True]


def test_a_folder_that_cannot_be_written_is_said_and_the_program_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = PredictionCache(tmp_path / "file", largest_bytes=10_000_000)
    assert not cache.keep(KEY, PREDICTION)
    assert "not kept" in cache.problem
    assert cache.find(KEY) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_prediction_that_does_not_fit_leaves_no_half_file(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    folder.chmod(0o500)
    cache = PredictionCache(folder, largest_bytes=10_000_000)
    kept = cache.keep(KEY, PREDICTION)
    folder.chmod(0o700)
    # The superuser may write everywhere.
    assert kept == (os.geteuid() == 0)
    assert len(list(folder.iterdir())) == int(kept)
