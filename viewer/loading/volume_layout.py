"""Where the values of a NIfTI, NRRD or MHA volume lie in its file, if they lie in a row.

ITK's reader is for one thread at a time, unpacks a volume whole before it gives a slice, and
silently replaces values of floating-point NIfTI files that are not numbers by 0, so that a damaged
volume would look whole. What can be read without it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viewer.loading.sniff import FileKind

_NIFTI_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4",
    1024: "i8", 1280: "u8",
}  # fmt: skip
_NRRD_TYPES = {
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i1": ("signed char", "int8", "int8_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_META_TYPES = {
    "MET_UCHAR": "u1", "MET_CHAR": "i1", "MET_USHORT": "u2", "MET_SHORT": "i2",
    "MET_UINT": "u4", "MET_INT": "i4", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
_LARGEST_HEADER = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeLayout:
    """How the values of a volume are stored, slice after slice, rows after rows."""

    dtype: np.dtype[Any]
    """With its byte order."""
    offset: int
    """Of the first value, in bytes, in the file or in what is unpacked of it."""
    packed_from: int | None = None
    """Where the packed part of the file begins (gzip or zlib); None: nothing is packed."""
    slope: float = 1.0
    intercept: float = 0.0
    shown: tuple[float, float] | None = None
    """Values to show black and white, where the header says (NIfTI: cal_min and cal_max)."""

    @property
    def is_scaled(self) -> bool:
        """Whether a value is slope * stored + intercept instead of what is stored."""
        return (self.slope, self.intercept) != (1.0, 0.0)


def layout_of(path: Path, kind: FileKind) -> VolumeLayout | None:
    """Return where a volume's values lie; None when only ITK can tell. Raises OSError."""
    with path.open("rb") as file:
        first = file.read(_LARGEST_HEADER)
    try:
        return _LAYOUTS[kind](first)
    except (ValueError, KeyError, IndexError, struct.error, zlib.error):
        return None


def _nifti(first: bytes) -> VolumeLayout | None:
    """Single files of versions 1 and 2; of whole numbers only those that are not scaled."""
    packed = first.startswith(b"\x1f\x8b")
    if packed:
        first = zlib.decompressobj(31).decompress(first, 540)
    order = "<" if first[:4] in (b"\x5c\x01\0\0", b"\x1c\x02\0\0") else ">"
    if first[4:8] == b"n+2\0":
        code, offset, slope, intercept, white, black = (
            *struct.unpack_from(f"{order}h", first, 12),
            *struct.unpack_from(f"{order}q", first, 168),
            *struct.unpack_from(f"{order}4d", first, 176),
        )
    elif first[344:348] == b"n+1\0":
        (code,) = struct.unpack_from(f"{order}h", first, 70)
        offset, slope, intercept = struct.unpack_from(f"{order}3f", first, 108)
        white, black = struct.unpack_from(f"{order}2f", first, 124)
    else:
        return None
    # A slope of 0 means that values are not scaled.
    if not slope or not np.isfinite([slope, intercept]).all():
        slope, intercept = 1.0, 0.0
    layout = VolumeLayout(
        dtype=np.dtype(f"{order}{_NIFTI_TYPES[code]}"),
        offset=int(offset),
        packed_from=0 if packed else None,
        slope=float(slope),
        intercept=float(intercept),
        shown=(black, white) if np.isfinite([black, white]).all() and black < white else None,
    )
    return None if layout.is_scaled and layout.dtype.kind != "f" else layout


def _nrrd(first: bytes) -> VolumeLayout | None:
    """Files that hold their values, raw or gzip."""
    ends = [(at, len(end)) for end in (b"\n\n", b"\r\n\r\n") if (at := first.find(end)) >= 0]
    at, length = min(ends)
    fields = _fields(first[:at], ": ")
    encoding = fields["encoding"].lower()
    elsewhere = {"data file", "datafile", "line skip", "lineskip", "byte skip", "byteskip"}
    if elsewhere & fields.keys() or encoding not in ("raw", "gzip", "gz"):
        return None
    code = next(code for code, names in _NRRD_TYPES.items() if fields["type"].lower() in names)
    big_endian = _is_big_endian(code, {"little": False, "big": True}, fields.get("endian"))
    packed = encoding != "raw"
    return VolumeLayout(
        dtype=np.dtype(f"{'>' if big_endian else '<'}{code}"),
        offset=0 if packed else at + length,
        packed_from=at + length if packed else None,
    )


def _meta_image(first: bytes) -> VolumeLayout | None:
    """Files that hold their values, as they are or packed by zlib."""
    end = b"ElementDataFile = LOCAL"
    at = first.index(end)
    begins = first.index(b"\n", at) + 1
    fields = _fields(first[:at], " = ")
    known = fields.get("BinaryData", "True") == "True" and "HeaderSize" not in fields
    if not known or fields.get("ElementNumberOfChannels", "1") != "1":
        return None
    code = _META_TYPES[fields["ElementType"]]
    order = fields.get("BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB"))
    big_endian = _is_big_endian(code, {"False": False, "True": True}, order)
    packed = fields.get("CompressedData") == "True"
    return VolumeLayout(
        dtype=np.dtype(f"{'>' if big_endian else '<'}{code}"),
        offset=0 if packed else begins,
        packed_from=begins if packed else None,
    )


_LAYOUTS: Mapping[FileKind, Callable[[bytes], VolumeLayout | None]] = {
    FileKind.NIFTI: _nifti,
    FileKind.NRRD: _nrrd,
    FileKind.META_IMAGE: _meta_image,
}


def _fields(header: bytes, sign: str) -> dict[str, str]:
    lines = header.decode("latin-1").splitlines()
    pairs = (line.partition(sign) for line in lines if not line.startswith("#"))
    return {name.strip(): value.strip() for name, found, value in pairs if found}


def _is_big_endian(code: str, words: Mapping[str, bool], stated: str | None) -> bool:
    """Raises KeyError when the order of bytes matters and is not stated."""
    return False if code.endswith("1") else words[stated or ""]
