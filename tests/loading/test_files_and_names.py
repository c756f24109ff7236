"""Recognising files by content and views by name."""

from __future__ import annotations

import gzip
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import SimpleITK as sitk
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from loading_builders import breast, header, write
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from viewer.loading.errors import UnreadableFile, UnreadableImage
from viewer.loading.file_name_view import masked_image, named_view, published_number, stem_of
from viewer.loading.read_raster import read_raster
from viewer.loading.sniff import FileKind, kind_of_bytes, kind_of_file


def bare_dicom(dataset: Dataset, *, implicit: bool) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, implicit
    write_dataset(buffer, dataset)
    return buffer.getvalue()


@pytest.mark.parametrize("implicit", [True, False])
def test_dicom_is_recognised_with_and_without_its_prefix(tmp_path: Path, implicit: bool) -> None:
    assert kind_of_file(write(tmp_path / "x.txt", breast())) is FileKind.DICOM
    content = bare_dicom(header(breast()), implicit=implicit)
    assert kind_of_bytes(content[:512]) is FileKind.DICOM


def test_volumes_are_recognised_whatever_their_names(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(breast(slices=2))
    for name, kind in (
        ("a.nii", FileKind.NIFTI),
        ("a.nii.gz", FileKind.NIFTI),
        ("a.nrrd", FileKind.NRRD),
        ("a.mha", FileKind.META_IMAGE),
        ("a.mhd", FileKind.META_IMAGE),
    ):
        sitk.WriteImage(image, str(tmp_path / name))
        other = (tmp_path / name).rename(tmp_path / "renamed")
        assert kind_of_file(other) is kind


def test_pictures_pickles_and_tables_are_recognised() -> None:
    png = bytes(imagecodecs.png_encode(breast()[0]))
    assert kind_of_bytes(png[:512]) is FileKind.PNG
    assert kind_of_bytes(b"II*\0rest") is FileKind.TIFF
    assert kind_of_bytes(b"\x80\x04\x95") is FileKind.PICKLE
    assert kind_of_bytes(b"image,benign,malignant\n1,0,1\n") is FileKind.TABLE


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"plain text",
        b"a,b,c\n1,2,3\n",
        b"#!/bin/sh\n",
        b"\xff\xd8\xff\xe0JFIF",
        gzip.compress(b"not a volume" * 50, mtime=0),
        b"\x1f\x8bbroken",
        b"PK\x03\x04" + bytes(300),
        bytes(512),
    ],
)
def test_other_files_are_recognised_as_such(first: bytes) -> None:
    assert kind_of_bytes(first) is FileKind.OTHER


@given(first=st.binary(max_size=512))
def test_any_bytes_have_a_kind(first: bytes) -> None:
    assert kind_of_bytes(first) in FileKind


@pytest.mark.parametrize(
    ("stem", "exam", "view", "number"),
    [
        ("0_L-CC", "0", "LCC", 1),
        ("0_R-MLO_2", "0", "RMLO", 2),
        ("case-12_RCC", "case-12", "RCC", 1),
        ("a_b_l_mlo", "a_b", "LMLO", 1),
        ("LCC", "", "LCC", 1),
        ("L-CC-3", "", "LCC", 3),
    ],
)
def test_names_say_exam_view_and_number(stem: str, exam: str, view: str, number: int) -> None:
    named = named_view(stem)
    assert named is not None
    assert (named.exam, named.view.abbreviation, named.number) == (exam, view, number)


@pytest.mark.parametrize("stem", ["scan", "0_L-CC_benign", "MLO", "smallCC", "0_X-CC", ""])
def test_other_names_say_no_view(stem: str) -> None:
    assert named_view(stem) is None


def test_names_lose_their_extension_once() -> None:
    assert stem_of(Path("0_L-CC.nii.gz")) == "0_L-CC"
    assert stem_of(Path("a.b.PNG")) == "a.b"
    assert stem_of(Path("none")) == "none"


def test_masks_name_their_image() -> None:
    assert masked_image("0_R-CC_benign") == ("0_R-CC", False)
    assert masked_image("0_R-CC_Malignant") == ("0_R-CC", True)
    assert masked_image("0_R-CC") is None


def test_only_short_numbers_are_shown() -> None:
    assert published_number("0") == "0"
    assert published_number("12345678") is None
    assert published_number("Doe") is None


def png(path: Path, pixels: np.ndarray) -> Path:
    path.write_bytes(imagecodecs.png_encode(pixels))
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", [FileKind.PNG, FileKind.TIFF])
def test_grey_pictures_come_back_exactly(tmp_path: Path, dtype: type, kind: FileKind) -> None:
    pixels = breast(top=250)[0].astype(dtype)
    path = tmp_path / "a"
    if kind is FileKind.PNG:
        png(path, pixels)
    else:
        tifffile.imwrite(path, pixels, compression="zlib")
    image = read_raster(path, kind)
    np.testing.assert_array_equal(image.frames.read_codes(0), pixels)
    assert image.stack.grey_scale.largest_code == np.iinfo(dtype).max
    assert image.frames.codes_are_exact


def test_a_tiff_with_pages_is_a_volume(tmp_path: Path) -> None:
    pixels = breast(slices=3)
    tifffile.imwrite(tmp_path / "a", pixels, photometric="minisblack")
    image = read_raster(tmp_path / "a", FileKind.TIFF)
    assert image.stack.slices == 3
    np.testing.assert_array_equal([image.frames.read_numbers(index) for index in range(3)], pixels)


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.zeros((90, 90, 3), np.uint8), "colour"),
        (np.zeros((20, 90), np.uint8), "too small"),
        (np.zeros((90, 90), bool), "black-and-white"),
    ],
)
def test_other_pictures_are_refused(tmp_path: Path, pixels: np.ndarray, reason: str) -> None:
    path = tmp_path / "a"
    if pixels.dtype == bool:
        path.write_bytes(_one_bit_png())
    else:
        png(path, pixels)
    with pytest.raises(UnreadableFile, match=reason):
        read_raster(path, FileKind.PNG)


def _one_bit_png() -> bytes:
    """The header of a 90 x 90 PNG with one bit a pixel."""
    size = (90).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + size + size + b"\x01\0\0\0\0" + bytes(4)


def test_tiffs_that_are_no_mammograms_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    tifffile.imwrite(path, np.zeros((90, 90), np.float32))
    with pytest.raises(UnreadableFile, match="neither 8 nor 16"):
        read_raster(path, FileKind.TIFF)
    tifffile.imwrite(path, np.zeros((90, 90, 3), np.uint8), photometric="rgb")
    with pytest.raises(UnreadableFile, match="colour"):
        read_raster(path, FileKind.TIFF)
    path.write_bytes(b"II*\0" + b"\xff" * 50)
    with pytest.raises(UnreadableFile):
        read_raster(path, FileKind.TIFF)


def test_a_picture_cut_short_is_unreadable(tmp_path: Path) -> None:
    path = png(tmp_path / "a", np.random.default_rng(0).integers(0, 9999, (90, 90), np.uint16))
    path.write_bytes(path.read_bytes()[:5000])
    image = read_raster(path, FileKind.PNG)
    with pytest.raises(UnreadableImage, match="cut short"):
        image.frames.read_codes(0)
    path.unlink()
    with pytest.raises(UnreadableImage, match="any more"):
        image.frames.read_codes(0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UnreadableFile):
        read_raster(path, FileKind.PNG)
