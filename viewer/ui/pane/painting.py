"""The one painter of a pane: screen, screenshots and saved pictures all come from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPen

from viewer.rendering.drawn_marks import DrawnMark
from viewer.rendering.raster import DeviceRect, Quality
from viewer.rendering.saliency import SaliencyPicture
from viewer.rendering.same_object import SameObject
from viewer.rendering.scene import CentralMessage, PaneScene
from viewer.rendering.scene_raster import GreyRaster, SceneRaster, rasterise
from viewer.ui.backing import FORMATS, draw_translucent
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.box_places import NO_PLACES, BoxPlace
from viewer.ui.pane.corner_rows import wrapped
from viewer.ui.pane.corner_text import CornerText, draw_corner_text
from viewer.ui.pane.drawn_mark_painting import draw_mark_labels, draw_mark_lines
from viewer.ui.pane.edge_letters import draw_edge_letters
from viewer.ui.pane.ink import ACCENT, BACKGROUND, MESSAGE_SIZE, SECONDARY, TEXT, TEXT_SIZE
from viewer.ui.pane.kept_layer import KeptLayers
from viewer.ui.pane.kept_words import draw_words
from viewer.ui.pane.label_places import NO_EDGES, Edges
from viewer.ui.pane.mark_painting import (
    draw_boxes,
    draw_outlines,
    outline_name_rects,
)
from viewer.ui.pane.picked_painting import draw_picked
from viewer.ui.pane.reader_mark_painting import draw_reader_marks, reader_mark_rects
from viewer.ui.pane.signs import draw_error_sign
from viewer.ui.pane.study_edge import draw_study_edge


def paint_scene(
    painter: QPainter,
    scene: PaneScene,
    *,
    text_scale: float = 1.0,
    quality: Quality = Quality.STILL,
    raster: SceneRaster | None = None,
    kept: KeptLayers | None = None,
) -> None:
    """Draw a scene with its upper-left corner at the painter's origin.

    One painter unit is one device pixel of the scene. text_scale: device pixels per logical pixel
    of text and lines (the screen's device pixel ratio; more for a large picture).
    quality: how the image is rendered unless `raster`, the scene's rendered layers, is given.
    kept: pictures of layers that a pane painted before, for one that is painted often.
    """
    layers = rasterise(scene, quality) if raster is None else raster
    pane = QRectF(0, 0, scene.pane_width, scene.pane_height)
    painter.save()
    painter.setClipRect(pane, Qt.ClipOperation.IntersectClip)
    _draw_layers(painter, pane, layers)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
    layers_kept = KeptLayers() if kept is None else kept
    corners = layers_kept.corner_ways.lay(scene, text_scale, layers.grey)
    lines = _mark_lines(scene, text_scale, layers_kept)
    places = _box_places(scene, text_scale, corners, lines, layers_kept)
    _draw_below_words(painter, scene, text_scale, places, layers_kept)
    if scene.viewport is not None:
        draw_picked(painter, scene.picked, scene.viewport, text_scale)
    draw_edge_letters(painter, scene, text_scale)
    if scene.message is not None:
        _draw_message(painter, scene.message, pane, text_scale)
    draw_corner_text(painter, scene, corners)
    _draw_marks(painter, scene, text_scale, corners, places, lines, layers_kept)
    if scene.other_study:
        draw_study_edge(painter, pane, text_scale, on_right=scene.text_on_right)
    if scene.active:
        _draw_active_frame(painter, pane, text_scale)
    painter.restore()


@dataclass(frozen=True, slots=True, eq=False)
class _MarkLines:
    """The lines of marks, and where labels find them."""

    marks: tuple[DrawnMark, ...]
    """Without their words, which change where lines do not."""
    edges: Edges


def _mark_lines(scene: PaneScene, text_scale: float, kept: KeptLayers) -> _MarkLines:
    marks = _without_words(SameObject(scene.drawn_marks))
    if scene.viewport is None or not marks:
        return _MarkLines(marks, NO_EDGES)
    return _MarkLines(marks, kept.line_edges.find(marks, scene.viewport, text_scale))


@lru_cache(maxsize=128)
def _without_words(held: SameObject) -> tuple[DrawnMark, ...]:
    marks = cast("tuple[DrawnMark, ...]", held.held)
    return tuple(replace(one, lines=(), quiet_lines=()) for one in marks)


def _box_places(
    scene: PaneScene,
    text_scale: float,
    corners: CornerText,
    lines: _MarkLines,
    kept: KeptLayers,
) -> Mapping[int, BoxPlace]:
    """Where boxes and their labels are drawn, by number."""
    viewport = scene.viewport
    if viewport is None or not scene.boxes:
        return NO_PLACES
    words = (
        *corners.places,
        *outline_name_rects(scene.outlines, viewport, text_scale),
        *reader_mark_rects(scene.reader_marks, viewport, text_scale),
    )
    return kept.box_places.find(scene.boxes, viewport, text_scale, words, lines.edges)


def _draw_below_words(
    painter: QPainter,
    scene: PaneScene,
    text_scale: float,
    places: Mapping[int, BoxPlace],
    kept: KeptLayers,
) -> None:
    viewport = scene.viewport
    if viewport is None or not (scene.outlines or scene.boxes or scene.reader_marks):
        return

    def draw(on: QPainter) -> None:
        draw_outlines(on, scene.outlines, viewport, text_scale)
        draw_boxes(on, scene.boxes, places, text_scale)
        draw_reader_marks(on, scene.reader_marks, viewport, text_scale)

    key = scene.outlines, scene.boxes, places, scene.reader_marks, viewport, text_scale
    kept.below_words.draw(painter, key, (scene.pane_width, scene.pane_height), draw)


def _draw_marks(
    painter: QPainter,
    scene: PaneScene,
    text_scale: float,
    corners: CornerText,
    places: Mapping[int, BoxPlace],
    lines: _MarkLines,
    kept: KeptLayers,
) -> None:
    viewport = scene.viewport
    if viewport is None or not scene.drawn_marks:
        return

    marks, size = scene.drawn_marks, (scene.pane_width, scene.pane_height)
    kept.mark_lines.draw(
        painter,
        (lines.marks, viewport, text_scale),
        size,
        lambda on: draw_mark_lines(on, marks, viewport, text_scale),
    )
    taken = (
        *corners.places,
        *(place.label for place in places.values()),
        *outline_name_rects(scene.outlines, viewport, text_scale),
    )
    boxes = tuple(place.box for place in places.values())
    kept.mark_labels.draw(
        painter,
        (marks, viewport, text_scale, taken, boxes),
        size,
        lambda on: draw_mark_labels(on, marks, viewport, text_scale, taken, lines.edges, boxes),
    )


def _draw_layers(painter: QPainter, pane: QRectF, layers: SceneRaster) -> None:
    _draw_background(painter, pane, None if layers.grey is None else layers.grey.rect)
    if layers.grey is not None and not layers.grey.rect.is_empty:
        _draw_grey(painter, layers.grey)
    for picture in layers.saliency:
        _draw_saliency(painter, picture)


def _draw_background(painter: QPainter, pane: QRectF, image: DeviceRect | None) -> None:
    """Fill what the image does not cover."""
    if image is None or image.is_empty:
        painter.fillRect(pane, BACKGROUND)
        return
    width, height = round(pane.width()), round(pane.height())
    for left, top, right, bottom in (
        (0, 0, width, image.top),
        (0, image.bottom, width, height),
        (0, image.top, image.left, image.bottom),
        (image.right, image.top, width, image.bottom),
    ):
        if left < right and top < bottom:
            painter.fillRect(left, top, right - left, bottom - top, BACKGROUND)


def draw_stretched(painter: QPainter, grey: GreyRaster, place: QRectF) -> None:
    """Draw an earlier picture alone, until the one of the new size is ready."""
    painter.drawImage(place, _image_of(grey))


def _draw_grey(painter: QPainter, grey: GreyRaster) -> None:
    painter.drawImage(QPointF(grey.rect.left, grey.rect.top), _image_of(grey))


def _image_of(grey: GreyRaster) -> QImage:
    # Qt draws 8-bit grey in threads of its own, which on a busy machine take up to fifteen times
    # as long; pixels of the window's own kind are copied at once.
    height, width = grey.pixels.shape
    return QImage(grey.pixels.data, width, height, grey.pixels.strides[0], FORMATS[grey.depth])


def _draw_saliency(painter: QPainter, picture: SaliencyPicture) -> None:
    height, width = picture.pixels.shape[:2]
    image = QImage(
        picture.pixels.data,
        width,
        height,
        picture.pixels.strides[0],
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    draw_translucent(painter, QPoint(picture.rect.left, picture.rect.top), image)


def _draw_message(painter: QPainter, message: CentralMessage, pane: QRectF, scale: float) -> None:
    title = MESSAGE_SIZE * scale, QFont.Weight.Medium
    detail = TEXT_SIZE * scale, QFont.Weight.Normal
    width = max(1.0, min(pane.width() * 0.8, 420.0 * scale))
    rows = [
        (row, title, TEXT if message.is_error else SECONDARY)
        for row in wrapped(message.title, title[0], width, title[1])
    ]
    if message.detail:
        rows += [(row, detail, SECONDARY) for row in wrapped(message.detail, detail[0], width)]
    height = sum(text_metrics(*font).lineSpacing() for _, font, _ in rows)
    y = pane.center().y() - height / 2
    if message.is_error:
        size = 22.0 * scale
        centre = pane.center().x()
        draw_error_sign(painter, QRectF(centre - size / 2, y - size - 8.0 * scale, size, size))
    for text, font, colour in rows:
        metrics = text_metrics(*font)
        x = pane.center().x() - text_width(text, *font) / 2
        draw_words(painter, QPointF(x, y + metrics.ascent()), text, *font, colour)
        y += metrics.lineSpacing()


def _draw_active_frame(painter: QPainter, pane: QRectF, scale: float) -> None:
    pen = QPen(ACCENT, scale)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = scale / 2
    painter.drawRect(pane.adjusted(inset, inset, -inset, -inset))
