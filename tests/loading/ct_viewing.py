"""CT series as a radiologist is shown them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ct_builders import (
    Series,
    hounsfield,
)
from loading_builders import only_exam, shown
from numpy.typing import NDArray

from viewer.domain.image_stack import ImageStack
from viewer.loading.located_exam import LocatedExam


def viewed(located: LocatedExam, index: int = 0) -> NDArray[np.float64]:
    """Hounsfield units of an image as displayed, (slices, rows, columns)."""
    image = located.exam.images[index]
    return image.grey_scale.values(np.stack(shown(located, index)).astype(np.float64))


def expected_axial(series: Series) -> NDArray[np.int16]:
    """What a radiologist expects: head first, the patient's right on the left, front on top."""
    centres = (np.arange(series.columns) - (series.columns - 1) / 2) * series.pixel_mm
    depths = [series.first_mm + n * series.slice_mm for n in range(series.slices)][::-1]
    x, y = np.meshgrid(centres, centres)
    return np.stack([hounsfield(np.stack([x, y, np.full_like(x, z)], axis=-1)) for z in depths])


def only_image(folder: Path) -> ImageStack:
    located = only_exam(folder)
    assert len(located.exam.images) == 1, [image.name for image in located.exam.images]
    return located.exam.images[0]
