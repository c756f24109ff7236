"""NIfTI, NRRD and MHA volumes; (slices, rows, columns) as the file orders its axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.domain.image_stack import ImageStack
from viewer.domain.orientation import OrientationEvidence
from viewer.domain.view import ImageKind
from viewer.domain.windowing import CODES, VoiFunction, Window
from viewer.loading.ct_volume import ct_volume, names_ct
from viewer.loading.errors import UnreadableFile, UnreadableImage
from viewer.loading.file_name_view import UNKNOWN_VIEW, stem_of
from viewer.loading.lay_image import StoredImage
from viewer.loading.sniff import FileKind
from viewer.loading.stable_hash import file_hash
from viewer.loading.volume_file import VolumeFile, VolumeHeader
from viewer.loading.volume_frames import CodeScale, VolumeFrames

_LARGEST_PIXEL_MM = 0.5
"""Larger pixels are no mammogram's; a header without spacing says 1 mm."""


def read_volume(path: Path, kind: FileKind) -> StoredImage:
    """Read what a volume's header says; its view comes from elsewhere.

    Volumes of other than 8- or 16-bit integers are read through once, for their range.
    Raises UnreadableFile.
    """
    try:
        file = VolumeFile(path, kind)
        image_id = file_hash(path)
        scale = _code_scale(file)
        if names_ct(stem_of(path)):
            return ct_volume(file, image_id, scale)
    except UnreadableImage as error:
        raise UnreadableFile(error.message, hint=error.hint) from error
    except OSError as error:
        raise UnreadableFile("cannot be read (permission or disk)") from error
    header = file.header
    doubts = (
        (f"{scale.not_numbers} pixels are not numbers: they are drawn black.",)
        if scale.not_numbers
        else ()
    )
    return StoredImage(
        stack=ImageStack(
            image_id=image_id,
            name="",
            kind=ImageKind.DBT if header.slices > 1 else ImageKind.FFDM,
            view=UNKNOWN_VIEW,
            slices=header.slices,
            rows=header.rows,
            columns=header.columns,
            grey_scale=scale.grey_scale(),
            vois=_stated_windows(file),
            spacing=_spacing(header),
            slice_spacing_mm=header.slice_mm if _spacing(header) else None,
            warnings=doubts,
        ),
        view=UNKNOWN_VIEW,
        evidence=OrientationEvidence(wrong_side_is_mirrored=True),
        frames=VolumeFrames(file=file, scale=scale),
    )


def _stated_windows(file: VolumeFile) -> tuple[Window, ...]:
    if file.shown is None:
        return ()
    black, white = file.shown
    return (
        Window(
            center=(black + white) / 2,
            width=white - black,
            function=VoiFunction.LINEAR_EXACT,
            explanation="of the header",
        ),
    )


def _spacing(header: VolumeHeader) -> PixelSpacing | None:
    largest = max(header.row_mm, header.column_mm)
    if not (min(header.row_mm, header.column_mm) > 0 and largest <= _LARGEST_PIXEL_MM):
        return None
    return PixelSpacing(
        row_mm=header.row_mm, column_mm=header.column_mm, origin=SpacingOrigin.VOLUME_HEADER
    )


def _code_scale(file: VolumeFile) -> CodeScale:
    dtype = file.header.dtype
    if dtype in (np.dtype("uint8"), np.dtype("uint16")):
        return CodeScale(offset=0.0, step=1.0, exact=True)
    if dtype in (np.dtype("int8"), np.dtype("int16")):
        return CodeScale(offset=float(np.iinfo(dtype).min), step=1.0, exact=False)
    return _measured_scale(file)


def _measured_scale(file: VolumeFile) -> CodeScale:
    """Spread 65,536 codes over the volume's range; whole numbers keep their value if they fit."""
    lowest, highest, whole, not_numbers = np.inf, -np.inf, True, 0
    for slice_index in range(file.header.slices):
        numbers = file.read(slice_index)
        finite = _finite(numbers)
        not_numbers += numbers.size - finite.size
        if finite.size:
            lowest, highest = min(lowest, finite.min()), max(highest, finite.max())
            whole = whole and bool(np.all(finite == np.rint(finite)))
    if not_numbers and lowest > highest:
        raise UnreadableFile("a volume without a single number in it")
    offset = 0.0 if lowest >= 0 and highest < CODES else float(lowest)
    if whole and highest - offset < CODES:
        return CodeScale(offset=offset, step=1.0, exact=False, not_numbers=not_numbers)
    step = float(highest - lowest) / (CODES - 1) or 1.0
    return CodeScale(offset=float(lowest), step=step, exact=False, not_numbers=not_numbers)


def _finite(numbers: NDArray[Any]) -> NDArray[Any]:
    """The numbers among the values of a slice; as a rule all of them, without a copy."""
    with np.errstate(invalid="ignore"):
        extremes = numbers.min(), numbers.max()
    # Not-numbers become the extremes, and infinities are.
    return numbers if np.isfinite(extremes).all() else numbers[np.isfinite(numbers)]
