"""The papers' figure: image, patches, benign map, malignant map, patches by attention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QLinearGradient, QPainter, QPen

from inference.types import BENIGN, MALIGNANT, Box, Patch, Prediction
from viewer.domain.ai_state import prediction_of
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings
from viewer.domain.viewport import Framing, spacing_of
from viewer.export.shot import Shot
from viewer.rendering.bright_padding import bright_padding, for_drawing
from viewer.rendering.marks import NEIGHBOUR_SLICES
from viewer.rendering.model_frame import grid_of, is_malignant_dominant
from viewer.rendering.patch_picture import render_patch
from viewer.rendering.scene import display_table, shown_voi
from viewer.ui.fonts import load_fonts, text_font
from viewer.ui.pane.ink import BACKGROUND, BOX_PEN, SECONDARY, TEXT, faded
from viewer.ui.pane.painting import paint_scene
from viewer.ui.pictures import blank_picture
from viewer.ui.pictures_caption import strip_of_figure

FIGURE_PANEL = 900
"""Device pixels of the panels' height on a screen that is not scaled."""
_MAP_OPACITY = 0.75
_HIDDEN = LayerStyle(visible=False)
_FADED_TILE = 0.5


class NothingToShow(Exception):
    """A figure needs a finished prediction, and there is none."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """One of the four pictures of the whole image."""

    title: str
    overlay: OverlaySettings
    class_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tile:
    """A patch as it was cut, painted once."""

    number: int
    patch: Patch
    colour: QColor
    dashed: bool
    picture: QImage | None
    """None when the patch held padding only."""


class Figure:
    """Paints the figure of one image on any of its slices.

    shot: the pane whose image, window, palette and thresholds are used; its framing is not: every
    panel shows what the network saw. frame_of: the image's slices; may decode and wait.
    panel_height: device pixels of the four panels. Raises NothingToShow without a prediction.
    """

    def __init__(
        self, shot: Shot, frame_of: Callable[[int], Frame], *, panel_height: int = FIGURE_PANEL
    ) -> None:
        prediction = prediction_of(shot.ai)
        if prediction is None or shot.stack is None:
            raise NothingToShow("the figure needs a finished AI result on this image")
        load_fonts()
        self._prediction, self._stack = prediction, shot.stack
        self._frame_of = frame_of
        self._scale = panel_height / 800
        self._height = panel_height
        window = _window_box(prediction, shot.stack)
        framing, self._width = _framing_on(window, shot.stack, panel_height)
        self._shot = replace(
            shot,
            state=replace(
                shot.state, framing=framing, flipped_horizontally=False, flipped_vertically=False
            ),
            pane_width=self._width,
            pane_height=panel_height,
            corner_text=False,
            text_scale=self._scale,
        )
        self._columns, self._rows = _tile_grid(len(prediction.patches))
        self._tile_side = int(panel_height / max(self._rows, 3) - 24 * self._scale)
        self._tiles = tuple(
            self._tile(number, patch)
            for number, patch in enumerate(prediction.patches_by_attention, start=1)
        )

    def picture(self, slice_index: int, *, fade_far: bool = False) -> QImage:
        """Paint the figure of one slice; fade_far: dim the patches of slices far from it."""
        shot = self._shot_on(slice_index)
        gap, head = round(12 * self._scale), round(30 * self._scale)
        tiles_left = 4 * (self._width + gap) + gap
        width = tiles_left + max(1, self._columns) * (self._tile_side + gap)
        strip = strip_of_figure(shot, width=width, scale=self._scale)
        picture = blank_picture(width, head + self._height + gap + strip.height)
        painter = QPainter(picture)
        try:
            painter.fillRect(picture.rect(), BACKGROUND)
            for position, panel in enumerate(self._panels(shot)):
                x = gap + position * (self._width + gap)
                self._draw_panel(painter, replace(shot, overlay=panel.overlay), panel, x, head)
            self._draw_tiles(painter, slice_index if fade_far else None, tiles_left, head, gap)
            strip.draw(painter, head + self._height + gap)
        finally:
            painter.end()
        return picture

    def _shot_on(self, slice_index: int) -> Shot:
        shot = self._shot
        # The figure is of one slice, whatever slab the pane shows.
        is_slice = shot.frame is not None and not shot.moving.slab
        if slice_index == shot.state.slice_index and is_slice:
            return shot
        return self._shot.at_slice(slice_index, self._frame_of(slice_index))

    def _panels(self, shot: Shot) -> tuple[_Panel, ...]:
        chosen = shot.overlay
        bare = replace(chosen, visible=False)
        boxes = replace(chosen, visible=True, boxes=True, benign=_HIDDEN, malignant=_HIDDEN)
        benign = replace(boxes, boxes=False, benign=_map_style(chosen.benign), truth=False)
        malignant = replace(boxes, boxes=False, malignant=_map_style(chosen.malignant), truth=False)
        return (
            _Panel("image", bare),
            _Panel("patches", boxes),
            _Panel("benign saliency", benign, BENIGN),
            _Panel("malignant saliency", malignant, MALIGNANT),
        )

    def _draw_panel(self, painter: QPainter, shot: Shot, panel: _Panel, x: int, head: int) -> None:
        scene = replace(shot.scene, top_lines=(), bottom_lines=(), drawn_marks=(), picked=None)
        if panel.title != "image":
            scene = replace(scene, badges=())
        painter.save()
        painter.translate(QPointF(x, head))
        paint_scene(painter, scene, text_scale=self._scale)
        painter.restore()
        title = panel.title
        if panel.class_index is not None:
            cells = self._prediction.saliency[shot.state.slice_index, panel.class_index]
            title += f", highest {float(cells.max()):.2f}"
            self._draw_ramp(painter, panel, x, head)
        self._draw_text(painter, title, x, head)

    def _draw_ramp(self, painter: QPainter, panel: _Panel, x: int, head: int) -> None:
        """What a map's opacity means, at the right end of its title."""
        style = (panel.overlay.benign, panel.overlay.malignant)[panel.class_index or 0]
        colour = QColor(panel.overlay.palette.colours[panel.class_index or 0])
        font = text_font(11 * self._scale)
        metrics = QFontMetricsF(font)
        low, high = f"{style.threshold:.2f}", "1"
        bar = 70 * self._scale
        right = x + self._width - metrics.horizontalAdvance(high)
        left = right - bar - 8 * self._scale
        gradient = QLinearGradient(left, 0, left + bar, 0)
        gradient.setColorAt(0, faded(colour, _MAP_OPACITY / 4))
        gradient.setColorAt(1, faded(colour, _MAP_OPACITY))
        middle = head - 14 * self._scale
        painter.fillRect(QRectF(left, middle - 4 * self._scale, bar, 8 * self._scale), gradient)
        painter.setFont(font)
        painter.setPen(SECONDARY)
        baseline = middle + metrics.capHeight() / 2
        painter.drawText(QPointF(right, baseline), high)
        start = left - metrics.horizontalAdvance(low) - 4 * self._scale
        painter.drawText(QPointF(start, baseline), low)

    def _draw_text(self, painter: QPainter, text: str, x: float, head: int) -> None:
        painter.setFont(text_font(14 * self._scale, QFont.Weight.DemiBold))
        painter.setPen(TEXT)
        painter.drawText(QPointF(x, head - 9 * self._scale), text)

    def _draw_tiles(
        self, painter: QPainter, near: int | None, left: int, head: int, gap: int
    ) -> None:
        """near: the slice whose patches stand out; None: all alike."""
        self._draw_text(painter, "patches by attention", left, head)
        if not self._tiles:
            painter.setFont(text_font(12 * self._scale))
            painter.setPen(SECONDARY)
            painter.drawText(QPointF(left, head + 20 * self._scale), "no salient region")
        pitch = self._height / max(self._rows, 3)
        for position, tile in enumerate(self._tiles):
            row, column = divmod(position, self._columns)
            corner = QPointF(left + column * (self._tile_side + gap), head + row * pitch)
            self._draw_tile(painter, tile, corner, near)

    def _draw_tile(self, painter: QPainter, tile: _Tile, corner: QPointF, near: int | None) -> None:
        away = 0 if near is None else abs(tile.patch.slice_index - near)
        painter.save()
        painter.setOpacity(1.0 if away <= NEIGHBOUR_SLICES else _FADED_TILE)
        size = tile.picture.size() if tile.picture else None
        frame = QRectF(
            corner.x(),
            corner.y(),
            size.width() if size else self._tile_side,
            size.height() if size else self._tile_side,
        )
        if tile.picture is not None:
            painter.drawImage(corner, tile.picture)
        pen = QPen(
            tile.colour, (2 if near is not None and away == 0 else 1) * BOX_PEN * self._scale
        )
        if tile.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRect(frame)
        painter.setFont(text_font(12 * self._scale))
        painter.setPen(TEXT)
        where = f"  slice {tile.patch.slice_index + 1}" if self._stack.slices > 1 else ""
        label = f"{tile.number}  {tile.patch.attention:.2f}{where}"
        painter.drawText(QPointF(corner.x(), frame.bottom() + 15 * self._scale), label)
        painter.restore()

    def _tile(self, number: int, patch: Patch) -> _Tile:
        malignant = is_malignant_dominant(self._prediction, patch.slice_index, patch.box)
        colours = self._shot.overlay.palette.colours
        return _Tile(
            number=number,
            patch=patch,
            colour=QColor(colours[MALIGNANT if malignant else BENIGN]),
            dashed=not malignant,
            picture=None if patch.box.is_empty else self._cut_out(patch),
        )

    def _cut_out(self, patch: Patch) -> QImage:
        box, inverted = patch.box, self._shot.state.inverted
        grey_scale = self._stack.grey_scale
        voi = shown_voi(self._stack, replace(self._shot.state, slice_index=patch.slice_index))
        padding = bright_padding(grey_scale, voi, inverted=inverted)
        frame = for_drawing(self._frame_of(patch.slice_index), padding)
        enlargement = self._tile_side / max(box.height, box.width)
        pixels = render_patch(
            frame,
            box,
            display_table(grey_scale, voi, inverted=inverted),
            width=max(1, round(box.width * enlargement)),
            height=max(1, round(box.height * enlargement)),
        )
        height, width = pixels.shape
        grey = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
        return grey.copy()


def _map_style(chosen: LayerStyle) -> LayerStyle:
    return LayerStyle(visible=True, opacity=_MAP_OPACITY, threshold=chosen.threshold)


def _window_box(prediction: Prediction, stack: ImageStack) -> Box:
    """What the network saw, in displayed image pixels."""
    top, left, bottom, right = grid_of(prediction).window_in_image
    if bottom - top < 1 or right - left < 1:
        return Box(top=0, left=0, height=stack.rows, width=stack.columns)
    return Box(
        top=round(top), left=round(left), height=round(bottom - top), width=round(right - left)
    )


def _framing_on(box: Box, stack: ImageStack, height: int) -> tuple[Framing, int]:
    """Frame a rectangle at a height of device pixels; also its width there."""
    row_mm, column_mm = spacing_of(stack)
    scale = height / (box.height * row_mm)
    middle_row, middle_column = box.top + box.height / 2, box.left + box.width / 2
    from_chest = middle_column if stack.chest_wall_is_left else stack.columns - middle_column
    framing = Framing(
        scale=scale,
        chest_mm=from_chest * column_mm,
        vertical_mm=(middle_row - stack.rows / 2) * row_mm,
    )
    return framing, max(1, round(box.width * column_mm * scale))


def _tile_grid(count: int) -> tuple[int, int]:
    """(columns, rows) for so many tiles: at most four rows up to sixteen."""
    if count == 0:
        return 1, 1
    columns = 2 if count <= 6 else 3 if count <= 12 else 4
    return columns, -(-count // columns)
