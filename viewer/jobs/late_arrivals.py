"""Joins what a search finds later to the exam that hangs already, without disturbing its reader."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.domain.exam import Exam
from viewer.domain.patient_studies import relation_of
from viewer.session.exams import chosen
from viewer.session.late_arrivals import is_untouched, newer_study
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.session.worklist import exam_wanted


class LateArrivals(QObject):
    """Follows the exam that a search hung before its end, until another one hangs.

    More images of it hang at once while the reader has touched nothing; else they are said, and
    hang when the exam is chosen again. The same holds for a newer study of the patient.
    """

    said = Signal(str)
    noticed = Signal(str)
    """A sentence that must be seen."""

    def __init__(self, *, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._then: SessionState | None = None
        self._told: set[str] = set()
        self._grew_by = 0
        # After everything else that follows a change.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._settle)
        session.changed.connect(self._follow)

    def watch(self) -> None:
        """Follow the exam that hangs now."""
        self._then = self._session.state
        self._told = set()
        self._grew_by = 0

    def _follow(self, change: Change) -> None:
        if self._then is None:
            return
        if change.new.exam_id != self._then.exam_id:
            self._then = None
            return
        if change.touches("exams"):
            before, after = change.old.exam, change.new.exam
            if before is not None and after is not None:
                old = {image.image_id for image in before.images}
                self._grew_by += sum(image.image_id not in old for image in after.images)
            self._tell_priors(change)
        if change.touches("exams", "worklist"):
            self._later.start()

    def _tell_priors(self, change: Change) -> None:
        known = {exam.exam_id for exam in change.old.exams}
        exam = change.new.exam
        for other in change.new.exams:
            if exam is None or other.exam_id in known:
                continue
            relation = relation_of(exam, other, change.new.confirmed_patients)
            if relation is not None and relation.is_prior:
                self.said.emit(f"{other.alias} is open now: {relation.words}.")

    @Slot()
    def _settle(self) -> None:
        if self._then is None:
            return
        untouched = is_untouched(self._then, self._session.state)
        if self._grew_by:
            self._take_images(untouched)
        newer = newer_study(self._session.state)
        if newer is not None and newer.exam_id not in self._told:
            self._told.add(newer.exam_id)
            self._take_newer(newer, untouched)

    def _take_images(self, untouched: bool) -> None:
        count, self._grew_by = self._grew_by, 0
        exam = self._session.state.exam
        if exam is None:
            return
        images = "1 more image" if count == 1 else f"{count} more images"
        if not untouched:
            self.noticed.emit(
                f"{images} of {exam.alias} found, in the list of images now; "
                "choose the exam again in the Exam menu to hang it anew."
            )
            return
        self._session.apply(lambda state: chosen(state, exam.exam_id))
        self._then = self._session.state
        self.said.emit(f"{images} of {exam.alias} found: hung anew.")

    def _take_newer(self, newer: Exam, untouched: bool) -> None:
        if untouched:
            self._session.apply(lambda state: exam_wanted(state, newer.exam_id))
            self.said.emit("A newer exam of this patient was found and hangs instead.")
            return
        self.noticed.emit(
            f"{newer.alias} is a newer exam of this patient. It is in the worklist; "
            "what hangs was left as it is."
        )
