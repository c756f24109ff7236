from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from ct_model_builders import (
    CountingSource,
    chest_series,
    ct_model,
    small_resnet,
    small_swin,
)
from hypothesis import given
from hypothesis import strategies as st
from inference_builders import make_model

from inference.ct_preparation import CtPreparation, SliceWindows
from inference.ct_windows import CtWindowPredictor
from inference.device import Device, choose_device, cpu
from inference.errors import (
    Cancelled,
    DeviceMemoryError,
    InferenceError,
    InputShapeError,
    UnusableImageError,
    WeightsError,
)
from inference.progress import SilentProgress
from inference.series import SeriesPrediction, WindowScore
from inference.types import ArraySource, ModelIdentity
from inference.window_run import PlacedClassifier, WindowRun


class Steps:
    """Notes every report; stops at one of them."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.reports: list[tuple[int, int, str]] = []
        self._stop_at = stop_at

    def update(self, done: int, total: int, stage: str) -> None:
        self.reports.append((done, total, stage))
        if self._stop_at is not None and len(self.reports) > self._stop_at:
            raise Cancelled


@given(slices=st.integers(1, 200), window=st.integers(1, 40), stride=st.integers(1, 40))
def test_windows_lie_in_the_series_and_the_last_ends_with_it(
    slices: int, window: int, stride: int
) -> None:
    starts = CtPreparation(window_slices=window, stride=stride).window_starts(slices)
    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert starts[-1] + window == slices or starts == (0,) and slices <= window
    assert all(b - a <= stride for a, b in zip(starts, starts[1:], strict=False))


def test_a_slice_is_clipped_centred_resized_and_cut() -> None:
    preparation = CtPreparation(
        lowest_hu=-1000, highest_hu=1000, resized_to=4, rows=2, columns=2, window_slices=1
    )
    hounsfield = np.full((1, 8, 8), -3024.0, np.float32)
    hounsfield[0, 2:4, 2:4] = [[-1000, 0], [500, 500]]
    hounsfield[0, 2:4, 4:6] = 5000.0
    prepared = preparation.slice_of(ArraySource(hounsfield), 0)
    # Two by two pixels are averaged after clipping, then the middle is kept.
    np.testing.assert_allclose(prepared, [[(0 + 0.5 + 0.75 + 0.75) / 4 - 0.5, 0.5], [-0.5, -0.5]])


def test_a_small_and_a_wide_slice_are_resized_by_their_shorter_side() -> None:
    preparation = CtPreparation(resized_to=8, rows=6, columns=6)
    for shape in ((4, 4), (8, 20), (30, 10)):
        source = ArraySource(np.zeros((1, *shape), np.float32))
        assert preparation.slice_of(source, 0).shape == (6, 6)


def test_windows_hold_the_slices_in_order_and_each_is_read_once() -> None:
    source = chest_series(11)
    preparation = CtPreparation(window_slices=4, stride=3, resized_to=8, rows=8, columns=8)
    windows = SliceWindows(source, preparation)
    starts = preparation.window_starts(11)
    assert starts == (0, 3, 6, 7)
    for start in starts:
        for slice_index in windows.missing_of(start):
            windows.read(slice_index)
        expected = [
            preparation.slice_of(ArraySource(source.volume), i) for i in range(start, start + 4)
        ]
        np.testing.assert_array_equal(windows.window(start), expected)
    assert source.reads == list(range(11))


def test_a_model_that_learned_feet_first_gets_its_windows_so() -> None:
    source = chest_series(3)
    sizes = {"window_slices": 3, "resized_to": 8, "rows": 8, "columns": 8}
    windows = []
    for order in ("head first", "feet first"):
        made = SliceWindows(source, CtPreparation(slice_order=order, **sizes))  # type: ignore[arg-type]
        for slice_index in made.missing_of(0):
            made.read(slice_index)
        windows.append(made.window(0))
    np.testing.assert_array_equal(windows[0], windows[1][::-1])


@pytest.mark.parametrize("swin", [False, True])
def test_each_window_is_scored_by_the_network_and_the_study_by_the_highest(
    tmp_path: Path, swin: bool
) -> None:
    network = small_swin() if swin else small_resnet()
    model = ct_model(tmp_path, network)
    source = chest_series(18)
    steps = Steps()

    prediction = CtWindowPredictor(model=model, device=cpu()).predict(source, steps)

    preparation = CtPreparation.of_card(model.card.settings, rows=32, columns=32)
    prepared = np.stack([preparation.slice_of(ArraySource(source.volume), i) for i in range(18)])
    spans = [(0, 7), (4, 11), (8, 15), (10, 17)]
    assert [(w.first_slice, w.last_slice) for w in prediction.windows] == spans
    for window, (first, last) in zip(prediction.windows, spans, strict=True):
        evidence = network(torch.from_numpy(prepared[first : last + 1]).unsqueeze(0))
        assert window.score == pytest.approx(float(evidence.sigmoid()), abs=1e-6)
    assert prediction.score == max(window.score for window in prediction.windows)
    assert source.reads == list(range(18))
    assert prediction.notices == ()
    assert prediction.repeated_slices == 0
    assert steps.reports[-1] == (4, 4, "windows")
    assert prediction.model == model.identity


def test_batches_and_threads_do_not_change_the_scores(tmp_path: Path) -> None:
    model = ct_model(tmp_path)
    source = chest_series(30)
    one = CtWindowPredictor(model=model, device=cpu(), threads=1)
    many = CtWindowPredictor(model=model, device=cpu(), windows_per_chunk=3, threads=lambda: 2)
    first, second = (p.predict(source, SilentProgress()) for p in (one, many))
    np.testing.assert_allclose(
        [w.score for w in first.windows], [w.score for w in second.windows], atol=1e-6
    )


@pytest.mark.parametrize("slices", [1, 5, 7])
def test_a_short_series_repeats_its_edge_slices_and_says_so(tmp_path: Path, slices: int) -> None:
    model = ct_model(tmp_path)
    source = chest_series(slices)
    predictor = CtWindowPredictor(model=model, device=cpu())

    prediction = predictor.predict(source, SilentProgress())

    before = (8 - slices) // 2
    volume = np.pad(source.volume, [(before, 8 - slices - before), (0, 0), (0, 0)], mode="edge")
    whole = predictor.predict(CountingSource(volume), SilentProgress())
    assert prediction.score == pytest.approx(whole.score, abs=1e-6)
    assert [(w.first_slice, w.last_slice) for w in prediction.windows] == [(0, slices - 1)]
    assert prediction.repeated_slices == 8 - slices
    assert f"has {slices} slices, a window 8" in prediction.notices[0]
    assert source.reads == list(range(slices))


def test_slices_between_windows_that_do_not_touch_are_not_read(tmp_path: Path) -> None:
    source = chest_series(30)
    predictor = CtWindowPredictor(model=ct_model(tmp_path, stride=20), device=cpu())
    prediction = predictor.predict(source, SilentProgress())
    assert source.reads == [*range(8), *range(20, 30)]
    assert np.isnan(prediction.slice_scores[8:20]).all()


def test_it_can_be_cancelled_at_every_slice(tmp_path: Path) -> None:
    predictor = CtWindowPredictor(model=ct_model(tmp_path), device=cpu())
    source = chest_series(20)
    with pytest.raises(Cancelled):
        predictor.predict(source, Steps(stop_at=10))
    assert len(source.reads) < 20
    assert predictor.predict(source, SilentProgress()).slices == 20


def test_values_that_are_not_numbers_are_refused_and_named(tmp_path: Path) -> None:
    predictor = CtWindowPredictor(model=ct_model(tmp_path), device=cpu())
    source = chest_series(9)
    source.volume[5, 3, 3] = np.nan
    with pytest.raises(UnusableImageError, match="Slice 6 holds values that are not numbers"):
        predictor.predict(source, SilentProgress())


def test_a_series_of_nothing_is_refused(tmp_path: Path) -> None:
    predictor = CtWindowPredictor(model=ct_model(tmp_path), device=cpu())
    air = CountingSource(np.full((9, 40, 40), -2000.0, np.float32))
    with pytest.raises(UnusableImageError, match="nothing to score"):
        predictor.predict(air, SilentProgress())


def test_a_slice_of_another_shape_is_refused(tmp_path: Path) -> None:
    class Torn(CountingSource):
        def read_slice(self, slice_index: int) -> np.ndarray:
            return self.volume[slice_index, : 40 if slice_index == 4 else None]

    predictor = CtWindowPredictor(model=ct_model(tmp_path), device=cpu())
    with pytest.raises(InputShapeError, match="Slice 5 has 40 x 48 pixels"):
        predictor.predict(Torn(chest_series(9).volume), SilentProgress())


def test_a_result_that_is_not_a_number_is_no_score(tmp_path: Path) -> None:
    model = ct_model(tmp_path)
    model.network.get_parameter("fc.bias").fill_(float("nan"))
    with pytest.raises(InferenceError, match="not a number"):
        CtWindowPredictor(model=model, device=cpu()).predict(chest_series(9), SilentProgress())


def test_a_mammography_model_scores_no_series() -> None:
    with pytest.raises(WeightsError, match="scores no CT series"):
        CtWindowPredictor(model=make_model(), device=cpu())


class Scarce(torch.nn.Module):
    """Has memory for so many windows at a time."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.asked: list[int] = []

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        self.asked.append(len(windows))
        if len(windows) > self.room:
            raise torch.OutOfMemoryError("no memory left")
        return windows.mean(dim=(1, 2, 3)).unsqueeze(1)


def scarce_run(*rooms: int, windows_per_chunk: int) -> tuple[WindowRun, list[Scarce]]:
    networks = [Scarce(room) for room in rooms]
    placed = [
        PlacedClassifier(network, Device(kind="cpu", name=f"device {number}"))
        for number, network in enumerate(networks, start=1)
    ]
    return WindowRun(placed, windows_per_chunk, lambda: None), networks


WINDOWS = np.arange(5, dtype=np.float32).reshape(5, 1, 1, 1)
SIGMOID = (1 / (1 + np.exp(-np.arange(5.0)))).tolist()


def test_memory_that_runs_out_makes_smaller_chunks_and_loses_nothing() -> None:
    run, (network,) = scarce_run(2, windows_per_chunk=4)
    assert run.score(WINDOWS) == pytest.approx(SIGMOID)
    assert network.asked == [4, 2, 2, 1]
    assert run.notices == ["Memory ran out on device 1; went on with fewer windows at a time."]


def test_a_device_without_memory_for_one_window_hands_over_to_the_next() -> None:
    run, _ = scarce_run(0, 1, windows_per_chunk=2)
    assert run.score(WINDOWS) == pytest.approx(SIGMOID)
    assert run.device.name == "device 2"
    assert run.notices[-1] == "Memory ran out on device 1; went on with device 2."


def test_no_memory_anywhere_is_said() -> None:
    run, _ = scarce_run(0, windows_per_chunk=1)
    with pytest.raises(DeviceMemoryError, match="even for one window"):
        run.score(WINDOWS)


def test_other_errors_are_not_taken_for_memory() -> None:
    run, (network,) = scarce_run(9, windows_per_chunk=1)
    network.forward = None  # type: ignore[assignment]
    with pytest.raises(TypeError):
        run.score(WINDOWS)


def series(*windows: tuple[int, int, float], slices: int = 10) -> SeriesPrediction:
    return SeriesPrediction(
        model=ModelIdentity(name="m", version="1", architecture="ct_windows", sha256="0"),
        windows=tuple(WindowScore(first_slice=a, last_slice=b, score=s) for a, b, s in windows),
        slices=slices,
        repeated_slices=0,
        seconds=1.0,
        device="CPU",
    )


def test_a_slice_has_the_highest_of_the_windows_that_hold_it() -> None:
    prediction = series((0, 3, 0.2), (2, 5, 0.9), (4, 7, 0.9), (9, 9, 0.1))
    expected = [0.2, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, np.nan, 0.1]
    np.testing.assert_array_equal(prediction.slice_scores, np.array(expected, np.float32))
    assert prediction.peak.first_slice == 2
    assert prediction.score == 0.9


def test_what_is_no_series_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one window"):
        series()
    with pytest.raises(ValueError, match="outside the 10 slices"):
        series((0, 10, 0.5))
    with pytest.raises(ValueError, match=r"score must be 0\.\.1"):
        series((0, 1, 1.5))
    with pytest.raises(ValueError, match="no window"):
        series((3, 1, 0.5))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("make_classifier", [small_resnet, small_swin])
def test_a_gpu_gives_the_window_scores_of_the_cpu(
    tmp_path: Path, make_classifier: Callable[[], torch.nn.Module]
) -> None:
    model, series = ct_model(tmp_path, make_classifier()), chest_series(40)
    on_gpu = CtWindowPredictor(model=model, device=choose_device("cuda"))
    on_cpu = CtWindowPredictor(model=model, device=cpu())
    found = on_gpu.predict(series, SilentProgress())
    expected = on_cpu.predict(series, SilentProgress())
    assert found.device != expected.device
    assert len(found.windows) > 1
    for one, other in zip(found.windows, expected.windows, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-4)
