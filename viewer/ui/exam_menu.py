"""The menu of open exams and of those opened last."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from viewer.jobs.recent import Recent
from viewer.session.exams import chosen
from viewer.session.session import Session
from viewer.ui.actions import CommandActions


class ExamMenu(QMenu):
    """Made anew each time it opens."""

    reopen_requested = Signal(tuple)
    """Paths of a recent exam."""

    def __init__(
        self,
        *,
        session: Session,
        recent: Recent,
        actions: CommandActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._recent = recent
        self._actions = actions
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        state = self._session.state
        for exam in state.exams:
            action = self.addAction(exam.alias)
            action.setCheckable(True)
            action.setChecked(exam.exam_id == state.exam_id)
            action.triggered.connect(lambda _=False, i=exam.exam_id: self._choose(i))
        self.addSeparator()
        for command_id in (
            "exam.worklist",
            "exam.open",
            "exam.open_folder",
            "exam.demo",
            "exam.close",
        ):
            self.addAction(self._actions.action(command_id))
        self._actions.refresh()
        if self._recent.exams:
            self.addSection("Opened last")
            for recent in self._recent.exams:
                action = self.addAction(self._recent.title(recent))
                action.triggered.connect(lambda _=False, p=recent.paths: self._reopen(p))

    def _choose(self, exam_id: str) -> None:
        self._session.apply(lambda state: chosen(state, exam_id))

    def _reopen(self, paths: tuple[object, ...]) -> None:
        self.reopen_requested.emit(paths)
