"""Volume files that their names call CT."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from ct_builders import (
    AXIAL,
    Series,
)
from ct_viewing import expected_axial, only_image, viewed
from loading_builders import only_exam

from viewer.loading.ct_source import ct_source
from viewer.loading.ct_volume import names_ct


def write_nifti(path: Path, series: Series, *, kind: type = np.int16) -> Path:
    """Write the phantom with the directions of a series, as converters do."""
    across, down = np.array(series.plane[:3]), np.array(series.plane[3:])
    volume = np.stack([series.pixels(index) for index in range(series.slices)]).astype(kind)
    image = sitk.GetImageFromArray(volume)
    image.SetSpacing((series.pixel_mm / 10, series.pixel_mm / 10, series.slice_mm))
    image.SetDirection(np.stack([across, down, np.cross(across, down)], axis=1).ravel().tolist())
    image.SetOrigin(series.position(0).tolist())
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("name", ["study 1_CT.nii.gz", "ct-7.nii", "a.ct.mha"])
@pytest.mark.parametrize("plane", [AXIAL, (1.0, 0, 0, 0, -1.0, 0), (-1.0, 0, 0, 0, 1.0, 0)])
@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_a_volume_file_named_ct_is_viewed_like_ct(
    tmp_path: Path, name: str, plane: tuple[float, ...], kind: type
) -> None:
    points_to_feet = np.cross(plane[:3], plane[3:])[2] < 0
    series = Series(plane=plane, first_mm=-50.0 if points_to_feet else -60.0)
    located = only_exam(write_nifti(tmp_path / name, series, kind=kind))
    image = located.exam.images[0]
    np.testing.assert_allclose(viewed(located), expected_axial(Series()), atol=0.02)
    assert image.name == "Axial CT"
    assert image.spacing is not None
    assert image.spacing.row_mm == pytest.approx(1.0)
    source = ct_source(image, located.frames[image.image_id])
    np.testing.assert_array_equal(source.read_slice(3), expected_axial(Series())[3])


def test_a_volume_named_ct_without_air_may_not_be_in_hounsfield_units(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 255, (4, 9, 9), np.uint8))
    sitk.WriteImage(image, str(tmp_path / "ct.nii.gz"))
    stack = only_image(tmp_path)
    assert stack.ct is not None
    assert "Hounsfield" in stack.ct.obstacle
    assert any("may not be Hounsfield" in warning for warning in stack.warnings)


@pytest.mark.parametrize(
    ("stem", "is_ct"),
    [
        ("ct", True),
        ("patient_CT_chest", True),
        ("CT-0001", True),
        ("chest ct", True),
        ("actual", False),
        ("1_L-CC", False),
        ("sector", False),
        ("pet-ctac", False),
    ],
)
def test_only_a_word_ct_makes_a_volume_ct(stem: str, is_ct: bool) -> None:
    assert names_ct(stem) is is_ct
