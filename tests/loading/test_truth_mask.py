"""Truth masks on the images they belong to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from loading_builders import breast, only_exam

from inference.types import Laterality
from viewer.domain.view import View, ViewPosition
from viewer.loading.errors import UnknownSide, UnreadableFile
from viewer.loading.located_exam import LocatedExam, assign_view
from viewer.loading.truth_mask import lay_mask


def write_png(path: Path, pixels: np.ndarray) -> None:
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels)))


def laid(located: LocatedExam, index: int = 0) -> np.ndarray:
    mask = located.exam.truth_masks[index]
    image = located.exam.image(mask.image_id)
    return lay_mask(mask, image, located.frames[mask.image_id]).read_slice(0)


def test_the_published_masks_lie_where_their_window_lies(shared: Path) -> None:
    located = only_exam(shared / "data/exams/gmic_exam0")
    expected = {
        # The masks' rows and columns in the prepared window, moved by its offset (-400 rows for
        # the CC view, which is shorter than the window) and mirrored to face left again.
        ViewPosition.CC: (1785 - 400, 1950 - 400, 800 - 536, 800 - 362),
        ViewPosition.MLO: (1766, 1960, 1005 - 646, 1005 - 455),
    }
    for index, mask in enumerate(located.exam.truth_masks):
        image = located.exam.image(mask.image_id)
        marked = laid(located, index)
        assert marked.shape == (image.rows, image.columns)
        rows, columns = np.nonzero(marked)
        found = (rows.min(), rows.max(), columns.min(), columns.max())
        assert found == expected[image.view.position or ViewPosition.CC]


def test_a_mask_of_the_images_size_is_laid_like_the_image(tmp_path: Path) -> None:
    pixels = breast()[0]
    write_png(tmp_path / "1_L-CC.png", pixels[:, ::-1])
    write_png(tmp_path / "1_L-CC_malignant.png", (pixels[:, ::-1] == pixels.max()).astype(np.uint8))
    np.testing.assert_array_equal(laid(only_exam(tmp_path)), pixels == pixels.max())


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    write_png(tmp_path / "1_L-CC.png", breast()[0])
    write_png(tmp_path / "1_L-CC_benign.png", np.ones((70, 70), np.uint8))
    with pytest.raises(UnreadableFile, match="does not fit"):
        laid(only_exam(tmp_path))


def test_a_mask_in_the_window_needs_the_view(shared: Path) -> None:
    located = only_exam(shared / "data/exams/gmic_exam0")
    mask = located.exam.truth_masks[0]
    unknown = assign_view(located, mask.image_id, View(laterality=None, position=None))
    with pytest.raises(UnknownSide):
        laid(unknown)
    left = View(laterality=Laterality.LEFT, position=ViewPosition.CC)
    image = replace(located.exam.image(mask.image_id), view=left)
    assert lay_mask(mask, image, located.frames[mask.image_id]).slices == 1
