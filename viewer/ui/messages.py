"""The one place where problems are shown, and where whatever nobody caught ends up."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem, ProblemKind, problem_of
from viewer.logs import log_bug
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.status_bar import StatusBar


class Messages(QObject):
    """Problems go to the bar above the images, where they stay; passing words to the status bar."""

    _caught = Signal(Problem)

    def __init__(
        self, *, notices: NoticeBar, status: StatusBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._status = status
        self._said_once: set[str] = set()
        self._caught.connect(self.problem)

    @Slot(Problem)
    def problem(self, problem: Problem) -> None:
        """Show what went wrong until it is closed."""
        self._notices.add(
            problem.message, problem.hint, is_error=problem.kind is not ProblemKind.FIXABLE
        )

    @Slot(str)
    def notice(self, text: str) -> None:
        """Show something the user should know, once in the life of the window."""
        if text not in self._said_once:
            self._said_once.add(text)
            self._notices.add(text, "", is_error=False)

    @Slot(str)
    def passing(self, text: str) -> None:
        """Say something for a few seconds."""
        self._status.say(text)

    def catch_everything(self) -> None:
        """Log and show what no one caught, in any thread; the program goes on."""
        sys.excepthook = self._caught_here
        threading.excepthook = self._caught_in_thread

    def _caught_here(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log_bug(kind, trace, error.__cause__)
        self._caught.emit(problem_of(error))

    def _caught_in_thread(self, what: threading.ExceptHookArgs) -> None:
        error = what.exc_value or what.exc_type()
        log_bug(what.exc_type, what.exc_traceback, error.__cause__)
        self._caught.emit(problem_of(error))
