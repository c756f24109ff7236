"""A breast's prediction on disk: equal when read again, absent when damaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.breast import BreastPrediction, BreastView, ViewPart
from inference.types import ClassScores, CropRule, Laterality, ModelIdentity
from viewer.storage.breast_file import from_bytes, to_bytes
from viewer.storage.prediction_cache import BreastResultKey, PredictionCache, PredictionKey
from viewer.storage.prediction_file import DamagedPrediction

MODEL = ModelIdentity(name="pair", version="1", architecture="two_view", sha256="ab" * 32)
WHOLE = BreastPrediction(
    model=MODEL,
    laterality=Laterality.LEFT,
    scores=ClassScores(benign=0.1, malignant=1 / 3),
    cc=ViewPart(alone=ClassScores(benign=0.0, malignant=1.0), images=("LCC FFDM", "LCC FFDM 2")),
    mlo=None,
    missing=(BreastView.MLO,),
    outside_training_views=True,
    heat_map_model=MODEL,
    seconds=1.25,
    device="CPU",
    notices=("No MLO view.",),
)
BARE = replace(WHOLE, cc=None, missing=(), heat_map_model=None, notices=())
IMAGE = PredictionKey(
    pixels="p",
    laterality=Laterality.LEFT,
    crop_rule=CropRule.CC,
    outside_training_views=False,
    model="m",
    preparation="1",
)
KEY = BreastResultKey(images=(("LCC", IMAGE),), heat_maps="")


@pytest.mark.parametrize("prediction", [WHOLE, BARE])
def test_a_prediction_is_read_as_it_was_written(prediction: BreastPrediction) -> None:
    assert from_bytes(to_bytes(prediction)) == prediction


@given(place=st.integers(0, 10_000), value=st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, value: int) -> None:
    content = bytearray(to_bytes(WHOLE))
    content[place % len(content)] ^= value
    with pytest.raises(DamagedPrediction):
        from_bytes(bytes(content))


@given(content=st.binary(max_size=100))
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(DamagedPrediction):
        from_bytes(content)


def test_the_cache_gives_a_breast_back_and_counts_damage_as_absent(tmp_path: Path) -> None:
    cache = PredictionCache(tmp_path, largest_bytes=1 << 20)
    assert cache.find_breast(KEY) is None
    assert cache.keep_breast(KEY, WHOLE)
    assert cache.find_breast(KEY) == WHOLE
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert cache.find_breast(KEY) is None
    assert list(tmp_path.iterdir()) == []


def test_an_image_more_another_order_or_other_heat_maps_are_another_result() -> None:
    other = ("LMLO", replace(IMAGE, pixels="q"))
    keys = (
        KEY,
        replace(KEY, heat_maps="g"),
        replace(KEY, images=(*KEY.images, other)),
        replace(KEY, images=(other, *KEY.images)),
        replace(KEY, images=(("LCC", replace(IMAGE, model="n")),)),
    )
    assert len({key.name for key in keys}) == len(keys)
    assert IMAGE.name not in {key.name for key in keys}
