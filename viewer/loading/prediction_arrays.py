"""One image's arrays/IMAGE.npz, read back without pickles."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.types import CLASS_NAMES, Placement
from viewer.domain.arrays_layout import ARRAYS_VERSION, PLACEMENT_FIELDS
from viewer.loading.errors import LoadingError


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionArrays:
    """What a network saw of one image."""

    saliency: NDArray[np.float32]
    """(slices, class, rows, columns), 0..1, in the network's input frame (facing right)."""
    placement: Placement

    @property
    def max_projected(self) -> NDArray[np.float32]:
        """(class, rows, columns), the strongest cell of all slices."""
        return np.asarray(self.saliency.max(axis=0))


def read_arrays(path: Path) -> PredictionArrays:
    """Read one file; raises LoadingError when it is absent, damaged or of another version."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if "version" not in arrays or "placement" not in arrays:
                raise LoadingError(
                    f"{path.name} was written by an earlier version and does not say where the "
                    "map lies",
                    hint="run `tomolens predict --arrays` again",
                )
            version = int(arrays["version"])
            if version != ARRAYS_VERSION:
                raise LoadingError(
                    f"{path.name} has version {version} of the layout, {ARRAYS_VERSION} is known",
                    hint="run `tomolens predict --arrays` again with this version",
                )
            saliency = np.asarray(arrays["saliency"], dtype=np.float32)
            numbers = [int(value) for value in arrays["placement"]]
    except FileNotFoundError as error:
        raise LoadingError(
            f"there is no arrays/{path.name}", hint="run `tomolens predict --arrays`"
        ) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise LoadingError(
            f"{path.name} is damaged", hint="run `tomolens predict --arrays` again"
        ) from error
    if saliency.ndim != 4 or saliency.shape[1] != len(CLASS_NAMES) or 0 in saliency.shape:
        raise LoadingError(f"{path.name} holds a map of another shape: {saliency.shape}")
    if not np.isfinite(saliency).all():
        raise LoadingError(f"{path.name} holds a map with missing values")
    if len(numbers) != len(PLACEMENT_FIELDS):
        raise LoadingError(f"{path.name} is damaged", hint="run `tomolens predict --arrays` again")
    *sizes, mirrored = numbers
    named = dict(zip(PLACEMENT_FIELDS, sizes, strict=False))
    return PredictionArrays(
        saliency=saliency, placement=Placement(**named, mirrored=bool(mirrored))
    )
