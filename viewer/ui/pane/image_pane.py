"""The pane widget: shows a scene and turns the mouse into facts for the session."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QThreadPool, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from viewer.domain.frame import Frame
from viewer.domain.gestures import DragAction, Gestures, WheelAction
from viewer.jobs.raster_ahead import RasterAhead
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import load_fonts
from viewer.ui.image_mime import image_in_mime
from viewer.ui.pane.drop_mark import DropMark
from viewer.ui.pane.hand import PaneHand
from viewer.ui.pane.mouse import (
    DEFAULT_DRAGS,
    drag_steps,
    wheel_steps,
    zoom_of_drag,
    zoom_of_wheel,
)
from viewer.ui.pane.scene_view import SceneView


class ImagePane(QWidget):
    """One place of the hanging. Draws scenes, reports the mouse, decides nothing."""

    scene_shown = Signal()
    """Another scene is shown from now."""
    scrolled = Signal(int)
    """Slices forward (wheel towards the reader) or backward."""
    zoomed = Signal(float, float, float)
    """Factor, and the device pixel (x, y) that stays where it is."""
    panned = Signal(float, float)
    """Device pixels to the right and down."""
    window_dragged = Signal(float, float)
    """Logical pixels to the right and down since the last report."""
    activated = Signal()
    """A mouse button went down here."""
    maximise_requested = Signal()
    pane_resized = Signal(int, int)
    """Width and height in device pixels."""
    menu_requested = Signal(QPoint)
    """A right click without a drag, in global coordinates."""
    box_clicked = Signal(int)
    """The number of the patch whose box or label was clicked."""
    clicked = Signal(float, float)
    """A left click without a drag, in device pixels."""
    files_dropped = Signal(list)
    """Local paths (pathlib.Path)."""
    image_dropped = Signal(str)
    """The id of an image that was dragged here."""

    def __init__(
        self,
        *,
        name: str,
        still_pool: QThreadPool | None = None,
        raster_ahead: RasterAhead | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty pane.

        name: the place in the hanging, such as "RCC", for assistive technology.
        still_pool: where antialiased pictures are made; panes of a window share one.
        raster_ahead: where scenes shown with `ahead` are rendered; None: as they are painted.
        """
        super().__init__(parent)
        load_fonts()
        self._drags = dict(DEFAULT_DRAGS)
        self._pressed = Qt.MouseButton.NoButton
        self._press_point = QPointF()
        self._last_point = QPointF()
        self._is_dragging = False
        self._follows_double_click = False
        self._hand: PaneHand | None = None
        self._in_hand = False
        self._tool_cursor: Qt.CursorShape | None = None
        self._pointer_hides = False
        self._wheel = wheel_steps()
        self._wheel_zooms = False
        self._drag = drag_steps()
        self._view = SceneView(
            still_pool=still_pool or QThreadPool(self), raster_ahead=raster_ahead, parent=self
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self._drop_mark = DropMark(self)
        self.setAccessibleName(f"{name} pane")
        self.setAcceptDrops(True)
        # A click takes the focus away from text fields, but no key is ever used here.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(64, 64)

    @property
    def scene(self) -> PaneScene | None:
        """What is shown."""
        return self._view.scene

    @property
    def is_final(self) -> bool:
        """True when the antialiased picture is on screen."""
        return self._view.is_final

    @property
    def has_painted_image(self) -> bool:
        """True when the image of the newest scene has been on screen."""
        return self._view.has_painted_image

    @property
    def has_painted_newest(self) -> bool:
        """True when the newest scene has been on screen, with or without an image."""
        return self._view.has_painted_newest

    @property
    def device_size(self) -> tuple[int, int]:
        """Width and height in device pixels: the size of the scene to show."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def show_scene(self, scene: PaneScene, *, ahead: bool = False) -> None:
        """Show a scene at the next repaint; a scene replaced before that is never drawn.

        ahead: begin to render it now, in another thread: worth it where several panes change.
        """
        self._view.show_scene(scene, ahead=ahead)
        self.setAccessibleDescription(scene.description)
        self.scene_shown.emit()

    def expect(self, frame: Frame, slice_index: int) -> None:
        """Begin to render a slice of the same image that will probably be shown next."""
        self._view.expect(frame, slice_index)

    def forget_neighbours(self) -> None:
        """Give back the pixels of slices that are not shown."""
        self._view.forget_neighbours()

    def finish_rendering(self) -> None:
        """Render at final quality at once: for screenshots and tests."""
        self._view.finish_rendering()

    def set_drag_action(self, button: Qt.MouseButton, action: DragAction) -> None:
        """Choose what dragging with a button does."""
        self._drags[button] = action

    def use_gestures(self, gestures: Gestures) -> None:
        """Take the reader's choice of what the mouse does."""
        self._drags[Qt.MouseButton.RightButton] = gestures.right_drag
        self._drags[Qt.MouseButton.MiddleButton] = gestures.middle_drag
        self._wheel_zooms = gestures.wheel is WheelAction.ZOOM

    def give_hand(self, hand: PaneHand) -> None:
        """Let a tool see the mouse before the pane does."""
        self._hand = hand
        self.setMouseTracking(True)

    def show_cursor(self, shape: Qt.CursorShape | None) -> None:
        """Show another pointer over the image; None: the usual one."""
        self._tool_cursor = shape
        self._show_pointer()

    def hide_pointer(self, hides: bool) -> None:
        """Hide the usual pointer over the image, or show it again; a tool's own stays."""
        if hides != self._pointer_hides:
            self._pointer_hides = hides
            self._show_pointer()

    def drag_action(self, button: Qt.MouseButton) -> DragAction:
        """What dragging with a button does."""
        return self._drags.get(button, DragAction.NONE)

    def event(self, event: QEvent) -> bool:
        """Report a move to a screen of another pixel density as a change of size."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.pane_resized.emit(*self.device_size)
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Report the new size."""
        super().resizeEvent(event)
        self.pane_resized.emit(*self.device_size)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave every key to the window."""
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a click or a drag."""
        if self._pressed != Qt.MouseButton.NoButton:
            return
        self._pressed = event.button()
        self._press_point = self._last_point = event.position()
        self._is_dragging = False
        self._follows_double_click = False
        self._drag = drag_steps()
        self.activated.emit()
        self._in_hand = self._hand is not None and self._hand.press(
            event.button(), self._device_point(event)
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with a drag once it has left the place of the click."""
        if self._hand is not None and self._pressed == Qt.MouseButton.NoButton:
            self._hand.hover(self._device_point(event))
        if self._hand is not None and self._in_hand:
            self._hand.drag(self._device_point(event))
        if self._pressed == Qt.MouseButton.NoButton or self._in_hand:
            return
        moved = event.position() - self._press_point
        if not self._is_dragging:
            if moved.manhattanLength() < QApplication.startDragDistance():
                return
            self._is_dragging = True
        step = event.position() - self._last_point
        self._last_point = event.position()
        self._report_drag(step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a drag, or report the click."""
        if event.button() != self._pressed:
            return
        self._pressed = Qt.MouseButton.NoButton
        if self._hand is not None and self._in_hand:
            self._in_hand = False
            self._hand.release(self._device_point(event))
            return
        if self._is_dragging or self._follows_double_click:
            return
        if event.button() == Qt.MouseButton.RightButton:
            place = event.globalPosition().toPoint()
            if self._hand is not None and self._hand.menu(self._device_point(event), place):
                return
            self.menu_requested.emit(event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton:
            self._report_click(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Ask for this pane alone, or for the whole hanging again."""
        self.mousePressEvent(event)
        self._follows_double_click = True
        if event.button() == Qt.MouseButton.LeftButton and not self._in_hand:
            self.maximise_requested.emit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Tell the tool that the pointer has gone."""
        super().leaveEvent(event)
        if self._hand is not None:
            self._hand.leave()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Scroll slices; with Ctrl, zoom about the pointer; the other way round if so chosen."""
        angle = event.angleDelta().y()
        event.accept()
        with_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if with_ctrl != self._wheel_zooms:
            point = event.position() * self.devicePixelRatioF()
            self.zoomed.emit(zoom_of_wheel(angle), point.x(), point.y())
            return
        steps = self._wheel.add(-angle)
        if steps:
            self.scrolled.emit(steps)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files and folders, and images of the list."""
        if image_in_mime(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._drop_mark.show_over(self)
        elif any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Take nothing after all."""
        self._drop_mark.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Report dropped files and folders, or an image of the list."""
        self._drop_mark.hide()
        image_id = image_in_mime(event.mimeData())
        if image_id is not None:
            event.acceptProposedAction()
            self.image_dropped.emit(image_id)
            return
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def _show_pointer(self) -> None:
        shape = self._tool_cursor
        if shape is None and self._pointer_hides:
            shape = Qt.CursorShape.BlankCursor
        if shape is None:
            self.unsetCursor()
        else:
            self.setCursor(shape)

    def _device_point(self, event: QMouseEvent) -> QPointF:
        return event.position() * self.devicePixelRatioF()

    def _report_drag(self, step: QPointF) -> None:
        """step: logical pixels since the last report."""
        ratio = self.devicePixelRatioF()
        match self.drag_action(self._pressed):
            case DragAction.WINDOW:
                self.window_dragged.emit(step.x(), step.y())
            case DragAction.PAN:
                self.panned.emit(step.x() * ratio, step.y() * ratio)
            case DragAction.ZOOM:
                anchor = self._press_point * ratio
                self.zoomed.emit(zoom_of_drag(step.y()), anchor.x(), anchor.y())
            case DragAction.SCROLL:
                steps = self._drag.add(step.y())
                if steps:
                    self.scrolled.emit(steps)
            case DragAction.NONE:
                pass

    def _report_click(self, position: QPointF) -> None:
        scene = self.scene
        if scene is None or scene.viewport is None:
            return
        device_point = position * self.devicePixelRatioF()
        self.clicked.emit(device_point.x(), device_point.y())
        number = self._view.box_at(device_point)
        if number is not None:
            self.box_clicked.emit(number)
