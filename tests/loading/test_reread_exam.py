"""An exam that is open is read anew: what is unchanged stays the very same object."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from ct_builders import write_series
from loading_builders import VIEW_CODES, breast, group, only_exam, write
from pydicom.uid import JPEG2000Lossless

from inference.types import Laterality
from viewer.loading.located_exam import assign_view
from viewer.loading.reread_exam import reread


def write_frames(folder: Path) -> None:
    write(folder / "a.dcm", breast(slices=3), syntax=JPEG2000Lossless)


def write_lut(folder: Path) -> None:
    lut = group(LUTDescriptor=[64, 0, 16], LUTData=np.arange(0, 1 << 16, 1024, "<u2").tobytes())
    write(folder / "a.dcm", breast(), VOILUTSequence=lut)


def write_ct(folder: Path) -> None:
    write_series(folder)


def write_volume(folder: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(breast(slices=3)), str(folder / "1_L-CC.nii.gz"))


def write_two_files(folder: Path) -> None:
    """A header whose pixels are in a file of their own: its stamps are not known."""
    sitk.WriteImage(sitk.GetImageFromArray(breast(slices=3)), str(folder / "1_L-CC.mhd"))


def write_picture(folder: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(breast()[0]), str(folder / "1_L-CC.png"))


KINDS = (write_frames, write_lut, write_ct, write_volume, write_picture)


def age(folder: Path) -> None:
    """Let the files look as written an hour ago."""
    for path in folder.rglob("*"):
        written_s = time.time() - 3600.0
        os.utime(path, (written_s, written_s))


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_wrote_is_the_same_object(tmp_path: Path, kind: Callable[[Path], None]) -> None:
    kind(tmp_path)
    age(tmp_path)
    before = only_exam(tmp_path)
    found = reread(only_exam(tmp_path), before)
    assert found.anew == frozenset()
    assert found.located.exam is before.exam
    assert all(found.located.frames[i] is source for i, source in before.frames.items())


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_written_again_is_read_from_its_new_source(
    tmp_path: Path, kind: Callable[[Path], None]
) -> None:
    kind(tmp_path)
    age(tmp_path)
    before = only_exam(tmp_path)
    one = min(path for path in tmp_path.rglob("*") if path.is_file())
    one.write_bytes(one.read_bytes())
    newer = only_exam(tmp_path)
    found = reread(newer, before)
    (image,) = before.exam.images
    assert found.anew == {image.image_id}
    assert found.located.frames[image.image_id] is newer.frames[image.image_id]
    assert found.located.exam.images[0] is not image


def test_pixels_in_a_file_of_their_own_are_always_read_anew(tmp_path: Path) -> None:
    write_two_files(tmp_path)
    age(tmp_path)
    before = only_exam(tmp_path)
    assert reread(only_exam(tmp_path), before).anew == {before.exam.images[0].image_id}


def test_the_view_that_a_reader_assigned_stays_while_the_file_is_as_it_was(tmp_path: Path) -> None:
    write_frames(tmp_path)
    age(tmp_path)
    read = only_exam(tmp_path)
    (image,) = read.exam.images
    other = replace(image.view, laterality=Laterality.RIGHT)
    before = assign_view(read, image.image_id, other)
    found = reread(only_exam(tmp_path), before)
    assert found.located.exam is before.exam
    assert found.anew == frozenset()
    again = reread(only_exam(tmp_path), found.located)
    assert again.located.exam is before.exam


def test_a_header_that_was_put_right_counts_more_than_the_view_a_reader_assigned(
    tmp_path: Path,
) -> None:
    write_frames(tmp_path)
    age(tmp_path)
    read = only_exam(tmp_path)
    (image,) = read.exam.images
    before = assign_view(read, image.image_id, replace(image.view, laterality=Laterality.RIGHT))
    corrected = pydicom.dcmread(tmp_path / "a.dcm")
    corrected.ViewCodeSequence[0].CodeValue = VIEW_CODES["MLO"]
    corrected.save_as(tmp_path / "a.dcm")
    found = reread(only_exam(tmp_path), before)
    assert found.anew == {image.image_id}
    assert found.located.exam.images[0].title == "LMLO"


def test_another_image_of_a_view_changes_a_name_and_no_pixels(tmp_path: Path) -> None:
    write(tmp_path / "b.dcm", breast(seed=1), InstanceNumber=2)
    age(tmp_path)
    before = only_exam(tmp_path)
    (image,) = before.exam.images
    write(tmp_path / "a.dcm", breast(seed=2), InstanceNumber=1)
    found = reread(only_exam(tmp_path), before)
    names = {i.image_id: i.name for i in found.located.exam.images}
    assert names[image.image_id] != image.name
    assert found.anew == frozenset()
    assert found.located.frames[image.image_id] is before.frames[image.image_id]


def test_a_mask_written_again_may_outline_something_else(tmp_path: Path) -> None:
    write_picture(tmp_path)
    mask = tmp_path / "1_L-CC_malignant.png"
    drawn = np.zeros(breast()[0].shape, np.uint8)
    drawn[20:30, 10:20] = 255
    sitk.WriteImage(sitk.GetImageFromArray(drawn), str(mask))
    age(tmp_path)
    before = only_exam(tmp_path)
    assert before.exam.truth_masks
    assert not reread(only_exam(tmp_path), before).other_masks
    mask.write_bytes(mask.read_bytes())
    found = reread(only_exam(tmp_path), before)
    assert found.other_masks
    assert found.located.exam is before.exam
