"""Keeps the unfinished form and the hanging as a draft, and brings both back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import uuid4

from PySide6.QtCore import QObject, QTimer, Slot

from viewer.jobs.study_journal import StudyJournal
from viewer.session.session import Change, Session
from viewer.session.study_draft import (
    Draft,
    Hanging,
    NotADraft,
    draft_from_json,
    draft_to_json,
    hanging_of,
)
from viewer.session.study_form import StudyForm
from viewer.session.study_state import StudyChange, StudySession
from viewer.study.event import Json
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Phase

SAVE_AFTER_MS = 400
"""From a change to its draft; well within a second."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunForm:
    """The form a phase begins with, or goes on with."""

    form: StudyForm
    hanging: Hanging | None
    """How the images hung; None where nothing was left."""


class FormKeeper(QObject):
    """Saves while a phase is being answered."""

    def __init__(
        self,
        *,
        session: Session,
        study: StudySession,
        journal: StudyJournal,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._study = study
        self._journal = journal
        self._key: ReadingKey | None = None
        self._phase: Phase | None = None
        self._client_uuid = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save_now)
        session.changed.connect(self._follow)
        study.changed.connect(self._follow_study)

    @property
    def client_uuid(self) -> str:
        """Of the submit to come: the same for every try."""
        return self._client_uuid

    def begin(
        self, key: ReadingKey, phase: Phase, start: StudyForm, left: dict[str, Json] | None
    ) -> BegunForm:
        """The form as it was left in this phase, else as the phase starts.

        left: the draft that was kept, if any.
        """
        self.end()
        draft = _read(left, phase, start)
        self._key, self._phase = key, phase
        self._client_uuid = uuid4().hex if draft is None else draft.client_uuid
        if draft is None:
            return BegunForm(form=start, hanging=None)
        return BegunForm(form=draft.form, hanging=draft.hanging)

    def end(self) -> None:
        """Save no more: the form is submitted, or another case comes."""
        self._timer.stop()
        self._key = self._phase = None

    @Slot()
    def save_now(self) -> None:
        """Write the draft."""
        self._timer.stop()
        form = self._study.state.form
        if self._key is None or self._phase is None or form is None:
            return
        if self._study.state.submitting:
            return
        draft = Draft(
            phase=self._phase,
            client_uuid=self._client_uuid,
            form=form,
            hanging=hanging_of(self._session.state),
        )
        self._journal.save_draft(self._key, draft_to_json(draft))

    def _follow(self, change: Change) -> None:
        if change.touches("panes", "active", "layout"):
            self._save_soon()

    def _follow_study(self, change: StudyChange) -> None:
        if change.touches("form"):
            self._save_soon()

    def _save_soon(self) -> None:
        if self._key is not None and not self._timer.isActive():
            self._timer.start()


def _read(left: dict[str, Json] | None, phase: Phase, start: StudyForm) -> Draft | None:
    if left is None:
        return None
    try:
        draft = draft_from_json(left, start)
    except NotADraft:
        log.warning("a draft could not be read and is passed over")
        return None
    return draft if draft.phase is phase else None
