"""Animations hold every frame, in order, or do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageSequence

from inference.errors import Cancelled
from viewer.export.animation import RgbFrame, UnknownAnimationFormat, write_animation

ROWS, COLUMNS, COUNT = 65, 101, 6


def _frames() -> Iterator[RgbFrame]:
    """A grey ramp, with a red block that moves ten columns a frame; the last two are alike."""
    for index in (0, 1, 2, 3, 4, 4):
        frame = np.repeat(np.linspace(0, 200, COLUMNS).astype(np.uint8)[None, :, None], 3, axis=2)
        frame = np.repeat(frame, ROWS, axis=0)
        frame[20:40, 10 * index : 10 * index + 10] = (224, 69, 63)
        yield frame


def _read_gif(path: Path) -> list[RgbFrame]:
    with Image.open(path) as gif:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]


def _read_mp4(path: Path) -> list[RgbFrame]:
    video = cv2.VideoCapture(str(path))
    frames = []
    while True:
        more, frame = video.read()
        if not more:
            video.release()
            return frames
        frames.append(np.asarray(frame[..., ::-1], np.uint8))


@pytest.mark.parametrize(("suffix", "tolerance"), [(".gif", 8), (".mp4", 40)])
def test_every_frame_shows_what_it_was_given(tmp_path: Path, suffix: str, tolerance: int) -> None:
    path = tmp_path / f"scroll{suffix}"
    write_animation(path, _frames(), count=COUNT, frames_per_second=10)
    read = _read_gif(path) if suffix == ".gif" else _read_mp4(path)
    assert len(read) == COUNT
    for given, shown in zip(_frames(), read, strict=True):
        block = shown[25:35, :, 0].astype(int) - shown[25:35, :, 1]
        wanted = given[25:35, :, 0].astype(int) - given[25:35, :, 1]
        assert np.abs(block.mean(axis=0)[:COLUMNS] - wanted.mean(axis=0)).max() < 4 * tolerance
        inner = np.abs(shown[:18, :COLUMNS].astype(int) - given[:18])
        assert inner.mean() < tolerance / 4
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_faint_overlay_over_many_greys_stays_coloured_in_a_gif(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    grey = np.clip(generator.normal(110, 45, (400, 500, 1)), 0, 255).astype(np.uint8)
    frame = np.repeat(grey, 3, axis=2)
    green = np.array([63, 174, 90]) * 0.09 + frame[100:120, 200:230] * 0.91
    frame[100:120, 200:230] = np.rint(green)
    write_animation(tmp_path / "scroll.gif", [frame, frame], count=2)
    shown = _read_gif(tmp_path / "scroll.gif")[1].astype(int)
    over = (shown[..., 1] - shown[..., 0])[100:120, 200:230]
    assert over.mean() == pytest.approx(0.09 * (174 - 63), abs=3)
    assert np.abs(shown[:100] - frame[:100]).max() <= 2


def test_a_gif_loops_at_the_asked_pace(tmp_path: Path) -> None:
    write_animation(tmp_path / "scroll.gif", _frames(), count=COUNT, frames_per_second=8)
    with Image.open(tmp_path / "scroll.gif") as gif:
        assert gif.info["loop"] == 0
        assert gif.info["duration"] == 120


def test_cancel_leaves_no_file_and_asks_for_no_more_frames(tmp_path: Path) -> None:
    asked = []

    def counted() -> Iterator[RgbFrame]:
        for frame in _frames():
            asked.append(1)
            yield frame

    def stop_at_three(done: int, total: int) -> None:
        if done == 3:
            raise Cancelled

    for suffix in (".gif", ".mp4"):
        asked.clear()
        with pytest.raises(Cancelled):
            write_animation(
                tmp_path / f"scroll{suffix}", counted(), count=COUNT, report=stop_at_three
            )
        assert len(asked) == 3
    assert list(tmp_path.iterdir()) == []


def test_another_format_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownAnimationFormat, match=r"\.gif or \.mp4"):
        write_animation(tmp_path / "scroll.avi", _frames(), count=COUNT)
