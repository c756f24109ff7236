"""What a network is shown in training: the plain window exactly, and changes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training_builders import BlobImage, blob_images

from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.training_runs.config import AugmentationSettings
from inference.training_runs.draw_window import (
    PLAIN,
    WindowChange,
    cut_window,
    draw_change,
    margin_pixels,
)
from inference.training_runs.epoch_plan import Draw
from inference.training_runs.examples import PreparedImage, image_examples
from inference.training_runs.load_images import ImageDataset
from inference.training_runs.prepare_images import ImagePreparation

ROWS, COLUMNS, MARGIN = 128, 96, 12


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedImage:
    """A blob with both findings."""
    preparation = ImagePreparation(
        folder=tmp_path_factory.mktemp("kept"),
        input_rows=ROWS,
        input_columns=COLUMNS,
        margin_pixels=MARGIN,
    )
    preparation._make_folder()
    return preparation.prepare_one(blob_images(8)[7])


def test_the_plain_window_is_what_prediction_shows(prepared: PreparedImage) -> None:
    opened = BlobImage(seed=7, slices=2, benign=True, malignant=True)()
    expected = prepare(opened, input_rows=ROWS, input_columns=COLUMNS, progress=SilentProgress())
    shown = cut_window(prepared, PLAIN)
    for index in range(2):
        np.testing.assert_allclose(shown[index], expected.read_slice(index), atol=2e-5)


@given(down=st.integers(-6, 6), right=st.integers(-6, 6))
def test_a_shift_shows_the_same_pixels_elsewhere(
    prepared: PreparedImage, down: int, right: int
) -> None:
    plain = cut_window(prepared, PLAIN)[0]
    moved = cut_window(prepared, WindowChange(down=down, right=right))[0]
    rows = slice(max(0, down), ROWS + min(0, down))
    columns = slice(max(0, right), COLUMNS + min(0, right))
    back = slice(rows.start - down, rows.stop - down)
    back_columns = slice(columns.start - right, columns.stop - right)
    # Standardised anew, so alike up to a scale and a shift of grey values.
    one, other = plain[rows, columns].ravel(), moved[back, back_columns].ravel()
    assert np.corrcoef(one, other)[0, 1] > 0.99999


@given(
    down=st.integers(-6, 6),
    taller=st.integers(-12, 12),
    upside_down=st.booleans(),
)
def test_every_change_gives_a_standardised_window_of_the_same_size(
    prepared: PreparedImage, down: int, taller: int, upside_down: bool
) -> None:
    change = WindowChange(down=down, taller=taller, upside_down=upside_down)
    shown = cut_window(prepared, change)
    assert shown.shape == (2, ROWS, COLUMNS)
    assert shown.dtype == np.float32
    assert float(shown.mean()) == pytest.approx(0, abs=1e-4)
    assert float(shown.std()) == pytest.approx(1, abs=1e-3)


def test_a_taller_window_shows_the_finding_smaller(prepared: PreparedImage) -> None:
    def bright(change: WindowChange) -> int:
        return int((cut_window(prepared, change)[0] > 2).sum())

    assert bright(WindowChange(taller=12)) < bright(PLAIN) < bright(WindowChange(taller=-12))


def test_some_slices_only(prepared: PreparedImage) -> None:
    assert cut_window(prepared, PLAIN, [1]).shape == (1, ROWS, COLUMNS)


@given(seed=st.integers(0, 2**32), shift=st.integers(0, 100), resize=st.integers(0, 100))
def test_draws_stay_within_what_is_asked_for_and_kept(seed: int, shift: int, resize: int) -> None:
    settings = AugmentationSettings(shift_pixels=shift, resize_pixels=resize)
    change = draw_change(np.random.default_rng(seed), settings, is_cc=False)
    assert abs(change.down) <= shift
    assert abs(change.right) <= shift
    assert abs(change.taller) <= resize
    assert not change.upside_down
    assert abs(change.down) + (change.taller + 1) // 2 <= margin_pixels(settings)


def test_cc_views_are_turned_in_half_of_the_draws() -> None:
    generator = np.random.default_rng(0)
    settings = AugmentationSettings()
    turned = [draw_change(generator, settings, is_cc=True).upside_down for _ in range(400)]
    assert 150 < sum(turned) < 250
    still = AugmentationSettings(flip_cc=False)
    assert not any(draw_change(generator, still, is_cc=True).upside_down for _ in range(50))


def test_slices_of_a_volume_are_drawn_anew_in_every_epoch(tmp_path: Path) -> None:
    preparation = ImagePreparation(
        folder=tmp_path, input_rows=ROWS, input_columns=COLUMNS, margin_pixels=MARGIN
    )
    preparation._make_folder()
    blob = BlobImage(seed=1, slices=9, benign=False, malignant=False)
    image = preparation.prepare_one(replace(blob_images(1)[0], open_image=blob))
    settings = AugmentationSettings(shift_pixels=0, resize_pixels=0, flip_cc=False)
    dataset = ImageDataset(
        image_examples([image]), seed=1, augmentation=settings, slices_per_volume=3
    )
    drawn = [dataset[Draw(item=0, epoch=epoch, position=0)].volumes[0] for epoch in (0, 0, 1)]
    assert [len(volume) for volume in drawn] == [3, 3, 3]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
