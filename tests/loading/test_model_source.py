"""Images as networks are given them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loading_builders import DBT, breast, only_exam, write

from inference.types import CropRule, ImageSource, Laterality, ModelInput
from viewer.loading.errors import UnknownSide, UnsuitablePixels
from viewer.loading.model_source import model_input


def given_to_network(path: Path, cells: np.ndarray, **attributes: Any) -> ModelInput:
    located = only_exam(write(path / "a.dcm", cells, **attributes))
    image = located.exam.images[0]
    return model_input(image, located.frames[image.image_id])


def test_a_network_gets_the_displayed_pixels_and_what_they_show(tmp_path: Path) -> None:
    pixels = breast(slices=3)
    given = given_to_network(
        tmp_path,
        pixels[..., ::-1],
        sop_class=DBT,
        laterality="R",
        view="MLO",
        orientation=("P", "F"),
    )
    assert (given.laterality, given.crop_rule) == (Laterality.RIGHT, CropRule.MLO)
    assert not given.outside_training_views
    source: ImageSource = given.source
    assert (source.slices, source.rows, source.columns) == pixels.shape
    assert source.read_slice(2).dtype == np.uint16
    np.testing.assert_array_equal(source.read_slice(2), pixels[2, :, ::-1])


def test_monochrome1_is_reversed_so_that_air_is_zero(tmp_path: Path) -> None:
    pixels = breast()
    given = given_to_network(
        tmp_path, np.uint16(4095) - pixels, PhotometricInterpretation="MONOCHROME1"
    )
    np.testing.assert_array_equal(given.source.read_slice(0), pixels[0])


def test_padding_is_air(tmp_path: Path) -> None:
    pixels = breast()
    given = given_to_network(
        tmp_path,
        np.where(pixels == 0, 4095, pixels).astype(np.uint16),
        PixelPaddingValue=4095,
    )
    np.testing.assert_array_equal(given.source.read_slice(0), pixels[0])


def test_air_of_signed_pixels_is_zero(tmp_path: Path) -> None:
    signed = breast().astype(np.int16) - np.int16(500)
    given = given_to_network(tmp_path, signed, bits=16)
    slice_pixels = given.source.read_slice(0)
    assert not slice_pixels[breast()[0] == 0].any()
    assert slice_pixels[breast()[0] > 0].all()


def test_views_the_networks_did_not_learn_are_marked(tmp_path: Path) -> None:
    given = given_to_network(tmp_path, breast(), view="ML", orientation=("A", "F"))
    assert given.outside_training_views
    assert given.crop_rule is CropRule.MLO


@pytest.mark.parametrize("missing", ["laterality", "view"])
def test_an_unknown_side_or_view_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(UnknownSide, match="assign the view"):
        given_to_network(tmp_path, breast(), **{missing: None})


def test_raw_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsuitablePixels, match="For Presentation"):
        given_to_network(tmp_path, breast(), PresentationIntentType="FOR PROCESSING")


def test_a_subtraction_image_is_refused_and_a_low_energy_one_is_not(tmp_path: Path) -> None:
    subtracted = ["DERIVED", "PRIMARY", "POST_CONTRAST", "SUBTRACTION"]
    with pytest.raises(UnsuitablePixels, match="subtraction image"):
        given_to_network(tmp_path, breast(), ImageType=subtracted)
    low = ["ORIGINAL", "PRIMARY", "POST_CONTRAST", "NONE", "LOW_ENERGY"]
    assert given_to_network(tmp_path, breast(), ImageType=low).source.slices == 1
