"""From a displayed image to the networks' input, and back to image pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_builders import RecordingProgress, breast_volume, model_input
from numpy.typing import NDArray

from inference.errors import Cancelled, InputShapeError, UnusableImageError
from inference.prepare import PreparedInput, prepare
from inference.progress import SilentProgress
from inference.types import Box, CropRule, Laterality, ModelInput


def _prepare(
    volume: NDArray[Any],
    laterality: Laterality = Laterality.LEFT,
    rule: CropRule = CropRule.CC,
    *,
    rows: int = 300,
    columns: int = 200,
) -> PreparedInput:
    return prepare(
        model_input(volume, laterality, rule),
        input_rows=rows,
        input_columns=columns,
        progress=SilentProgress(),
    )


def _input(prepared: PreparedInput) -> NDArray[np.float32]:
    return np.stack([prepared.read_slice(index) for index in range(prepared.source.slices)])


@pytest.mark.parametrize(("rows", "columns"), [(300, 200), (700, 500), (700, 200), (300, 500)])
@pytest.mark.parametrize("rule", list(CropRule))
def test_the_input_is_standardised_as_one_array_padding_included(
    rows: int, columns: int, rule: CropRule
) -> None:
    prepared = _input(_prepare(breast_volume(3, 600, 400), rule=rule, rows=rows, columns=columns))
    assert prepared.shape == (3, rows, columns)
    assert prepared.dtype == np.float32
    assert prepared.mean(dtype=np.float64) == pytest.approx(0, abs=1e-6)
    assert prepared.std(dtype=np.float64) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("laterality", list(Laterality))
def test_air_and_padding_are_alike_to_the_last_bit(dtype: type, laterality: Laterality) -> None:
    volume = np.minimum(breast_volume(2, 600, 400), 255).astype(dtype)
    prepared = _prepare(volume, laterality, rows=700, columns=500)
    slice0 = prepared.read_slice(0)
    assert (slice0[50:350, 330:] == slice0[0, 0]).all()


def test_padding_is_0_before_standardising() -> None:
    prepared = _prepare(breast_volume(1, 600, 400) + 50, rows=700, columns=500)
    slice0 = prepared.read_slice(0)
    padding = np.float32(-prepared.mean / prepared.deviation)
    np.testing.assert_allclose(slice0[:50], padding)
    np.testing.assert_allclose(slice0[-50:], padding)
    np.testing.assert_allclose(slice0[:, 400:], padding)
    assert (slice0[50:-50, :400] > padding).all()


@pytest.mark.parametrize(
    "dtype", [np.uint8, np.int16, np.int32, np.float16, np.float32, np.float64]
)
def test_the_same_values_in_any_type_give_the_same_input(dtype: type) -> None:
    volume = breast_volume(2, 600, 400) // 16
    expected = _input(_prepare(volume))
    np.testing.assert_allclose(_input(_prepare(volume.astype(dtype))), expected, atol=1e-6)


def test_big_endian_and_strided_slices_are_read() -> None:
    volume = breast_volume(2, 600, 400)
    expected = _input(_prepare(volume))
    swapped = np.asfortranarray(volume.astype(">u2"))
    np.testing.assert_allclose(_input(_prepare(swapped)), expected, atol=1e-6)


def test_a_large_offset_costs_no_digits() -> None:
    noise = np.random.default_rng(0).standard_normal((2, 600, 400))
    volume = (1e6 + noise).astype(np.float32)
    expected = volume.astype(np.float64)
    expected = (expected - expected.mean()) / expected.std()
    prepared = _input(_prepare(volume, rows=600, columns=400))
    np.testing.assert_allclose(prepared, expected, atol=1e-3)


def test_a_constant_image_becomes_0_rather_than_infinite() -> None:
    prepared = _input(_prepare(np.full((2, 600, 400), 7, np.uint16)))
    np.testing.assert_array_equal(prepared, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused_naming_the_slice(value: float) -> None:
    volume = breast_volume(3, 600, 400, dtype=np.float32)
    volume[1, 5, 5] = value
    with pytest.raises(UnusableImageError, match=r"Slice 2 .*not numbers"):
        _prepare(volume)


def test_an_all_zero_volume_is_refused() -> None:
    with pytest.raises(UnusableImageError, match="all zero"):
        _prepare(np.zeros((3, 600, 400), np.uint16))


def test_a_small_breast_is_prepared_and_said_to_be_small() -> None:
    assert _prepare(breast_volume(1, 600, 400)).notices == ()
    (notice,) = _prepare(breast_volume(4, 128, 128)).notices
    assert "under 201 pixels thick" in notice


@dataclass(frozen=True)
class _LyingSource:
    slices: int = 2
    rows: int = 600
    columns: int = 400

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        return np.ones((600 - slice_index, 400), np.uint16)


def test_a_slice_of_another_shape_is_refused() -> None:
    lying = ModelInput(source=_LyingSource(), laterality=Laterality.LEFT, crop_rule=CropRule.CC)
    with pytest.raises(InputShapeError, match=r"Slice 2 has shape \(599, 400\)"):
        prepare(lying, input_rows=300, input_columns=200, progress=SilentProgress())


def test_every_slice_is_reported_and_may_be_the_last() -> None:
    progress = RecordingProgress(cancel_at=("preparing", 3))
    with pytest.raises(Cancelled):
        prepare(
            model_input(breast_volume(5, 600, 400)),
            input_rows=300,
            input_columns=200,
            progress=progress,
        )
    assert progress.reports == [("preparing", n, 5) for n in (1, 2, 3)]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(320, 620),
    columns=st.integers(240, 500),
    window_rows=st.integers(150, 700),
    window_columns=st.integers(150, 600),
    laterality=st.sampled_from(Laterality),
    rule=st.sampled_from(CropRule),
    draw=st.data(),
)
def test_a_marked_pixel_is_found_in_the_input_and_maps_back_to_itself(
    rows: int,
    columns: int,
    window_rows: int,
    window_columns: int,
    laterality: Laterality,
    rule: CropRule,
    draw: st.DataObject,
) -> None:
    volume = breast_volume(1, rows, columns, seed=rows)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1].copy()
    before = _prepare(volume, laterality, rule, rows=window_rows, columns=window_columns)
    corner = before.box_in_image(0, 0, 1000)
    shown = np.zeros_like(volume[0], bool)
    shown[corner.top : corner.top + corner.height, corner.left : corner.left + corner.width] = True
    candidates = np.argwhere(shown & (volume[0] > 0))
    row, column = candidates[draw.draw(st.integers(0, len(candidates) - 1))].tolist()
    volume[0, row, column] = 60_000
    prepared = _prepare(volume, laterality, rule, rows=window_rows, columns=window_columns)
    slice0 = prepared.read_slice(0)
    found = np.argwhere(slice0 == slice0.max())
    assert len(found) == 1
    top, left = found[0].tolist()
    marker = Box(top=row, left=column, height=1, width=1)
    assert prepared.placement.box_in_image(top=top, left=left, height=1, width=1) == marker
    assert prepared.box_in_image(top, left, 1) == marker


@pytest.mark.parametrize("laterality", list(Laterality))
def test_boxes_are_cut_to_the_pixels_that_were_used(laterality: Laterality) -> None:
    volume = breast_volume(1, 600, 400)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1].copy()
    prepared = _prepare(volume, laterality, rows=700, columns=500)
    box = prepared.box_in_image(600, 300, 256)
    slice0 = prepared.read_slice(0)[600:, 300:]
    used = slice0[: box.height, : box.width] * prepared.deviation + prepared.mean
    if laterality is Laterality.RIGHT:
        used = used[:, ::-1]
    there = volume[0, box.top : box.top + box.height, box.left : box.left + box.width]
    assert not box.is_empty
    assert box.height < 100
    np.testing.assert_allclose(used, there, atol=0.01)


@pytest.mark.parametrize("laterality", list(Laterality))
def test_a_box_over_nothing_but_padding_is_empty_and_lies_in_the_image(
    laterality: Laterality,
) -> None:
    volume = breast_volume(1, 600, 400)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1].copy()
    prepared = _prepare(volume, laterality, rows=900, columns=900)
    for top, left in ((0, 600), (700, 600), (880, 0), (300, 880)):
        box = prepared.box_in_image(top, left, 20)
        assert box.is_empty
        assert 0 <= box.top <= 600
        assert 0 <= box.left <= 400


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 2, 3), (2, 1, 40), (1, 40, 1)])
@pytest.mark.parametrize("laterality", list(Laterality))
@pytest.mark.parametrize("rule", list(CropRule))
def test_the_smallest_images_are_prepared_without_a_crash(
    shape: tuple[int, int, int], laterality: Laterality, rule: CropRule
) -> None:
    prepared = _prepare(np.ones(shape, np.uint8), laterality, rule)
    assert _input(prepared).shape == (shape[0], 300, 200)
