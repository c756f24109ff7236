"""One slice at a time out of a NIfTI, NRRD or MHA file; its header is read by SimpleITK.

Where the values lie in a row they are read as they are. Else SimpleITK takes single slices, which
it can from uncompressed NIfTI and MHA files only; others are unpacked once into a temporary file.
ITK silently fills the rest of a NIfTI volume that was cut short with zeros when it reads it whole,
and fails, as it should, when it reads it by slices or when unpacking meets the early end; so no
NIfTI volume is read whole here.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import threading
import weakref
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from viewer.loading.errors import UnreadableFile, UnreadableImage
from viewer.loading.file_stamp import FileStamp, all_known, file_stamp
from viewer.loading.sniff import FileKind
from viewer.loading.unpacked_file import COPY_AGAIN, DAMAGED
from viewer.loading.volume_layout import layout_of
from viewer.loading.volume_pixels import VolumePixels, volume_pixels

_READERS = {
    FileKind.NIFTI: "NiftiImageIO",
    FileKind.NRRD: "NrrdImageIO",
    FileKind.META_IMAGE: "MetaImageIO",
}
_NUMBERS = {
    sitk.sitkUInt8: "uint8",
    sitk.sitkInt8: "int8",
    sitk.sitkUInt16: "uint16",
    sitk.sitkInt16: "int16",
    sitk.sitkUInt32: "uint32",
    sitk.sitkInt32: "int32",
    sitk.sitkUInt64: "uint64",
    sitk.sitkInt64: "int64",
    sitk.sitkFloat32: "float32",
    sitk.sitkFloat64: "float64",
}
_ITK = threading.RLock()
"""ITK's NIfTI reader keeps state for the whole process: two threads in it at once end in wrong
reports of damage, or in a crash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeHeader:
    """Size, spacing, directions and number type of a volume."""

    slices: int
    rows: int
    columns: int
    row_mm: float
    column_mm: float
    slice_mm: float | None
    dtype: np.dtype[Any]
    columns_to: tuple[float, float, float] | None
    """Where columns increase to in the patient (to the left, back, head); None: not said."""
    rows_to: tuple[float, float, float] | None
    slices_to: tuple[float, float, float] | None


class VolumeFile:
    """A volume on disk; slices are read by number, from any thread."""

    def __init__(self, path: Path, kind: FileKind) -> None:
        """Read the header; raises UnreadableFile or, when unpacking fails, UnreadableImage."""
        self._stamp = file_stamp(path)
        self._path = path
        self._kind = kind
        self._lock = threading.Lock()
        self._plain = (path, kind) if _is_plain(path, kind) else None
        if kind is FileKind.NIFTI and not _has_nifti_name(path):
            # ITK opens a NIfTI file only under a name that says so.
            self._plain = self._unpacked()
        self.header = _header(*(self._plain or (path, kind)))
        self._pixels = self._pixels_in_a_row()

    @property
    def shown(self) -> tuple[float, float] | None:
        """Values to show black and white, where the header says."""
        return None if self._pixels is None else self._pixels.layout.shown

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """The file when it holds its own pixels; empty for a header beside a pixel file."""
        names_another = self._path.suffix.lower() in (".mhd", ".nhdr", ".hdr", ".img")
        return () if names_another else (self._path,)

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How the file stood when its header was read, if it holds its own pixels."""
        return all_known((self._stamp,)) if self.pixel_files else ()

    def read(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, (rows, columns), in the file's own numbers; raises UnreadableImage."""
        if self._pixels is not None:
            return self._pixels.read(slice_index)
        path, kind = self._file_with_slices()
        with _ITK:
            reader = _reader(path, kind)
            try:
                reader.ReadImageInformation()
                if reader.GetDimension() == 3:
                    reader.SetExtractIndex([0, 0, slice_index])
                    reader.SetExtractSize([self.header.columns, self.header.rows, 0])
                return np.asarray(sitk.GetArrayFromImage(reader.Execute()))
            except RuntimeError as error:
                raise UnreadableImage(DAMAGED, hint=COPY_AGAIN) from error

    def _pixels_in_a_row(self) -> VolumePixels | None:
        path = self._path if self._plain is None else self._plain[0]
        layout = layout_of(path, self._kind)
        header = self.header
        # Of what ITK takes for other numbers than the layout says, ITK knows more.
        if layout is None or layout.dtype.newbyteorder("=") != header.dtype:
            return None
        return volume_pixels(
            path, layout, slices=header.slices, rows=header.rows, columns=header.columns
        )

    def _file_with_slices(self) -> tuple[Path, FileKind]:
        """Return the file to take a slice from through ITK, unpacking if need be."""
        with self._lock:
            if self._plain is None:
                self._plain = self._unpacked()
            return self._plain

    def _unpacked(self) -> tuple[Path, FileKind]:
        """Write the volume uncompressed to a temporary folder that goes when this object goes."""
        try:
            folder = Path(tempfile.mkdtemp(prefix="tomolens-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            if self._kind is FileKind.NIFTI:
                target = folder / "volume.nii"
                with _opened(self._path) as packed, target.open("wb") as plain:
                    shutil.copyfileobj(packed, plain, 1 << 20)
                return target, FileKind.NIFTI
            target = folder / "volume.mha"
            with _ITK:
                sitk.WriteImage(self._whole(), str(target), False)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableImage(DAMAGED, hint=COPY_AGAIN) from error
        except (OSError, RuntimeError) as error:
            raise UnreadableImage(
                "The volume could not be unpacked",
                hint="make room in the folder for temporary files",
            ) from error
        return target, FileKind.META_IMAGE

    def _whole(self) -> Any:
        try:
            return _reader(self._path, self._kind).Execute()
        except RuntimeError as error:
            raise UnreadableImage(DAMAGED, hint=COPY_AGAIN) from error


def _reader(path: Path, kind: FileKind) -> Any:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO(_READERS[kind])
    return reader


def _header(path: Path, kind: FileKind) -> VolumeHeader:
    with _ITK:
        reader = _reader(path, kind)
        try:
            reader.ReadImageInformation()
        except RuntimeError as error:
            raise UnreadableFile("a volume whose header is damaged") from error
    size, spacing = reader.GetSize(), reader.GetSpacing()
    columns_to, rows_to, slices_to = _directions(reader.GetDirection())
    numbers = _NUMBERS.get(reader.GetPixelID())
    if len(size) not in (2, 3) or reader.GetNumberOfComponents() != 1 or numbers is None:
        raise UnreadableFile("not a single grey volume (colour, vectors or a time series)")
    return VolumeHeader(
        slices=int(size[2]) if len(size) == 3 else 1,
        rows=int(size[1]),
        columns=int(size[0]),
        row_mm=float(spacing[1]),
        column_mm=float(spacing[0]),
        slice_mm=float(spacing[2]) if len(size) == 3 else None,
        dtype=np.dtype(numbers),
        columns_to=columns_to,
        rows_to=rows_to,
        slices_to=slices_to,
    )


def _directions(matrix: tuple[float, ...]) -> list[tuple[float, float, float] | None]:
    """The columns of a 3 x 3 matrix of direction cosines."""
    if len(matrix) != 9:
        return [None, None, None]
    return [(matrix[axis], matrix[3 + axis], matrix[6 + axis]) for axis in range(3)]


def _is_plain(path: Path, kind: FileKind) -> bool:
    """Return whether single slices can be taken from the file as it is."""
    with path.open("rb") as file:
        first = file.read(4096)
    if kind is FileKind.NIFTI:
        return not first.startswith(b"\x1f\x8b")
    compressed = b"CompressedData = True" in first
    return kind is FileKind.META_IMAGE and not compressed


def _has_nifti_name(path: Path) -> bool:
    lowered = path.name.lower()
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return lowered.endswith(".nii.gz" if packed else (".nii", ".hdr", ".img"))


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")
