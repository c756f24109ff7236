"""What a network saw, as arrays for other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.types import Prediction
from viewer.domain.arrays_layout import ARRAYS_VERSION, PLACEMENT_FIELDS
from viewer.export.atomic_write import replacing


def write_arrays(path: Path, prediction: Prediction) -> None:
    """Write one prediction as .npz, whole or not at all, in the model's input frame.

    saliency (slices, class, rows, columns) float32, class 0 benign and 1 malignant; attention
    (patches,) float64; patch_slice (patches,), counted from 0; patch_top_left (patches, 2): row
    and column of each patch's corner; placement (7,), where the input lies in the displayed image
    (viewer.domain.arrays_layout); version (). Patches in the order the network chose them.
    Raises CannotWrite.
    """
    patches = prediction.patches
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            saliency=prediction.saliency,
            attention=np.array([patch.attention for patch in patches], np.float64),
            patch_slice=np.array([patch.slice_index for patch in patches], np.int64),
            patch_top_left=np.array(
                [(patch.input_top, patch.input_left) for patch in patches], np.int64
            ).reshape(-1, 2),
            placement=np.array(
                [int(getattr(prediction.placement, name)) for name in PLACEMENT_FIELDS], np.int64
            ),
            version=np.int64(ARRAYS_VERSION),
        )
