"""Between the session and the loupe: it follows the pointer over the panes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from viewer.rendering.loupe import tissue_middle
from viewer.session.grey_view import loupe_resized, loupe_zoomed
from viewer.session.session import Change, Session
from viewer.ui.hanging_view import HangingView
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.loupe_square import LoupeSquare
from viewer.ui.pane.mouse import wheel_steps

_ZOOM_WHEEL = Qt.KeyboardModifier.ShiftModifier
_SIZE_WHEEL = Qt.KeyboardModifier.AltModifier
_SHOWING_POINTER = frozenset(
    {QEvent.Type.Leave, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}
)
"""A menu, a dialog or a drag may follow, which need the pointer."""


class LoupePresenter(QObject):
    """Shows one loupe while the session says so.

    It lies under the pointer; over no pane, on the tissue of the active one, so that it serves
    without a mouse. The pointer, which would hide what the loupe's middle shows, is hidden while
    the loupe follows it with no button down.
    """

    def __init__(
        self, *, session: Session, hanging: HangingView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._hanging = hanging
        self._square: LoupeSquare | None = None
        self._wheel = wheel_steps()
        session.changed.connect(self._follow)

    @property
    def square(self) -> LoupeSquare | None:
        """The loupe on screen; None while there is none."""
        return self._square

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the pointer while the loupe is on; take its own wheel."""
        if not isinstance(watched, ImagePane):
            return False
        if event.type() in _SHOWING_POINTER:
            watched.hide_pointer(False)
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            self._show(watched, event.position())
            _hide_pointer(watched, event.buttons())
        elif isinstance(event, QWheelEvent):
            return self._turned(event)
        return False

    def _follow(self, change: Change) -> None:
        loupe = change.new.options.grey.loupe
        if not loupe.shown:
            if change.old.options.grey.loupe.shown:
                self._put_away()
        elif not change.old.options.grey.loupe.shown:
            self._bring()
        elif change.touches("options") and self._square is not None:
            self._show(self._square.pane, self._square.centre)
        elif change.touches("active", "exam_id", "layout", "protocol", "stage_index"):
            self._put_away()
            self._bring()

    def _bring(self) -> None:
        for pane in self._hanging.made_panes:
            pane.setMouseTracking(True)
            pane.installEventFilter(self)
        found, centre = self._place()
        if found is not None:
            self._show(found, centre)
            if found.rect().contains(found.mapFromGlobal(QCursor.pos())):
                _hide_pointer(found, QApplication.mouseButtons())

    def _put_away(self) -> None:
        for pane in self._hanging.made_panes:
            pane.removeEventFilter(self)
            pane.hide_pointer(False)
        if self._square is not None:
            self._square.hide()
            self._square.deleteLater()
        self._square = None

    def _place(self) -> tuple[ImagePane | None, QPointF]:
        state = self._session.state
        pointer = QCursor.pos()
        for slot in state.shown_slots:
            pane = self._hanging.panes.get(slot)
            if pane is None or state.image_in(slot) is None:
                continue
            local = pane.mapFromGlobal(pointer)
            if pane.isVisible() and pane.rect().contains(local):
                return pane, QPointF(local)
        active = self._hanging.panes.get(state.active)
        return active, QPointF() if active is None else _middle_of(active)

    def _show(self, pane: ImagePane, centre: QPointF) -> None:
        if self._square is None or self._square.pane is not pane:
            if self._square is not None:
                self._square.hide()
                self._square.deleteLater()
            self._square = LoupeSquare(pane)
        self._square.show_at(centre, self._session.state.options.grey.loupe)

    def _turned(self, event: QWheelEvent) -> bool:
        """Whether a turn of the wheel was the loupe's."""
        held = event.modifiers()
        if not held & (_ZOOM_WHEEL | _SIZE_WHEEL):
            return False
        # With Alt, and on some systems with Shift, a wheel turns sideways.
        angle = event.angleDelta().y() or event.angleDelta().x()
        steps = self._wheel.add(angle)
        if steps:
            change = loupe_zoomed if held & _ZOOM_WHEEL else loupe_resized
            self._session.apply(lambda state: change(state, steps))
        event.accept()
        return True


def _hide_pointer(pane: ImagePane, buttons: Qt.MouseButton) -> None:
    """Hide the pointer over what the loupe shows of a pane, unless a button is down."""
    has_image = pane.scene is not None and pane.scene.image is not None
    pane.hide_pointer(has_image and buttons == Qt.MouseButton.NoButton)


def _middle_of(pane: ImagePane) -> QPointF:
    """Where an eye would look first, in logical pixels."""
    if pane.scene is None:
        return QPointF(pane.rect().center())
    return QPointF(*tissue_middle(pane.scene)) / pane.devicePixelRatioF()
