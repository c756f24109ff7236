"""Animations scroll through the slices as the pictures show them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from picture_builders import (
    SLICES,
    frames,
    make_frame,
    make_shot,
)
from PIL import Image, ImageSequence
from PySide6.QtWidgets import QApplication

from inference.errors import Cancelled
from viewer.ui.fonts import load_fonts
from viewer.ui.pictures import (
    pane_picture,
    rgb_pixels,
)
from viewer.ui.pictures_animation import write_figure_scroll, write_pane_scroll
from viewer.ui.pictures_figure import Figure


@pytest.fixture(autouse=True)
def _typeface(qapp: QApplication) -> None:
    load_fonts()


def test_the_animation_scrolls_through_every_slice_in_order(tmp_path: Path) -> None:
    shot, reports = make_shot(), []
    path = tmp_path / "scroll.gif"
    write_figure_scroll(
        path,
        shot,
        frames(),
        report=lambda done, total: reports.append((done, total)),
        panel_height=300,
    )
    assert reports == [(done, SLICES) for done in range(1, SLICES + 1)]
    figure = Figure(shot, frames(), panel_height=300)
    with Image.open(path) as gif:
        shown = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    assert len(shown) == SLICES
    for slice_index, pixels in enumerate(shown):
        expected = rgb_pixels(figure.picture(slice_index, fade_far=True))
        assert np.abs(pixels.astype(int) - expected).mean() < 2


def test_an_animation_of_the_pane_keeps_its_framing(tmp_path: Path) -> None:
    shot = make_shot()
    write_pane_scroll(tmp_path / "pane.mp4", shot, frames(), report=lambda done, total: None)
    video = cv2.VideoCapture(str(tmp_path / "pane.mp4"))
    first = rgb_pixels(pane_picture(shot.at_slice(0, make_frame(0)))).astype(int)
    more, frame = video.read()
    video.release()
    assert more
    assert np.abs(frame[: first.shape[0], : first.shape[1], ::-1] - first).mean() < 8


def test_a_cancelled_animation_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_figure_scroll(
            tmp_path / "scroll.mp4", make_shot(), frames(), report=stop, panel_height=300
        )
    assert list(tmp_path.iterdir()) == []
