"""Tomosynthesis objects that come in parts: a slice a file, or as a concatenation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
from loading_builders import DBT, breast, depths, group, only_exam, said, shown, write
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from viewer.domain.view import ImageKind
from viewer.loading.dicom_header import replaced
from viewer.loading.errors import IncompleteVolume
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SLICES = breast(slices=6)
NO_DEPTH = "Parts of the volume are missing: depth in mm is not known."


def described(height: float, center: float) -> Dataset:
    """What the header says of a frame."""
    (found,) = group(
        PlanePositionSequence=group(ImagePositionPatient=[0, 0, height]),
        PlaneOrientationSequence=group(ImageOrientationPatient=list(AXIAL)),
        FrameVOILUTSequence=group(WindowCenter=center, WindowWidth=100),
    )
    return found


def slice_file(folder: Path, index: int, **attributes: object) -> None:
    """A file that holds slice number index of a volume."""
    write(
        folder / f"{index}-{len(list(folder.glob('*')))}",
        SLICES[index : index + 1],
        sop_class=DBT,
        **{
            "SeriesInstanceUID": "1.2.3.9",
            "FrameOfReferenceUID": "1.2.3.8",
            "InstanceNumber": index + 1,
            "PerFrameFunctionalGroupsSequence": Items([described(index, 300 + index)]),
        }
        | attributes,
    )


def part(
    folder: Path,
    number: int,
    frames: Sequence[int],
    *,
    syntax: object = ExplicitVRLittleEndian,
    pixels: np.ndarray = SLICES,
    items: int | None = None,
    **attributes: object,
) -> None:
    """Part of a concatenation, from 1, with these frames of the volume."""
    groups = [described(index, 300 + index) for index in frames][:items]
    write(
        folder / f"z{9 - number}-{len(list(folder.glob('*')))}",
        pixels[frames[0] : frames[-1] + 1],
        sop_class=DBT,
        syntax=syntax,
        **{
            "SeriesInstanceUID": "1.2.3.9",
            "ConcatenationUID": "1.2.3.7",
            "SOPInstanceUIDOfConcatenationSource": "1.2.3.6",
            "InConcatenationNumber": number,
            "InConcatenationTotalNumber": 3,
            "ConcatenationFrameOffsetNumber": frames[0],
            "PerFrameFunctionalGroupsSequence": Items(groups),
        }
        | attributes,
    )


def assert_shows(located: LocatedExam, order: Sequence[int]) -> None:
    """One volume that shows these slices, each with its own window."""
    (image,) = located.exam.images
    assert (image.kind, image.slices) == (ImageKind.DBT, len(order))
    for index, (expected, seen) in enumerate(zip(order, shown(located), strict=True)):
        np.testing.assert_array_equal(seen, SLICES[expected])
        assert image.default_window(index).center == 300 + expected  # type: ignore[union-attr]


def assert_read_by_networks_as_shown(located: LocatedExam) -> None:
    image = located.exam.images[0]
    source = model_input(image, located.frames[image.image_id]).source
    assert source.slices == image.slices
    for index, seen in enumerate(shown(located)):
        np.testing.assert_array_equal(source.read_slice(index), seen)


def test_tomosynthesis_objects_of_one_slice_make_one_volume(tmp_path: Path) -> None:
    for index in (3, 0, 5, 1, 4, 2):
        slice_file(tmp_path, index)
    located = only_exam(tmp_path)
    assert_shows(located, range(6))
    assert_read_by_networks_as_shown(located)
    (image,) = located.exam.images
    assert depths(image) == pytest.approx(range(6))
    assert (image.missing_slices, image.warnings) == (0, ())


def test_one_slice_objects_that_are_missing_are_said_and_keep_the_networks_away(
    tmp_path: Path,
) -> None:
    for index in (0, 1, 4, 5):
        slice_file(tmp_path, index)
    located = only_exam(tmp_path)
    assert_shows(located, (0, 1, 4, 5))
    (image,) = located.exam.images
    assert depths(image) == pytest.approx([0, 1, 4, 5])
    assert image.warnings == ("2 of 6 slices are missing.",)
    with pytest.raises(IncompleteVolume):
        assert_read_by_networks_as_shown(located)


@pytest.mark.parametrize(
    "other",
    [
        {"SeriesInstanceUID": "1.2.3.10"},
        {"FrameOfReferenceUID": "1.2.3.10"},
        {"laterality": "R", "orientation": ("P", "L")},
        {"view": "MLO", "orientation": ("A", "F")},
        {"RescaleSlope": 2, "RescaleIntercept": 1, "RescaleType": "US"},
    ],
)
def test_one_slice_objects_of_another_series_view_or_geometry_are_another_image(
    tmp_path: Path, other: dict[str, object]
) -> None:
    for index in range(6):
        slice_file(tmp_path, index, **(other if index > 2 else {}))
    assert [image.slices for image in only_exam(tmp_path).exam.images] == [3, 3]


def test_a_synthetic_image_in_a_tomosynthesis_object_is_no_slice(tmp_path: Path) -> None:
    for index in range(4):
        slice_file(tmp_path, index)
    slice_file(tmp_path, 4, ImageType=["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "GENERATED_2D"])
    images = only_exam(tmp_path).exam.images
    assert {(image.kind, image.slices) for image in images} == {
        (ImageKind.SYNTHETIC_2D, 1),
        (ImageKind.DBT, 4),
    }


def test_a_single_tomosynthesis_slice_opens_as_one(tmp_path: Path) -> None:
    slice_file(tmp_path, 2)
    assert_shows(only_exam(tmp_path), (2,))


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEG2000Lossless])
def test_the_parts_of_a_concatenation_make_the_volume_they_were(
    tmp_path: Path, syntax: object
) -> None:
    for number, frames in ((2, (2, 3)), (1, (0, 1)), (3, (4, 5))):
        part(tmp_path, number, frames, syntax=syntax)
    located = only_exam(tmp_path)
    assert_shows(located, range(6))
    assert_read_by_networks_as_shown(located)
    (image,) = located.exam.images
    assert depths(image) == pytest.approx(range(6))
    assert (image.missing_slices, image.warnings) == (0, ())


def test_a_concatenation_is_the_same_image_as_the_object_it_was_made_of(tmp_path: Path) -> None:
    part(tmp_path / "parts", 1, (0, 1, 2))
    part(tmp_path / "parts", 2, (3,), InConcatenationTotalNumber=None)
    part(tmp_path / "parts", 3, (4, 5), InConcatenationTotalNumber=None)
    write(tmp_path / "whole", SLICES, sop_class=DBT, SOPInstanceUID="1.2.3.6")
    of_parts, whole = (only_exam(tmp_path / name) for name in ("parts", "whole"))
    assert of_parts.exam.images[0].image_id == whole.exam.images[0].image_id
    assert_shows(of_parts, range(6))


@pytest.mark.parametrize(
    ("kept", "words", "missing"),
    [
        ((1, 3), "1 of 3 parts of the volume is missing.", "2 of 6 slices are missing"),
        ((2, 3), "1 of 3 parts of the volume is missing.", "2 of 6 slices are missing"),
        ((1, 2), "1 of 3 parts of the volume is missing.", "at least 1 slice is missing"),
        ((1,), "2 of 3 parts of the volume are missing.", "at least 2 slices are missing"),
    ],
)
def test_missing_parts_are_said_leave_depth_unknown_and_keep_the_networks_away(
    tmp_path: Path, kept: tuple[int, ...], words: str, missing: str
) -> None:
    for number in kept:
        part(tmp_path, number, (2 * number - 2, 2 * number - 1))
    located = only_exam(tmp_path)
    assert_shows(located, [index for n in kept for index in (2 * n - 2, 2 * n - 1)])
    (image,) = located.exam.images
    assert (depths(image), image.slice_spacing_mm, image.places) == ([], None, None)
    assert image.warnings == (words, NO_DEPTH)
    with pytest.raises(IncompleteVolume, match=missing):
        model_input(image, located.frames[image.image_id])


def test_a_part_that_is_there_twice_is_taken_once(tmp_path: Path) -> None:
    for number, frames in ((1, (0, 1)), (2, (2, 3)), (3, (4, 5)), (2, (2, 3))):
        part(tmp_path, number, frames)
    located = only_exam(tmp_path)
    assert_shows(located, range(6))
    assert located.exam.images[0].warnings == (
        "A part of the volume is there twice: one is shown.",
    )


def test_a_part_that_describes_too_few_frames_gives_others_no_wrong_window(tmp_path: Path) -> None:
    part(tmp_path, 1, (0, 1), items=1)
    part(tmp_path, 2, (2, 3))
    part(tmp_path, 3, (4, 5))
    located = only_exam(tmp_path)
    (image,) = located.exam.images
    centers = [image.default_window(index).center for index in range(6)]  # type: ignore[union-attr]
    assert centers == [300, 300, 302, 303, 304, 305]
    assert said(image, "The header of a part describes 1 slices, the part holds 2.")


def test_parts_of_another_size_are_another_image(tmp_path: Path) -> None:
    part(tmp_path, 1, (0, 1))
    part(tmp_path, 2, (2, 3), pixels=breast(slices=6, rows=64))
    part(tmp_path, 3, (4, 5))
    images = only_exam(tmp_path).exam.images
    assert sorted((image.rows, image.slices) for image in images) == [(64, 2), (96, 4)]
    assert all(said(image, "missing") for image in images)


def test_a_header_with_other_values_leaves_the_first_as_it_was_and_its_words_readable() -> None:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.Rows, dataset.SeriesDescription = 3, "Größe"
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset, implicit_vr=False, little_endian=True)
    stream.seek(0)
    read = pydicom.dcmread(stream, force=True)
    changed = replaced(read, Rows=5)
    assert (read.Rows, changed.Rows) == (3, 5)
    assert (read.SeriesDescription, changed.SeriesDescription) == ("Größe", "Größe")
