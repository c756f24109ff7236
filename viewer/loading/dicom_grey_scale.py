"""How the stored pixels of a DICOM image are laid out in bits, and what their codes mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from viewer.domain.windowing import CODES, GreyScale, ModalityLut
from viewer.loading.dicom_header import (
    any_group,
    first_item,
    frame_groups,
    number,
    shared_group,
    text,
    whole,
)
from viewer.loading.dicom_lut import read_lut
from viewer.loading.errors import UnreadableFile

_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420")

_SHAPE_DISAGREES = (
    "Photometric Interpretation and Presentation LUT Shape disagree: check black and white."
)
_PRESENTATION_LUT = "The header has a presentation LUT, which is not applied: check the greys."


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayout:
    """The Image Pixel module."""

    rows: int
    columns: int
    samples: int
    planar: bool
    """Colour stored plane by plane."""
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8

    @property
    def dropped_bits(self) -> int:
        """Lowest bits that 16-bit codes cannot hold."""
        return max(0, self.bits_stored - 16)

    def codes(self, cells: NDArray[np.unsignedinteger]) -> NDArray[np.uint16]:
        """Return unsigned 16-bit codes of pixel cells: unused bits masked, signed ones shifted."""
        values = self._values(cells)
        if self.signed:
            values ^= values.dtype.type(1 << (self.bits_stored - 1))
        if self.dropped_bits:
            values >>= values.dtype.type(self.dropped_bits)
        return values.astype(np.uint16, copy=False)

    def numbers(self, cells: NDArray[np.unsignedinteger]) -> NDArray[np.int64]:
        """Return the exact stored values, signed ones with their sign."""
        values = self._values(cells).astype(np.int64)
        if self.signed:
            half = 1 << (self.bits_stored - 1)
            values = (values ^ half) - half
        return values

    def _values(self, cells: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        unused_low = self.high_bit - self.bits_stored + 1
        mask = cells.dtype.type((1 << self.bits_stored) - 1)
        shifted = cells >> cells.dtype.type(unused_low) if unused_low > 0 else cells
        masked: NDArray[np.unsignedinteger] = shifted & mask
        return masked


def pixel_layout(dataset: Dataset) -> PixelLayout:
    """Read the layout; raises UnreadableFile for what no mammogram has."""
    allocated = whole(dataset, "BitsAllocated", 0)
    stored = whole(dataset, "BitsStored", allocated)
    layout = PixelLayout(
        rows=whole(dataset, "Rows", 0),
        columns=whole(dataset, "Columns", 0),
        samples=whole(dataset, "SamplesPerPixel", 1),
        planar=whole(dataset, "PlanarConfiguration", 0) == 1,
        photometric=text(dataset, "PhotometricInterpretation").upper() or "MONOCHROME2",
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=whole(dataset, "HighBit", stored - 1),
        signed=whole(dataset, "PixelRepresentation", 0) == 1,
    )
    if layout.rows <= 0 or layout.columns <= 0:
        raise UnreadableFile("a DICOM image without rows or columns")
    if allocated not in (8, 16, 32) or not 1 <= stored <= allocated:
        raise UnreadableFile("a DICOM image with an unusual number of bits")
    if not stored - 1 <= layout.high_bit < allocated:
        raise UnreadableFile("a DICOM image whose high bit lies outside its pixels")
    if (layout.samples, layout.photometric in _GREY, layout.photometric in _COLOUR) not in (
        (1, True, False),
        (3, False, True),
    ):
        raise UnreadableFile("a DICOM image in palette colour or an unknown colour space")
    return layout


def grey_scale_of(dataset: Dataset, layout: PixelLayout) -> tuple[GreyScale, tuple[str, ...]]:
    """Return what the codes of PixelLayout.codes mean, and sentences about doubts."""
    modality_lut, lut_doubts = _modality_lut(dataset)
    slope, intercept, doubts = _rescale(dataset) if modality_lut is None else (1.0, 0.0, ())
    offset = 1 << (layout.bits_stored - 1) if layout.signed else 0
    low_bright, shape_doubts = _low_is_bright(dataset, layout)
    padding, padding_doubts = _padding(dataset, layout, offset)
    return (
        GreyScale(
            slope=slope * (1 << layout.dropped_bits),
            intercept=intercept - slope * offset,
            modality_lut=modality_lut,
            largest_code=(1 << min(layout.bits_stored, 16)) - 1,
            monochrome1=low_bright,
            padding=padding,
        ),
        (*lut_doubts, *doubts, *shape_doubts, *padding_doubts),
    )


def _low_is_bright(dataset: Dataset, layout: PixelLayout) -> tuple[bool, tuple[str, ...]]:
    """MONOCHROME1 or the shape INVERSE; the two go together, and a sentence says if not."""
    shape = text(dataset, "PresentationLUTShape").upper()
    monochrome1 = layout.photometric == "MONOCHROME1"
    contradict = shape == ("IDENTITY" if monochrome1 else "INVERSE")
    doubts = (_SHAPE_DISAGREES,) * contradict + (_PRESENTATION_LUT,) * (
        first_item(dataset, "PresentationLUTSequence") is not None
    )
    return monochrome1 or shape == "INVERSE", doubts


def _modality_lut(dataset: Dataset) -> tuple[ModalityLut | None, tuple[str, ...]]:
    item = first_item(dataset, "ModalityLUTSequence")
    if item is None:
        return None, ()
    lut = read_lut(item)
    if lut is None or lut.entries.size < 2 or lut.entries.min() == lut.entries.max():
        return None, ("The modality LUT of the header is damaged: it is not used.",)
    found = ModalityLut(first_mapped=lut.first_mapped, values=lut.entries)
    return found, lut.doubts("modality LUT")


def _rescale(dataset: Dataset) -> tuple[float, float, tuple[str, ...]]:
    """Return slope and intercept: shared, else the frames', else top-level; identity if absent."""
    shared = shared_group(dataset, "PixelValueTransformationSequence")
    frames = [
        _slope_intercept(group)
        for group in frame_groups(dataset, "PixelValueTransformationSequence")
        if group is not None
    ]
    stated = [found for found in frames if found is not None]
    common = _slope_intercept(shared) if shared is not None else None
    if common is not None and any(other != common for other in stated):
        return *common, ("Slices have different rescaling: all are drawn by the shared one.",)
    if common is None and stated:
        common = stated[0]
        if any(other != common for other in stated):
            return *common, ("Slices have different rescaling: all are drawn by the first's.",)
    if common is None:
        common = _slope_intercept(dataset)
    if common is not None:
        return *common, ()
    spoilt = "RescaleSlope" in dataset or "RescaleIntercept" in dataset
    return 1.0, 0.0, ("The rescaling of the header makes no sense: not used.",) if spoilt else ()


def frame_grey_scales(
    dataset: Dataset, layout: PixelLayout, common: GreyScale, frames: int
) -> tuple[GreyScale, ...]:
    """Return what each frame's codes mean, where frames have a rescaling of their own."""
    offset = 1 << (layout.bits_stored - 1) if layout.signed else 0
    found = [common] * frames
    groups = frame_groups(dataset, "PixelValueTransformationSequence")
    for index, group in enumerate(groups):
        own = _slope_intercept(group) if group is not None and index < frames else None
        if own is not None and common.modality_lut is None:
            slope, intercept = own
            found[index] = replace(
                common,
                slope=slope * (1 << layout.dropped_bits),
                intercept=intercept - slope * offset,
            )
    return tuple(found)


def states_rescaling(dataset: Dataset) -> bool:
    """Return whether the header says what its numbers mean."""
    group = any_group(dataset, "PixelValueTransformationSequence")
    holders = [dataset, *([group] if group is not None else [])]
    has_lut = first_item(dataset, "ModalityLUTSequence") is not None
    return has_lut or any(_slope_intercept(holder) is not None for holder in holders)


def _slope_intercept(holder: Dataset) -> tuple[float, float] | None:
    slope, intercept = number(holder, "RescaleSlope"), number(holder, "RescaleIntercept")
    if slope is None or intercept is None or not np.isfinite([slope, intercept]).all():
        return None
    return (slope, intercept) if slope != 0 else None


def _padding(
    dataset: Dataset, layout: PixelLayout, offset: int
) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Return the first and last code of padding (PS3.3 C.7.5.1.1.2)."""
    value = number(dataset, "PixelPaddingValue")
    if value is None:
        return None, ()
    limit = number(dataset, "PixelPaddingRangeLimit")
    found = [_code(v, layout, offset) for v in (value, value if limit is None else limit)]
    if found == [None, None]:
        return None, ()
    ends = sorted(CODES - 1 if code is None else code for code in found)
    if ends[1] - ends[0] > CODES // 2 or 2 * (ends[1] - ends[0]) > 1 << layout.bits_stored:
        return None, ("The padding range of the header would hide the breast: it is ignored.",)
    return (ends[0], ends[1]), ()


def _code(value: float, layout: PixelLayout, offset: int) -> int | None:
    """Return the code of a stored value, which may be written signed or unsigned.

    None for a value that the stored bits cannot hold and that no pixel has.
    """
    pattern = int(value) & ((1 << layout.bits_allocated) - 1)
    limited = pattern & ((1 << layout.bits_stored) - 1)
    extended = limited | ((1 << layout.bits_allocated) - (limited & offset) * 2)
    whole = {limited, extended & ((1 << layout.bits_allocated) - 1)} if offset else {limited}
    if pattern not in whole:
        return None
    return (limited ^ offset) >> layout.dropped_bits
