"""Builds what belongs to moving through volumes in the main window."""

from __future__ import annotations

from PySide6.QtCore import QObject

from viewer.session.session import Session
from viewer.ui.hanging_view import HangingView
from viewer.ui.seen_recorder import SeenRecorder


class MovingParts(QObject):
    """Owns the long-lived objects of moving; the reading window has none of them."""

    def __init__(
        self, *, session: Session, hanging: HangingView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.seen = SeenRecorder(session=session, hanging=hanging, parent=self)
