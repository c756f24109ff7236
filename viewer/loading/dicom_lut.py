"""Lookup tables of a header: a descriptor and its entries (PS3.3 C.11.1.1.1 and C.11.2.1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from viewer.loading.dicom_header import numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderLut:
    """A table as the header has it, cut to what its descriptor states."""

    first_mapped: int
    entries: NDArray[np.float64]
    highest: int
    """The largest entry that the stated bits allow; 0 when they are not stated."""
    stated: int
    """How many entries the descriptor states."""
    present: int
    """How many the data hold."""

    def doubts(self, name: str) -> tuple[str, ...]:
        """Say so when descriptor and data differ in length."""
        if self.present == self.stated:
            return ()
        if self.present > self.stated:
            return (f"A {name} of the header is longer than it states: its end is not used.",)
        return (f"A {name} of the header is shorter than it states: its last entry is held.",)


def read_lut(item: Dataset) -> HeaderLut | None:
    """Read one item of a LUT sequence; None when it makes no sense."""
    descriptor = numbers(item, "LUTDescriptor")
    if len(descriptor) != 3 or not all(np.isfinite(descriptor)):
        return None
    # Signed pixels make the whole descriptor signed, its count too.
    stated = (int(descriptor[0]) & 0xFFFF) or 1 << 16
    bits = int(descriptor[2])
    entries = _entries(item, stated)
    if entries is None:
        return None
    return HeaderLut(
        first_mapped=int(descriptor[1]),
        entries=entries[:stated],
        highest=(1 << bits) - 1 if 1 <= bits <= 16 else 0,
        stated=stated,
        present=len(entries),
    )


def _entries(item: Dataset, stated: int) -> NDArray[np.float64] | None:
    """Return the entries; they come as numbers (US), words (OW) or bytes in words."""
    data = item.get("LUTData")
    if isinstance(data, bytes):
        return _unpacked(data, stated, little_endian=_is_little_endian(item))
    if isinstance(data, Sequence) and not isinstance(data, str):
        try:
            return np.asarray(data, np.float64)
        except (ValueError, TypeError):
            return None
    return None


def _unpacked(data: bytes, stated: int, *, little_endian: bool) -> NDArray[np.float64]:
    order = "<" if little_endian else ">"
    if len(data) >= 2 * stated:
        return np.frombuffer(data[: len(data) // 2 * 2], f"{order}u2").astype(np.float64)
    entries = np.frombuffer(data, "u1")
    if not little_endian:
        # Two entries share a word, the first of them in its low byte.
        entries = entries[: len(entries) // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
    # An odd number of bytes is filled up to a word.
    filled = len(entries) == stated + 1
    return entries[: stated if filled else None].astype(np.float64)


def _is_little_endian(item: Dataset) -> bool:
    return item.original_encoding[1] is not False
