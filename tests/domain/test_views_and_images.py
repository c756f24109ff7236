"""Views, kinds, spacings and images as the rest of the program meets them."""

from __future__ import annotations

import numpy as np
import pytest
from builders import make_image, make_view
from hypothesis import given
from hypothesis import strategies as st

from inference.types import CropRule
from viewer.domain.exam import Exam
from viewer.domain.geometry import Orientation, PixelSpacing, SpacingOrigin
from viewer.domain.view import ViewModifier, ViewPosition
from viewer.domain.view_codes import MODIFIER_OF_CODE, MODIFIERS_OF_IMAGE_TYPE, POSITION_OF_CODE
from viewer.domain.windowing import VoiLut, Window


@pytest.mark.parametrize(
    ("name", "rule", "standard"),
    [
        ("RCC", CropRule.CC, True),
        ("LMLO", CropRule.MLO, True),
        ("LML", CropRule.MLO, False),
        ("RXCCL", CropRule.CC, False),
        ("RCC-S", CropRule.CC, False),
    ],
)
def test_views_say_how_they_are_prepared(name: str, rule: CropRule, standard: bool) -> None:
    view = make_view(name)
    assert view.abbreviation == name
    assert (view.crop_rule, view.is_standard, view.is_known) == (rule, standard, True)


def test_an_unknown_view_is_called_so() -> None:
    assert make_view("").abbreviation == "unknown view"
    assert not make_view("").is_known


def test_every_position_and_modifier_has_a_code() -> None:
    assert set(POSITION_OF_CODE.values()) == set(ViewPosition)
    by_type = frozenset().union(*MODIFIERS_OF_IMAGE_TYPE.values())
    assert set(MODIFIER_OF_CODE.values()) | by_type == set(ViewModifier)


@given(
    transposed=st.booleans(),
    rows_reversed=st.booleans(),
    columns_reversed=st.booleans(),
    leading=st.sampled_from([(), (3,)]),
)
def test_laying_keeps_every_pixel(
    transposed: bool, rows_reversed: bool, columns_reversed: bool, leading: tuple[int, ...]
) -> None:
    orientation = Orientation(
        transposed=transposed, rows_reversed=rows_reversed, columns_reversed=columns_reversed
    )
    pixels = np.arange(int(np.prod((*leading, 4, 6)))).reshape(*leading, 4, 6)
    laid = orientation.apply(pixels)
    assert laid.shape[-2:] == orientation.shape(4, 6)
    assert sorted(laid.ravel()) == sorted(pixels.ravel())
    row, column = (
        (laid.shape[-2] - 1 if rows_reversed else 0),
        (laid.shape[-1] - 1 if columns_reversed else 0),
    )
    np.testing.assert_array_equal(laid[..., row, column], pixels[..., 0, 0])


@pytest.mark.parametrize("row_mm", [0.0, -0.1, float("nan")])
def test_a_spacing_is_positive(row_mm: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        PixelSpacing(row_mm=row_mm, column_mm=0.1, origin=SpacingOrigin.IMAGER)


def test_an_image_gives_its_presets_and_a_window_to_drag() -> None:
    image = make_image("LCC")
    assert image.default_window(0) is image.vois[0]
    assert image.draggable_window(image.vois[1]) is image.vois[1]
    lut = VoiLut(first_mapped=0, grey_values=np.linspace(0, 1, 100))
    assert isinstance(image.draggable_window(lut), Window)


def test_the_chest_wall_lies_left_except_for_right_breasts() -> None:
    assert make_image("LMLO").chest_wall_is_left
    assert not make_image("RMLO").chest_wall_is_left
    assert make_image("").chest_wall_is_left


def test_an_exam_finds_its_images_by_id() -> None:
    image = make_image("LCC")
    exam = Exam(exam_id="e", alias="Exam E", images=(image,))
    assert exam.image(image.image_id) is image
    with pytest.raises(KeyError):
        exam.image("other")
