"""How the slice strip shows a CT series: each slice's highest window, and where the study's is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from inference.series import SeriesPrediction
from viewer.ui.fonts import text_font
from viewer.ui.pane.ink import SECONDARY
from viewer.ui.strip.strip_layout import StripLayout

_GRID = QColor("#33383e")
_PEAK_DARKER, _DARKER = 135, 220
"""The strip must not outshine the image."""
_LEAST_HEIGHT = 1.0
"""Of a bar, so that a low score looks different from none."""


def draw_series(
    painter: QPainter,
    series: SeriesPrediction,
    colour: QColor,
    layout: StripLayout,
    text_scale: float,
) -> None:
    """Draw a bar a slice, full height at score 1, a bracket over the highest window, words."""
    track = layout.track
    painter.fillRect(QRectF(track.left(), track.center().y() - 0.5, track.width(), 1.0), _GRID)
    gap = 1.0 if layout.cell(0).width() >= 4.0 else 0.0
    peak = series.peak
    for index, score in enumerate(series.slice_scores.tolist()):
        if np.isnan(score):
            continue
        cell = layout.cell(index)
        height = max(_LEAST_HEIGHT, score * track.height())
        is_peak = peak.first_slice <= index <= peak.last_slice
        bar = QRectF(cell.left(), track.bottom() - height, cell.width() - gap, height)
        painter.fillRect(bar, colour.darker(_PEAK_DARKER if is_peak else _DARKER))
    _draw_peak(painter, series, colour, layout, text_scale)
    _draw_scale(painter, layout, text_scale)


def series_words(series: SeriesPrediction, slice_index: int) -> list[str]:
    """What is said of a slice under a resting pointer."""
    score = float(series.slice_scores[slice_index])
    if np.isnan(score):
        return ["in no window"]
    windows = [
        window
        for window in series.windows
        if window.first_slice <= slice_index <= window.last_slice
    ]
    count = f"{len(windows)} windows" if len(windows) > 1 else "one window"
    return [f"score up to {score:.2f} in {count}"]


def _draw_peak(
    painter: QPainter,
    series: SeriesPrediction,
    colour: QColor,
    layout: StripLayout,
    text_scale: float,
) -> None:
    """A bracket above the window that gave the study its score, with the score."""
    first, last = layout.cell(series.peak.first_slice), layout.cell(series.peak.last_slice)
    y = layout.track.top() - 3.0
    bright = colour.lighter(120)
    painter.setPen(QPen(bright, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(first.left(), y), QPointF(last.right(), y))
    for x in (first.left() + 0.75, last.right() - 0.75):
        painter.drawLine(QPointF(x, y), QPointF(x, y + 4.0))
    font = text_font(10.0 * text_scale, QFont.Weight.Medium)
    metrics = QFontMetricsF(font)
    text = f"{series.score:.2f}"
    middle = (first.left() + last.right()) / 2 - metrics.horizontalAdvance(text) / 2
    painter.setFont(font)
    painter.drawText(QPointF(middle, y - 2.5), text)


def _draw_scale(painter: QPainter, layout: StripLayout, text_scale: float) -> None:
    track = layout.track
    font = text_font(10.0 * text_scale)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(SECONDARY)
    for text, y in (
        ("1", track.top() + metrics.capHeight()),
        ("score", track.center().y() + metrics.capHeight() / 2),
        ("0", track.bottom()),
    ):
        x = track.left() - 8.0 - metrics.horizontalAdvance(text)
        painter.drawText(QPointF(x, y), text)
