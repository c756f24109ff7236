"""How the stored pixels of a DICOM image are laid out in bits, and what their codes mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from viewer.domain.windowing import CODES, GreyScale
from viewer.loading.dicom_header import frame_groups, number, shared_group, text, whole
from viewer.loading.errors import UnreadableFile

_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420")


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
    slope, intercept, doubts = _rescale(dataset)
    offset = 1 << (layout.bits_stored - 1) if layout.signed else 0
    low_bright = layout.photometric == "MONOCHROME1"
    low_bright = low_bright or text(dataset, "PresentationLUTShape").upper() == "INVERSE"
    padding, padding_doubts = _padding(dataset, layout, offset)
    return (
        GreyScale(
            slope=slope * (1 << layout.dropped_bits),
            intercept=intercept - slope * offset,
            largest_code=(1 << min(layout.bits_stored, 16)) - 1,
            monochrome1=low_bright,
            padding=padding,
        ),
        (*doubts, *padding_doubts),
    )


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
    if common is None and stated:
        common = stated[0]
        if any(other != common for other in stated):
            return *common, ("Slices have different rescaling: all are drawn by the first's.",)
    found = common or _slope_intercept(dataset) or (1.0, 0.0)
    return *found, ()


def _slope_intercept(holder: Dataset) -> tuple[float, float] | None:
    slope, intercept = number(holder, "RescaleSlope"), number(holder, "RescaleIntercept")
    if slope is None or intercept is None or not np.isfinite([slope, intercept]).all():
        return None
    return (slope, intercept) if slope > 0 else None


def _padding(
    dataset: Dataset, layout: PixelLayout, offset: int
) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Return the first and last code of padding (PS3.3 C.7.5.1.1.2)."""
    value = number(dataset, "PixelPaddingValue")
    if value is None:
        return None, ()
    limit = number(dataset, "PixelPaddingRangeLimit")
    ends = sorted(_code(v, layout, offset) for v in (value, value if limit is None else limit))
    if ends[1] - ends[0] > CODES // 2 or 2 * (ends[1] - ends[0]) > 1 << layout.bits_stored:
        return None, ("The padding range of the header would hide the breast: it is ignored.",)
    return (ends[0], ends[1]), ()


def _code(value: float, layout: PixelLayout, offset: int) -> int:
    """Return the code of a stored value, which may be written signed or unsigned."""
    pattern = int(value) & ((1 << layout.bits_allocated) - 1)
    limited = pattern & ((1 << layout.bits_stored) - 1)
    # Padding above the stored bits never occurs in the pixels.
    if not layout.signed and pattern != limited:
        return CODES - 1
    return (limited ^ offset) >> layout.dropped_bits
