"""How the slice strip is drawn: malignant above the axis, benign below it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from viewer.rendering.same_object import SameObject
from viewer.rendering.strip import StripData, StripMark
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.ink import ACCENT, DRAWN, SECONDARY, TEXT, faded
from viewer.ui.pane.kept_layer import KeptLayer
from viewer.ui.pane.kept_words import draw_words
from viewer.ui.strip.series_painting import draw_series
from viewer.ui.strip.strip_layout import StripLayout

CHROME = QColor("#16181b")
_AXIS = QColor("#33383e")
_GROUND = QColor("#0c0d0f")


def paint_strip(
    painter: QPainter,
    strip: StripData | None,
    layout: StripLayout,
    *,
    text_scale: float,
    kept: KeptLayer | None = None,
    device_scale: float = 1.0,
) -> None:
    """Draw a strip; a bare bar when there is none.

    kept: the picture of what stays the same from slice to slice, for a strip painted often.
    device_scale: device pixels per painter unit.
    """
    painter.fillRect(QRectF(0, 0, layout.width, layout.height), CHROME)
    if strip is None:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.fillRect(layout.track, _GROUND)
    _draw_current_column(painter, strip, layout)
    size = ceil(layout.width), ceil(layout.height)
    (KeptLayer() if kept is None else kept).draw(
        painter,
        (_lasting(strip), layout, text_scale),
        size,
        lambda on: _draw_lasting(on, strip, layout, text_scale),
        scale=device_scale,
    )
    _draw_decoded(painter, strip, layout)
    _draw_seen(painter, strip, layout)
    _draw_handle(painter, strip, layout)
    _draw_label(painter, strip, layout, text_scale)


def _lasting(strip: StripData) -> tuple[object, ...]:
    """Equal for strips that differ in nothing but where the reader is and has been."""
    return (
        strip.slices,
        SameObject(strip.benign),
        SameObject(strip.malignant),
        SameObject(strip.series),
        strip.marks,
        strip.drawn,
        strip.colours,
    )


def _draw_lasting(
    painter: QPainter, strip: StripData, layout: StripLayout, text_scale: float
) -> None:
    """What the AI says, and its words; clear elsewhere."""
    if strip.series is not None:
        draw_series(painter, strip.series, QColor(strip.colours[1]), layout, text_scale)
    else:
        track = layout.track
        _draw_curves(painter, strip, layout)
        axis = QRectF(track.left(), track.center().y() - 0.5, track.width(), 1.0)
        painter.fillRect(axis, _AXIS)
    _draw_spans(painter, strip, layout)
    _draw_marks(painter, strip, layout, text_scale)
    if strip.malignant is not None:
        _draw_classes(painter, strip, layout, text_scale)


def _draw_curves(painter: QPainter, strip: StripData, layout: StripLayout) -> None:
    if strip.malignant is None or strip.benign is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    _draw_bars(painter, strip.malignant, QColor(strip.colours[1]), layout, upwards=True)
    _draw_bars(painter, strip.benign, QColor(strip.colours[0]), layout, upwards=False)


def _draw_bars(
    painter: QPainter,
    highest: NDArray[np.float32],
    colour: QColor,
    layout: StripLayout,
    *,
    upwards: bool,
) -> None:
    """One bar a slice, full height at saliency 1; neighbours touch and form a curve."""
    middle, reach = layout.track.center().y(), layout.track.height() / 2
    gap = 1.0 if layout.cell(0).width() >= 4.0 else 0.0
    for index, value in enumerate(highest):
        height = float(value) * reach
        cell = layout.cell(index)
        top = middle - height if upwards else middle
        painter.fillRect(QRectF(cell.left(), top, cell.width() - gap, height), colour)


def _draw_spans(painter: QPainter, strip: StripData, layout: StripLayout) -> None:
    """A short bar at the foot of the track under the slices of each mark the reader drew."""
    painter.setPen(QPen(QColor(0, 0, 0), 1.0))
    painter.setBrush(DRAWN)
    for span in strip.drawn:
        if span.last_slice >= strip.slices:
            continue
        first, last = layout.cell(span.first_slice), layout.cell(span.last_slice)
        place = QRectF(first.left(), layout.track.bottom() - 6.0, 0.0, 5.0)
        place.setRight(last.right())
        painter.drawRect(_widened(place, 5.0))


def _draw_current_column(painter: QPainter, strip: StripData, layout: StripLayout) -> None:
    painter.fillRect(_widened(layout.cell(strip.slice_index), 2.0), faded(ACCENT, 0.35))


def _draw_handle(painter: QPainter, strip: StripData, layout: StripLayout) -> None:
    """A line through the current slice with a grip at its foot."""
    x = layout.cell(strip.slice_index).center().x()
    track = layout.track
    painter.setPen(QPen(TEXT, 1.0))
    painter.drawLine(QPointF(x, track.top() - 3.0), QPointF(x, track.bottom() + 1.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(TEXT)
    foot = track.bottom() + 1.0
    painter.drawPolygon(
        QPolygonF([QPointF(x, foot), QPointF(x - 5.0, foot + 6.0), QPointF(x + 5.0, foot + 6.0)])
    )


def _draw_decoded(painter: QPainter, strip: StripData, layout: StripLayout) -> None:
    """A thin line under the slices that can be shown at once."""
    y = layout.track.bottom() + 1.0
    for first, last in _runs(strip.decoded):
        left, right = layout.cell(first).left(), layout.cell(last).right()
        painter.fillRect(QRectF(left, y, right - left, 2.0), SECONDARY)


def _draw_seen(painter: QPainter, strip: StripData, layout: StripLayout) -> None:
    """A thin track below: bright over slices that have been on screen, a groove elsewhere."""
    if strip.seen is None or strip.slices < 2:
        return
    y, track = layout.track.bottom() + 4.0, layout.track
    painter.fillRect(QRectF(track.left(), y, track.width(), 2.0), _AXIS)
    for first, last in _runs(strip.seen):
        left, right = layout.cell(first).left(), layout.cell(last).right()
        painter.fillRect(QRectF(left, y, right - left, 2.0), ACCENT)


def _draw_marks(
    painter: QPainter, strip: StripData, layout: StripLayout, text_scale: float
) -> None:
    """A tick for every slice with patches; their numbers where there is room, the first first."""
    size, weight = 10.0 * text_scale, QFont.Weight.Medium
    height = text_metrics(size, weight).height()
    taken: list[QRectF] = []
    for slice_index, marks in _marks_by_slice(strip).items():
        x = layout.cell(slice_index).center().x()
        top = layout.track.top()
        colour = QColor(strip.colours[1 if marks[0].malignant else 0]).lighter(120)
        # Filled or hollow: colour alone does not say which class dominates.
        painter.setPen(QPen(colour, 1.0))
        painter.setBrush(colour if marks[0].malignant else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(
            QPolygonF([QPointF(x, top), QPointF(x - 3.0, top - 4.0), QPointF(x + 3.0, top - 4.0)])
        )
        text = " ".join(str(mark.number) for mark in marks)
        width = text_width(text, size, weight)
        place = QRectF(x - width / 2, 0.0, width, height)
        if any(_widened(place, 3.0).intersects(other) for other in taken):
            continue
        taken.append(place)
        draw_words(painter, QPointF(place.left(), top - 5.0), text, size, weight, colour)


def _draw_label(
    painter: QPainter, strip: StripData, layout: StripLayout, text_scale: float
) -> None:
    """Which slice it is, and notes on that."""
    track = layout.track
    size, weight = 13.0 * text_scale, QFont.Weight.Medium
    baseline = track.center().y() + text_metrics(size, weight).capHeight() / 2
    place = QPointF(track.right() + 12.0, baseline)
    draw_words(painter, place, strip.label, size, weight, TEXT)
    _draw_notes(painter, strip, place, 10.0 * text_scale)


def _draw_classes(
    painter: QPainter, strip: StripData, layout: StripLayout, text_scale: float
) -> None:
    track, size, weight = layout.track, 10.0 * text_scale, QFont.Weight.Normal
    high = text_metrics(size, weight).capHeight()
    for text, colour, y in (
        ("malignant", strip.colours[1], track.top() + track.height() * 0.25),
        ("benign", strip.colours[0], track.top() + track.height() * 0.75),
    ):
        x = track.left() - 8.0 - text_width(text, size, weight)
        ink = QColor(colour).lighter(120)
        draw_words(painter, QPointF(x, y + high / 2), text, size, weight, ink)


def _draw_notes(painter: QPainter, strip: StripData, below: QPointF, size: float) -> None:
    """Where the depth is counted from, and whether every slice has been seen."""
    weight = QFont.Weight.Normal
    if strip.origin:
        place = below + QPointF(0.0, text_metrics(size, weight).height() + 1.0)
        draw_words(painter, place, strip.origin, size, weight, SECONDARY)
    if strip.seen is not None and len(strip.seen) >= strip.slices > 1:
        place = below - QPointF(0.0, 16.0)
        words = "\N{CHECK MARK} all slices seen"
        draw_words(painter, place, words, size, weight, TEXT)


def _marks_by_slice(strip: StripData) -> Mapping[int, list[StripMark]]:
    """Marks grouped by slice, the slice of the most attended patch first."""
    grouped: dict[int, list[StripMark]] = {}
    for mark in sorted(strip.marks, key=lambda mark: mark.number):
        grouped.setdefault(mark.slice_index, []).append(mark)
    return grouped


def _runs(slices: frozenset[int]) -> list[tuple[int, int]]:
    """Consecutive slices as (first, last)."""
    runs: list[tuple[int, int]] = []
    for index in sorted(slices):
        if runs and index == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _widened(rect: QRectF, least: float) -> QRectF:
    """At least so wide, about the same middle."""
    extra = max(0.0, least - rect.width()) / 2
    return rect.adjusted(-extra, 0.0, extra, 0.0)
