"""Asks for the breasts' predictions by a two-view model, and takes in what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from inference.architecture import Architecture
from inference.errors import WeightsError
from inference.model_card import ModelCard
from viewer.commands.ensembles import fellow_members, title_of_members
from viewer.domain.ai_state import Failed, NotRun, Queued
from viewer.domain.breast_ai import (
    BreastDone,
    BreastGroup,
    BreastKey,
    BreastStanding,
    BreastState,
    breast_groups,
    mammograms_named,
)
from viewer.domain.exam import Exam
from viewer.domain.view import ImageKind
from viewer.jobs.breast_request import BreastRequest
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.inference_worker import InferenceWorker
from viewer.jobs.model_shelf import ModelShelf, card_beside
from viewer.session.breast_results import breast_stands, forgotten_breasts, unfinished_breasts
from viewer.session.session import Change, Session
from viewer.session.state import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastModel:
    """The two-view model in use, as its card tells it."""

    title: str
    kinds: tuple[ImageKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """A two-view weights file with its card."""

    card: ModelCard
    problem: str = ""


def breast_model(weights: Iterable[Path], *, chosen: bool = False) -> BreastModel | None:
    """The first two-view model among weights files, with its fellow members.

    chosen: all of them together, as the user wants it. A wrong card is said elsewhere.
    """
    members = [_Member(card=card) for card in map(_card, weights) if card is not None]
    if not members:
        return None
    together = members if chosen else fellow_members(members[0], members)
    titles = [(member.card.name, member.card.version) for member in together]
    return BreastModel(
        title=title_of_members(titles), kinds=mammograms_named(together[0].card.images)
    )


def _card(path: Path) -> ModelCard | None:
    """The card of two-view weights; None of others and of wrong ones."""
    try:
        card = card_beside(path)
    except WeightsError:
        return None
    return card if card is not None and card.architecture is Architecture.TWO_VIEW else None


class BreastRunner(QObject):
    """Keeps the breasts of the inference worker's queue in step with the session."""

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        worker: InferenceWorker,
        model: BreastModel | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._worker = worker
        self._model = model
        self._numbers = count(1)
        self._wanted: dict[str, tuple[int, BreastKey]] = {}
        session.changed.connect(self._follow)
        worker.stands.connect(self._take_in)

    def run(self, exam: Exam, models: ModelShelf) -> None:
        """Queue every breast that has images and no result and is not queued."""
        requests = []
        for group in self._groups(exam):
            standing = self._session.state.breasts.get(group.key)
            if not group.images or (
                standing is not None and not isinstance(standing.state, NotRun | Failed)
            ):
                continue
            number = next(self._numbers)
            self._wanted[group.key.subject] = (number, group.key)
            self._stands(group.key, Queued())
            frames = tuple(self._files.frames_for_ai(image.image_id) for image in group.images)
            requests.append(BreastRequest(number=number, group=group, frames=frames, models=models))
        self._worker.submit(requests)

    def cancel(self) -> None:
        """Stop what runs and drop what waits."""
        self._drop(unfinished_breasts(self._session.state))

    def use(self, model: BreastModel | None) -> None:
        """Take another model; results of the old one are dropped from the screen."""
        self.cancel()
        self._model = model
        keys = tuple(self._session.state.breasts)
        self._session.apply(lambda state: forgotten_breasts(state, keys))
        self._explain()

    def _groups(self, exam: Exam) -> tuple[BreastGroup, ...]:
        return () if self._model is None else breast_groups(exam, self._model.kinds)

    def _explain(self) -> None:
        """Say of every breast that nobody has said anything of why there is no score."""
        model = self._model
        if model is None:
            return
        reason = f"no {_listed(model)}"

        def explained(state: SessionState) -> SessionState:
            for exam in state.exams:
                for group in self._groups(exam):
                    if group.key not in state.breasts:
                        why = NotRun("" if group.images else reason)
                        standing = BreastStanding(model=model.title, state=why)
                        state = breast_stands(state, group.key, standing)
            return state

        self._session.apply(explained)

    def _drop(self, keys: Iterable[BreastKey]) -> None:
        gone = tuple(keys)
        self._worker.cancel([key.subject for key in gone])
        for key in gone:
            self._wanted.pop(key.subject, None)
            if key in self._session.state.breasts:
                self._stands(key, NotRun("cancelled"))

    def _stands(self, key: BreastKey, state: BreastState) -> None:
        model = self._model
        if model is not None:
            standing = BreastStanding(model=model.title, state=state)
            self._session.apply(lambda session: breast_stands(session, key, standing))

    def _follow(self, change: Change) -> None:
        """Stop work on breasts that are gone or whose images are others now."""
        if not change.touches("exams"):
            return
        old = {g.key: g for exam in change.old.exams for g in self._groups(exam)}
        new = {g.key: g for exam in change.new.exams for g in self._groups(exam)}
        wanted = {key for _, key in self._wanted.values()}
        self._drop(k for k in wanted if not _is_same(new.get(k), old.get(k)))
        self._explain()

    @Slot(str, int, object)
    def _take_in(self, subject: str, number: int, state: BreastState) -> None:
        """Note what the worker says, unless nobody waits for it any more."""
        wanted, key = self._wanted.get(subject, (None, None))
        if key is None or wanted != number:
            return
        if isinstance(state, BreastDone | Failed | NotRun):
            del self._wanted[subject]
        self._stands(key, state)


def _is_same(one: BreastGroup | None, other: BreastGroup | None) -> bool:
    """Whether two groups are of the very same images: read anew, they may have other pixels."""
    if one is None or other is None or one != other:
        return False
    return all(image is its for image, its in zip(one.images, other.images, strict=True))


def _listed(model: BreastModel | None) -> str:
    kinds = model.kinds if model else ()
    return " or ".join(kind.value for kind in kinds if kind is not ImageKind.SECONDARY_CAPTURE)
