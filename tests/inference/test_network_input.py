"""Preparing an image in a device's memory gives what preparing it on the CPU gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_builders import RecordingProgress, breast_volume, model_input
from numpy.typing import NDArray

from inference.device import Device
from inference.errors import Cancelled, InputShapeError, UnusableImageError
from inference.network_input import NetworkInput, prepare_on
from inference.networks.patches import PatchPosition, crop_patches
from inference.prepare import PreparedInput, prepare
from inference.progress import Progress, SilentProgress
from inference.types import CropRule, Laterality, ModelInput

Result = TypeVar("Result")

HERE = torch.device("cpu")
CPU = Device(kind="cpu", name="CPU")
SUMMED = 1e-5
"""What the CPU's sums of squares in float32 may change."""


@dataclass
class Gauge:
    """Memory of a size of its own."""

    free: int = 1 << 40

    def free_bytes(self) -> int:
        return self.free

    def peak_bytes(self, work: Callable[[], Result]) -> tuple[Result, int]:
        return work(), 0

    def release(self) -> None:
        """Nothing is kept."""


def _prepare_there(
    request: ModelInput,
    *,
    rows: int = 300,
    columns: int = 200,
    gauge: Gauge | None = None,
    progress: Progress | None = None,
) -> NetworkInput | None:
    return prepare_on(
        HERE,
        gauge or Gauge(),
        request,
        input_rows=rows,
        input_columns=columns,
        progress=progress or SilentProgress(),
    )


def _prepare_here(request: ModelInput, *, rows: int = 300, columns: int = 200) -> PreparedInput:
    return prepare(request, input_rows=rows, input_columns=columns, progress=SilentProgress())


def _all_slices(prepared: PreparedInput) -> NDArray[np.float32]:
    return np.stack([prepared.read_slice(index) for index in range(prepared.source.slices)])


def _assert_equal(there: NetworkInput, here: PreparedInput) -> None:
    assert there.prepared.placement == here.placement
    assert there.prepared.breast == here.breast
    assert there.prepared.mean == pytest.approx(here.mean, rel=1e-12)
    assert there.prepared.deviation == pytest.approx(here.deviation, rel=SUMMED)
    slices = there.slices(range(here.source.slices), CPU, SilentProgress())
    assert slices.dtype is torch.float32
    # To the last bit by the same mean and deviation.
    np.testing.assert_array_equal(slices.numpy(), _all_slices(there.prepared))
    np.testing.assert_allclose(slices.numpy(), _all_slices(here), atol=10 * SUMMED)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(220, 500),
    columns=st.integers(150, 400),
    window_rows=st.integers(100, 600),
    window_columns=st.integers(100, 500),
    laterality=st.sampled_from(Laterality),
    rule=st.sampled_from(CropRule),
    dtype=st.sampled_from([np.uint8, np.int16, np.uint16, np.float32]),
    offset=st.integers(0, 100),
)
def test_any_image_is_prepared_on_a_device_as_on_the_cpu(
    rows: int,
    columns: int,
    window_rows: int,
    window_columns: int,
    laterality: Laterality,
    rule: CropRule,
    dtype: type,
    offset: int,
) -> None:
    scale = 20 if dtype is np.uint8 else 1
    volume = ((breast_volume(3, rows, columns, seed=rows) + offset) // scale).astype(dtype)
    request = model_input(volume, laterality, rule)
    here = _prepare_here(request, rows=window_rows, columns=window_columns)
    there = _prepare_there(request, rows=window_rows, columns=window_columns)
    assert there is not None
    _assert_equal(there, here)


def test_all_sixteen_bits_are_kept() -> None:
    volume = breast_volume(2, 400, 300) * 20
    assert volume.max() > 2**15
    request = model_input(volume)
    there = _prepare_there(request)
    assert there is not None
    _assert_equal(there, _prepare_here(request))


def test_mirrored_and_read_only_pixels_are_sent() -> None:
    volume = breast_volume(2, 400, 300)[:, :, ::-1]
    volume.flags.writeable = False
    request = model_input(volume, Laterality.RIGHT)
    there = _prepare_there(request)
    assert there is not None
    _assert_equal(there, _prepare_here(request))


@pytest.mark.parametrize("dtype", [np.float64, np.int32, ">u2"])
def test_pixels_of_other_types_are_left_to_the_cpu(dtype: Any) -> None:
    assert _prepare_there(model_input(breast_volume(2, 400, 300).astype(dtype))) is None


def test_a_volume_too_large_for_the_memory_is_left_to_the_cpu() -> None:
    volume = breast_volume(2, 400, 300)
    assert _prepare_there(model_input(volume), gauge=Gauge(free=2 * volume.nbytes - 2)) is None
    assert _prepare_there(model_input(volume), gauge=Gauge(free=2 * volume.nbytes)) is not None


def test_slices_that_are_not_held_any_more_are_read_again() -> None:
    request = model_input(breast_volume(3, 400, 300))
    there = _prepare_there(request)
    assert there is not None
    assert there.let_go()
    assert not there.let_go()
    _assert_equal(there, _prepare_here(request))


@pytest.mark.parametrize("is_held", [True, False])
def test_patches_are_cut_of_standardised_slices(is_held: bool) -> None:
    request = model_input(breast_volume(3, 400, 300))
    there = _prepare_there(request)
    assert there is not None
    if not is_held:
        there.let_go()
    positions = [PatchPosition(2, 10, 20), PatchPosition(0, 250, 150), PatchPosition(2, 0, 0)]
    patches = there.patches(positions, 64, SilentProgress())
    whole = torch.from_numpy(_all_slices(_prepare_here(request)))
    torch.testing.assert_close(
        patches, crop_patches(whole, positions, 64), atol=10 * SUMMED, rtol=0
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused_on_a_device_too(value: float) -> None:
    volume = breast_volume(3, 400, 300, dtype=np.float32)
    volume[1, 5, 5] = value
    with pytest.raises(UnusableImageError, match=r"Slice 2 .*not numbers"):
        _prepare_there(model_input(volume))


def test_an_all_zero_volume_is_refused_on_a_device_too() -> None:
    with pytest.raises(UnusableImageError, match="all zero"):
        _prepare_there(model_input(np.zeros((3, 400, 300), np.uint16)))


@dataclass(frozen=True)
class _LyingSource:
    slices: int = 2
    rows: int = 400
    columns: int = 300

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        return np.ones((400 - slice_index, 300), np.uint16)


def test_a_slice_of_another_shape_is_refused_on_a_device_too() -> None:
    lying = ModelInput(source=_LyingSource(), laterality=Laterality.LEFT, crop_rule=CropRule.CC)
    with pytest.raises(InputShapeError, match=r"Slice 2 has shape \(399, 300\)"):
        _prepare_there(lying)


def test_preparing_on_a_device_reports_every_slice_and_can_be_cancelled() -> None:
    progress = RecordingProgress(cancel_at=("preparing", 3))
    with pytest.raises(Cancelled):
        _prepare_there(model_input(breast_volume(5, 400, 300)), progress=progress)
    assert progress.reports == [("preparing", n, 5) for n in (1, 2, 3)]
