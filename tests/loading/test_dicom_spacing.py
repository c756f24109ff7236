"""Millimetres of a header: from the right attribute, and said where from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loading_builders import DBT, breast, group, header, only_exam, save, write
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from viewer.domain.geometry import SpacingOrigin
from viewer.domain.mark import ImagePoint
from viewer.domain.mark_measures import distance
from viewer.loading.dicom_spacing import pixel_spacing, slice_spacing, spacing_doubts

PIXELS = breast()


@pytest.mark.parametrize(
    ("attributes", "row_mm", "origin"),
    [
        ({"PixelSpacing": [0.08, 0.09]}, 0.08, SpacingOrigin.PIXEL_SPACING),
        (
            {"PixelSpacing": [0.1, 0.1], "ImagerPixelSpacing": [0.1, 0.1]},
            0.1,
            SpacingOrigin.IMAGER,
        ),
        (
            {
                "PixelSpacing": [0.1, 0.1],
                "ImagerPixelSpacing": [0.1, 0.1],
                "PixelSpacingCalibrationType": "FIDUCIAL",
            },
            0.1,
            SpacingOrigin.FIDUCIAL,
        ),
        (
            {"ImagerPixelSpacing": [0.1, 0.1], "EstimatedRadiographicMagnificationFactor": 1.25},
            0.08,
            SpacingOrigin.IMAGER_OVER_MAGNIFICATION,
        ),
        (
            {
                "ImagerPixelSpacing": [0.1, 0.1],
                "DistanceSourceToDetector": 700,
                "DistanceSourceToPatient": 560,
            },
            0.08,
            SpacingOrigin.IMAGER_OVER_MAGNIFICATION,
        ),
        (
            {"ImagerPixelSpacing": [0.1, 0.1], "EstimatedRadiographicMagnificationFactor": 1},
            0.1,
            SpacingOrigin.IMAGER,
        ),
        ({"NominalScannedPixelSpacing": [0.05, 0.05]}, 0.05, SpacingOrigin.SCANNED),
    ],
)
def test_a_spacing_says_where_it_comes_from(
    attributes: dict[str, Any], row_mm: float, origin: SpacingOrigin
) -> None:
    spacing = pixel_spacing(header(PIXELS, **attributes))
    assert spacing is not None
    assert spacing.row_mm == pytest.approx(row_mm)
    assert spacing.origin is origin


@pytest.mark.parametrize("pair", [[0, 0], [-0.1, 0.1], [0.1], []])
def test_a_senseless_spacing_is_no_spacing(pair: list[float]) -> None:
    assert pixel_spacing(header(PIXELS, PixelSpacing=pair)) is None


def test_pixel_measures_win() -> None:
    dataset = header(PIXELS, PixelSpacing=[1, 1])
    measures = group(PixelSpacing=[0.085, 0.085], SpacingBetweenSlices=1.5)
    dataset.SharedFunctionalGroupsSequence = group(PixelMeasuresSequence=measures)
    spacing = pixel_spacing(dataset)
    assert spacing is not None
    assert (spacing.row_mm, spacing.origin) == (0.085, SpacingOrigin.PIXEL_MEASURES)
    assert slice_spacing(dataset) == (1.5, ())


def test_slice_spacing_comes_from_differing_positions() -> None:
    dataset = header(breast(slices=3), sop_class=DBT)
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [
            group(PlanePositionSequence=group(ImagePositionPatient=[0, 0, 1.2 * index]))[0]
            for index in range(3)
        ]
    )
    assert slice_spacing(dataset)[0] == pytest.approx(1.2)


def test_breast_thickness_is_never_taken_for_slice_spacing() -> None:
    dataset = header(PIXELS, sop_class=DBT, SliceThickness=39)
    assert slice_spacing(dataset) == (None, ())
    dataset.Manufacturer = "HOLOGIC, Inc."
    spacing, doubts = slice_spacing(dataset)
    assert spacing == 1.0
    assert "1 mm assumed" in doubts[0]


def test_the_thickness_of_thick_slices_taken_for_their_distance_is_said() -> None:
    dataset = header(breast(slices=3), sop_class=DBT, SliceThickness=1.2)
    assert slice_spacing(dataset) == (1.2, ())
    dataset.SliceThickness = 6
    assert slice_spacing(dataset) == (
        6.0,
        (
            "The header does not state the distance between slices: their thickness of 6 mm is "
            "taken for it, thick slices may overlap.",
        ),
    )


def _at_heights(*heights_mm: float) -> Dataset:
    dataset = header(breast(slices=len(heights_mm)), sop_class=DBT)
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [
            group(PlanePositionSequence=group(ImagePositionPatient=[0, 0, height]))[0]
            for height in heights_mm
        ]
    )
    return dataset


def test_slices_that_lie_unevenly_are_said() -> None:
    even, uneven = _at_heights(0, 1, 2.01, 3, 4), _at_heights(0, 1, 2, 5, 6)
    assert slice_spacing(even) == (pytest.approx(1.0, abs=0.02), ())
    spacing, doubts = slice_spacing(uneven)
    assert spacing == 1.0
    assert doubts == ("The slices do not lie evenly: depths are counted as if 1 mm apart.",)


def test_slices_of_different_spacing_are_said() -> None:
    dataset = header(breast(slices=2), sop_class=DBT)
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [
            group(PixelMeasuresSequence=group(PixelSpacing=[pixel_mm, pixel_mm]))[0]
            for pixel_mm in (0.1, 0.1)
        ]
    )
    assert spacing_doubts(dataset) == ()
    first = dataset.PerFrameFunctionalGroupsSequence[0]
    first.PixelMeasuresSequence[0].PixelSpacing = [0.09, 0.09]
    assert spacing_doubts(dataset) == (
        "Slices have different pixel spacings: all are measured by the first's.",
    )


@pytest.mark.parametrize("factor", [0.93, 107.3, 0, -1])
def test_a_magnification_that_makes_no_sense_is_not_used_and_said(factor: float) -> None:
    dataset = header(
        PIXELS,
        ImagerPixelSpacing=[0.1, 0.1],
        EstimatedRadiographicMagnificationFactor=factor,
    )
    spacing = pixel_spacing(dataset)
    assert spacing is not None
    assert spacing.origin is SpacingOrigin.IMAGER
    assert spacing_doubts(dataset) == ("The magnification factor makes no sense: it is not used.",)


# What the documented cases of spacing test images come to: none absent, equal, or calibrated.


@pytest.mark.parametrize(
    ("attributes", "length_mm", "derivation"),
    [
        ({}, None, "pixel spacing unknown"),
        ({"ImagerPixelSpacing": [0.1, 0.1]}, 10.0, "at the detector, larger than at the breast"),
        (
            {
                "ImagerPixelSpacing": [0.1, 0.1],
                "PixelSpacing": [0.1, 0.1],
                "EstimatedRadiographicMagnificationFactor": 1.073,
            },
            10 / 1.073,
            "at the breast, imager spacing / 1.073",
        ),
        (
            {
                "ImagerPixelSpacing": [0.1, 0.1],
                "DistanceSourceToDetector": 700,
                "DistanceSourceToPatient": 636,
            },
            10 * 636 / 700,
            "at the breast, imager spacing / 1.101",
        ),
        (
            {
                "ImagerPixelSpacing": [0.1, 0.1],
                "PixelSpacing": [0.092, 0.092],
                "PixelSpacingCalibrationType": "GEOMETRY",
            },
            9.2,
            "calibrated by geometry",
        ),
        (
            {
                "ImagerPixelSpacing": [0.1, 0.1],
                "PixelSpacing": [0.0893, 0.0893],
                "PixelSpacingCalibrationType": "FIDUCIAL",
            },
            8.93,
            "calibrated by an object of known size",
        ),
        (
            {"ImagerPixelSpacing": [0.1, 0.1], "PixelSpacing": [0.09, 0.09]},
            9.0,
            "as Pixel Spacing states, calibration not said",
        ),
        # Anisotropic: 60 rows and 80 columns apart.
        (
            {"ImagerPixelSpacing": [0.1, 0.05]},
            52**0.5,
            "at the detector, larger than at the breast",
        ),
    ],
)
def test_a_length_of_a_hundred_pixels_is_right_and_says_how_it_was_derived(
    tmp_path: Path, attributes: dict[str, Any], length_mm: float | None, derivation: str
) -> None:
    file = save(tmp_path / "a.dcm", _with_pixels(header(PIXELS, **attributes)))
    image = only_exam(file).exam.images[0]
    found = distance(image, ImagePoint(10, 0), ImagePoint(70, 80))
    assert found.derivation == derivation
    assert (found.unit, found.value) == (
        ("px", 100) if length_mm is None else ("mm", pytest.approx(length_mm))
    )
    assert any("spacing is not known" in said for said in image.warnings) == (length_mm is None)


def test_a_length_is_the_same_when_the_stored_image_was_transposed(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.dcm",
        PIXELS.swapaxes(1, 2),
        orientation=("R", "A"),
        ImagerPixelSpacing=[0.05, 0.1],
    )
    image = only_exam(file).exam.images[0]
    found = distance(image, ImagePoint(10, 0), ImagePoint(70, 80))
    assert found.value == pytest.approx(52**0.5)


@pytest.mark.parametrize("pair", [[0, 0], [100, 100], [1e-4, 1e-4]])
def test_a_spacing_that_makes_no_sense_is_said_and_not_used(
    tmp_path: Path, pair: list[float]
) -> None:
    image = only_exam(write(tmp_path / "a.dcm", PIXELS, ImagerPixelSpacing=pair)).exam.images[0]
    assert image.spacing is None
    assert "Imager Pixel Spacing makes no sense: it is not used." in image.warnings


def _with_pixels(dataset: Dataset) -> Dataset:
    dataset.PixelData = PIXELS.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset
