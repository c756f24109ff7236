"""Choosing patches on the saliency and cutting them out."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.networks.patches import (
    PatchPosition,
    choose_patches,
    crop_patch,
    crop_patches,
    has_salient_region,
)

ROWS, COLUMNS = 1024, 768
"""Of the input; with 16 x 12 cells, a window is 4 x 4 cells and a cell 64 x 64 pixels."""


def _choose(saliency: torch.Tensor, count: int) -> list[PatchPosition]:
    return choose_patches(saliency, input_rows=ROWS, input_columns=COLUMNS, count=count)


def test_the_most_salient_window_of_all_slices_comes_first() -> None:
    saliency = torch.zeros(30, 2, 16, 12)
    saliency[3, 0, 2:6, 5:9] = 0.5
    saliency[25, 1, 8:12, 0:4] = 0.9
    saliency[25, 1, 10, 2] = 1.0
    first, second = _choose(saliency, 2)
    # Each class is stretched to 0..1, so the benign window, all at its maximum, counts more.
    assert first == PatchPosition(3, top=2 * 64, left=5 * 64)
    assert second == PatchPosition(25, top=8 * 64, left=0)


def test_a_chosen_window_is_blanked_ten_slices_up_and_down_and_no_further() -> None:
    saliency = torch.zeros(23, 2, 16, 12)
    saliency[:, 1, 4:8, 4:8] = 0.5
    saliency[11, 1, 4:8, 4:8] = 1.0
    chosen = [position.slice_index for position in _choose(saliency, 3)]
    assert chosen == [11, 0, 22]


def test_how_far_a_window_is_blanked_can_be_chosen() -> None:
    saliency = torch.zeros(23, 2, 16, 12)
    saliency[:, 1, 4:8, 4:8] = 0.5
    saliency[11, 1, 4:8, 4:8] = 1.0
    for neighbours, expected in ((0, [11, 0, 1]), (2, [11, 0, 3])):
        chosen = choose_patches(
            saliency,
            input_rows=ROWS,
            input_columns=COLUMNS,
            count=3,
            neighbour_slices=neighbours,
        )
        assert [position.slice_index for position in chosen] == expected


def test_ties_go_to_the_first_slice_then_row_then_column() -> None:
    saliency = torch.zeros(40, 2, 16, 12)
    for slice_index, row, column in ((2, 0, 4), (2, 0, 8), (2, 8, 0), (30, 0, 0)):
        saliency[slice_index, 0, row : row + 4, column : column + 4] = 0.7
    found = [(p.slice_index, p.top // 64, p.left // 64) for p in _choose(saliency, 4)]
    assert found == [(2, 0, 4), (2, 0, 8), (2, 8, 0), (30, 0, 0)]


def test_a_class_that_is_constant_adds_nothing_and_breaks_nothing() -> None:
    saliency = torch.zeros(2, 2, 16, 12)
    saliency[:, 0] = 0.3
    saliency[1, 1, 6:10, 6:10] = 0.2
    assert has_salient_region(saliency)
    assert _choose(saliency, 1) == [PatchPosition(1, top=6 * 64, left=6 * 64)]


def test_a_constant_map_has_no_salient_region() -> None:
    saliency = torch.zeros(2, 2, 16, 12)
    saliency[:, 1] = 0.4
    assert not has_salient_region(saliency)
    assert _choose(saliency, 2) == [PatchPosition(0, top=0, left=0)] * 2


def test_cells_map_to_pixels_rounding_half_to_even() -> None:
    saliency = torch.zeros(1, 2, 8, 8)
    saliency[0, 0, 1, 3] = 1.0
    position = choose_patches(saliency, input_rows=100, input_columns=180, count=1, patch_side=20)
    # 1 / 8 * 100 = 12.5 and 3 / 8 * 180 = 67.5; the window is 2 x 1 cells, so row 0 ties first.
    assert position == [PatchPosition(0, top=0, left=68)]


def test_in_training_the_slice_is_drawn_from_the_neighbourhood() -> None:
    saliency = torch.zeros(60, 2, 16, 12)
    saliency[30, 0, 4:8, 4:8] = 1.0
    generator = torch.Generator().manual_seed(0)
    drawn = {
        choose_patches(
            saliency, input_rows=ROWS, input_columns=COLUMNS, count=1, slice_generator=generator
        )[0].slice_index
        for _ in range(300)
    }
    assert drawn == set(range(20, 41))


@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(4, 9), st.integers(4, 9))
def test_choosing_equals_trying_every_window(
    seed: int, slices: int, rows: int, columns: int
) -> None:
    rng = np.random.default_rng(seed)
    saliency = (rng.integers(0, 3, (slices, 2, rows, columns)) / 2).astype(np.float32)
    positions = choose_patches(
        torch.from_numpy(saliency.copy()),
        input_rows=rows * 64,
        input_columns=columns * 64,
        count=3,
    )
    worth = np.zeros((slices, rows, columns))
    for one_class in saliency.transpose(1, 0, 2, 3):
        if one_class.max() > one_class.min():
            worth += (one_class - one_class.min()) / (one_class.max() - one_class.min())
    for position in positions:
        best = max(
            (
                (worth[s, r : r + 4, c : c + 4].sum(), -s, -r, -c)
                for s in range(slices)
                for r in range(rows - 3)
                for c in range(columns - 3)
            ),
        )
        s, r, c = (-value for value in best[1:])
        assert position == PatchPosition(s, top=r * 64, left=c * 64)
        worth[max(0, s - 10) : s + 11, r : r + 4, c : c + 4] = 0


def test_a_patch_inside_is_cut_as_it_is() -> None:
    image = torch.arange(20 * 30, dtype=torch.float32).view(20, 30)
    assert torch.equal(crop_patch(image, 3, 5, 8), image[3:11, 5:13])


def test_a_patch_past_the_edges_keeps_its_pixels_lower_right_and_fills_with_the_minimum() -> None:
    image = torch.arange(20 * 30, dtype=torch.float32).view(20, 30) + 7
    patch = crop_patch(image, 15, 27, 8)
    assert torch.equal(patch[3:, 5:], image[15:, 27:])
    patch[3:, 5:] = 7
    assert torch.equal(patch, torch.full((8, 8), 7.0))


def test_patches_are_cut_from_their_own_slices() -> None:
    volume = torch.stack([torch.full((300, 300), float(index)) for index in range(3)])
    patches = crop_patches(volume, [PatchPosition(2, 0, 0), PatchPosition(0, 10, 10)])
    assert patches.shape == (2, 256, 256)
    assert patches.amax(dim=(1, 2)).tolist() == [2.0, 0.0]
