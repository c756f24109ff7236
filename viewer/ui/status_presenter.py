"""Says in the status bar what runs, how far it is, and cancels it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Slot

from viewer.domain.ai_state import AiState, Queued, Running
from viewer.jobs.ai_runner import AiRunner
from viewer.jobs.demo_exam import DemoExam
from viewer.jobs.exam_search import ExamSearch
from viewer.jobs.inference_worker import InferenceWorker
from viewer.session.session import Change, Session
from viewer.ui.picture_desk import PictureDesk
from viewer.ui.status_bar import StatusBar

_SLICES = "slices"


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
        running = next(((i, ai) for i, ai in state.ai.items() if isinstance(ai, Running)), None)
        queued = sum(isinstance(ai, Queued) for ai in state.ai.values())
        if running is None:
            text = f"AI: {queued} queued" if queued else ""
            self._status.show_running(text, None)
            return
        image_id, ai = running
        image = state.image(image_id)
        name = image.name if image else ""
        left = self._pace.left(image_id, ai)
        words = f"AI: {name} {_stage(ai)}{left}{f', {queued} queued' if queued else ''}"
        self._status.show_running(words, ai.done / max(ai.total, 1))

    def _follow(self, change: Change) -> None:
        if change.touches("ai"):
            self.show()


class _Pace:
    """How long the image that runs will still take, from its slices so far."""

    def __init__(self) -> None:
        self._image_id = ""
        self._first: tuple[float, int] = (0.0, 0)

    def left(self, image_id: str, ai: AiState) -> str:
        """Such as ", 6 s left"; empty while nobody knows."""
        if not isinstance(ai, Running) or ai.stage != _SLICES:
            self._image_id = ""
            return ""
        now = time.monotonic()
        if image_id != self._image_id:
            self._image_id, self._first = image_id, (now, ai.done)
            return ""
        seconds, done = now - self._first[0], ai.done - self._first[1]
        if done < 2 or seconds < 0.5:
            return ""
        return f", {max(1, round(seconds / done * (ai.total - ai.done)))} s left"


def _stage(ai: Running) -> str:
    return f"{ai.done}/{ai.total}" if ai.stage == _SLICES else ai.stage
