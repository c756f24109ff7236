"""Where the keyboard is: at the images, unless the reader took it to another part by a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QSlider,
    QTextEdit,
    QWidget,
)

from viewer.ui.row_keys import OWN_FRAME
from viewer.ui.theme import ACCENT

_TEXT_FIELDS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_CONTROLS = (QAbstractButton, QSlider, QComboBox)
_LEAVES = (Qt.Key.Key_Escape,)
_ENDS_TEXT = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class KeyboardPlace(QObject):
    """Gives the keyboard back to the images after a click, and takes it to the parts of a window.

    home: the images; while they are hidden, every widget keeps the keyboard it got.
    regions: the parts with controls, in the order in which they are stepped through.
    """

    def __init__(self, *, window: QWidget, home: QWidget, regions: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._home = home
        self._regions = tuple(regions)
        self._region: QWidget | None = None
        self._watched: QWidget | None = None
        self._ring = _Ring(window)
        self._is_given_at_random = False
        self._activation = _Activation(window, self._activated)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    @property
    def region(self) -> QWidget | None:
        """The part the keyboard was taken to; None while it is at the images."""
        return self._region

    def step_region(self, by: int) -> None:
        """Take the keyboard to the next (1) or the previous (-1) part that has controls."""
        places: list[QWidget | None] = [None]
        places += [region for region in self._regions if _controls(region)]
        here = places.index(self._region) if self._region in places else 0
        region = places[(here + by) % len(places)]
        if region is None:
            self.go_home()
            return
        self._region = region
        _controls(region)[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def go_home(self) -> None:
        """Give the keyboard to the images."""
        self._region = None
        focused = self._window.focusWidget()
        if focused is not None:
            focused.clearFocus()
        self._ring.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at the keys of the one widget that has the keyboard and is not at the images."""
        if event.type() == QEvent.Type.ShortcutOverride and self._region is not None:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(watched, event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Hide):
            self._draw_ring()
        return False

    def _typed(self, field: QWidget) -> None:
        """Leave a text field, unless the page it is on has given the keyboard on by itself."""
        if field.hasFocus() or not field.isVisible():
            self.go_home()

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        key = event.key()
        if isinstance(watched, _TEXT_FIELDS):
            keeps_return = isinstance(watched, QPlainTextEdit | QTextEdit)
            if key in _ENDS_TEXT and not (keeps_return and key != Qt.Key.Key_Escape):
                # The field first does what it does at the end of typing.
                QTimer.singleShot(0, self, lambda: self._typed(watched))
            return False
        if self._region is None:
            return False
        if key in _LEAVES:
            self.go_home()
            return True
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._step_control(-1 if key == Qt.Key.Key_Backtab else 1)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(watched, QAbstractButton):
            watched.click()
            return True
        return False

    def _step_control(self, by: int) -> None:
        controls = _controls(self._region) if self._region is not None else []
        if not controls:
            self.go_home()
            return
        focused = self._window.focusWidget()
        here = controls.index(focused) if focused in controls else 0
        controls[(here + by) % len(controls)].setFocus(Qt.FocusReason.TabFocusReason)

    def _activated(self) -> None:
        """Qt gives the keyboard of a window that had it nowhere to the first control it finds."""
        self._is_given_at_random = self._window.focusWidget() is None
        QTimer.singleShot(0, self, self._end_activation)

    def _end_activation(self) -> None:
        self._is_given_at_random = False

    def _follow(self, old: QWidget | None, now: QWidget | None) -> None:
        """Send the keyboard home where a click, an ended editor or Qt itself left it elsewhere."""
        if self._is_given_at_random and now is not None and self._home.isVisible():
            self._is_given_at_random = False
            self.go_home()
            return
        self._watch(now if now is not None and now.window() is self._window else None)
        if now is None or now.window() is not self._window or not self._home.isVisible():
            return
        if now is self._home or self._home.isAncestorOf(now):
            self._region = None
            self._ring.hide()
        elif _came_by_mouse() and not _is_text(now):
            self._region = None
            QTimer.singleShot(0, self, self.go_home)
        elif self._region is None and not _is_text(now):
            was_editor = old is not None and _is_text(old) and now.isAncestorOf(old)
            if was_editor or isinstance(now, QComboBox):
                QTimer.singleShot(0, self, self.go_home)
        else:
            self._draw_ring()

    def _watch(self, widget: QWidget | None) -> None:
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        self._watched = widget if widget is None or not self._home.isAncestorOf(widget) else None
        if self._watched is not None:
            self._watched.installEventFilter(self)
            _bring_into_sight(self._watched)
        else:
            self._ring.hide()

    def _draw_ring(self) -> None:
        """Mark the control that has the keyboard."""
        watched = self._watched
        if self._region is None or watched is None or not watched.isVisible():
            self._ring.hide()
            return
        if watched.property(OWN_FRAME):
            self._ring.hide()
            return
        corner = watched.mapTo(self._window, QPoint(0, 0))
        self._ring.show_around(QRect(corner, watched.size()))


class _Activation(QObject):
    """Tells when a window becomes the active one, before Qt gives its keyboard to a widget."""

    def __init__(self, window: QWidget, activated: Callable[[], None]) -> None:
        super().__init__(window)
        self._tell = activated
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Only look."""
        del watched
        if event.type() == QEvent.Type.WindowActivate:
            self._tell()
        return False


class _Ring(QWidget):
    """A frame around what has the keyboard, above everything else in the window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_around(self, place: QRect) -> None:
        """Show it around a place of the window."""
        self.setGeometry(place.adjusted(-2, -2, 2, 2))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the frame."""
        del event
        painter = QPainter(self)
        painter.setPen(QPen(QColor(ACCENT), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


def _controls(region: QWidget) -> list[QWidget]:
    """What can be used by keys in a part of the window, from top to bottom and left to right."""
    if not region.isVisible():
        return []
    found = [
        widget
        for widget in region.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget, QScrollBar | QScrollArea)
        and (isinstance(widget, _CONTROLS) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus)
    ]
    return [widget for widget in found if not _is_part_of(widget, found)]


def _is_part_of(widget: QWidget, others: Sequence[QWidget]) -> bool:
    """Whether it is inside another control, as the field of a spin box is."""
    return any(other is not widget and other.isAncestorOf(widget) for other in others)


def _is_text(widget: QWidget) -> bool:
    return isinstance(widget, _TEXT_FIELDS) or (
        isinstance(widget, QComboBox) and widget.isEditable()
    )


def _came_by_mouse() -> bool:
    return QApplication.mouseButtons() != Qt.MouseButton.NoButton


def _bring_into_sight(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea) and not widget.property(OWN_FRAME):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()
