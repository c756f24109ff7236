"""What must not change a result: mirroring, chunks, batches, threads, order, empty slices."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_builders import SMALL_2D, SMALL_3D, breast_volume, make_model, make_network
from inference_builders import model_input as request_of
from numpy.typing import NDArray

from inference.checkpoint import load_model
from inference.device import cpu
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.saliency import Nonlinearity, pool_top_cells
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.types import (
    ArraySource,
    Box,
    ClassScores,
    CropRule,
    Laterality,
    ModelInput,
    Patch,
    Prediction,
)

REORDERED = 2e-5
"""What sums in another order may change."""
TINY = replace(SMALL_3D, input_rows=256, input_columns=192, patch_side=64)
WEIGHTS = Path(__file__).parents[2] / "resources" / "weights"


def _predict(request: ModelInput, network: Gmic3d | None = None, **options: int) -> Prediction:
    network = network or make_network(TINY)
    predictor = Predictor(model=make_model(network), device=cpu(), **options)
    return predictor.predict(request, SilentProgress())


def _all_scores(prediction: Prediction) -> list[float]:
    parts: list[ClassScores] = [
        prediction.scores,
        prediction.global_scores,
        prediction.local_scores,
    ]
    return [score for part in parts for score in (part.benign, part.malignant)]


def _mirrored_box(box: Box, columns: int) -> Box:
    return replace(box, left=columns - box.left - box.width)


def _other(laterality: Laterality) -> Laterality:
    return Laterality.LEFT if laterality is Laterality.RIGHT else Laterality.RIGHT


@settings(max_examples=20, deadline=None)
@given(
    rows=st.integers(60, 400),
    # Not wider than the window: see the next test.
    columns=st.integers(40, 192),
    slices=st.integers(1, 3),
    laterality=st.sampled_from(Laterality),
    rule=st.sampled_from(CropRule),
    seed=st.integers(0, 1000),
)
def test_mirroring_an_exam_mirrors_its_results(
    rows: int, columns: int, slices: int, laterality: Laterality, rule: CropRule, seed: int
) -> None:
    volume = breast_volume(slices, rows, columns, seed=seed)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1]
    one = _predict(request_of(volume, laterality, rule))
    mirrored = _predict(request_of(volume[:, :, ::-1], _other(laterality), rule))
    # The network's input is the same to the bit, so everything is.
    np.testing.assert_array_equal(mirrored.saliency, one.saliency)
    assert _all_scores(mirrored) == _all_scores(one)
    assert mirrored.patches == tuple(
        replace(patch, box=_mirrored_box(patch.box, columns)) for patch in one.patches
    )


def test_a_breast_wider_than_the_window_is_cut_one_column_further_out_on_the_right() -> None:
    # The published preparation measures right breasts so, and the networks were trained on it.
    volume = breast_volume(1, 600, 500)
    left, right = (
        prepare(
            request_of(image, laterality),
            input_rows=256,
            input_columns=192,
            progress=SilentProgress(),
        )
        for image, laterality in (
            (volume, Laterality.LEFT),
            (volume[:, :, ::-1], Laterality.RIGHT),
        )
    )
    assert left.placement.column_offset > 0
    assert right.placement.column_offset == left.placement.column_offset + 1
    assert right.placement.row_offset == left.placement.row_offset


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    slices=st.integers(1, 5),
    chunk=st.integers(1, 6),
    threads=st.integers(1, 3),
    seed=st.integers(0, 1000),
)
def test_neither_chunk_size_nor_threads_change_a_result(
    slices: int, chunk: int, threads: int, seed: int
) -> None:
    request = request_of(breast_volume(slices, 300, 190, seed=seed))
    one = _predict(request)
    other = _predict(request, slices_per_chunk=chunk, threads=threads)
    np.testing.assert_allclose(other.saliency, one.saliency, atol=REORDERED)
    np.testing.assert_allclose(_all_scores(other), _all_scores(one), atol=REORDERED)
    assert [_place(patch) for patch in other.patches] == [_place(patch) for patch in one.patches]


@torch.inference_mode()
@pytest.mark.parametrize("config", [TINY, SMALL_2D])
def test_a_batch_gives_what_its_volumes_give_alone(config: Gmic3dConfig) -> None:
    network = make_network(config)
    slices = 1 if config is SMALL_2D else 3
    volumes = torch.randn(
        2, slices, config.input_rows, config.input_columns, generator=torch.manual_seed(0)
    )
    both = network(volumes)
    for place, volume in enumerate(volumes):
        alone = network(volume.unsqueeze(0))
        for name in ("scores", "global_scores", "local_scores", "saliency", "attention"):
            torch.testing.assert_close(
                getattr(both, name)[place], getattr(alone, name)[0], atol=REORDERED, rtol=0
            )
        assert both.positions[place] == alone.positions[0]


def _place(patch: Patch) -> tuple[int, int, int]:
    return patch.slice_index, patch.input_top, patch.input_left


# Windows that are worth the same to the last digit are told apart by their order; sigmoid maps and
# few patches have none.
TIELESS = replace(TINY, patch_side=128, patches=2, nonlinearity=Nonlinearity.SIGMOID)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(order=st.permutations(range(5)), zeta=st.sampled_from([0, 10]), seed=st.integers(0, 1000))
def test_in_another_order_of_slices_scores_stay_and_maps_and_patches_follow(
    order: list[int], zeta: int, seed: int
) -> None:
    # With no neighbours or with all slices as neighbours, which windows are blanked together does
    # not depend on the order either.
    network = make_network(replace(TIELESS, neighbour_slices=zeta))
    volume = breast_volume(5, 300, 190, seed=seed)
    one = _predict(request_of(volume), network)
    other = _predict(request_of(volume[order]), network)
    np.testing.assert_allclose(other.saliency, one.saliency[order], atol=REORDERED)
    np.testing.assert_allclose(_all_scores(other), _all_scores(one), atol=REORDERED)
    followed = [(order[p.slice_index], p.input_top, p.input_left) for p in other.patches]
    assert followed == [_place(patch) for patch in one.patches]


@settings(max_examples=100, deadline=None)
@given(
    slices=st.integers(1, 6),
    empty=st.integers(1, 6),
    top_t=st.floats(0.01, 4.0),
    zeros=st.floats(0, 1),
    front=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_slices_without_saliency_do_not_change_which_cells_are_pooled(
    slices: int, empty: int, top_t: float, zeros: float, front: bool, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    saliency = torch.rand(slices, 2, 4, 3, generator=generator)
    saliency *= torch.rand(saliency.shape, generator=generator) > zeros
    # A volume with fewer cells than t asks for is averaged whole, empty slices and all.
    top_t = min(top_t, float(slices))
    nothing = torch.zeros(empty, 2, 4, 3)
    longer = torch.cat([nothing, saliency] if front else [saliency, nothing])
    assert torch.equal(pool_top_cells(longer, top_t), pool_top_cells(saliency, top_t))


def phantom_slices() -> NDArray[np.uint16]:
    """Two slices of a phantom's left breast, the first with a finding in focus."""
    imaged = draw_exam(DEMO_SEED, 1).image_view(Laterality.LEFT, View.CC)
    focus = imaged.lesions[0].slice_index(imaged.view)
    return np.stack([imaged.tomosynthesis_slice(index) for index in (focus, focus + 8)])


def test_adding_empty_slices_to_a_volume_changes_neither_its_maps_nor_its_pooled_cells() -> None:
    # Standardised as before: over the longer volume mean and deviation would be others, and with
    # them every pixel that the network sees.
    model = load_model(WEIGHTS / "demo_gmic3d.safetensors")
    predictor = Predictor(model=model, device=cpu())
    rows, columns = predictor.input_size
    request = request_of(phantom_slices())
    prepared = prepare(request, input_rows=rows, input_columns=columns, progress=SilentProgress())
    pixels = prepared.source.read_slice
    empty = np.zeros_like(pixels(0))
    longer = replace(prepared, source=ArraySource(np.stack([empty, pixels(0), empty, pixels(1)])))
    one = predictor.predict_prepared(prepared, SilentProgress())
    other = predictor.predict_prepared(longer, SilentProgress())
    assert one.saliency.max() > 0
    np.testing.assert_allclose(other.saliency[[1, 3]], one.saliency, atol=REORDERED)
    assert other.saliency[[0, 2]].max() == 0
    for name in ("benign", "malignant"):
        assert math.isclose(
            getattr(other.global_scores, name),
            getattr(one.global_scores, name),
            abs_tol=REORDERED,
        )
    assert [(p.slice_index // 2, p.input_top, p.input_left) for p in other.patches] == [
        _place(patch) for patch in one.patches
    ]
