"""What one decoded frame tells of an image: where the chest wall lies, a window if none is given.

A small version of the frame serves where there is a quick one (JPEG 2000); else the frame is kept
for the first picture, so that checking costs no second decoding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewer.domain.orientation import Side, lies_transposed
from viewer.domain.windowing import DERIVED, GreyScale, VoiFunction, Window
from viewer.loading.dicom_frames import DicomFrames, SliceFiles
from viewer.loading.dicom_grey_scale import PixelLayout
from viewer.loading.lay_image import StoredImage
from viewer.loading.stored_bits import bits_used, is_in_lowest_bits, rescaled, with_bits

HIGH_BIT_LIES = (
    "High Bit of the header does not fit the pixels: they are drawn from their lowest bit."
)
_EDGE_SHARE = 0.02
_CLEARLY_MORE = 1.5
_AGAINST_AIR = 10.0
"""As a rule a small field shows no chest wall; there only air at one edge says where it is."""
_AIR_ON_BORDER = 0.2
"""So much of an image's border has one and the same extreme code where that is air."""
_AIR_EVERYWHERE = 0.1
"""And at least so much of the image; a test pattern's darkest step covers less."""
_STEP = 4
"""Every fourth row and column of a full slice suffices for edges and percentiles."""


def check_pixels(image: StoredImage) -> StoredImage:
    """Decode the middle slice, complete what the header leaves open and note the chest wall.

    Raises UnreadableImage.
    """
    slice_index = image.stack.slices // 2
    image, few, whole = _few_codes(image, slice_index)
    sample = _sampled(few, image.stack.grey_scale)
    grey_scale = sample.grey_scale
    stack = replace(image.stack, grey_scale=grey_scale)
    if not stack.vois:
        stack = replace(stack, vois=(_derived_window(sample),))
    if not sample.has_tissue:
        doubt = "Every pixel of the middle slice is the same: there may be no image."
        stack = replace(stack, warnings=(*stack.warnings, doubt))
    chest_wall = _chest_wall(
        sample.density,
        transposed=lies_transposed(image.evidence.patient_orientation),
        clearly_more=_AGAINST_AIR if image.view.shows_a_part else _CLEARLY_MORE,
    )
    if image.view.shows_a_part and not sample.has_air:
        chest_wall = None
    return replace(
        image,
        stack=stack,
        evidence=replace(image.evidence, chest_wall=chest_wall),
        first_frame=None if whole is None else (slice_index, whole),
    )


def _few_codes(
    image: StoredImage, slice_index: int
) -> tuple[StoredImage, NDArray[np.uint16], NDArray[np.uint16] | None]:
    """Return a small version of a slice, and the whole slice if it had to be decoded for that.

    The image comes back with as many bits as its pixels use.
    """
    frames = image.frames
    if not isinstance(frames, DicomFrames | SliceFiles):
        whole = frames.read_codes(slice_index)
        return image, whole[::_STEP, ::_STEP], whole
    small = frames.read_small_cells(slice_index)
    cells = frames.read_cells(slice_index) if small is None else small
    stated = frames.layout
    bits = bits_used(stated, cells, only_values=frames.is_compressed)
    used = with_bits(stated, bits)
    if used.bits_stored > stated.bits_stored:
        doubt = (
            f"The header states {stated.bits_stored} bits, the pixels use {used.bits_stored}: "
            f"drawn with {used.bits_stored}."
        )
        image = _with_layout(image, frames, used, doubt)
    elif is_in_lowest_bits(stated, cells):
        image = _with_layout(image, frames, used, HIGH_BIT_LIES)
    else:
        used = stated
    codes = used.codes(cells)
    return (image, codes[::_STEP, ::_STEP], codes) if small is None else (image, codes, None)


def _with_layout(
    image: StoredImage, frames: DicomFrames | SliceFiles, used: PixelLayout, doubt: str
) -> StoredImage:
    stated = frames.layout
    stack = replace(
        image.stack,
        grey_scale=rescaled(image.stack.grey_scale, stated, used),
        warnings=(*image.stack.warnings, doubt),
    )
    return replace(image, stack=stack, frames=frames.with_layout(used))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    grey_scale: GreyScale
    values: NDArray[np.float64]
    """Modality values of what is not air."""
    density: NDArray[np.float64]
    """Brighter is denser, air about 0; (rows, columns) / 4."""

    has_air: bool

    @property
    def has_tissue(self) -> bool:
        return self.values.size > 0 and bool(self.values.min() < self.values.max())


def _sampled(few: NDArray[np.uint16], grey_scale: GreyScale) -> _Sample:
    grey_scale = _with_air(grey_scale, few)
    if grey_scale.padding is not None:
        first, last = grey_scale.padding
        air = (few >= first) & (few <= last)
    else:
        air = few == (grey_scale.largest_code if grey_scale.low_codes_are_bright else 0)
    density = few.astype(np.float64)
    if grey_scale.low_codes_are_bright:
        density = grey_scale.largest_code - density
    lowest = density[~air].min() if not air.all() else 0.0
    density = np.where(air, 0.0, density - (0.0 if air.any() else lowest))
    values = grey_scale.values(few[~air].astype(np.float64))
    return _Sample(grey_scale=grey_scale, values=values, density=density, has_air=bool(air.any()))


def _with_air(grey_scale: GreyScale, codes: NDArray[np.uint16]) -> GreyScale:
    """Say which codes are air where it is not code 0 (or the highest) and no padding is stated.

    So it is in signed pixels, which are stored with an offset, in pixels that leave room below
    the air, and in MONOCHROME1 with fewer grey levels than bits.
    """
    if grey_scale.padding is not None:
        return grey_scale
    high_is_air = grey_scale.low_codes_are_bright
    air = int(codes.max() if high_is_air else codes.min())
    if air == (grey_scale.largest_code if high_is_air else 0):
        return grey_scale
    border = np.concatenate([codes[0], codes[-1], codes[:, 0], codes[:, -1]])
    everywhere = np.count_nonzero(codes == air) / codes.size
    if np.mean(border == air) < _AIR_ON_BORDER or not _AIR_EVERYWHERE <= everywhere < 1:
        return grey_scale
    padding = (air, grey_scale.largest_code) if high_is_air else (0, air)
    return replace(grey_scale, padding=padding)


def _derived_window(sample: _Sample) -> Window:
    if not sample.has_tissue:
        return Window(center=0.5, width=1.0, function=VoiFunction.LINEAR_EXACT, explanation=DERIVED)
    low, high = np.percentile(sample.values, (0.5, 99.8))
    if high <= low:
        low, high = sample.values.min(), sample.values.max()
    return Window(
        center=float((low + high) / 2),
        width=float(high - low),
        function=VoiFunction.LINEAR_EXACT,
        explanation=DERIVED,
    )


def _chest_wall(
    density: NDArray[np.float64], *, transposed: bool, clearly_more: float
) -> Side | None:
    """Return the edge that has clearly more tissue than its opposite; None: no clear answer.

    clearly_more: how many times as much.
    Left and right are compared, or upper and lower edge in a transposed image: the muscle of an
    oblique view fills the edge beside the chest wall too. The other two edges decide only when
    these are almost empty.
    """
    rows, columns = density.shape
    high, wide = max(1, round(rows * _EDGE_SHARE)), max(1, round(columns * _EDGE_SHARE))
    left, right = float(density[:, :wide].mean()), float(density[:, -wide:].mean())
    top, bottom = float(density[:high].mean()), float(density[-high:].mean())
    across, down = (left, right, Side.LEFT, Side.RIGHT), (top, bottom, Side.TOP, Side.BOTTOM)
    stated, other = (down, across) if transposed else (across, down)
    compared = other if max(stated[:2]) < 0.1 * max(other[:2]) else stated
    return _denser(*compared, clearly_more)


def _denser(
    one: float, other: float, first: Side, second: Side, clearly_more: float
) -> Side | None:
    if max(one, other) <= 0 or max(one, other) < clearly_more * min(one, other):
        return None
    return first if one > other else second
