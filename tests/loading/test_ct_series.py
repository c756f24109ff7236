from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ct_builders import (
    CORONAL,
    SAGITTAL,
    Series,
    write_enhanced,
    write_series,
    write_slice,
)
from ct_viewing import expected_axial, only_image, viewed
from loading_builders import CT, breast, only_exam, scan, write

from viewer.domain.ct import Plane
from viewer.domain.slice_depth import slice_depth
from viewer.domain.view import ImageKind
from viewer.domain.windowing import Window
from viewer.loading.ct_source import ct_source
from viewer.loading.errors import IncompleteVolume, UnsuitableSeries


def test_a_series_is_sorted_by_position_head_first_and_shown_in_hounsfield_units(
    tmp_path: Path,
) -> None:
    located = only_exam(write_series(tmp_path))
    image = located.exam.images[0]
    np.testing.assert_array_equal(viewed(located), expected_axial(Series()))
    assert image.kind is ImageKind.CT
    assert image.name == "Axial CT"
    assert (image.slices, image.slice_spacing_mm, image.missing_slices) == (12, 10.0, 0)
    assert image.spacing is not None
    assert (image.spacing.row_mm, image.spacing.column_mm) == (10.0, 10.0)
    assert image.ct is not None
    assert image.ct.edges == ("R", "L", "A", "P")
    assert image.ct.obstacle == ""
    assert image.warnings == ()
    assert image.view.laterality is None
    assert image.view.position is None


@pytest.mark.parametrize("seed", range(6))
def test_instance_numbers_do_not_decide_the_order(tmp_path: Path, seed: int) -> None:
    numbers = np.random.default_rng(seed).permutation(12)
    for index, number in enumerate(numbers):
        write_slice(tmp_path / f"{index}.dcm", Series(), index, InstanceNumber=int(number))
    np.testing.assert_array_equal(viewed(only_exam(tmp_path)), expected_axial(Series()))


AXIAL_PLANES = [
    (*across, *down)
    for across, down in itertools.permutations(
        [(1.0, 0, 0), (-1.0, 0, 0), (0, 1.0, 0), (0, -1.0, 0)], 2
    )
    if abs(np.dot(across, down)) < 1
]


@pytest.mark.parametrize("plane", AXIAL_PLANES)
def test_however_axial_slices_are_stored_the_patients_right_is_on_the_left(
    tmp_path: Path, plane: tuple[float, ...]
) -> None:
    """Mirrored, turned, transposed; prone and feet first, whose normals point to the feet."""
    points_to_feet = np.cross(plane[:3], plane[3:])[2] < 0
    series = Series(plane=plane, first_mm=-50.0 if points_to_feet else -60.0)
    located = only_exam(write_series(tmp_path, series))
    np.testing.assert_array_equal(viewed(located), expected_axial(Series()))
    image = located.exam.images[0]
    assert image.ct is not None
    assert image.ct.edges == ("R", "L", "A", "P")


@pytest.mark.parametrize(
    ("plane", "name", "edges"),
    [
        (CORONAL, "Coronal CT", ("R", "L", "H", "F")),
        (SAGITTAL, "Sagittal CT", ("A", "P", "H", "F")),
        ((1.0, 0.0, 0.0, 0.0, 0.8, -0.6), "Oblique CT", ("R", "L", "A", "P")),
    ],
)
def test_other_planes_are_shown_and_named_but_given_to_no_model(
    tmp_path: Path, plane: tuple[float, ...], name: str, edges: tuple[str, ...]
) -> None:
    located = only_exam(write_series(tmp_path, Series(plane=plane)))
    image = located.exam.images[0]
    assert image.name == name
    assert image.ct is not None
    assert image.ct.edges == edges
    with pytest.raises(UnsuitableSeries, match="axial series only"):
        ct_source(image, located.frames[image.image_id])


def test_a_tilted_gantry_is_axial(tmp_path: Path) -> None:
    tilt = np.deg2rad(20)
    plane = (1.0, 0.0, 0.0, 0.0, float(np.cos(tilt)), float(np.sin(tilt)))
    assert only_image(write_series(tmp_path, Series(plane=plane))).name == "Axial CT"


@pytest.mark.parametrize(
    "attributes",
    [
        {"RescaleSlope": 2, "RescaleIntercept": -3000},
        {"PixelRepresentation": 1, "RescaleIntercept": 0},
        {"PixelRepresentation": 1, "RescaleIntercept": 0, "PixelPaddingValue": -2000},
    ],
)
def test_rescaled_and_signed_numbers_become_hounsfield_units(
    tmp_path: Path, attributes: dict[str, Any]
) -> None:
    located = only_exam(write_series(tmp_path, **attributes))
    image = located.exam.images[0]
    source = ct_source(image, located.frames[image.image_id])
    read = np.stack([source.read_slice(index) for index in range(12)])
    np.testing.assert_array_equal(read, expected_axial(Series()))
    assert read.dtype == np.float32


def test_slices_with_another_rescaling_mean_the_same(tmp_path: Path) -> None:
    series = Series()
    for index in range(series.slices):
        write_slice(tmp_path / f"{index}", series, index, RescaleIntercept=-1024 - 100 * index)
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(viewed(located), expected_axial(series))


def test_without_rescaling_the_header_s_windows_serve_and_no_model_runs(tmp_path: Path) -> None:
    nothing = {"RescaleSlope": None, "RescaleIntercept": None}
    write_series(tmp_path, **nothing, WindowCenter=1064, WindowWidth=400)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert image.vois == (Window(center=1064, width=400),)
    assert image.warnings == ("The header does not say that the numbers are Hounsfield units.",)
    with pytest.raises(UnsuitableSeries, match="may not be Hounsfield units"):
        ct_source(image, located.frames[image.image_id])


def test_one_slice_without_rescaling_is_drawn_like_the_others_and_said(tmp_path: Path) -> None:
    write_series(tmp_path, skip=[5])
    write_slice(tmp_path / "odd", Series(), 5, RescaleSlope=None, RescaleIntercept=None)
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(viewed(located), expected_axial(Series()))
    image = located.exam.images[0]
    assert image.warnings[0].startswith("1 slices do not say what their numbers mean")
    assert image.ct is not None
    assert "Hounsfield" in image.ct.obstacle


def test_slices_without_positions_stand_by_number_and_no_model_runs(tmp_path: Path) -> None:
    write_series(tmp_path, skip=[2, 3])
    for index in (2, 3):
        write_slice(tmp_path / f"p{index}", Series(), index, ImagePositionPatient=None)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    np.testing.assert_array_equal(viewed(located), expected_axial(Series())[::-1])
    assert image.warnings[0].startswith("2 of 12 slices do not say where they lie")
    assert image.ct is not None
    assert image.ct.obstacle == "the slices do not say where they lie"


def test_without_a_plane_the_pixels_stay_as_stored_and_it_is_said(tmp_path: Path) -> None:
    image = only_image(write_series(tmp_path, ImageOrientationPatient=None))
    assert image.name == "Unknown plane CT"
    assert any("check left and right" in warning for warning in image.warnings)


@pytest.mark.parametrize("plane", [[1, 0, 0, 1, 0, 0], [2, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]])
def test_a_plane_that_is_none_is_not_believed(tmp_path: Path, plane: list[float]) -> None:
    image = only_image(write_series(tmp_path, ImageOrientationPatient=plane))
    assert image.ct is not None
    assert image.ct.plane is Plane.UNKNOWN


def test_gaps_are_counted_said_and_keep_models_away(tmp_path: Path) -> None:
    located = only_exam(write_series(tmp_path, skip=[4, 5, 8]))
    image = located.exam.images[0]
    assert image.missing_slices == 3
    assert image.warnings == ("3 of 12 slices are missing: between slices 3 and 4, 5 and 6.",)
    depths = [slice_depth(image, index) for index in range(image.slices)]
    places = [0, 10, 20, 40, 50, 80, 90, 100, 110]
    assert [depth.mm for depth in depths if depth] == pytest.approx(places)
    with pytest.raises(IncompleteVolume, match="3 of 12 slices are missing"):
        ct_source(image, located.frames[image.image_id])


def test_uneven_distances_are_said_and_not_taken_for_gaps(tmp_path: Path) -> None:
    for number, index in enumerate([0, 1, 2, 4, 6, 9, 11]):
        write_slice(tmp_path / f"{number}", Series(), index)
    image = only_image(tmp_path)
    assert image.missing_slices == 0
    assert image.warnings == ("The distance between slices varies, from 10.0 to 30.0 mm.",)


def test_copies_of_files_are_left_out_and_said(tmp_path: Path) -> None:
    write_series(tmp_path)
    first = sorted(tmp_path.iterdir())[0]
    (tmp_path / "copy.dcm").write_bytes(first.read_bytes())
    image = only_image(tmp_path)
    assert image.slices == 12
    assert image.warnings == ("1 files are copies of others: left out.",)


def test_single_slices_at_a_place_taken_are_left_out_and_said(tmp_path: Path) -> None:
    write_series(tmp_path)
    write_slice(tmp_path / "again.dcm", Series(), 4, InstanceNumber=99)
    located = only_exam(tmp_path)
    assert located.exam.images[0].warnings == ("1 slices lie where others do: left out.",)
    np.testing.assert_array_equal(viewed(located), expected_axial(Series()))


def test_passes_over_the_same_places_are_images_of_their_own(tmp_path: Path) -> None:
    write_series(tmp_path, AcquisitionNumber=2, name="b", RescaleIntercept=-1000)
    write_series(tmp_path, AcquisitionNumber=1, name="a")
    located = only_exam(tmp_path)
    assert [image.name for image in located.exam.images] == ["Axial CT", "Axial CT 2"]
    for index, image in enumerate(located.exam.images):
        assert image.warnings[0].startswith("The series shows every place 2 times")
        np.testing.assert_array_equal(viewed(located, index), expected_axial(Series()))
    intercepts = {image.grey_scale.intercept for image in located.exam.images}
    assert intercepts == {-1024.0, -1000.0}


def test_a_series_of_mixed_planes_and_spacings_is_taken_apart_and_said(tmp_path: Path) -> None:
    write_series(tmp_path, name="axial")
    write_series(tmp_path, Series(plane=CORONAL, slices=5), name="coronal")
    write_series(tmp_path, Series(pixel_mm=5.0, slices=4), name="fine")
    images = only_exam(tmp_path).exam.images
    assert sorted((image.title, image.slices) for image in images) == [
        ("Axial", 4),
        ("Axial", 12),
        ("Coronal", 5),
    ]
    assert all("mixes planes" in image.warnings[0] for image in images)


def test_a_localizer_stands_after_the_series_and_makes_it_no_mixture(tmp_path: Path) -> None:
    write_series(tmp_path)
    scout = Series(plane=CORONAL, slices=1)
    write_slice(tmp_path / "scout", scout, 0, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    located = only_exam(tmp_path)
    assert [image.name for image in located.exam.images] == ["Axial CT", "Localizer CT"]
    series, localizer = located.exam.images
    assert series.warnings == ()
    with pytest.raises(UnsuitableSeries, match="a localizer"):
        ct_source(localizer, located.frames[localizer.image_id])


def test_one_slice_is_a_series_of_one(tmp_path: Path) -> None:
    write_slice(tmp_path / "only.dcm", Series(), 6)
    image = only_image(tmp_path)
    assert (image.slices, image.slice_spacing_mm, image.warnings) == (1, 10.0, ())


def test_the_usual_windows_come_first_and_a_head_begins_with_the_brain(tmp_path: Path) -> None:
    write_series(tmp_path / "chest", WindowCenter=35, WindowWidth=350)
    write_series(tmp_path / "head", BodyPartExamined="HEAD", StudyInstanceUID="1.2.3.10")
    chest, head = (only_image(tmp_path / name) for name in ("chest", "head"))
    windows = [(voi.center, voi.width) for voi in chest.vois if isinstance(voi, Window)]
    assert windows[:4] == [(-600, 1500), (40, 400), (400, 1800), (40, 80)]
    assert windows[-1] == (35, 350)
    assert chest.default_window(0).explanation == "lung"
    assert head.default_window(0).explanation == "brain"


def test_an_enhanced_ct_object_is_the_same_series(tmp_path: Path) -> None:
    located = only_exam(write_enhanced(tmp_path / "enhanced.dcm"))
    image = located.exam.images[0]
    np.testing.assert_array_equal(viewed(located), expected_axial(Series()))
    assert image.name == "Axial CT"
    assert (image.slice_spacing_mm, image.warnings) == (10.0, ())


def test_frames_with_a_rescaling_of_their_own_mean_the_same(tmp_path: Path) -> None:
    rescale = [(1.0, -1024.0 - 50 * index) for index in range(12)]
    located = only_exam(write_enhanced(tmp_path / "enhanced.dcm", rescale=rescale))
    np.testing.assert_array_equal(viewed(located), expected_axial(Series()))


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMO"], "BodyPartExamined": "BREAST"}, "DBT"),
        ({"BodyPartExamined": "BREAST", "PixelSpacing": [0.087, 0.087]}, "DBT"),
        ({"BodyPartExamined": "BREAST", "PixelSpacing": None}, "DBT"),
        ({"BodyPartExamined": "BREAST"}, "CT"),
        ({"BodyPartExamined": "BREAST", "ViewPosition": "CC", "ImageLaterality": "L"}, "DBT"),
        ({"BodyPartExamined": "BREAST", "SeriesDescription": "L MLO"}, "DBT"),
        ({"BodyPartExamined": None}, "CT"),
    ],
)
def test_tomosynthesis_stored_as_ct_is_not_taken_for_ct(
    tmp_path: Path, attributes: dict[str, Any], kind: str
) -> None:
    image = only_image(write_series(tmp_path, **attributes))
    assert image.kind.value == kind
    assert (image.ct is not None) == (kind == "CT")


def test_legacy_tomosynthesis_goes_on_being_a_volume(tmp_path: Path) -> None:
    for number in range(4):
        attributes = {"ImageType": ["DERIVED", "PRIMARY", "TOMO"], "InstanceNumber": number}
        uid = "1.2.3.77"
        write(tmp_path / f"{number}", breast(), sop_class=CT, SeriesInstanceUID=uid, **attributes)
    image = only_image(tmp_path)
    assert (image.kind, image.name, image.slices) == (ImageKind.DBT, "LCC DBT", 4)


def test_mammograms_and_ct_of_one_study_are_one_exam(tmp_path: Path) -> None:
    write(tmp_path / "mammogram", breast(), study="1.2.3.9", PatientID="SECRET-ID")
    write_series(tmp_path / "ct")
    names = [image.name for image in only_exam(tmp_path).exam.images]
    assert names == ["LCC FFDM", "Axial CT"]


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_slice_that_was_cut_short_is_a_reason_of_its_own(tmp_path: Path, keep: float) -> None:
    write_series(tmp_path)
    path = sorted(tmp_path.iterdir())[0]
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    result = scan(tmp_path)
    assert [image.slices for image in result.exams[0].exam.images] == [11]
    assert not any("internal" in file.reason for file in result.skipped)
