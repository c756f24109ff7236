"""Quick small versions of JPEG 2000 frames, used to look at an image before it is decoded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_builders import DBT, breast, encode, only_exam, shown, write
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGLSLossless

from viewer.loading.frame_source import LaidFrames
from viewer.loading.small_picture import small_picture


def smooth(rows: int, columns: int, top: int) -> np.ndarray:
    row, column = np.mgrid[:rows, :columns]
    return (top * (row / rows + column / columns) / 2).astype(np.uint16)


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (10, np.uint16), (16, np.uint16)])
def test_a_small_version_has_the_values_of_the_large_one(bits: int, dtype: type) -> None:
    pixels = smooth(640, 512, (1 << bits) - 1).astype(dtype)
    small = small_picture(encode(pixels, JPEG2000Lossless, bits=bits))
    assert small is not None
    assert small.shape == (80, 64)
    blocks = pixels.reshape(80, 8, 64, 8).mean(axis=(1, 3))
    assert np.abs(small - blocks).max() <= 0.02 * (1 << bits)


@given(rows=st.integers(60, 700), columns=st.integers(60, 700))
def test_any_size_gives_a_small_version_or_none(rows: int, columns: int) -> None:
    pixels = np.full((rows, columns), 500, np.uint16)
    small = small_picture(encode(pixels, JPEG2000Lossless))
    if small is not None:
        assert min(small.shape) >= 64
        assert np.all(small == 500)


def test_other_streams_have_no_small_version() -> None:
    pixels = smooth(640, 512, 1000)
    assert small_picture(b"") is None
    assert small_picture(encode(pixels, JPEGLSLossless)) is None
    assert small_picture(encode(pixels, JPEG2000Lossless)[:200]) is None
    signed = pixels.astype(np.int16) - np.int16(500)
    assert small_picture(encode(signed, JPEG2000Lossless)) is None


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEG2000])
def test_a_large_volume_is_checked_by_its_small_version(tmp_path: Path, syntax: object) -> None:
    pixels = breast(rows=400, columns=330, slices=3)
    path = write(
        tmp_path / "a", pixels[..., ::-1], syntax=syntax, sop_class=DBT, orientation=("A", "R")
    )
    located = only_exam(path)
    image = located.exam.images[0]
    assert "disagree" in image.warnings[0]
    source = located.frames[image.image_id]
    assert isinstance(source, LaidFrames)
    assert shown(located)[1].shape == (400, 330)
    assert image.vois[0].explanation == "derived from the pixels"
