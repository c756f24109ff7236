"""What stands around the images of another exam is painted part by part, blank until then."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtCore import Slot as QtSlot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from viewer.session.session import Change, Session
from viewer.ui.theme import CHROME


class PaintedLater(QObject):
    """Paints the parts around the images in turns of their own when much changes at once.

    All parts take the change at once; only their painting waits, some milliseconds. Painted
    together they would hold up the reader's next key. A part that showed another exam is blank
    meanwhile: nobody sees the scores of one exam beside the images of the next.
    """

    def __init__(
        self, *, session: Session, parts: Sequence[QWidget], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._covers = tuple(_Cover(part) for part in parts)
        self._held: deque[_Cover] = deque()
        # Runs when nothing else waits, so after what has been asked for is painted.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._let_one_paint)
        session.changed.connect(self._follow)

    @property
    def is_waiting(self) -> bool:
        """Whether a part has not been let paint."""
        return bool(self._held)

    def hold(self) -> None:
        """Let the parts be painted one by one; until then as they were, blank where they come."""
        for cover in self._covers:
            if cover.part.updatesEnabled():
                cover.part.setUpdatesEnabled(False)
                self._held.append(cover)
        self._timer.start()

    def _follow(self, change: Change) -> None:
        if change.touches("exam_id"):
            self.hold()
            for cover in self._covers:
                if cover.part.isVisible():
                    cover.show()

    @QtSlot()
    def _let_one_paint(self) -> None:
        if self._held:
            cover = self._held.popleft()
            cover.hide()
            cover.part.setUpdatesEnabled(True)
        if not self._held:
            self._timer.stop()


class _Cover(QWidget):
    """Lies over a part, as empty as the window around it."""

    def __init__(self, part: QWidget) -> None:
        super().__init__(part.parentWidget())
        self.part = part
        self.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # The keys and the mouse mean the part.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay where the part is, and go with it."""
        del watched
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.setGeometry(self.part.geometry())
        elif event.type() == QEvent.Type.Hide:
            self.hide()
        elif event.type() == QEvent.Type.Show and not self.part.updatesEnabled():
            # Where it comes, the images before would be seen until it is painted.
            self.show()
        return False

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Take the part's place, above it."""
        super().showEvent(event)
        self.setGeometry(self.part.geometry())
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Fill what is asked for."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(CHROME))
        painter.end()
