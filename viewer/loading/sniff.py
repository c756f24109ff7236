"""What kind of file this is, from its first bytes; never from its extension.

Only what this program left unfinished is known by its name: its bytes are those of an image.
"""

from __future__ import annotations

import zlib
from enum import Enum
from pathlib import Path

from inference.unfinished_file import is_unfinished
from viewer.loading.errors import UnreadableFile

_FIRST_BYTES = 512


class FileKind(Enum):
    """A kind of file that exams are made of; the value is the noun for messages."""

    DICOM = "DICOM"
    PNG = "PNG picture"
    TIFF = "TIFF picture"
    NIFTI = "NIfTI volume"
    NRRD = "NRRD volume"
    META_IMAGE = "MetaImage volume"
    PICKLE = "pickle"
    TABLE = "table"
    UNFINISHED = "unfinished file"
    OTHER = "other"


PICTURES = (FileKind.PNG, FileKind.TIFF)
VOLUMES = (FileKind.NIFTI, FileKind.NRRD, FileKind.META_IMAGE)


def kind_of_file(path: Path) -> FileKind:
    """Return the kind of a file; raises UnreadableFile when it cannot be read at all."""
    if is_unfinished(path):
        return FileKind.UNFINISHED
    try:
        with path.open("rb") as file:
            first = file.read(_FIRST_BYTES)
    except OSError as error:
        raise UnreadableFile("cannot be read (permission or disk)") from error
    return kind_of_bytes(first)


def kind_of_bytes(first: bytes) -> FileKind:
    """Return the kind of a file from its first 512 bytes."""
    if not first:
        return FileKind.OTHER
    if first[128:132] == b"DICM" or _starts_like_bare_dicom(first):
        return FileKind.DICOM
    for signature, kind in _SIGNATURES:
        if first.startswith(signature):
            return kind
    if _is_nifti(first) or (first.startswith(b"\x1f\x8b") and _is_nifti(_inflated(first))):
        return FileKind.NIFTI
    if _is_meta_image(first):
        return FileKind.META_IMAGE
    return FileKind.TABLE if _is_table(first) else FileKind.OTHER


_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
    (b"II+\x00", FileKind.TIFF),
    (b"MM\x00+", FileKind.TIFF),
    (b"NRRD000", FileKind.NRRD),
    (b"\x80\x02", FileKind.PICKLE),
    (b"\x80\x03", FileKind.PICKLE),
    (b"\x80\x04", FileKind.PICKLE),
    (b"\x80\x05", FileKind.PICKLE),
    (b"(dp", FileKind.PICKLE),
    (b"(lp", FileKind.PICKLE),
)


def _starts_like_bare_dicom(first: bytes) -> bool:
    """Recognise a data set without preamble: group 0002 or 0008, a low element, a sane length."""
    group, element = int.from_bytes(first[:2], "little"), int.from_bytes(first[2:4], "little")
    if len(first) < 16 or group not in (0x0002, 0x0008) or element > 0x0020:
        return False
    if first[4:6] in (b"UL", b"CS", b"UI", b"OB", b"DA", b"SH"):
        return True
    return int.from_bytes(first[4:8], "little") <= 64 and first[8:9].isalnum()


def _is_nifti(first: bytes) -> bool:
    return first[344:348] in (b"n+1\x00", b"ni1\x00") or first[4:12] == b"n+2\x00\r\n\x1a\n"


def _inflated(first: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(first, _FIRST_BYTES)
    except zlib.error:
        return b""


def _is_meta_image(first: bytes) -> bool:
    return first.lstrip()[:10] in (b"ObjectType", b"NDims = 2", b"NDims = 3") and b"=" in first


def _is_table(first: bytes) -> bool:
    """Recognise the header line of a label table (see label_table.py)."""
    line = first.split(b"\n", 1)[0].lower()
    columns = {column.strip(b' \r"\xef\xbb\xbf') for column in line.split(b",")}
    return bool({b"image", b"view"} & columns) and bool({b"benign", b"malignant"} & columns)
