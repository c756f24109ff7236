"""What a parser raises on a damaged DICOM file."""

from __future__ import annotations

import struct
import zlib

from pydicom.errors import InvalidDicomError

UNPARSABLE: tuple[type[Exception], ...] = (
    InvalidDicomError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    struct.error,
    zlib.error,
)
"""Beside OSError, which says that the file could not be read at all."""
