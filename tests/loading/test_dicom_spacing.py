"""Millimetres of a header: from the right attribute, and said where from."""

from __future__ import annotations

from typing import Any

import pytest
from loading_builders import (
    DBT,
    breast,
    group,
    header,
)
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID

from viewer.domain.geometry import SpacingOrigin
from viewer.loading.dicom_spacing import pixel_spacing, slice_spacing

PIXELS = breast()
PROCESSING = UID("1.2.840.10008.5.1.4.1.1.1.2.1")
PROJECTIONS = UID("1.2.840.10008.5.1.4.1.1.13.1.4")


# Spacing


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
            SpacingOrigin.PIXEL_SPACING,
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
