"""8- and 16-bit grey pictures, PNG and TIFF; a TIFF with several pages is a volume."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray

from viewer.domain.geometry import SPACING_UNKNOWN
from viewer.domain.image_stack import ImageStack
from viewer.domain.orientation import OrientationEvidence
from viewer.domain.view import ImageKind
from viewer.domain.windowing import GreyScale
from viewer.loading.errors import UnreadableFile, UnreadableImage
from viewer.loading.file_name_view import UNKNOWN_VIEW
from viewer.loading.file_stamp import FileStamp, all_known, file_stamp
from viewer.loading.lay_image import StoredImage
from viewer.loading.sniff import FileKind
from viewer.loading.stable_hash import file_hash

LEAST_SIDE = 64
"""Pictures with a shorter side are icons, not mammograms."""

_PNG_GREY = 0
_DAMAGED = "a picture that is damaged or cut short"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFrames:
    """The pages of one picture file; StoredFrames."""

    path: Path
    kind: FileKind
    slices: int
    rows: int
    columns: int
    codes_are_exact: bool = True
    stamp: FileStamp | None = None
    """How the file stood when its header was read; None when not known."""

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """The file."""
        return (self.path,)

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How the file stood when its header was read."""
        return all_known((self.stamp,))

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one page, (rows, columns)."""
        pixels = self._decoded(slice_index)
        if pixels.shape != (self.rows, self.columns):
            raise UnreadableImage(f"{self.kind.value.capitalize()} changed since it was opened")
        return pixels.astype(np.uint16, copy=False)

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the codes: they are exact."""
        return self.read_codes(slice_index)

    def _decoded(self, slice_index: int) -> NDArray[Any]:
        try:
            content = self.path.read_bytes()
            if self.kind is FileKind.PNG:
                return np.asarray(imagecodecs.png_decode(content))
            with tifffile.TiffFile(io.BytesIO(content)) as tiff:
                return np.asarray(tiff.pages[slice_index].asarray())
        except OSError as error:
            raise UnreadableImage("The picture cannot be read any more") from error
        except (imagecodecs.PngError, RuntimeError, ValueError, KeyError, IndexError) as error:
            raise UnreadableImage(
                "The picture is damaged or cut short", hint="copy it again from its source"
            ) from error


def read_raster(path: Path, kind: FileKind) -> StoredImage:
    """Read what a picture's header says; its view comes from elsewhere.

    Raises UnreadableFile for colour, other depths, icons and damaged files.
    """
    stamp = file_stamp(path)
    try:
        slices, rows, columns, bits = _png_size(path) if kind is FileKind.PNG else _tiff_size(path)
        image_id = file_hash(path)
    except OSError as error:
        raise UnreadableFile("cannot be read (permission or disk)") from error
    if min(rows, columns) < LEAST_SIDE:
        raise UnreadableFile("a picture too small to be a mammogram")
    return StoredImage(
        stack=ImageStack(
            image_id=image_id,
            name="",
            kind=ImageKind.FFDM if slices == 1 else ImageKind.DBT,
            view=UNKNOWN_VIEW,
            slices=slices,
            rows=rows,
            columns=columns,
            grey_scale=GreyScale(largest_code=(1 << bits) - 1),
            vois=(),
            warnings=(SPACING_UNKNOWN,),
        ),
        view=UNKNOWN_VIEW,
        evidence=OrientationEvidence(wrong_side_is_mirrored=True),
        frames=PictureFrames(
            path=path, kind=kind, slices=slices, rows=rows, columns=columns, stamp=stamp
        ),
    )


def _png_size(path: Path) -> tuple[int, int, int, int]:
    """Return 1 slice, rows, columns and bits from the header chunk of a PNG."""
    with path.open("rb") as file:
        header = file.read(33)
    if len(header) < 33 or header[12:16] != b"IHDR":
        raise UnreadableFile(_DAMAGED)
    columns, rows, bits, colour = struct.unpack(">IIBB", header[16:26])
    if colour != _PNG_GREY:
        raise UnreadableFile("a colour picture, not a mammogram")
    if bits not in (8, 16):
        raise UnreadableFile("a black-and-white drawing, not a mammogram")
    return 1, rows, columns, bits


def _tiff_size(path: Path) -> tuple[int, int, int, int]:
    """Return pages, rows, columns and bits of a grey TIFF whose pages are all alike."""
    try:
        with tifffile.TiffFile(path) as tiff:
            shapes = {(page.shape, str(page.dtype)) for page in tiff.pages}
            pages = len(tiff.pages)
    except (tifffile.TiffFileError, ValueError, KeyError, IndexError, struct.error) as error:
        raise UnreadableFile(_DAMAGED) from error
    if len(shapes) != 1:
        raise UnreadableFile("a TIFF whose pages differ in size")
    shape, dtype = shapes.pop()
    if len(shape) != 2:
        raise UnreadableFile("a colour picture, not a mammogram")
    if dtype not in ("uint8", "uint16"):
        raise UnreadableFile("a TIFF that is neither 8 nor 16 bits unsigned")
    return pages, shape[0], shape[1], 8 if dtype == "uint8" else 16
