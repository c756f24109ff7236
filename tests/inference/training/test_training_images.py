"""Images to learn from: where findings lie in them, and what every cell should say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.training.breast import View
from inference.training.cell_shares import cell_shares
from inference.training.crop_pool import CropBatch
from inference.training.crops_near_findings import crops_near_findings
from inference.training.crops_of_images import CROP_SIDE, Crops, crops_of
from inference.training.drawn_breasts import DrawnBreast, drawn_breast, labels_of
from inference.training.image_batches import on_device
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView
from inference.training.stored_arrays import read_arrays
from inference.training.stored_images import read_stored, store_view, view_path
from inference.training.stored_view import StoredImages
from inference.training.unseen import _packed, _unpacked

SEED, NUMBER = 77, 3


@cache
def drawn() -> DrawnBreast:
    return drawn_breast(SEED, NUMBER)


@cache
def healthy() -> ImagedView:
    return ImagedView.build(drawn().views[View.CC], ())


def stored(**changes: object) -> StoredImages:
    """Two slices of 40 x 30 pixels with a malignant finding in the middle of the first."""
    given = {
        "kind": ImageKind.DBT,
        "pixels": np.full((2, 400, 300), 300, np.uint16),
        "top": 800,
        "left": 0,
        "mean": 100.0,
        "deviation": 200.0,
        "findings": np.array([[1, 1000, 150, 40, 5.5]], np.float32),
        "depths_mm": np.array([5.5, 20.5], np.float32),
        "labels": (0, 1),
    }
    return StoredImages(**(given | changes))  # type: ignore[arg-type]


def test_breasts_without_with_one_and_with_both_findings_are_equally_frequent() -> None:
    kinds = [labels_of(drawn().findings(own)) for own in range(4)]
    assert sorted(kinds) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_the_findings_of_a_breast_lie_apart_in_both_views() -> None:
    both = next(f for own in range(4) if len(f := drawn().findings(own)) == 2)
    for view in drawn().views.values():
        places = np.array([view.locate(lesion.place)[:2] for lesion in both])
        assert np.hypot(*(places[0] - places[1])) > 22


def test_what_is_imaged_around_a_finding_alone_is_what_the_whole_image_shows_there() -> None:
    whole = healthy().with_lesions(drawn().findings(0))
    placed = whole.lesions[0]
    tissue = healthy().tissue.around(placed.row_mm, placed.column_mm, 26.0)
    part = ImagedView(view=whole.view, tissue=tissue, lesions=whole.lesions)
    focus = placed.slice_index(whole.view)
    grid = whole.view.grid
    row, column = int(grid.row_of(placed.row_mm)), int(grid.column_of(placed.column_mm))
    inside = np.s_[row - 100 : row + 100, column - 100 : column + 100]
    difference = (
        part.tomosynthesis_slice(focus)[inside].astype(float)
        - whole.tomosynthesis_slice(focus)[inside]
    )
    # Noise of another draw, of about 1 % of the greys, and nothing else.
    assert abs(difference.mean()) < 3
    assert difference.std() < 25


def test_crops_around_findings_know_where_the_findings_lie() -> None:
    frames = {kind: _Frame() for kind in ImageKind}
    crops = crops_near_findings(
        healthy(),
        drawn().findings(0),
        frames,  # type: ignore[arg-type]
        np.random.default_rng(1),
    )
    assert crops is not None
    assert crops.pixels.shape[1:] == (CROP_SIDE, CROP_SIDE)
    assert len(crops.pixels) == 5 * len(drawn().findings(0))
    inside = crops.findings[:, :, 1:3]
    shown = ((inside > 0) & (inside < CROP_SIDE)).all(axis=2)
    assert shown.any(axis=1).all()
    assert crops_near_findings(healthy(), (), frames, np.random.default_rng(1)) is None  # type: ignore[arg-type]


class _Frame:
    mean, deviation = 100.0, 200.0


def test_crops_of_an_image_are_cut_around_the_finding_in_focus_and_elsewhere() -> None:
    crops = crops_of([stored()], np.random.default_rng(0))
    off_focus = crops.findings[:, 0, 4]
    assert set(np.abs(off_focus).tolist()) == {0.0, 15.0}
    around = crops.findings[(off_focus == 0)]
    centred = (np.abs(around[:, 0, 1:3] - CROP_SIDE / 2) <= 91).all(axis=1)
    assert centred.sum() >= 2


def test_crops_come_back_from_their_entries() -> None:
    crops = crops_of([stored()], np.random.default_rng(0))
    again = Crops.of_entries(crops.entries())
    assert all(
        np.array_equal(*pair)
        for pair in zip(crops.entries().values(), again.entries().values(), strict=True)
    )


def test_a_stored_view_comes_back_and_is_not_made_twice(tmp_path: Path) -> None:
    store_view(
        tmp_path, SEED, NUMBER, View.CC, finding_sets=0, whole_sets=1, kinds=(ImageKind.FFDM,)
    )
    path = view_path(tmp_path, NUMBER, 0, "CC")
    made = path.stat().st_mtime_ns
    image = read_stored(path, ImageKind.FFDM)
    assert image.labels == labels_of(drawn().findings(0))
    row, column = image.findings[0, 1:3]
    assert 0 < row < 2944
    assert 0 < column < 1920
    store_view(
        tmp_path, SEED, NUMBER, View.CC, finding_sets=0, whole_sets=1, kinds=(ImageKind.FFDM,)
    )
    assert path.stat().st_mtime_ns == made


def test_a_file_that_ends_too_early_is_an_error_of_the_system(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "short"
    save_file({"pixels": np.zeros(100, np.uint16)}, path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(OSError, match="ends too early"):
        read_arrays(path, "")


def test_pixels_are_standardised_and_air_stays_what_the_padding_is() -> None:
    image = on_device(stored(), torch.device("cpu"), None)
    assert image.slices.shape == (2, 2116, 1339)
    assert float(image.slices[0, 1000, 150]) == pytest.approx(1.0)
    assert float(image.slices[0, 0, 0]) == pytest.approx(image.air) == pytest.approx(-0.5)


def test_the_strongest_target_lies_on_the_finding_in_its_own_slice() -> None:
    image = on_device(stored(), torch.device("cpu"), None)
    targets = image.cell_targets(33, 21)
    assert targets[:, 0].max() == 0
    slice_index, cell = divmod(int(targets[:, 1].argmax()), 33 * 21)
    assert slice_index == 0
    assert abs((cell // 21 + 0.5) * 2116 / 33 - 1000) <= 33
    assert abs((cell % 21 + 0.5) * 1339 / 21 - 150) <= 33
    assert targets[1, 1].max() < 0.01


@given(
    row=st.floats(0, 256), column=st.floats(0, 256), radius=st.floats(1, 120), off=st.floats(0, 30)
)
def test_cells_show_less_of_a_finding_the_further_it_is_out_of_focus(
    row: float, column: float, radius: float, off: float
) -> None:
    near, far = (
        cell_shares(torch.tensor([[row, column, radius, mm]]), 4, 4, (256, 256))
        for mm in (off, off + 1)
    )
    assert bool((near >= far).all())
    assert 0 <= float(far.min()) <= float(near.max()) <= 1


def test_a_patch_is_labelled_by_what_it_shows_whole_and_in_focus() -> None:
    places = [(1.0, 128, 128, 30, 0.0), (1.0, 250, 128, 30, 0.0), (1.0, 128, 128, 30, 6.0)]
    findings = torch.tensor([[place, (-1.0,) * 5] for place in places])
    labels = CropBatch(torch.zeros(3, 256, 256), findings).labels()
    assert labels[:, 0].tolist() == [0, 0, 0]
    assert labels[0, 1] == 1
    assert labels[1:, 1].isnan().all()


def test_packed_pixels_come_back() -> None:
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 4096, (3, 50, 40)).astype(np.uint16)
    pixels[:, :5] = 0
    pixels[:, :, 31:] = 0
    assert np.array_equal(_unpacked(_packed(pixels)), pixels)
