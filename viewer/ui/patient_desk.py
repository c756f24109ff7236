"""Asks about a patient's studies and their images, and warns where patients may be mixed up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from viewer.domain.patient_studies import StudyRelation
from viewer.session.patient import image_put, patient_confirmed, related
from viewer.session.series import series_sections
from viewer.session.session import Change, Session
from viewer.ui.dialogs.confirm_patient import ConfirmPatientDialog
from viewer.ui.dialogs.put_image import PutImageDialog


class PatientDesk(QObject):
    """Dialogs of the main window on the studies of the patient whose exam hangs."""

    noticed = Signal(str)
    """A sentence that must be seen; holds nothing of an identity."""

    def __init__(
        self, *, session: Session, window: QWidget, show: Callable[[QDialog], bool]
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._show = show
        session.changed.connect(self._follow)

    def put_image(self) -> None:
        """Let the reader choose an image for the active pane."""
        state = self._session.state
        if state.exam is None:
            return
        slot = state.active
        dialog = PutImageDialog(
            series_sections(state), shown=state.active_pane.image_id, parent=self._window
        )
        if self._show(dialog) and dialog.chosen is not None:
            image_id = dialog.chosen
            self._session.apply(lambda state: image_put(state, slot, image_id))

    def confirm_patient(self) -> None:
        """Ask about the first study whose name or birth date contradicts."""
        doubtful = [r for r in related(self._session.state) if not r.confirmed]
        if doubtful:
            self._ask(doubtful[0])

    @Slot(str)
    def question(self, exam_id: str) -> None:
        """Ask about one study."""
        for relation in related(self._session.state):
            if relation.exam.exam_id == exam_id and not relation.confirmed:
                self._ask(relation)

    def _ask(self, relation: StudyRelation) -> None:
        exam = self._session.state.exam
        if exam is not None and self._show(ConfirmPatientDialog(exam, relation, self._window)):
            other = relation.exam.exam_id
            self._session.apply(lambda state: patient_confirmed(state, other))

    def _follow(self, change: Change) -> None:
        if not change.touches("exams", "exam_id"):
            return
        for relation in related(change.new):
            if not relation.confirmed and relation.doubt is not None:
                self.noticed.emit(
                    f"{relation.exam.alias}: {_lower(relation.doubt)} It is not shown as a prior "
                    "until you compare them: Exam > Confirm patient."
                )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
