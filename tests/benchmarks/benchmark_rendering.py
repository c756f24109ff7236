"""How fast a slice change reaches the screen, and what becomes of the smallest calcifications.

Needs a display or QT_QPA_PLATFORM=offscreen. Times run from the new scene to the painted window;
the ratios compare with a plain pyqtgraph ImageItem in the same run, in turns. "cpu" is what the
GUI thread itself computed: it tells a slow program from a busy machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from inference.types import (
    Box,
    ClassScores,
    Laterality,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)
from viewer.domain.ai_state import Done
from viewer.domain.frame import Frame
from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.domain.viewport import Viewport, common_scale
from viewer.domain.windowing import GreyScale, Window
from viewer.rendering.pyramid import level_for, pyramid_level
from viewer.rendering.raster import Quality, render_grey
from viewer.rendering.scene import PaneContext, build_scene
from viewer.ui.pane.image_pane import ImagePane

ROWS, COLUMNS = 2457, 1996
_WINDOW = (1920, 1080)
_BREAST_CODE, _NOISE_SD, _CALCIFICATION = 1500.0, 22.0, 900.0
_SLICES = 8
"""Distinct slices that are scrolled through; every change shows another frame."""


def measure(*, quick: bool = False) -> dict[str, float]:
    """Run everything; `quick` takes a fifth of the repeats."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("the benchmark needs a QApplication, not a QCoreApplication")
    rounds, changes = (1, 24) if quick else (3, 40)
    slices = _slices()
    ours: dict[int, list[_Taken]] = {1: [], 4: []}
    plain: dict[int, list[_Taken]] = {1: [], 4: []}
    # In turns, so that whatever else the machine does weighs on both sides of a ratio.
    for _ in range(rounds):
        for panes in (1, 4):
            ours[panes] += _slice_changes(app, slices, panes=panes, changes=changes)
            plain[panes] += _plain_changes(app, slices, panes=panes, changes=changes)
    measured: dict[str, float] = {}
    for panes, name in ((1, "1_view"), (4, "4_views")):
        measured |= _summary(name, ours[panes], plain[panes])
    return (
        measured | _moving_times(slices) | _still_times(slices) | _vanished(1000 if quick else 4000)
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """Milliseconds of one change."""

    wall: float
    cpu: float


def _summary(name: str, ours: Sequence[_Taken], plain: Sequence[_Taken]) -> dict[str, float]:
    walls, plain_walls = [t.wall for t in ours], [t.wall for t in plain]
    return {
        f"slice_change_{name}_median_ms": _percentile(walls, 50),
        f"slice_change_{name}_p95_ms": _percentile(walls, 95),
        f"slice_change_{name}_cpu_p95_ms": _percentile([t.cpu for t in ours], 95),
        f"plain_pyqtgraph_{name}_median_ms": _percentile(plain_walls, 50),
        f"times_faster_than_pyqtgraph_{name}": _percentile(plain_walls, 50)
        / _percentile(walls, 50),
    }


def _slices() -> list[Frame]:
    """Full-size slices with a breast that covers half of them and noise like a detector's."""
    random = np.random.default_rng(7)
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    breast = ((rows - ROWS / 2) / (0.46 * ROWS)) ** 2 + (columns / (0.62 * COLUMNS)) ** 2 < 1
    texture = cv2.GaussianBlur(random.normal(0, 1, (ROWS, COLUMNS)).astype(np.float32), (0, 0), 12)
    tissue = _BREAST_CODE + texture / texture.std() * 300
    return [_slice(random, tissue, breast) for _ in range(_SLICES)]


def _slice(
    random: np.random.Generator, tissue: NDArray[np.float32], breast: NDArray[np.bool_]
) -> Frame:
    codes = np.clip(tissue + random.normal(0, _NOISE_SD, tissue.shape), 1, 4095).astype(np.uint16)
    codes[~breast] = 0
    return Frame.cropped(codes)


def _stack(laterality: Laterality) -> ImageStack:
    return ImageStack(
        image_id=laterality.value,
        name=f"{laterality.value}CC DBT",
        kind=ImageKind.DBT,
        view=View(laterality=laterality, position=ViewPosition.CC),
        slices=70,
        rows=ROWS,
        columns=COLUMNS,
        grey_scale=GreyScale(),
        vois=(Window(center=1500, width=2400),),
        spacing=PixelSpacing(row_mm=0.1, column_mm=0.1, origin=SpacingOrigin.PIXEL_MEASURES),
        slice_spacing_mm=1.0,
    )


def _prediction(stack: ImageStack) -> Prediction:
    """Three hot spots of each class that change from slice to slice, and twelve patches."""
    random = np.random.default_rng(3)
    grid_rows, grid_columns = 67, 42
    saliency = np.zeros((stack.slices, 2, grid_rows, grid_columns), np.float32)
    rows, columns = np.mgrid[:grid_rows, :grid_columns]
    for row, column in random.uniform((12, 4), (55, 26), (6, 2)):
        spot = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * 2.5**2))
        strength = random.uniform(0.3, 0.9, (stack.slices, 1, 1))
        class_index = int(random.integers(2))
        saliency[:, class_index] = np.maximum(saliency[:, class_index], strength * spot)
    placement = Placement(
        input_rows=2116,
        input_columns=1339,
        image_rows=ROWS,
        image_columns=COLUMNS,
        row_offset=170,
        column_offset=0,
        mirrored=stack.view.laterality is Laterality.RIGHT,
    )
    patches = tuple(
        Patch(
            slice_index=number,
            box=Box(top=300 + 100 * number, left=400, height=256, width=256),
            attention=1 / 12,
            input_top=130 + 100 * number,
            input_left=400,
        )
        for number in range(12)
    )
    scores = ClassScores(benign=0.2, malignant=0.7)
    return Prediction(
        model=ModelIdentity(name="3D-GMIC", version="1", architecture="gmic3d", sha256=""),
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=saliency,
        patches=patches,
        placement=placement,
        has_salient_region=True,
        outside_training_views=False,
        seconds=0.0,
        device="cpu",
    )


def _window_of(widgets: Sequence[QWidget]) -> QWidget:
    window = QWidget()
    window.setStyleSheet("background: #000000")
    grid = QGridLayout(window)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(0)
    per_row = 1 if len(widgets) == 1 else 2
    for index, widget in enumerate(widgets):
        grid.addWidget(widget, index // per_row, index % per_row)
    window.resize(*_WINDOW)
    window.show()
    return window


def _timed(
    app: QApplication, window: QWidget, change: Callable[[int], None], n: int
) -> list[_Taken]:
    """Each change, from the call to the painted window."""
    for index in range(4):
        change(index)
        app.processEvents()
    taken = []
    for index in range(4, n + 4):
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        change(index)
        app.processEvents()
        wall, cpu = time.perf_counter() - begin, time.thread_time() - begin_cpu
        taken.append(_Taken(wall=wall * 1000, cpu=cpu * 1000))
    window.close()
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return taken


def _slice_changes(
    app: QApplication, slices: list[Frame], *, panes: int, changes: int
) -> list[_Taken]:
    """All panes go to another slice with another saliency map, overlay, boxes and text on."""
    pool = QThreadPool()
    pool.setMaxThreadCount(1)
    widgets = [ImagePane(name=f"{index}", still_pool=pool) for index in range(panes)]
    window = _window_of(widgets)
    app.processEvents()
    stack = _stack(Laterality.LEFT)
    prediction = _prediction(stack)
    scale = common_scale([(stack, *widget.device_size) for widget in widgets]) or 1.0

    def change(index: int) -> None:
        # Every slice is new: nothing of it has been shrunk before.
        pyramid_level.cache_clear()
        for pane, widget in enumerate(widgets):
            width, height = widget.device_size
            scene = build_scene(
                stack=stack,
                state=PaneState(image_id=stack.image_id, slice_index=index % stack.slices),
                frame=slices[(index + 2 * pane) % len(slices)],
                fit_scale=scale,
                pane_width=width,
                pane_height=height,
                ai=Done(prediction),
                context=PaneContext(exam_alias="Exam 0042"),
            )
            widget.show_scene(scene)

    taken = _timed(app, window, change, changes)
    pool.waitForDone()
    return taken


def _plain_changes(
    app: QApplication, slices: list[Frame], *, panes: int, changes: int
) -> list[_Taken]:
    """The same with pyqtgraph's own items: an image with a lookup table and an overlay image."""
    views = [pg.GraphicsView(background="k") for _ in range(panes)]
    images, overlays = [], []
    for view in views:
        box = pg.ViewBox(invertY=True, lockAspect=True, enableMenu=False)
        view.setCentralItem(box)
        image, overlay = pg.ImageItem(axisOrder="row-major"), pg.ImageItem(axisOrder="row-major")
        box.addItem(image)
        box.addItem(overlay)
        images.append(image)
        overlays.append(overlay)
    window = _window_of(views)
    app.processEvents()
    wholes = [frame.whole() for frame in slices]
    saliency = _prediction(_stack(Laterality.LEFT)).saliency
    colours = np.zeros((256, 4), np.uint8)
    colours[:, 0], colours[:, 3] = 224, np.arange(256) * 0.35

    def change(index: int) -> None:
        for pane, (image, overlay) in enumerate(zip(images, overlays, strict=True)):
            image.setImage(wholes[(index + 2 * pane) % len(wholes)], levels=(300, 2700))
            overlay.setImage(saliency[index % len(saliency), 1], levels=(0, 1), lut=colours)
            overlay.setRect(0, 170, 1339, 2116)

    return _timed(app, window, change, changes)


def _moving_times(slices: list[Frame]) -> dict[str, float]:
    """The quick picture of a new slice, pyramid included, beside the same with linear sampling."""
    table = np.linspace(0, 255, 1 << 16).astype(np.uint8)
    measured = {}
    for height in (1200, 737, 540):
        viewport = _fitted(height, 0.0)
        taken, linear = [], []
        for frame in slices:
            pyramid_level.cache_clear()
            begin = time.perf_counter()
            render_grey(frame, viewport, table, quality=Quality.MOVING)
            taken.append((time.perf_counter() - begin) * 1000)
            begin = time.perf_counter()
            _linear_only(frame, viewport, table)
            linear.append((time.perf_counter() - begin) * 1000)
        zoom = f"{viewport.zoom:.2f}"
        measured[f"moving_picture_at_{zoom}_median_ms"] = _percentile(taken, 50)
        measured[f"linear_picture_at_{zoom}_median_ms"] = _percentile(linear, 50)
    return measured


def _linear_only(frame: Frame, viewport: Viewport, table: NDArray[np.uint8]) -> None:
    """The least that any smooth sampling costs: the same pyramid level, anew, linearly shrunk."""
    pyramid_level.cache_clear()
    cells = pyramid_level(frame, level_for(viewport.zoom)).cells
    size = (viewport.pane_width, viewport.pane_height)
    cv2.LUT(cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR), table)


def _still_times(slices: list[Frame]) -> dict[str, float]:
    """The antialiased picture of one maximised pane, made in a worker thread."""
    table = np.linspace(0, 255, 1 << 16).astype(np.uint8)
    taken = []
    for frame in slices:
        begin = time.perf_counter()
        render_grey(frame, _fitted(_WINDOW[1], 0.0), table, quality=Quality.STILL)
        taken.append((time.perf_counter() - begin) * 1000)
    return {"still_picture_median_ms": _percentile(taken, 50)}


def _fitted(pane_height: int, shift: float) -> Viewport:
    scale = pane_height / ROWS
    return Viewport(
        pane_width=round(COLUMNS * scale),
        pane_height=pane_height,
        image_rows=ROWS,
        image_columns=COLUMNS,
        scale_row=scale,
        scale_column=scale,
        left=shift,
        top=shift,
    )


def _vanished(count: int) -> dict[str, float]:
    """Share of calcifications that keep under a tenth of their contrast in a fitted image.

    One pixel wide in a maximised pane (zoom 0.488), two pixels wide in a quarter of the window
    (zoom 0.22), where one pixel cannot keep a tenth in any faithful picture.
    """
    return {
        f"vanished_{size}px_{quality.value}_at_{height}_rows": _vanished_share(
            quality, count, size=size, pane_height=height
        )
        for quality in (Quality.MOVING, Quality.STILL)
        for size, height in ((1, 1200), (2, 540))
    }


def _vanished_share(quality: Quality, count: int, *, size: int, pane_height: int) -> float:
    random = np.random.default_rng(11)
    codes = np.full((ROWS, COLUMNS), round(_BREAST_CODE), np.uint16)
    rows, columns = np.meshgrid(np.arange(60, ROWS - 60, 24), np.arange(60, COLUMNS - 60, 24))
    places = np.stack([rows.ravel(), columns.ravel()], axis=1)
    spots = random.permutation(places)[:count]
    spots = spots + random.integers(0, 8, spots.shape)
    for row, column in spots:
        codes[row : row + size, column : column + size] += round(_CALCIFICATION)
    # Four codes a grey level keep a hundredth of the contrast readable in 8 bits.
    table = np.clip((np.arange(1 << 16) - _BREAST_CODE) / 4 + 25, 0, 255).astype(np.uint8)
    viewport = _fitted(pane_height, 0.25)
    drawn = render_grey(Frame.cropped(codes), viewport, table, quality=quality)
    limit = 25 + 0.1 * _CALCIFICATION / 4
    missed = 0
    for row, column in spots:
        x, y = viewport.to_device(row + size / 2, column + size / 2)
        near = drawn[max(0, int(y) - 1) : int(y) + 2, max(0, int(x) - 1) : int(x) + 2]
        missed += int(near.max(initial=0) < limit)
    return missed / len(spots)


def _percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent))


if __name__ == "__main__":
    for name, value in measure().items():
        sys.stdout.write(f"{name:45s} {value:8.3f}\n")
