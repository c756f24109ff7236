"""Volumes whose values lie in a row: the same as ITK reads, slice by slice, packed or not."""

from __future__ import annotations

import gzip
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from viewer.loading import unpacked_file
from viewer.loading.errors import UnreadableImage
from viewer.loading.sniff import FileKind
from viewer.loading.unpacked_file import UnpackedFile
from viewer.loading.volume_file import VolumeFile
from viewer.loading.volume_layout import layout_of

KINDS = {
    "v.nii": FileKind.NIFTI,
    "v.nii.gz": FileKind.NIFTI,
    "v.nrrd": FileKind.NRRD,
    "v.mha": FileKind.META_IMAGE,
}
TYPES = (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float32, np.float64)


def numbers(dtype: type, slices: int = 5) -> np.ndarray:
    rng = np.random.default_rng(1)
    if np.issubdtype(dtype, np.floating):
        return rng.normal(0, 1e4, (slices, 40, 30)).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, (slices, 40, 30), dtype=dtype, endpoint=True)


def write(path: Path, volume: np.ndarray, *, compress: bool) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(volume), str(path), compress)
    return path


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("name", KINDS)
def test_slices_are_what_itk_reads(
    tmp_path: Path, name: str, compress: bool, dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = numbers(dtype)
    path = write(tmp_path / name, volume, compress=compress)
    whole = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    file = VolumeFile(path, KINDS[name])

    def not_needed() -> None:
        raise AssertionError("ITK was asked for a slice")

    monkeypatch.setattr(sitk, "ImageFileReader", not_needed)
    for index in (2, 4, 0, 3, 1):
        read = file.read(index)
        assert read.dtype == whole.dtype
        np.testing.assert_array_equal(read, whole[index])
    np.testing.assert_array_equal(whole, volume)


def test_a_big_endian_nrrd_keeps_its_values(tmp_path: Path) -> None:
    volume = numbers(np.uint16)
    content = write(tmp_path / "v.nrrd", volume, compress=False).read_bytes()
    head, _ = content.split(b"\n\n", 1)
    swapped = head.replace(b"endian: little", b"endian: big") + b"\n\n"
    path = tmp_path / "big.nrrd"
    path.write_bytes(swapped + volume.astype(">u2").tobytes())
    np.testing.assert_array_equal(VolumeFile(path, FileKind.NRRD).read(3), volume[3])


@pytest.mark.parametrize("name", ["v.mhd", "v.nhdr"])
def test_values_in_a_file_of_their_own_are_left_to_itk(tmp_path: Path, name: str) -> None:
    volume = numbers(np.uint16)
    path = write(tmp_path / name, volume, compress=False)
    kind = FileKind.META_IMAGE if name.endswith(".mhd") else FileKind.NRRD
    assert layout_of(path, kind) is None
    np.testing.assert_array_equal(VolumeFile(path, kind).read(3), volume[3])


def packed(folder: Path, plain: bytes) -> UnpackedFile:
    path = folder / "packed.gz"
    path.write_bytes(gzip.compress(plain))
    return UnpackedFile(path, packed_from=0, size=len(plain))


def part(file: UnpackedFile, start: int, length: int) -> bytes:
    target = bytearray(length)
    file.read_into(start, memoryview(target))
    return bytes(target)


@pytest.fixture
def noise() -> bytes:
    return np.random.default_rng(2).integers(0, 256, 5 << 20).astype(np.uint8).tobytes()


def test_what_lies_in_front_is_there_before_the_rest_is_unpacked(
    tmp_path: Path, noise: bytes
) -> None:
    file = packed(tmp_path, noise)
    assert part(file, 1000, 500) == noise[1000:1500]
    # Two steps of 1 MB may have been needed, of five.
    content = bytearray((tmp_path / "packed.gz").read_bytes())
    content[-1000:-900] = bytes(100)
    (tmp_path / "packed.gz").write_bytes(content)
    assert part(file, 2000, 500) == noise[2000:2500]
    with pytest.raises(UnreadableImage, match="damaged or cut short"):
        part(file, len(noise) - 500, 500)


def test_the_last_bytes_are_given_out_only_when_the_checksum_holds(
    tmp_path: Path, noise: bytes
) -> None:
    file = packed(tmp_path, noise)
    path = tmp_path / "packed.gz"
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    assert part(file, 3 << 20, 1000) == noise[3 << 20 : (3 << 20) + 1000]
    for start in (len(noise) - 500, 0):
        with pytest.raises(UnreadableImage, match="damaged or cut short"):
            part(file, start, 500)


def test_a_stream_of_several_parts_is_whole(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "parts.gz"
    parts = [noise[: 1 << 20], noise[1 << 20 : 3 << 20], noise[3 << 20 :]]
    path.write_bytes(b"".join(map(gzip.compress, parts)))
    file = UnpackedFile(path, packed_from=0, size=len(noise))
    assert part(file, 0, len(noise)) == noise


def test_air_that_packs_a_thousandfold_is_unpacked_in_small_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked_file, "_MOST_AT_ONCE", 1 << 16)
    plain = bytes(3 << 20) + b"tissue"
    path = tmp_path / "air"
    path.write_bytes(b"head" + zlib.compress(plain))
    file = UnpackedFile(path, packed_from=4, size=len(plain))
    assert part(file, 0, len(plain)) == plain


def test_a_stream_with_less_in_it_than_the_header_says_is_damaged(
    tmp_path: Path, noise: bytes
) -> None:
    path = tmp_path / "short.gz"
    path.write_bytes(gzip.compress(noise[:-100]))
    file = UnpackedFile(path, packed_from=0, size=len(noise))
    with pytest.raises(UnreadableImage, match="damaged or cut short"):
        part(file, len(noise) - 50, 50)


def test_many_threads_get_the_right_bytes_and_the_copy_goes_with_its_owner(
    tmp_path: Path, noise: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = packed(tmp_path, noise)
    starts = [int(s) for s in np.random.default_rng(3).integers(0, len(noise) - 999, 60)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(partial(part, file, length=999), starts))
    assert found == [noise[start : start + 999] for start in starts]
    assert len(list(tmp_path.glob("tomolens-*"))) == 1
    del file
    assert list(tmp_path.glob("tomolens-*")) == []


def test_a_folder_without_room_for_the_copy_is_said(
    tmp_path: Path, noise: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    with pytest.raises(UnreadableImage, match="make room"):
        part(packed(tmp_path, noise), 0, 10)
