"""Volumes read from many threads: ITK may be in one of them only."""

from __future__ import annotations

import gzip
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from viewer.loading.sniff import FileKind
from viewer.loading.volume_file import VolumeFile


class WatchedReader:
    """A real reader that notes how many threads read a file at the same time."""

    reading = 0
    reads = 0
    most = 0
    counting = threading.Lock()

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def ReadImageInformation(self) -> None:  # noqa: N802
        self._watched(self._reader.ReadImageInformation)

    def Execute(self) -> Any:  # noqa: N802
        return self._watched(self._reader.Execute)

    def _watched(self, read: Any) -> Any:
        cls = type(self)
        with cls.counting:
            cls.reading += 1
            cls.reads += 1
            cls.most = max(cls.most, cls.reading)
        time.sleep(0.002)
        try:
            return read()
        finally:
            with cls.counting:
                cls.reading -= 1


def write_scaled(path: Path, volume: np.ndarray) -> None:
    """A packed NIfTI file of whole numbers that count half: ITK alone reads them."""
    plain = path.parent / "plain.nii"
    sitk.WriteImage(sitk.GetImageFromArray(volume), str(plain))
    content = bytearray(plain.read_bytes())
    plain.unlink()
    struct.pack_into("<2f", content, 112, 0.5, 0.0)
    path.write_bytes(gzip.compress(bytes(content)))


def test_no_two_threads_are_in_the_reader_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watched(WatchedReader):
        pass

    volume = np.random.default_rng(0).integers(0, 4000, (6, 40, 30)).astype(np.uint16)
    paths = [tmp_path / f"{number}" / "1_L-CC.nii.gz" for number in range(3)]
    for path in paths:
        path.parent.mkdir()
        write_scaled(path, volume)
    real = sitk.ImageFileReader
    monkeypatch.setattr(sitk, "ImageFileReader", lambda: Watched(real()))
    with ThreadPoolExecutor(6) as pool:
        files = list(pool.map(lambda path: VolumeFile(path, FileKind.NIFTI), paths))
        before = Watched.reads
        asked = [(file, index) for index in range(6) for file in files]
        slices = list(pool.map(lambda one: one[0].read(one[1]), asked))
    for (_, index), pixels in zip(asked, slices, strict=True):
        np.testing.assert_array_equal(pixels, volume[index] / 2)
    assert Watched.reads >= before + len(asked)
    assert Watched.most == 1
