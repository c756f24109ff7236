"""The slice strip: looks, clicks, and keys that go on working."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from viewer.rendering.strip import StripData, StripMark, StripSpan
from viewer.ui.strip.slice_strip import SliceStrip
from viewer.ui.strip.strip_layout import StripLayout

LEFT = Qt.MouseButton.LeftButton
PLAIN = StripData(slices=70, slice_index=33, label="34/70, 33.0 mm")
PEAKS = replace(
    PLAIN,
    benign=np.linspace(0, 0.5, 70).astype(np.float32),
    malignant=np.linspace(0.9, 0, 70).astype(np.float32),
    marks=(
        StripMark(slice_index=10, number=1, malignant=True),
        StripMark(slice_index=60, number=2, malignant=False),
    ),
    decoded=frozenset(range(20, 50)),
)


@pytest.fixture
def strip(qtbot):
    widget = SliceStrip()
    qtbot.addWidget(widget)
    widget.resize(900, 64)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def pixels_of(widget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return pixels[..., :3].astype(int)


def x_of(widget, slice_index: int) -> int:
    layout = StripLayout(width=widget.width(), height=widget.height(), slices=70)
    return round(layout.cell(slice_index).center().x())


def collected(signal) -> list[tuple[object, ...]]:
    seen: list[tuple[object, ...]] = []
    signal.connect(lambda *values: seen.append(values))
    return seen


def test_every_slice_has_a_place_and_ends_are_clamped(strip):
    strip.show_strip(PLAIN)
    assert [strip.slice_at(x_of(strip, index)) for index in range(70)] == list(range(70))
    assert strip.slice_at(-50) == 0
    assert strip.slice_at(5000) == 69


def test_a_click_and_a_drag_choose_slices(strip):
    strip.show_strip(PLAIN)
    seen = collected(strip.slice_chosen)
    QTest.mousePress(strip, LEFT, pos=QPoint(x_of(strip, 10), 30))
    strip.show_strip(replace(PLAIN, slice_index=10))
    QTest.mouseMove(strip, QPoint(x_of(strip, 12), 30))
    QTest.mouseRelease(strip, LEFT, pos=QPoint(x_of(strip, 12), 30))
    assert seen[0] == (10,)


def test_the_slice_already_shown_is_not_chosen_again(strip):
    strip.show_strip(PLAIN)
    seen = collected(strip.slice_chosen)
    QTest.mouseClick(strip, LEFT, pos=QPoint(x_of(strip, 33), 30))
    assert seen == []


@pytest.mark.parametrize(("angle", "chosen"), [(-120, 34), (240, 31)])
def test_the_wheel_scrolls_as_over_the_image(strip, angle, chosen):
    strip.show_strip(PLAIN)
    seen = collected(strip.slice_chosen)
    position = QPointF(300, 30)
    event = QWheelEvent(
        position,
        strip.mapToGlobal(position),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip, event)
    assert seen == [(chosen,)]


def test_after_a_click_no_widget_keeps_the_arrow_keys(qtbot):
    keys = []

    class Window(QWidget):
        def keyPressEvent(self, event):  # noqa: N802
            keys.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    field, strip = QLineEdit(), SliceStrip()
    layout.addWidget(field)
    layout.addWidget(strip)
    window.resize(600, 150)
    window.show()
    qtbot.waitExposed(window)
    strip.show_strip(PLAIN)
    field.setFocus()
    QTest.mouseClick(strip, LEFT, pos=QPoint(300, 30))
    assert window.focusWidget() is None
    QTest.keyClick(window, Qt.Key.Key_Down)
    assert keys == [Qt.Key.Key_Down]


def test_malignant_stands_above_and_benign_below_the_axis(strip):
    strip.show_strip(PEAKS)
    pixels = pixels_of(strip)
    layout = StripLayout(width=strip.width(), height=strip.height(), slices=70)
    middle = layout.track.center().y()
    blue, green, red = (pixels[..., channel] for channel in range(3))
    reddish, greenish = red - green > 80, green - red > 60
    track = np.zeros(pixels.shape[:2], bool)
    track[int(layout.track.top()) : int(layout.track.bottom()), 80:760] = True
    assert np.nonzero(reddish & track)[0].max() <= middle + 1
    assert np.nonzero(greenish & track)[0].min() >= middle - 1
    assert blue.max() > 0


def test_ticks_stand_on_the_slices_of_the_patches(strip):
    strip.show_strip(replace(PEAKS, benign=None, malignant=None))
    with_ticks = pixels_of(strip)
    strip.show_strip(replace(PEAKS, benign=None, malignant=None, marks=()))
    changed = (with_ticks != pixels_of(strip)).any(axis=-1)
    columns = np.flatnonzero(changed.any(axis=0))
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 20) + 1)
    centres = [group.mean() for group in groups]
    assert centres == pytest.approx([x_of(strip, 10), x_of(strip, 60)], abs=2)


def test_decoded_slices_are_underlined(strip):
    strip.show_strip(replace(PLAIN, decoded=frozenset(range(20, 50))))
    with_line = pixels_of(strip)
    strip.show_strip(PLAIN)
    changed = (with_line != pixels_of(strip)).any(axis=-1)
    columns = np.flatnonzero(changed.any(axis=0))
    layout = StripLayout(width=strip.width(), height=strip.height(), slices=70)
    assert columns.min() == pytest.approx(layout.cell(20).left(), abs=2)
    assert columns.max() == pytest.approx(layout.cell(49).right(), abs=2)


def test_the_pointer_is_told_what_the_ai_found_there(strip):
    strip.show_strip(PEAKS)
    assert strip.tip_at(x_of(strip, 10)) == (
        "slice 11, malignant up to 0.77, benign up to 0.07, patch 1"
    )
    strip.show_strip(PLAIN)
    assert strip.tip_at(x_of(strip, 10)) == "slice 11"


def test_one_slice_and_no_stack_are_drawn(strip):
    strip.show_strip(StripData(slices=1, slice_index=0, label="1/1"))
    assert strip.slice_at(400) == 0
    strip.show_strip(None)
    assert strip.slice_at(400) is None
    assert len(np.unique(pixels_of(strip).reshape(-1, 3), axis=0)) == 1


def test_the_strip_tells_assistive_technology_where_the_reader_is(strip):
    strip.show_strip(PLAIN)
    assert strip.accessibleDescription() == "34/70, 33.0 mm"


def test_a_step_does_not_make_the_kept_picture_again_and_looks_like_a_strip_drawn_anew(
    strip, qtbot
):
    def stepped(index):
        return replace(
            PEAKS, slice_index=index, label=f"{index + 1}/70", seen=frozenset(range(index))
        )

    for index in range(3, 9):
        strip.show_strip(stepped(index))
        shown = pixels_of(strip)
    assert strip.pictures_made == 1
    fresh = SliceStrip()
    qtbot.addWidget(fresh)
    fresh.resize(strip.size())
    fresh.show_strip(stepped(8))
    assert np.abs(shown - pixels_of(fresh)).max() <= 2


def test_another_result_makes_another_picture(strip):
    for _ in range(3):
        strip.show_strip(PEAKS)
        before = pixels_of(strip)
    strip.show_strip(replace(PEAKS, malignant=np.full(70, 0.1, np.float32)))
    first = pixels_of(strip)
    assert (first != before).any()
    assert (pixels_of(strip) == first).all(axis=-1).mean() > 0.99
    assert strip.pictures_made == 2


def test_a_drawn_mark_has_a_bar_under_its_slices_and_is_said(strip):
    strip.show_strip(PEAKS)
    without = pixels_of(strip)
    drawn = replace(PEAKS, drawn=(StripSpan(number=3, first_slice=40, last_slice=44),))
    strip.show_strip(drawn)
    changed = np.flatnonzero((pixels_of(strip) != without).any(axis=(0, 2)))
    assert x_of(strip, 39) < changed.min() <= x_of(strip, 40)
    assert x_of(strip, 44) <= changed.max() < x_of(strip, 45) + 1
    assert "mark 3" in strip.tip_at(x_of(strip, 42))
    assert "mark" not in strip.tip_at(x_of(strip, 46))
    for slice_index in (19, 20, 21):
        made = strip.pictures_made
        strip.show_strip(replace(drawn, slice_index=slice_index))
        pixels_of(strip)
    assert strip.pictures_made == made
