"""Masks laid into a network's window."""

from __future__ import annotations

import numpy as np
import pytest

from inference.types import Placement
from viewer.loading.errors import LoadingError
from viewer.loading.read_masks import mask_in_window


def placement(**changes: int | bool) -> Placement:
    stated = {
        "input_rows": 6, "input_columns": 5, "image_rows": 8, "image_columns": 7,
        "row_offset": 1, "column_offset": 0, "mirrored": False,
    }  # fmt: skip
    return Placement(**stated | changes)  # type: ignore[arg-type]


def test_a_mask_of_the_image_is_cut_to_the_window() -> None:
    mask = np.zeros((8, 7), dtype=np.bool_)
    mask[1, 4] = mask[7, 0] = True
    laid = mask_in_window(mask, placement())
    assert np.argwhere(laid.marked).tolist() == [[0, 4]]
    assert laid.missed == 1
    assert laid.seen.all()


def test_a_right_breasts_mask_is_mirrored() -> None:
    mask = np.zeros((8, 7), dtype=np.bool_)
    mask[1, 6] = True
    laid = mask_in_window(mask, placement(mirrored=True))
    assert np.argwhere(laid.marked).tolist() == [[0, 0]]


def test_padding_is_not_seen() -> None:
    mask = np.ones((8, 7), dtype=np.bool_)
    laid = mask_in_window(mask, placement(row_offset=-2, input_rows=12, column_offset=4))
    assert laid.seen.sum() == 8 * 3
    assert np.array_equal(laid.marked, laid.seen)
    assert laid.missed == 8 * 4


def test_a_mask_of_the_window_faces_right_already() -> None:
    mask = np.zeros((6, 5), dtype=np.bool_)
    mask[2, 1] = True
    laid = mask_in_window(mask, placement(mirrored=True))
    assert np.argwhere(laid.marked).tolist() == [[2, 1]]


def test_any_other_size_is_refused() -> None:
    with pytest.raises(LoadingError, match="the mask has 3 x 3 pixels"):
        mask_in_window(np.ones((3, 3), dtype=np.bool_), placement())
