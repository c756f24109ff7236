"""From the bytes of one DICOM frame to its pixel cells.

imagecodecs is used because, unlike pylibjpeg, GDCM and pyjpegls, it releases the GIL while it
decodes; the others would freeze the window for up to 0.4 s a frame. What it cannot decode goes to
pydicom in a process of its own (pydicom_process.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID, ExplicitVRBigEndian, RLELossless

from viewer.loading.dicom_grey_scale import PixelLayout
from viewer.loading.errors import UnreadableFile, UnreadableImage

_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_JPEG2000 = (
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.92",
    "1.2.840.10008.1.2.4.93",
)
_HTJ2K = ("1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203")
_JPEG_XL = ("1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112")
_JPEG = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (*range(50, 67), 70, 80, 81))
_NATIVE = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.98",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
)
_JPEG_LS = 0xF7
"""Start-of-frame marker of JPEG-LS."""
_READABLE = frozenset({*_NATIVE, *_JPEG2000, *_HTJ2K, *_JPEG_XL, *_JPEG, _DEFLATED_FRAMES}) | {
    str(RLELossless)
}


def require_readable(transfer_syntax: UID) -> None:
    """Raise UnreadableFile, naming the transfer syntax, when no codec here reads it."""
    if transfer_syntax not in _READABLE:
        raise UnreadableFile(
            f"stored with a codec that cannot be read here: {transfer_syntax.name} "
            f"({transfer_syntax}); "
            "ask for it uncompressed or as JPEG 2000"
        )


def is_uncompressed(transfer_syntax: UID) -> bool:
    """Return whether the syntax says that frames are not compressed."""
    return transfer_syntax in _NATIVE


def native_cells(
    content: bytes, layout: PixelLayout, transfer_syntax: UID
) -> NDArray[np.unsignedinteger]:
    """Return the cells of an uncompressed frame; raises UnreadableImage when it is cut short."""
    if len(content) < layout.frame_bytes:
        raise UnreadableImage("This slice is cut short", hint="send the file again")
    order = ">" if transfer_syntax == ExplicitVRBigEndian else "<"
    cells = np.frombuffer(content, f"{order}u{layout.bits_allocated // 8}")
    if order == ">" and layout.bits_allocated == 8 and len(content) % 2 == 0:
        # 8-bit cells in 16-bit words: the bytes of each word are swapped.
        cells = cells.reshape(-1, 2)[:, ::-1].reshape(-1)
    cells = cells.astype(cells.dtype.newbyteorder("="), copy=False)
    if layout.samples == 1:
        return cells.reshape(layout.rows, layout.columns)
    if layout.planar:
        return _grey(np.moveaxis(cells.reshape(3, layout.rows, layout.columns), 0, -1), layout)
    return _grey(cells.reshape(layout.rows, layout.columns, 3), layout)


def decoded_cells(
    content: bytes, layout: PixelLayout, transfer_syntax: UID
) -> NDArray[np.unsignedinteger]:
    """Return the cells of a compressed frame.

    Raises UnreadableImage when imagecodecs cannot decode it to the size the header states.
    """
    try:
        decoded = np.asarray(_decoder(content, layout, transfer_syntax)(content))
    except (RuntimeError, ValueError, TypeError, IndexError, zlib.error) as error:
        raise UnreadableImage("This slice is damaged", hint="send the file again") from error
    return as_cells(decoded, layout)


def require_whole(content: bytes, transfer_syntax: UID) -> None:
    """Raise UnreadableImage when a JPEG or HTJ2K stream lacks its end: decoders invent the rest."""
    is_jpeg = content.startswith(b"\xff\xd8")
    ends = content[-16:].rstrip(b"\x00").endswith(b"\xff\xd9")
    if (is_jpeg or transfer_syntax in _HTJ2K) and not ends:
        raise UnreadableImage("This slice is cut short", hint="send the file again")


def as_cells(decoded: NDArray[Any], layout: PixelLayout) -> NDArray[np.unsignedinteger]:
    """Return what a codec gave as unsigned cells of the header's size, colour made grey."""
    if decoded.shape[:2] != (layout.rows, layout.columns):
        raise UnreadableImage("This slice is damaged: its size differs from the header's")
    if decoded.ndim == 3:
        decoded = _grey(decoded, layout, converted=True)
    if decoded.dtype.kind == "i":
        decoded = decoded.view(decoded.dtype.str.replace("i", "u"))
    if decoded.dtype.kind != "u":
        raise UnreadableImage("This slice holds no whole numbers")
    wide = np.dtype(f"u{layout.bits_allocated // 8}")
    return decoded.astype(wide) if decoded.dtype.itemsize < wide.itemsize else decoded


def _decoder(content: bytes, layout: PixelLayout, syntax: UID) -> Callable[[bytes], Any]:
    """Choose by how the stream begins: transfer syntaxes are sometimes mislabelled."""
    if content.startswith(b"\xff\xd8"):
        return _jpeg_decoder(content)
    if syntax in _HTJ2K:
        return imagecodecs.htj2k_decode
    if content.startswith((b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")):
        return imagecodecs.jpeg2k_decode
    if syntax in _JPEG_XL:
        return imagecodecs.jpegxl_decode
    if syntax == RLELossless:
        return lambda packed: _run_lengths(packed, layout)
    if syntax == _DEFLATED_FRAMES:
        return lambda packed: native_cells(
            zlib.decompress(packed, -zlib.MAX_WBITS), layout, UID("1.2.840.10008.1.2.1")
        )
    raise UnreadableImage("This slice is damaged", hint="send the file again")


def _jpeg_decoder(content: bytes) -> Callable[[bytes], Any]:
    marker = _frame_marker(content)
    if marker == _JPEG_LS:
        return imagecodecs.jpegls_decode
    # Of the lossless decoders at hand the fastest: 42 ms for a mammogram against 70 and 96.
    return imagecodecs.jpeg8_decode


def _frame_marker(content: bytes) -> int:
    """Return the start-of-frame marker of a JPEG stream, which says which JPEG it is; 0: none."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == _JPEG_LS or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            return marker
        if marker == 0xFF:
            position += 1
            continue
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return 0


def _run_lengths(content: bytes, layout: PixelLayout) -> NDArray[np.unsignedinteger]:
    """Decode RLE Lossless: one segment for each byte of a sample, the high byte first."""
    dtype = np.dtype(f"<u{layout.bits_allocated // 8}")
    decoded = imagecodecs.dicomrle_decode(content, dtype)
    cells = np.frombuffer(decoded, dtype)
    if cells.size != layout.rows * layout.columns * layout.samples:
        raise UnreadableImage("This slice is damaged", hint="send the file again")
    if layout.samples == 1:
        return cells.reshape(layout.rows, layout.columns)
    return np.moveaxis(cells.reshape(layout.samples, layout.rows, layout.columns), 0, -1)


def _grey(colours: NDArray[Any], layout: PixelLayout, *, converted: bool = False) -> NDArray[Any]:
    """Return the luminance of (rows, columns, 3); converted: a codec turned YBR into RGB."""
    if layout.photometric.startswith("YBR") and not converted:
        return np.ascontiguousarray(colours[..., 0])
    weights = np.array([0.299, 0.587, 0.114])
    grey: NDArray[Any] = np.rint(colours[..., :3] @ weights).astype(colours.dtype)
    return grey
