"""Asks for predictions as the session needs them, and takes in what comes back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import count

from PySide6.QtCore import QObject, Slot

from inference.augmentation import Augmentations
from inference.engine.interface import Engine
from viewer.domain.ai_state import AiState, Done, Failed, NotRun, Queued, SeriesDone
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.model_use import ModelUse
from viewer.jobs.breast_runner import BreastModel, BreastRunner, breast_model
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.image_request import ImageRequest
from viewer.jobs.inference_worker import InferenceWorker
from viewer.jobs.model_shelf import ModelShelf
from viewer.jobs.model_vetting import ModelVetting
from viewer.jobs.series_request import SeriesRequest
from viewer.session.ai_results import ai_order, ai_stands, forgotten, unfinished
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.settings import Settings
from viewer.storage.accepted_licences import AcceptedLicences
from viewer.storage.model_library import ModelLibrary

NO_WEIGHTS = "no weights chosen"


def interactive_threads() -> int:
    """Threads for a prediction: every core, as the engine yields to whoever else wants one."""
    return os.cpu_count() or 2


def _for_breasts(settings: Settings) -> BreastModel | None:
    """The two-view model or ensemble in use: the user's choice, or the first of the weights."""
    chosen = settings.serving.get(ModelUse.BREAST)
    if chosen is not None:
        return breast_model(chosen, chosen=True)
    return breast_model(settings.weights)


def _asked(settings: Settings) -> tuple[object, ...]:
    """What decides which numbers come out."""
    return settings.weights, settings.serving, settings.augmentations


class AiRunner(QObject):
    """Keeps the queue of the inference worker in step with the session."""

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        worker: InferenceWorker,
        settings: Settings,
        library: ModelLibrary,
        licences: AcceptedLicences,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._worker = worker
        self._settings = settings
        self._library = library
        self._licences = licences
        self._engine = engine
        self._models = self._new_shelf(settings)
        self._numbers = count(1)
        self._wanted: dict[str, int] = {}
        self._breasts = BreastRunner(
            session=session,
            files=files,
            worker=worker,
            model=_for_breasts(settings),
            parent=self,
        )
        session.changed.connect(self._follow)
        worker.stands.connect(self._take_in)

    def why_not(self, exam: Exam | None) -> str | None:
        """Why the AI cannot run on an exam; None when it can."""
        if exam is None:
            return "open an exam first"
        reasons = {self._obstacle(image) for image in exam.images}
        return None if None in reasons else next(iter(reasons), "the exam has no images")

    def run(self, exam: Exam) -> None:
        """Queue every image and breast that has no result and is not queued."""
        asked = []
        for image in exam.images:
            obstacle = self._obstacle(image)
            state = self._session.state.ai_of(image.image_id)
            if obstacle is not None:
                self._stands(image.image_id, NotRun(obstacle))
            elif isinstance(state, NotRun | Failed):
                asked.append(image)
        self._worker.reorder(ai_order(self._session.state))
        self._ask(asked)
        self._breasts.run(exam, self._models)

    def explain(self, exam: Exam) -> None:
        """Say of every image why the AI has not run, without running it."""
        reasons = {image.image_id: self._obstacle(image) or "" for image in exam.images}

        def explained(state: SessionState) -> SessionState:
            for image_id, reason in reasons.items():
                if isinstance(state.ai_of(image_id), NotRun):
                    state = ai_stands(state, image_id, NotRun(reason))
            return state

        self._session.apply(explained)

    def cancel(self) -> None:
        """Stop what runs and drop what waits."""
        self._drop(unfinished(self._session.state))
        self._breasts.cancel()

    def use(self, settings: Settings) -> None:
        """Take other settings; results of other weights or windows are dropped from the screen."""
        before, self._settings = self._settings, settings
        is_same = _asked(before) == _asked(settings)
        if is_same and before.device is settings.device:
            return
        self.cancel()
        self.read_models_anew()
        if is_same:
            return
        state = self._session.state
        ids = [image.image_id for exam in state.exams for image in exam.images]
        self._session.apply(lambda state: forgotten(state, ids))
        self._breasts.use(_for_breasts(settings))
        for exam in state.exams:
            self.explain(exam)

    def read_models_anew(self) -> None:
        """Forget what was read of the chosen files and of the library."""
        self._models = self._new_shelf(self._settings)

    def _ask(self, images: Iterable[ImageStack]) -> None:
        requests: list[ImageRequest | SeriesRequest] = []
        for image in images:
            number = next(self._numbers)
            self._wanted[image.image_id] = number
            self._stands(image.image_id, Queued())
            frames = self._files.frames_for_ai(image.image_id)
            make = ImageRequest if image.ct is None else SeriesRequest
            requests.append(make(number=number, stack=image, frames=frames, models=self._models))
        self._worker.submit(requests)

    def _obstacle(self, image: ImageStack) -> str | None:
        """Why an image is not given to a network; None when it is."""
        if image.lacks_view:
            return "assign the view first"
        if image.unlike_mammogram is not None:
            return image.unlike_mammogram
        if image.ct is not None and image.ct.obstacle:
            return image.ct.obstacle
        return None if self._settings.weights else NO_WEIGHTS

    def _new_shelf(self, settings: Settings) -> ModelShelf:
        self._engine.forget()
        return ModelShelf(
            weights=settings.weights,
            serving=settings.serving,
            device=settings.device,
            threads=interactive_threads(),
            augmentations=Augmentations(count=settings.augmentations),
            vetting=ModelVetting(library=self._library, licences=self._licences),
            engine=self._engine,
        )

    def _drop(self, image_ids: Iterable[str]) -> None:
        gone = tuple(image_ids)
        self._worker.cancel(gone)
        for image_id in gone:
            self._wanted.pop(image_id, None)
            self._stands(image_id, NotRun("cancelled"))

    def _stands(self, image_id: str, state: AiState) -> None:
        self._session.apply(lambda session: ai_stands(session, image_id, state))

    def _follow(self, change: Change) -> None:
        """Stop work on images that are gone or laid anew; order the rest by the screen."""
        if change.touches("exams"):
            old = {i.image_id: i for exam in change.old.exams for i in exam.images}
            new = {i.image_id: i for exam in change.new.exams for i in exam.images}
            # By identity: an image that was read anew may be described alike and have other pixels.
            self._drop([i for i, o in old.items() if i in self._wanted and new.get(i) is not o])
        if change.touches("exams", "exam_id", "active", "layout", "panes"):
            self._worker.reorder(ai_order(change.new))

    @Slot(str, int, object)
    def _take_in(self, image_id: str, number: int, state: AiState) -> None:
        """Note what the worker says, unless nobody waits for it any more."""
        if self._wanted.get(image_id) != number:
            return
        if isinstance(state, Done | SeriesDone | Failed | NotRun):
            del self._wanted[image_id]
        self._stands(image_id, state)
