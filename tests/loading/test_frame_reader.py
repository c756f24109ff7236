"""Frames of real files through the cache on disk and the memory for compressed frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.geometry import AS_STORED, Orientation
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.coded_store import CodedStore
from viewer.loading.errors import UnreadableImage
from viewer.loading.find_exams import find_exams
from viewer.loading.frame_reader import FrameReader, name_of
from viewer.loading.frame_source import CodedFrame, FrameSource, LaidFrames
from viewer.loading.scan_progress import SilentScan
from viewer.storage.frame_cache import DecodedCache


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom exam whose tomosynthesis is JPEG 2000."""
    folder = tmp_path_factory.mktemp("exam")
    return write_phantom_exams(folder, seed=3, slices=4, rows=160, columns=130)[0].folder


def dbt_of(folder: Path) -> tuple[str, FrameSource]:
    (located,) = find_exams([folder], SilentScan()).exams
    image = next(i for i in located.exam.images if i.slices > 1)
    return image.image_id, located.frames[image.image_id]


class CountedDecoding:
    """A compressed image; counts what is read and decoded."""

    def __init__(self, contents: list[bytes], *, damaged: bool = False) -> None:
        self.contents = contents
        self.slices = len(contents)
        self.codes_are_exact = True
        self.read = 0
        self.decoded = 0
        self.other_ways = 0
        self._damaged = damaged

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        return (Path("/share/exam/image.dcm"),)

    def coded_frame(self, slice_index: int) -> CodedFrame:
        self.read += 1
        return CodedFrame(
            content=self.contents[slice_index], reading="doubling", decode=self.decode
        )

    def decode(self, content: bytes) -> NDArray[np.uint16]:
        self.decoded += 1
        if self._damaged:
            raise UnreadableImage("damaged")
        codes = np.zeros((8, 6), np.uint16)
        codes[2:5, 1:4] = len(content)
        codes[2, 1] = 1
        return codes

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        self.other_ways += 1
        return np.full((8, 6), 7, np.uint16)

    def read_numbers(self, slice_index: int) -> NDArray[np.uint16]:
        return self.read_codes(slice_index)


def test_a_slice_read_again_from_another_place_comes_from_the_disk_and_is_the_same(
    exam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = DecodedCache(tmp_path / "frames", largest_bytes=1 << 30)
    reader = FrameReader(cache=cache)
    image_id, source = dbt_of(exam)
    decoded = [reader.read(image_id, source, index) for index in range(source.slices)]
    for read in decoded:
        reader.keep(read)
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in exam.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    _, again = dbt_of(moved)

    def fail(*_: object) -> None:
        raise AssertionError("decoded although it is on disk")

    monkeypatch.setattr("viewer.loading.dicom_frames.decoded_cells", fail)
    for index, read in enumerate(decoded):
        found = FrameReader(cache=cache).read("x", again, index)
        assert found.keep_as is None
        np.testing.assert_array_equal(found.frame.whole(), read.frame.whole())


def test_a_file_that_changed_is_never_answered_from_the_disk(tmp_path: Path) -> None:
    cache = DecodedCache(tmp_path / "frames", largest_bytes=1 << 30)
    reader = FrameReader(cache=cache)
    frames = CountedDecoding([b"abc"])
    source = LaidFrames(frames, AS_STORED)
    reader.keep(reader.read("a", source, 0))
    frames.contents = [b"abd"]
    reader.read("a", source, 0)
    assert frames.decoded == 2
    frames.contents = [b"abc"]
    reader.read("a", source, 0)
    assert frames.decoded == 2


def test_an_image_laid_another_way_has_frames_of_its_own(tmp_path: Path) -> None:
    reader = FrameReader(cache=DecodedCache(tmp_path / "frames", largest_bytes=1 << 30))
    frames = CountedDecoding([b"abc"])
    plain = LaidFrames(frames, AS_STORED)
    turned = LaidFrames(frames, Orientation(transposed=True, columns_reversed=True))
    for source in (plain, turned):
        reader.keep(reader.read("a", source, 0))
        read = reader.read("a", source, 0)
        assert read.keep_as is None
        np.testing.assert_array_equal(read.frame.whole(), decoded_by(source))


def decoded_by(source: LaidFrames) -> NDArray[np.uint16]:
    coded = source.coded_frame(0)
    assert coded is not None
    return coded.decode(coded.content)


def test_the_same_bytes_read_in_another_way_have_another_name() -> None:
    def name(content: bytes, reading: str) -> str:
        return name_of(CodedFrame(content=content, reading=reading, decode=lambda _: _empty()))

    names = {name(b"a", "12 bits"), name(b"a", "16 bits"), name(b"b", "12 bits")}
    assert len(names) == 3
    assert name(b"a", "12 bits") in names


def _empty() -> NDArray[np.uint16]:
    return np.zeros((0, 0), np.uint16)


def test_a_damaged_frame_goes_the_source_s_other_ways_and_is_not_kept(tmp_path: Path) -> None:
    cache = DecodedCache(tmp_path / "frames", largest_bytes=1 << 30)
    reader = FrameReader(cache=cache)
    frames = CountedDecoding([b"abc"], damaged=True)
    read = reader.read("a", LaidFrames(frames, AS_STORED), 0)
    assert read.frame.whole().max() == 7
    assert read.keep_as is None
    assert frames.other_ways == 1


def test_uncompressed_images_do_not_go_through_the_disk(tmp_path: Path) -> None:
    class Plain:
        slices = 1
        codes_are_exact = True

        def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
            return np.full((4, 4), 5, np.uint16)

        read_numbers = read_codes

    cache = DecodedCache(tmp_path / "frames", largest_bytes=1 << 30)
    read = FrameReader(cache=cache).read("a", LaidFrames(Plain(), AS_STORED), 0)
    assert isinstance(read.frame, Frame)
    assert read.keep_as is None


def store(*, slow: bool, largest_bytes: int = 100) -> tuple[CodedStore, list[int]]:
    sizes: list[int] = []
    made = CodedStore(largest_bytes=largest_bytes, is_slow=lambda _: slow, on_size=sizes.append)
    return made, sizes


def test_compressed_frames_of_a_network_drive_are_read_once(tmp_path: Path) -> None:
    coded, sizes = store(slow=True)
    frames = CountedDecoding([b"abc", b"defg"])
    source = LaidFrames(frames, AS_STORED)
    reader = FrameReader(coded=coded)
    for _ in range(3):
        reader.read("a", source, 0)
        reader.read("a", source, 1)
    assert (frames.read, frames.decoded) == (2, 6)
    assert sizes == [3, 7]
    reader.keep_only({"b"})
    assert coded.kept_bytes == 0


def test_compressed_frames_of_a_local_disk_are_not_kept() -> None:
    coded, sizes = store(slow=False)
    frames = CountedDecoding([b"abc"])
    source = LaidFrames(frames, AS_STORED)
    reader = FrameReader(coded=coded)
    reader.read("a", source, 0)
    reader.read("a", source, 0)
    assert (frames.read, coded.kept_bytes, sizes) == (2, 0, [])


def test_compressed_frames_stay_within_their_share_and_belong_to_one_source() -> None:
    coded, _ = store(slow=True, largest_bytes=7)
    frames = CountedDecoding([b"abc", b"defg", b"hi"])
    source = LaidFrames(frames, AS_STORED)
    reader = FrameReader(coded=coded)
    for index in range(3):
        reader.read("a", source, index)
    assert coded.kept_bytes == 6
    reader.read("a", source, 1)
    assert frames.read == 3
    reader.read("a", LaidFrames(frames, AS_STORED), 1)
    assert frames.read == 4
