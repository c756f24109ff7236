"""The four panes, chest walls touching, or one of them alone."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QThreadPool
from PySide6.QtWidgets import QGridLayout, QWidget

from viewer.domain.hanging import Slot
from viewer.session.session import Change, Session
from viewer.session.state import SLOTS, SessionState
from viewer.ui.pane.image_pane import ImagePane

_ROW_GAP = 2
_PLACES = {Slot.RCC: (0, 0), Slot.LCC: (0, 1), Slot.RMLO: (1, 0), Slot.LMLO: (1, 1)}


class HangingView(QWidget):
    """Places the panes; what they show is the presenter's."""

    def __init__(self, *, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._still_pool = QThreadPool(self)
        self._still_pool.setMaxThreadCount(1)
        self.panes: Mapping[Slot, ImagePane] = {
            slot: ImagePane(name=slot.value, still_pool=self._still_pool, parent=self)
            for slot in SLOTS
        }
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(_ROW_GAP)
        for slot, (row, column) in _PLACES.items():
            self._grid.addWidget(self.panes[slot], row, column)
        self._place(session.state)
        session.changed.connect(self._follow)

    def finish(self) -> None:
        """Wait for pictures that are being rendered, before the panes go."""
        self._still_pool.clear()
        self._still_pool.waitForDone()

    def _follow(self, change: Change) -> None:
        if change.touches("layout", "active"):
            self._place(change.new)

    def _place(self, state: SessionState) -> None:
        shown = state.shown_slots
        for slot, (row, column) in _PLACES.items():
            self.panes[slot].setVisible(slot in shown)
            self._grid.setRowStretch(row, 1 if any(_PLACES[s][0] == row for s in shown) else 0)
            in_column = any(_PLACES[s][1] == column for s in shown)
            self._grid.setColumnStretch(column, 1 if in_column else 0)
        self._grid.setVerticalSpacing(_ROW_GAP if len(shown) > 1 else 0)
