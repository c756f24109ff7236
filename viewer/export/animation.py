"""Animations of a scroll through slices, GIF or MP4, written frame by frame."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from viewer.export.atomic_write import replacing

if TYPE_CHECKING:
    import cv2

ANIMATION_SUFFIXES = (".gif", ".mp4")

RgbFrame = NDArray[np.uint8]
"""(rows, columns, 3), red first."""


class UnknownAnimationFormat(ValueError):
    """The file name asks for a format that is not written."""


class _FrameSink(Protocol):
    def add(self, frame: RgbFrame) -> None: ...


def write_animation(
    path: Path,
    frames: Iterable[RgbFrame],
    *,
    count: int,
    frames_per_second: float = 8.0,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write frames of one size as an animation, whole or not at all; one frame in memory.

    The suffix chooses the format: .gif loops for ever, .mp4 is MPEG-4 without sound, its odd
    rows and columns made even with black. report(done, count) follows every frame; what it
    raises (Cancelled) stops the writing and leaves no file. Raises UnknownAnimationFormat,
    CannotWrite.
    """
    if path.suffix.lower() not in ANIMATION_SUFFIXES:
        raise UnknownAnimationFormat(
            f"{path.name}: an animation is written as {' or '.join(ANIMATION_SUFFIXES)}"
        )
    open_sink = _gif_sink if path.suffix.lower() == ".gif" else _mp4_sink
    # OpenCV chooses what it writes by the suffix.
    reserved = replacing(path, keep_suffix=True)
    with reserved as temporary, open_sink(temporary, frames_per_second) as sink:
        for done, frame in enumerate(frames, start=1):
            sink.add(frame)
            report(done, count)


class _GifSink:
    """Appends frames with a palette of their own each: greys and overlay colours both stay."""

    def __init__(self, path: Path, frames_per_second: float) -> None:
        self._file = path.open("wb")
        # GIF counts in hundredths of a second; most viewers slow down anything below 20 ms.
        self._milliseconds = max(20, round(100 / frames_per_second) * 10)
        self._empty = True

    def add(self, frame: RgbFrame) -> None:
        from PIL import GifImagePlugin

        from viewer.export.gif_palette import with_palette

        image = with_palette(frame)
        if self._empty:
            header, _ = GifImagePlugin.getheader(image, info={"loop": 0, "duration": 20})
            self._file.write(b"".join(header))
            self._empty = False
        blocks = GifImagePlugin.getdata(
            image, duration=self._milliseconds, include_color_table=True
        )
        self._file.write(b"".join(blocks))

    def finish(self) -> None:
        self._file.write(b";")
        self._file.close()

    def close(self) -> None:
        self._file.close()


@contextmanager
def _gif_sink(path: Path, frames_per_second: float) -> Iterator[_FrameSink]:
    sink = _GifSink(path, frames_per_second)
    try:
        yield sink
        sink.finish()
    finally:
        sink.close()


class _Mp4Sink:
    """Encodes with OpenCV, which reports no errors: the frames are counted at the end."""

    def __init__(self, path: Path, frames_per_second: float) -> None:
        self._path = path
        self._frames_per_second = frames_per_second
        self._writer: cv2.VideoWriter | None = None
        self._added = 0

    def add(self, frame: RgbFrame) -> None:
        rows, columns = frame.shape[:2]
        even = np.zeros((rows + rows % 2, columns + columns % 2, 3), np.uint8)
        even[:rows, :columns] = frame[..., ::-1]
        if self._writer is None:
            self._writer = _open_video(self._path, self._frames_per_second, even.shape)
        self._writer.write(even)
        self._added += 1

    def finish(self) -> None:
        import cv2

        self.close()
        video = cv2.VideoCapture(str(self._path))
        kept = int(video.get(cv2.CAP_PROP_FRAME_COUNT)) if video.isOpened() else 0
        video.release()
        if kept != self._added:
            raise OSError(
                errno.ENOSPC, f"the video holds {kept} of {self._added} frames; is the disk full?"
            )

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()


def _open_video(path: Path, frames_per_second: float, shape: tuple[int, ...]) -> cv2.VideoWriter:
    import cv2

    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*"mp4v"), frames_per_second, (shape[1], shape[0])
    )
    if not writer.isOpened():
        raise OSError(errno.EIO, "this OpenCV cannot write MP4; choose .gif")
    return writer


@contextmanager
def _mp4_sink(path: Path, frames_per_second: float) -> Iterator[_FrameSink]:
    sink = _Mp4Sink(path, frames_per_second)
    try:
        yield sink
        sink.finish()
    finally:
        sink.close()
