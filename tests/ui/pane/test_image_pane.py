"""The pane widget: newest scene only, still picture when idle, mouse as facts."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pane_builders import bare, breast_scene, with_boxes
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QThreadPool, QUrl
from PySide6.QtGui import QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from inference.types import Box
from viewer.jobs.raster_ahead import RasterAhead
from viewer.rendering.raster import Quality, render_grey
from viewer.rendering.scene_raster import NOTHING_RENDERED, SceneRaster
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.mouse import Accumulator, DragAction

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
MIDDLE = Qt.MouseButton.MiddleButton


@pytest.fixture
def pane(qtbot):
    pool = QThreadPool()
    widget = ImagePane(name="LCC", still_pool=pool)
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    widget.show()
    qtbot.waitExposed(widget)
    yield widget
    pool.waitForDone()


def grey_of(widget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return pixels[:, : image.width()].copy()


def wheel(widget, angle: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    position = QPointF(100, 120)
    event = QWheelEvent(
        position,
        widget.mapToGlobal(position),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def drag(widget, button, *points) -> None:
    """Press at the first point, move through the others, release at the last."""
    QTest.mousePress(widget, button, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(widget, QPoint(*point))
        # QTest moves carry no buttons on some platforms; the pane remembers what was pressed.
        QApplication.processEvents()
    QTest.mouseRelease(widget, button, pos=QPoint(*points[-1]))


def collected(signal) -> list[tuple[object, ...]]:
    seen: list[tuple[object, ...]] = []
    signal.connect(lambda *values: seen.append(values))
    return seen


def test_an_antialiased_picture_is_swapped_in_when_the_pane_rests(pane, qtbot):
    scene = bare(breast_scene())
    pane.show_scene(scene)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: pane.is_final, timeout=5000)
    image = scene.image
    assert image is not None
    still = render_grey(image.frame, image.viewport, image.table.levels, quality=Quality.STILL)
    shown = grey_of(pane)
    # A 16-bit display shows every eighth grey only.
    np.testing.assert_allclose(shown.astype(int), still.astype(int), atol=8)


def test_scenes_in_between_are_never_drawn(pane, qtbot, monkeypatch):
    drawn = []
    view = pane._view
    original = view.paint
    monkeypatch.setattr(view, "paint", lambda p: (drawn.append(view.scene), original(p))[1])
    scenes = [breast_scene(seed=seed) for seed in range(5)]
    for scene in scenes:
        pane.show_scene(scene)
    qtbot.waitUntil(lambda: bool(drawn))
    assert set(map(id, drawn)) == {id(scenes[-1])}


@pytest.fixture
def busy(qtbot):
    """A pane whose pixels are made ahead, by one thread that is held up until the event is set."""
    threads, go = RasterAhead(threads=1), threading.Event()
    widget = ImagePane(name="LCC", raster_ahead=threads)
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    widget.show()
    qtbot.waitExposed(widget)
    blocked = threads.begin(breast_scene(), Blocking(go))
    yield widget, go
    go.set()
    assert blocked is not None
    blocked.exception()
    threads.close()


class Blocking(SceneRaster):
    """An earlier picture whose overlay takes as long to look at as the test likes."""

    def __init__(self, go: threading.Event) -> None:
        object.__setattr__(self, "_go", go)

    @property
    def saliency_key(self):
        self._go.wait()
        return NOTHING_RENDERED.saliency_key

    grey = None
    saliency = ()


def test_the_window_does_not_wait_for_pixels_that_another_thread_makes(busy, qtbot):
    pane, go = busy
    pane.show_scene(bare(breast_scene()), ahead=True)
    QTest.qWait(60)
    assert not pane.has_painted_newest
    go.set()
    qtbot.waitUntil(lambda: pane.has_painted_image)
    assert grey_of(pane).max() > 0


def test_a_scene_replaced_while_its_pixels_are_made_is_never_painted(busy, qtbot):
    pane, go = busy
    first, second = bare(breast_scene()), bare(breast_scene())
    pane.show_scene(first, ahead=True)
    pane.show_scene(second, ahead=True)
    go.set()
    qtbot.waitUntil(lambda: pane.has_painted_image)
    assert pane.scene is second


@pytest.mark.parametrize(("view", "stays"), [("LCC", True), ("RCC", False)])
def test_a_paint_asked_for_meanwhile_shows_the_same_image_as_it_was_or_black_and_does_not_wait(
    busy, qtbot, view, stays
):
    pane, go = busy
    go.set()
    pane.show_scene(breast_scene("LCC", seed=1), ahead=True)
    qtbot.waitUntil(lambda: pane.has_painted_image)
    before = grey_of(pane)
    assert before.any()
    held_up(pane, go)
    pane.show_scene(with_boxes(breast_scene(view, seed=2)), ahead=True)
    assert np.array_equal(grey_of(pane), before if stays else np.zeros_like(before))
    assert not pane.has_painted_newest
    go.set()
    qtbot.waitUntil(lambda: pane.has_painted_image)
    assert not np.array_equal(grey_of(pane), before)


def held_up(pane: ImagePane, go: threading.Event) -> None:
    """Hold the thread that makes pixels up again, until the event is set."""
    go.clear()
    pane._view._ahead._threads.begin(breast_scene(), Blocking(go))


def shown_at_another_size(pane: ImagePane, scene, qtbot) -> None:
    pane.resize(scene.pane_width, scene.pane_height)
    pane.show_scene(scene, ahead=True)
    QTest.qWait(60)


def test_a_pane_of_another_size_shows_the_image_as_it_was_until_its_pixels_are_ready(busy, qtbot):
    pane, go = busy
    go.set()
    small = breast_scene()
    pane.show_scene(small, ahead=True)
    qtbot.waitUntil(lambda: pane.has_painted_image)
    held_up(pane, go)
    large = breast_scene(width=700, height=560, frame=small.image.frame)
    shown_at_another_size(pane, large, qtbot)
    assert not pane.has_painted_newest
    stand_in = grey_of(pane)
    go.set()
    qtbot.waitUntil(lambda: pane.has_painted_image)
    pane.show_scene(bare(large))
    pane.finish_rendering()
    final = grey_of(pane)
    # The same picture but for its sharpness; no words, boxes or heat over it meanwhile.
    assert np.abs(stand_in.astype(int) - final).mean() < 6
    assert np.corrcoef(stand_in.ravel(), final.ravel())[0, 1] > 0.97


def test_an_image_that_was_not_shown_before_has_nothing_in_its_place(busy, qtbot):
    pane, go = busy
    go.set()
    pane.show_scene(breast_scene(seed=1), ahead=True)
    qtbot.waitUntil(lambda: pane.has_painted_image)
    held_up(pane, go)
    shown_at_another_size(pane, breast_scene(width=700, height=560, seed=2), qtbot)
    assert not grey_of(pane).any()
    go.set()
    qtbot.waitUntil(lambda: pane.has_painted_image)


def test_a_late_still_picture_of_another_slice_is_dropped(pane, qtbot):
    pane.show_scene(breast_scene(seed=1))
    QApplication.processEvents()
    pane._view._render_still()
    newest = breast_scene(seed=2)
    pane.show_scene(newest)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: pane.is_final, timeout=5000)
    assert newest.image is not None
    grey = pane._view._raster.grey
    assert grey is not None
    assert grey.key == newest.image.key


def test_finish_rendering_is_final_at_once(pane):
    pane.show_scene(breast_scene())
    pane.finish_rendering()
    assert pane.is_final


def test_a_change_of_overlay_keeps_the_still_picture(pane):
    scene = breast_scene()
    pane.show_scene(scene)
    pane.finish_rendering()
    QApplication.processEvents()
    pane.show_scene(replace(scene, saliency=(), boxes=()))
    QApplication.processEvents()
    assert pane.is_final


def test_an_empty_pane_is_pure_black(pane):
    assert not grey_of(pane).any()


def test_the_wheel_scrolls_slices_and_collects_small_movements(pane):
    seen = collected(pane.scrolled)
    wheel(pane, -120)
    wheel(pane, 240)
    for _ in range(4):
        wheel(pane, -30)
    assert seen == [(1,), (-2,), (1,)]


def test_ctrl_and_the_wheel_zoom_about_the_pointer(pane):
    scrolled, zoomed = collected(pane.scrolled), collected(pane.zoomed)
    wheel(pane, 120, Qt.KeyboardModifier.ControlModifier)
    assert scrolled == []
    ((factor, x, y),) = zoomed
    assert factor > 1
    ratio = pane.devicePixelRatioF()
    assert (x, y) == (100 * ratio, 120 * ratio)


def test_dragging_left_changes_the_window(pane):
    dragged, activated = collected(pane.window_dragged), collected(pane.activated)
    drag(pane, LEFT, (100, 100), (130, 110), (150, 90))
    assert sum(x for x, _ in dragged) == 50
    assert sum(y for _, y in dragged) == -10
    assert len(activated) == 1


def test_dragging_the_middle_button_pans(pane):
    panned = collected(pane.panned)
    drag(pane, MIDDLE, (100, 100), (130, 140))
    ratio = pane.devicePixelRatioF()
    assert panned == [(30 * ratio, 40 * ratio)]


def test_dragging_right_zooms_and_opens_no_menu(pane):
    zoomed, menus = collected(pane.zoomed), collected(pane.menu_requested)
    drag(pane, RIGHT, (100, 200), (100, 150))
    assert menus == []
    ((factor, x, y),) = zoomed
    assert factor > 1
    ratio = pane.devicePixelRatioF()
    assert (x, y) == (100 * ratio, 200 * ratio)


def test_a_right_click_opens_the_menu(pane):
    zoomed, menus = collected(pane.zoomed), collected(pane.menu_requested)
    QTest.mouseClick(pane, RIGHT, pos=QPoint(50, 60))
    assert zoomed == []
    assert menus == [(pane.mapToGlobal(QPoint(50, 60)),)]


def test_a_tremor_during_a_click_is_no_drag(pane):
    dragged = collected(pane.window_dragged)
    drag(pane, LEFT, (100, 100), (102, 101))
    assert dragged == []


def test_what_a_button_does_can_be_chosen(pane):
    panned, scrolled = collected(pane.panned), collected(pane.scrolled)
    pane.set_drag_action(LEFT, DragAction.PAN)
    pane.set_drag_action(MIDDLE, DragAction.SCROLL)
    pane.set_drag_action(RIGHT, DragAction.NONE)
    drag(pane, LEFT, (100, 100), (130, 100))
    drag(pane, MIDDLE, (100, 100), (100, 124))
    drag(pane, RIGHT, (100, 100), (100, 124))
    assert len(panned) == 1
    assert scrolled == [(4,)]
    assert pane.drag_action(RIGHT) is DragAction.NONE


def test_a_double_click_asks_for_one_view(pane):
    seen = collected(pane.maximise_requested)
    QTest.mouseDClick(pane, LEFT, pos=QPoint(50, 60))
    assert seen == [()]


def test_a_click_on_a_box_that_is_drawn_reports_its_number(pane):
    seen = collected(pane.box_clicked)
    scene = with_boxes(breast_scene(), Box(top=120, left=60, height=50, width=50))
    x, y = scene.viewport.to_device(120, 85)
    ratio = pane.devicePixelRatioF()
    for shown in (scene, replace(scene, boxes=())):
        pane.show_scene(shown)
        pane.grab()
        QTest.mouseClick(pane, LEFT, pos=QPoint(round(x / ratio), round(y / ratio)))
        QTest.mouseClick(pane, LEFT, pos=QPoint(480, 200))
    assert seen == [(1,)]


def test_the_size_is_reported_in_device_pixels(pane):
    seen = collected(pane.pane_resized)
    pane.resize(320, 240)
    ratio = pane.devicePixelRatioF()
    assert seen[-1] == (round(320 * ratio), round(240 * ratio))
    assert pane.device_size == seen[-1]


def test_dropped_files_are_reported(pane, tmp_path):
    seen = collected(pane.files_dropped)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl("https://example.org/x")])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    pane.dropEvent(event)
    assert seen == [([Path(tmp_path)],)]


def test_keys_reach_the_window_and_a_click_takes_the_focus_from_a_text_field(qtbot):
    keys = []

    class Window(QWidget):
        def keyPressEvent(self, event):  # noqa: N802
            keys.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    field, pane = QLineEdit(), ImagePane(name="LCC")
    layout.addWidget(field)
    layout.addWidget(pane)
    window.resize(300, 300)
    window.show()
    qtbot.waitExposed(window)
    field.setFocus()
    QTest.mouseClick(pane, LEFT, pos=QPoint(20, 20))
    assert window.focusWidget() is pane
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_I)
    assert keys == [Qt.Key.Key_Down, Qt.Key.Key_I]


def test_the_pane_tells_assistive_technology_what_it_shows(pane):
    pane.show_scene(breast_scene())
    assert pane.accessibleName() == "LCC pane"
    assert "8/20, 7.0 mm" in pane.accessibleDescription()


def test_whole_steps_are_taken_out_and_a_turn_starts_anew():
    steps = Accumulator(per_step=120)
    assert [steps.add(amount) for amount in (50, 50, 50, -10, -110)] == [0, 0, 1, 0, -1]
