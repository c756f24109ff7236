"""Images of an exam as laid: against their pixels, from many files, with a view given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from loading_builders import (
    CT,
    DBT,
    breast,
    only_exam,
    shown,
    write,
)
from pydicom.uid import SecondaryCaptureImageStorage

from inference.types import Laterality
from viewer.domain.geometry import ROTATED_180
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.loading.errors import IncompleteVolume
from viewer.loading.located_exam import assign_view
from viewer.loading.model_source import model_input

# Orientation against pixels


def test_a_turned_image_is_laid_by_its_header_without_a_word(tmp_path: Path) -> None:
    pixels = breast()
    write(tmp_path / "a", pixels[:, ::-1, ::-1], orientation=("P", "L"))
    located = only_exam(tmp_path)
    assert located.exam.images[0].orientation == ROTATED_180
    assert located.exam.images[0].warnings == ()
    np.testing.assert_array_equal(shown(located), pixels)


def test_a_transposed_image_is_laid_with_its_spacing(tmp_path: Path) -> None:
    pixels = breast()
    write(
        tmp_path / "a",
        np.ascontiguousarray(pixels.transpose(0, 2, 1)),
        orientation=("R", "A"),
        PixelSpacing=[0.1, 0.2],
    )
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    np.testing.assert_array_equal(shown(located), pixels)
    assert (image.rows, image.columns) == pixels.shape[1:]
    assert (image.stored_rows, image.stored_columns) == pixels.shape[:0:-1]
    assert image.spacing is not None
    assert (image.spacing.row_mm, image.spacing.column_mm) == (0.2, 0.1)


def test_a_header_that_contradicts_its_pixels_is_overruled_and_the_pane_says_so(
    tmp_path: Path,
) -> None:
    pixels = breast()
    write(tmp_path / "a", pixels, orientation=("P", "L"))
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(shown(located), pixels)
    assert "disagree" in located.exam.images[0].warnings[0]


def test_monochrome1_finds_the_chest_wall_too(tmp_path: Path) -> None:
    pixels = np.uint16(4095) - breast()
    write(tmp_path / "a", pixels, PhotometricInterpretation="MONOCHROME1")
    assert only_exam(tmp_path).exam.images[0].warnings == ()


def test_an_all_zero_volume_opens_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "a", np.zeros((3, 90, 70), np.uint16), sop_class=DBT)
    located = only_exam(tmp_path)
    assert "same" in located.exam.images[0].warnings[-1]
    assert not shown(located)[0].any()


# Legacy tomosynthesis


def write_slices(
    folder: Path, pixels: np.ndarray, numbers: list[int], **attributes: object
) -> None:
    for number, slice_pixels in zip(numbers, pixels, strict=True):
        write(
            folder / f"{len(numbers) * 7 - number * 3}",
            slice_pixels,
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID="1.2.3.9",
            InstanceNumber=number,
            SliceThickness=1,
            ImagerPixelSpacing=[0.1, 0.1],
            **attributes,
        )


def test_one_file_per_slice_becomes_a_volume_in_instance_order(tmp_path: Path) -> None:
    pixels = breast(slices=5)
    write_slices(tmp_path, pixels, [1, 2, 3, 4, 5])
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert (image.name, image.kind, image.slices) == ("LCC DBT", ImageKind.DBT, 5)
    assert image.slice_spacing_mm == 1.0
    assert image.warnings == ()
    np.testing.assert_array_equal(shown(located), pixels)


def test_a_missing_slice_is_said(tmp_path: Path) -> None:
    write_slices(tmp_path, breast(slices=4), [1, 2, 4, 5])
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert image.warnings == (
        "1 of 5 slices are missing.",
        "Slices are missing, and positions do not tell where: depth in mm is not known.",
    )
    with pytest.raises(IncompleteVolume, match="1 of 5 slices are missing"):
        model_input(image, located.frames[image.image_id])


def test_slices_without_numbers_are_ordered_by_position(tmp_path: Path) -> None:
    pixels = breast(slices=4)
    for index in (2, 0, 3, 1):
        write(
            tmp_path / f"{index}",
            pixels[index],
            sop_class=CT,
            SeriesInstanceUID="1.2.3.9",
            ImagePositionPatient=[0, 0, 1.5 * index],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(shown(located), pixels)
    assert located.exam.images[0].slice_spacing_mm == pytest.approx(1.5)


def test_two_series_are_two_volumes(tmp_path: Path) -> None:
    write_slices(tmp_path, breast(slices=2), [1, 2])
    write(tmp_path / "other", breast(seed=9), sop_class=CT, SeriesInstanceUID="1.2.3.10")
    assert sorted(image.slices for image in only_exam(tmp_path).exam.images) == [1, 2]


# Secondary captures of collections


def test_a_collection_with_a_study_for_each_image_is_grouped_by_patient(tmp_path: Path) -> None:
    for number, (side, view) in enumerate([("LEFT", "CC"), ("RIGHT", "CC"), ("LEFT", "MLO")]):
        pixels = breast() if side == "LEFT" else breast()[..., ::-1]
        write(
            tmp_path / f"{number}",
            pixels,
            sop_class=SecondaryCaptureImageStorage,
            laterality=None,
            view=None,
            orientation=[view],
            Laterality=side[0],
            PatientID=f"Mass-Test_P_00173_{side}_{view}",
            study=f"1.2.3.{number}",
        )
    located = only_exam(tmp_path)
    images = located.exam.images
    assert [image.name for image in images] == [
        "RCC Secondary capture",
        "LCC Secondary capture",
        "LMLO Secondary capture",
    ]
    assert all("grouped" in image.warnings[-1] for image in images)


# Views that are not known


def test_an_unidentified_view_can_be_assigned_and_is_laid_anew(tmp_path: Path) -> None:
    pixels = breast()
    write(tmp_path / "a", pixels[:, ::-1, ::-1], laterality=None, view=None, orientation=("P", "L"))
    write(tmp_path / "b", pixels)
    located = only_exam(tmp_path)
    unknown = located.exam.images[1]
    assert unknown.name == "unknown view FFDM"
    view = View(laterality=Laterality.LEFT, position=ViewPosition.CC)
    assigned = assign_view(located, unknown.image_id, view)
    image = assigned.exam.image(unknown.image_id)
    assert (image.name, image.view, image.orientation) == ("LCC FFDM 2", view, ROTATED_180)
    np.testing.assert_array_equal(assigned.frames[image.image_id].read_frame(0), pixels[0])
    back = assign_view(assigned, unknown.image_id, unknown.view)
    assert back.exam == located.exam
    with pytest.raises(KeyError):
        assign_view(located, "other", view)
