"""Animations of a scroll through all slices of an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtGui import QImage

from viewer.domain.frame import Frame
from viewer.export.animation import RgbFrame, write_animation
from viewer.export.shot import Shot
from viewer.ui.pictures import pane_picture, rgb_pixels
from viewer.ui.pictures_figure import Figure

ANIMATION_PANEL_HEIGHT = 520
"""Device pixels; a figure of this height is about 1700 pixels wide."""

Report = Callable[[int, int], None]
"""(slices done, slices); raises inference.errors.Cancelled to stop."""


def write_figure_scroll(
    path: Path,
    shot: Shot,
    frame_of: Callable[[int], Frame],
    *,
    report: Report,
    panel_height: int = ANIMATION_PANEL_HEIGHT,
    frames_per_second: float = 6.0,
) -> None:
    """Write the papers' figure on every slice, first to last; .gif or .mp4.

    Slices are decoded, painted and encoded one at a time. Raises NothingToShow without a
    prediction, CannotWrite, and what `report` raises; then there is no file.
    """
    figure = Figure(shot, frame_of, panel_height=panel_height)

    def picture(slice_index: int) -> QImage:
        return figure.picture(slice_index, fade_far=True)

    _write(path, shot, picture, report, frames_per_second)


def write_pane_scroll(
    path: Path,
    shot: Shot,
    frame_of: Callable[[int], Frame],
    *,
    report: Report,
    frames_per_second: float = 6.0,
) -> None:
    """Write one pane as it is framed on screen on every slice, with its caption."""

    def picture(slice_index: int) -> QImage:
        return pane_picture(shot.at_slice(slice_index, frame_of(slice_index)))

    _write(path, shot, picture, report, frames_per_second)


def _write(
    path: Path,
    shot: Shot,
    picture: Callable[[int], QImage],
    report: Report,
    frames_per_second: float,
) -> None:
    slices = shot.stack.slices if shot.stack is not None else 0

    def frames() -> Iterator[RgbFrame]:
        for slice_index in range(slices):
            yield rgb_pixels(picture(slice_index))

    write_animation(
        path, frames(), count=slices, frames_per_second=frames_per_second, report=report
    )
