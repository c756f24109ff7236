"""Pixels that are not square are drawn in proportion, and never said to be millimetres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loading_builders import breast, header, only_exam, write

from viewer.domain.geometry import SPACING_UNKNOWN
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_measures import angle, area, distance
from viewer.domain.viewport import FITTED, spacing_of, viewport_for
from viewer.loading.dicom_aspect import aspect_doubts, pixel_aspect

PIXELS = breast(rows=96, columns=80)
SENSELESS = ("Pixel Aspect Ratio makes no sense: it is not used.",)


def opened(folder: Path, **attributes: Any) -> ImageStack:
    write(folder / "a.dcm", PIXELS, **{"ImagerPixelSpacing": None} | attributes)
    return only_exam(folder).exam.images[0]


def drawn_proportion(image: ImageStack) -> float:
    """Height over width of the image as it is drawn."""
    viewport = viewport_for(image, FITTED, fit_scale=7.0, pane_width=500, pane_height=500)
    return viewport.scale_row * image.rows / (viewport.scale_column * image.columns)


@pytest.mark.parametrize("pair", [[2, 1], [1, 2], [4, 3], [300, 100]])
def test_an_image_of_unknown_spacing_is_drawn_in_the_proportion_of_its_pixels(
    pair: list[int], tmp_path: Path
) -> None:
    image = opened(tmp_path, PixelAspectRatio=pair)
    assert image.spacing is None
    assert drawn_proportion(image) == pytest.approx(96 / 80 * pair[0] / pair[1])
    assert SPACING_UNKNOWN in image.warnings
    assert any("times as high as wide" in warning for warning in image.warnings)


@pytest.mark.parametrize(
    "spacing", [{"PixelSpacing": [0.1, 0.2]}, {"ImagerPixelSpacing": [0.1, 0.2]}]
)
def test_an_image_of_unequal_spacing_is_drawn_in_its_proportion(
    spacing: dict[str, Any], tmp_path: Path
) -> None:
    image = opened(tmp_path, **spacing)
    assert drawn_proportion(image) == pytest.approx(96 / 80 / 2)
    assert image.warnings == ()


def test_a_transposed_image_has_its_pixels_lying(tmp_path: Path) -> None:
    lying = np.ascontiguousarray(PIXELS.swapaxes(-1, -2))
    ratio: dict[str, Any] = {"PixelAspectRatio": [2, 1], "ImagerPixelSpacing": None}
    write(tmp_path / "a.dcm", lying, PatientOrientation=["F", "A"], **ratio)
    image = only_exam(tmp_path).exam.images[0]
    assert image.orientation.transposed
    assert image.pixel_aspect == 0.5
    row_mm, column_mm = spacing_of(image)
    assert row_mm / column_mm == 0.5


@pytest.mark.parametrize("pair", [[0, 1], [1, 0], [-1, 1], [1], [1, 2, 3], [1000, 1]])
def test_a_senseless_ratio_is_not_used_and_said(pair: list[int], tmp_path: Path) -> None:
    image = opened(tmp_path, PixelAspectRatio=pair)
    assert image.pixel_aspect == 1.0
    assert set(SENSELESS) <= set(image.warnings)


@pytest.mark.parametrize("damaged", [b"abcd", b"1\\", b"1\\xy ", b"nan\\1 ", b"\xff\xfe\\1 "])
def test_a_ratio_that_is_no_number_is_not_used_and_said(damaged: bytes, tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PIXELS, PixelAspectRatio=[7, 9])
    whole = (tmp_path / "a.dcm").read_bytes()
    tag = b"\x28\x00\x34\x00IS"
    assert whole.count(tag) == 1
    before, after = whole.split(tag)
    padded = damaged + b" " * (len(damaged) % 2)
    (tmp_path / "a.dcm").write_bytes(
        before + tag + len(padded).to_bytes(2, "little") + padded + after[6:]
    )
    image = only_exam(tmp_path).exam.images[0]
    assert image.pixel_aspect == 1.0
    assert set(SENSELESS) <= set(image.warnings)


def test_no_ratio_and_square_pixels_are_nothing_to_say() -> None:
    for attributes in ({}, {"PixelAspectRatio": [1, 1]}, {"PixelAspectRatio": None}):
        dataset = header(PIXELS, **attributes)
        assert (pixel_aspect(dataset) or 1.0) == 1.0
        assert aspect_doubts(dataset) == ()


@pytest.mark.parametrize(
    ("spacing", "pair", "contradicts"),
    [
        ([0.1, 0.1], [1, 1], False),
        ([0.1, 0.1], [2, 1], True),
        ([0.2, 0.1], [2, 1], False),
        ([0.0667, 0.1], [2, 3], False),
        ([0.1, 0.2], [2, 1], True),
    ],
)
def test_a_ratio_that_contradicts_the_spacing_is_said(
    spacing: list[float], pair: list[int], contradicts: bool, tmp_path: Path
) -> None:
    image = opened(tmp_path, PixelSpacing=spacing, PixelAspectRatio=pair)
    assert drawn_proportion(image) == pytest.approx(96 / 80 * spacing[0] / spacing[1])
    said = "Pixel Aspect Ratio contradicts the pixel spacing: the spacing is used."
    assert image.warnings == ((said,) if contradicts else ())


def _mark(shape: MarkShape, *points: tuple[float, float]) -> Mark:
    return Mark(
        mark_id="1",
        image_id="1",
        shape=shape,
        points=tuple(ImagePoint(*point) for point in points),
        slice_index=0,
        first_slice=0,
        last_slice=0,
    )


def test_lengths_and_areas_of_pixels_that_are_not_square_count_in_widths(tmp_path: Path) -> None:
    image = opened(tmp_path, PixelAspectRatio=[2, 1])
    in_widths = "pixel spacing unknown, pixels not square: counted in pixel widths"
    across = distance(image, ImagePoint(0, 0), ImagePoint(0, 20))
    down = distance(image, ImagePoint(0, 0), ImagePoint(10, 0))
    slanting = distance(image, ImagePoint(0, 0), ImagePoint(15, 40))
    assert [length.value for length in (across, down, slanting)] == [20, 20, 50]
    box = area(image, _mark(MarkShape.RECTANGLE, (0, 0), (10, 10)))
    assert (box.value, box.unit) == (200, "px²")
    assert {each.derivation for each in (across, down, slanting, box)} == {in_widths}
    corner = angle(image, _mark(MarkShape.ANGLE, (10, 20), (0, 0), (0, 20)))
    assert corner is not None
    assert corner.value == pytest.approx(45)
    assert corner.derivation == "by the pixels' aspect ratio"
