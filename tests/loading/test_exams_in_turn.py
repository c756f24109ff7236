"""Four exams one after the other: real files, real decoding, one budget."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from viewer.domain.frame import Frame
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.decode_pool import DecodePool
from viewer.loading.find_exams import find_exams
from viewer.loading.frame_reader import FrameReader
from viewer.loading.frame_source import FrameSource
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import SilentScan
from viewer.storage.frame_cache import DecodedCache

WAIT = 60.0


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocatedExam, ...]:
    """Four phantom exams of JPEG 2000 slices in four views."""
    folder = tmp_path_factory.mktemp("exams")
    write_phantom_exams(folder, exams=4, seed=5, slices=4, rows=96, columns=80)
    found = find_exams([folder], SilentScan()).exams
    assert len(found) == 4
    return found


def bytes_of(exam: LocatedExam) -> int:
    return sum(
        Frame.cropped(source.read_frame(index)).stored_bytes
        for source in exam.frames.values()
        for index in range(source.slices)
    )


def frames_of(exams: tuple[LocatedExam, ...], *, but: LocatedExam) -> Mapping[str, FrameSource]:
    return {i: s for exam in exams if exam is not but for i, s in exam.frames.items()}


def test_four_exams_stay_within_the_budget_and_every_frame_is_exact(
    exams: tuple[LocatedExam, ...], tmp_path: Path
) -> None:
    budget = int(1.7 * max(bytes_of(exam) for exam in exams))
    store = FrameStore(budget)
    reader = FrameReader(cache=DecodedCache(tmp_path / "frames", largest_bytes=1 << 30))
    pool = DecodePool(
        store=store, reader=reader, on_ready=lambda *_: None, on_failed=lambda *_: None
    )
    fullest = 0
    try:
        for turn in (*range(4), 0):
            exam, following = exams[turn], exams[(turn + 1) % 4]
            visible = [(i, s.slices // 2) for i, s in exam.frames.items()]
            pool.open(exam.frames, frames_of(exams, but=exam))
            pool.prefetch([{i: s.slices // 2 for i, s in following.frames.items()}])
            pool.focus(visible)
            deadline = time.monotonic() + WAIT
            while not pool.idle():
                assert time.monotonic() < deadline
                fullest = max(fullest, store.stats().stored_bytes)
                time.sleep(0.002)
            assert store.missing(visible) == ()
            assert store.missing([(i, s.slices // 2) for i, s in following.frames.items()]) == ()
            for image_id, slice_index in visible:
                frame = pool.frame(image_id, slice_index)
                assert frame is not None
                exact = exam.frames[image_id].read_frame(slice_index)
                np.testing.assert_array_equal(frame.whole(), exact)
    finally:
        pool.close()
    largest = max(f.nbytes for f in (s.read_frame(0) for s in exams[0].frames.values()))
    assert fullest <= budget + largest
    assert store.stats().evicted > 0
