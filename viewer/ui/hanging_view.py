"""The panes of one screen: the places of the stage, chest walls touching, or one of them alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QPoint, QRect, QSize, QThreadPool, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from viewer.domain.hanging import Slot
from viewer.jobs.raster_ahead import RasterAhead
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.ui.pane.image_pane import ImagePane

_ROW_GAP = 2
_SMALLEST = QSize(128, 128)


class HangingView(QWidget):
    """Places the panes; what they show is the presenter's.

    Panes are made when a stage needs more than there are, and kept for the next; which slot a
    pane stands for changes with the stage.
    """

    pane_made = Signal(ImagePane)
    panes_placed = Signal()
    """Panes have got their places; their new sizes are best noted together."""
    menu_requested = Signal(QPoint)
    """A right click on any pane, in global coordinates."""
    files_dropped = Signal(list)
    """Local paths, dropped on any pane."""

    def __init__(
        self,
        *,
        session: Session,
        screen: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        """Make the panes of one window.

        screen: which of a stage's screens this window shows.
        """
        super().__init__(parent)
        self._session = session
        self._screen = screen
        self._still_pool = QThreadPool(self)
        self._still_pool.setMaxThreadCount(1)
        self._raster_ahead = RasterAhead()
        self._made: list[ImagePane] = []
        self._is_placing = False
        self._panes: Mapping[Slot, ImagePane] = MappingProxyType({})
        self.setMinimumSize(_SMALLEST)
        self._stage(session.state)
        session.changed.connect(self._follow)

    @property
    def panes(self) -> Mapping[Slot, ImagePane]:
        """The panes of the stage that hangs, by slot, hidden ones too."""
        return self._panes

    @property
    def made_panes(self) -> tuple[ImagePane, ...]:
        """Every pane there is, in use or not."""
        return tuple(self._made)

    @property
    def is_placing(self) -> bool:
        """Whether panes are being placed: more of them may change their size in a moment."""
        return self._is_placing

    def slot_of(self, pane: ImagePane) -> Slot | None:
        """The slot a pane stands for now; None while it is not in use."""
        return next((slot for slot, used in self._panes.items() if used is pane), None)

    def finish(self) -> None:
        """Wait for pictures that are being rendered, before the panes go."""
        self._raster_ahead.close()
        self._still_pool.clear()
        self._still_pool.waitForDone()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the new size among the panes."""
        super().resizeEvent(event)
        self._place(self._session.state)

    def _follow(self, change: Change) -> None:
        moved = change.touches("protocol", "stage_index", "screens")
        if moved or change.new.slots != change.old.slots:
            self._stage(change.new)
        elif change.touches("layout", "active"):
            self._place(change.new)

    def _stage(self, state: SessionState) -> None:
        rows = state.stage.rows_on(self._screen, state.screens)
        slots = [slot for row in rows for slot in row]
        while len(self._made) < len(slots):
            self._make()
        self._panes = MappingProxyType(dict(zip(slots, self._made, strict=False)))
        for slot, pane in self._panes.items():
            pane.setAccessibleName(f"{slot.value} pane")
        self._place(state)

    def _make(self) -> None:
        pane = ImagePane(
            name="", still_pool=self._still_pool, raster_ahead=self._raster_ahead, parent=self
        )
        pane.menu_requested.connect(self.menu_requested)
        pane.files_dropped.connect(self.files_dropped)
        self._made.append(pane)
        self.pane_made.emit(pane)

    def _place(self, state: SessionState) -> None:
        placed = place_rectangles(state.rows_on(self._screen), self.width(), self.height())
        self._is_placing = True
        for pane in self._made:
            slot = self.slot_of(pane)
            if slot is not None and slot in placed:
                pane.setGeometry(placed[slot])
            pane.setVisible(slot in placed)
        self._is_placing = False
        # Said also where panes keep their size: they may stand for other slots now.
        self.panes_placed.emit()


def place_rectangles(
    rows: tuple[tuple[Slot, ...], ...], width: int, height: int
) -> Mapping[Slot, QRect]:
    """Share an area among rows of panes: rows equally high, the panes of a row equally wide.

    Logical pixels; rows are a hair apart, panes of a row touch, so that chest walls meet.
    """
    placed: dict[Slot, QRect] = {}
    inner = height - _ROW_GAP * (len(rows) - 1)
    for number, row in enumerate(rows):
        top = inner * number // len(rows) + _ROW_GAP * number
        bottom = inner * (number + 1) // len(rows) + _ROW_GAP * number
        for column, slot in enumerate(row):
            left, right = width * column // len(row), width * (column + 1) // len(row)
            placed[slot] = QRect(left, top, right - left, bottom - top)
    return placed
