"""Stored bits that a header states wrongly: used as they are, and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_builders import (
    breast,
    first_image,
    header,
    said,
    save,
    scan,
)
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless

from viewer.domain.windowing import lookup_table
from viewer.loading.dicom_grey_scale import PixelLayout, grey_scale_of
from viewer.loading.stored_bits import bits_used, rescaled, with_bits

PIXELS = breast(rows=160, columns=128)


def deep(rows: int = 160, columns: int = 128) -> NDArray[np.uint16]:
    """A breast of 14 bits, denser towards the chest wall, with a detector's noise."""
    tissue = breast(rows=rows, columns=columns, top=200)
    slope = np.linspace(15_000, 3_000, columns).astype(np.uint16)
    return np.where(tissue > 0, tissue + slope, 0).astype(np.uint16)


@pytest.mark.parametrize("syntax", [None, JPEG2000Lossless, JPEGLSLossless])
def test_bits_stored_that_lies_is_said_and_dense_tissue_is_not_folded_to_black(
    tmp_path: Path, syntax: Any
) -> None:
    coding = {} if syntax is None else {"syntax": syntax, "coded_bits": 14}
    large = deep(rows=640, columns=512)
    image, codes = first_image(tmp_path, large, bits=12, **coding)
    np.testing.assert_array_equal(codes, large[0])
    assert "The header states 12 bits, the pixels use 14: drawn with 14." in image.warnings
    assert image.grey_scale.largest_code == (1 << 14) - 1


def test_signed_bits_stored_that_lies_keeps_every_value(tmp_path: Path) -> None:
    signed = deep().astype(np.int16) - np.int16(6000)
    image, codes = first_image(tmp_path, signed, bits=12, PixelPaddingValue=-6000)
    np.testing.assert_array_equal(image.grey_scale.values(codes), signed[0])
    assert said(image, "the pixels use 15")
    table = lookup_table(image.grey_scale, image.vois[0], inverted=True)
    assert table[codes[0, -1]] == 0


def test_an_old_overlay_above_the_stored_bits_is_no_lie(tmp_path: Path) -> None:
    drawn = PIXELS.copy()
    drawn[0, 20:60, 10:50:3] |= np.uint16(1 << 14)
    image, codes = first_image(tmp_path, drawn)
    np.testing.assert_array_equal(codes, PIXELS[0])
    assert not said(image, "bits")


@given(
    stated=st.integers(6, 16), used=st.integers(6, 16), signed=st.booleans(), seed=st.integers(0, 9)
)
def test_more_bits_never_change_what_the_pixels_mean(
    stated: int, used: int, signed: bool, seed: int
) -> None:
    bits = min(stated, used)
    numbers = np.random.default_rng(seed).integers(0, 1 << bits, (8, 9))
    numbers -= (1 << (bits - 1)) * signed
    cells = numbers.astype(np.int16 if signed else np.uint16).view(np.uint16)
    before = _layout(stated, signed=signed)
    after = with_bits(before, max(stated, used))
    dataset = Dataset()
    dataset.RescaleSlope, dataset.RescaleIntercept = "1.5", "-7"
    dataset.PixelPaddingValue = int(numbers.min())
    scale, _ = grey_scale_of(dataset, before)
    wider = rescaled(scale, before, after)
    np.testing.assert_allclose(
        wider.values(after.codes(cells)), scale.values(before.codes(cells)), atol=1e-9
    )
    assert wider == grey_scale_of(dataset, after)[0]


def _layout(bits: int, *, signed: bool = False) -> PixelLayout:
    return PixelLayout(
        rows=8,
        columns=9,
        samples=1,
        planar=False,
        photometric="MONOCHROME2",
        bits_allocated=16,
        bits_stored=bits,
        high_bit=bits - 1,
        signed=signed,
    )


@given(bits=st.integers(8, 15), seed=st.integers(0, 20))
def test_noise_above_the_stored_bits_is_never_taken_for_values(bits: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    smooth = np.add.outer(np.arange(40), np.arange(50)) * ((1 << bits) - 1) // 88
    noisy = smooth | (random.integers(0, 2, smooth.shape) << bits)
    assert bits_used(_layout(bits), noisy.astype(np.uint16)) == bits


def test_more_stored_than_allocated_bits_are_refused(tmp_path: Path) -> None:
    dataset = header(PIXELS, BitsStored=20, HighBit=19)
    dataset.PixelData = PIXELS.tobytes()
    result = scan(save(tmp_path / "a.dcm", dataset))
    assert result.skipped[0].reason == "a DICOM image with an unusual number of bits"


HIGH_BIT = "High Bit of the header does not fit the pixels: they are drawn from their lowest bit."


@pytest.mark.parametrize("syntax", [None, JPEG2000Lossless, JPEGLSLossless])
def test_a_high_bit_that_lies_is_said_and_the_image_is_not_black(
    tmp_path: Path, syntax: Any
) -> None:
    coding = {} if syntax is None else {"syntax": syntax}
    image, codes = first_image(tmp_path, PIXELS, HighBit=15, **coding)
    np.testing.assert_array_equal(codes, PIXELS[0])
    assert said(image, HIGH_BIT)


@pytest.mark.parametrize("divided", [1, 100])
def test_pixels_in_the_upper_bits_are_read_from_there_without_a_word(
    tmp_path: Path, divided: int
) -> None:
    """Also dark ones, and beside an old overlay in the bits below."""
    dark = PIXELS // np.uint16(divided)
    cells = dark << np.uint16(4)
    cells[0, 20:60, 10:50:3] |= np.uint16(1)
    image, codes = first_image(tmp_path, cells, HighBit=15)
    np.testing.assert_array_equal(codes, dark[0])
    assert not said(image, HIGH_BIT)
