"""Says in the status bar what runs, how far it is, and cancels it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Slot

from viewer.domain.ai_state import AiState, Queued, Running
from viewer.domain.breast_ai import BreastState
from viewer.jobs.ai_runner import AiRunner
from viewer.jobs.demo_exam import DemoExam
from viewer.jobs.exam_search import ExamSearch
from viewer.jobs.inference_worker import InferenceWorker
from viewer.session.session import Change, Session
from viewer.ui.picture_desk import PictureDesk
from viewer.ui.status_bar import StatusBar

_SLICES = "slices"
_VIEWS = "views"


class StatusPresenter(QObject):
    """One thing is said at a time: a search, then the demo, then a picture, then the AI."""

    def __init__(
        self,
        *,
        session: Session,
        status: StatusBar,
        search: ExamSearch,
        demo: DemoExam,
        pictures: PictureDesk,
        runner: AiRunner,
        worker: InferenceWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._status = status
        self._search = search
        self._demo = demo
        self._pictures = pictures
        self._runner = runner
        self._steps = {"search": (0, 0), "demo": (0, 0), "picture": (0, 0)}
        self._pace = _Pace()
        session.changed.connect(self._follow)
        search.started.connect(self.show)
        search.progressed.connect(lambda done, total: self._step("search", done, total))
        demo.progressed.connect(lambda done, total: self._step("demo", done, total))
        pictures.progressed.connect(lambda done, total: self._step("picture", done, total))
        for ended in (search.ended, demo.ended, pictures.ended):
            ended.connect(self.show)
        worker.device_known.connect(status.show_device)
        status.cancel_requested.connect(self.cancel)

    @Slot()
    def show(self) -> None:
        """Say what runs now."""
        for name, is_running, words in (
            ("search", self._search.is_running, "Looking for exams"),
            ("demo", self._demo.is_running, "Making the phantom exam"),
            ("picture", self._pictures.is_running, "Writing the picture"),
        ):
            if is_running:
                done, total = self._steps[name]
                number = f" {done}/{total}" if total else ""
                self._status.show_running(words + number, done / total if total else None)
                return
        self._show_ai()

    @Slot()
    def cancel(self) -> None:
        """Cancel what is said to run."""
        for job in (self._search, self._demo, self._pictures):
            if job.is_running:
                job.cancel()
                return
        self._runner.cancel()

    def _step(self, name: str, done: int, total: int) -> None:
        self._steps[name] = (done, total)
        self.show()

    def _show_ai(self) -> None:
        state = self._session.state
        standings: list[tuple[str, str, AiState | BreastState]] = [
            (image_id, image.name if (image := state.image(image_id)) else "", ai)
            for image_id, ai in state.ai.items()
        ]
        standings += [
            (key.subject, f"{key.laterality.name.lower()} breast", standing.state)
            for key, standing in state.breasts.items()
        ]
        queued = sum(isinstance(ai, Queued) for _, _, ai in standings)
        for subject, name, ai in standings:
            if isinstance(ai, Running):
                left = self._pace.left(subject, ai)
                words = f"AI: {name} {_stage(ai)}{left}{f', {queued} queued' if queued else ''}"
                self._status.show_running(words, ai.done / max(ai.total, 1))
                return
        self._status.show_running(f"AI: {queued} queued" if queued else "", None)

    def _follow(self, change: Change) -> None:
        if change.touches("ai", "breasts"):
            self.show()


class _Pace:
    """How long what runs will still take, from its slices so far."""

    def __init__(self) -> None:
        self._subject = ""
        self._first: tuple[float, int] = (0.0, 0)

    def left(self, subject: str, ai: Running) -> str:
        """Such as ", 6 s left"; empty while nobody knows."""
        if ai.stage != _SLICES:
            self._subject = ""
            return ""
        now = time.monotonic()
        if subject != self._subject:
            self._subject, self._first = subject, (now, ai.done)
            return ""
        seconds, done = now - self._first[0], ai.done - self._first[1]
        if done < 2 or seconds < 0.5:
            return ""
        return f", {max(1, round(seconds / done * (ai.total - ai.done)))} s left"


def _stage(ai: Running) -> str:
    if ai.stage == _VIEWS:
        return f"{ai.done}/{ai.total} views"
    return f"{ai.done}/{ai.total}" if ai.stage == _SLICES else ai.stage
