"""Builds what belongs to the grey scale of the window: the loupe."""

from __future__ import annotations

from PySide6.QtCore import QObject

from viewer.session.session import Session
from viewer.ui.hanging_view import HangingView
from viewer.ui.loupe_presenter import LoupePresenter


class GreyParts(QObject):
    """Owns the long-lived objects of the grey scale."""

    def __init__(
        self, *, session: Session, hanging: HangingView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.loupe = LoupePresenter(session=session, hanging=hanging, parent=self)
