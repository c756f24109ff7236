"""Between panes and form: clicks become marks, and the form's marks are drawn in the panes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from PySide6.QtCore import QObject, Signal
from PySide6.QtCore import Slot as QtSlot

from viewer.domain.hanging import Slot
from viewer.domain.reader_mark import ReaderMark
from viewer.session.session import Session
from viewer.session.state import SessionState
from viewer.session.study_form import (
    StudyForm,
    mark_added,
    mark_deleted,
    mark_selected,
    mark_stepped,
    why_no_mark,
)
from viewer.session.study_marks import breast_of, mark_at, mark_shown
from viewer.session.study_state import StudyChange, StudySession
from viewer.ui.pane_presenter import PanePresenter
from viewer.ui.study.mark_list import mark_words


class MarkPresenter(QObject):
    """Sets, selects and deletes marks."""

    refused = Signal(str)
    """Why no mark was set."""

    def __init__(
        self,
        *,
        session: Session,
        study: StudySession,
        panes: PanePresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._study = study
        panes.place_chosen.connect(self._set)
        panes.mark_chosen.connect(self._select)
        study.changed.connect(self._follow)

    @QtSlot(str)
    def go_to(self, mark_id: str) -> None:
        """Select a mark and bring up its slice."""
        self._select(mark_id)
        self._bring_up()

    def step(self, by: int) -> None:
        """Select the next or previous mark and bring up its slice."""
        self._change(lambda form: mark_stepped(form, by))
        self._bring_up()

    def delete_selected(self) -> None:
        """Take the selected mark away."""
        form = self._study.state.form
        if form is not None and form.selected_mark is not None:
            selected = form.selected_mark
            self._study.set_form(lambda form: mark_deleted(form, selected))

    @QtSlot(Slot, float, float)
    def _set(self, slot: Slot, row: float, column: float) -> None:
        """Set a mark where the reader clicked; row, column: image pixel edges."""
        form, image = self._study.state.form, self._session.state.image_in(slot)
        if form is None or image is None or not self._study.state.can_answer:
            return
        reason = why_no_mark(form)
        side = breast_of(image, form.sides)
        slice_index = self._session.state.panes[slot].slice_index
        mark = mark_at(
            image, mark_id=uuid4().hex[:12], slice_index=slice_index, row=row, column=column
        )
        if reason is not None:
            self.refused.emit(f"No mark: {reason}.")
        elif side is None:
            self.refused.emit("No mark: no question is asked about the breast of this image.")
        elif mark is not None:
            self._study.set_form(lambda form: mark_added(form, side, mark))

    @QtSlot(str)
    def _select(self, mark_id: str) -> None:
        self._change(lambda form: mark_selected(form, mark_id))

    def _change(self, change: Callable[[StudyForm], StudyForm]) -> None:
        """Selecting is no answer: it is possible on a locked form as well."""
        form = self._study.state.form
        if form is not None:
            self._study.apply(lambda state: replace(state, form=change(form)))

    def _bring_up(self) -> None:
        form = self._study.state.form
        if form is None:
            return
        mark = next((m for m in form.marks if m.mark_id == form.selected_mark), None)
        if mark is not None:
            self._session.apply(lambda state: mark_shown(state, mark))

    def _follow(self, change: StudyChange) -> None:
        if change.touches("form"):
            marks = _drawn(self._study.state.form)
            self._session.apply(lambda state: _with_marks(state, marks))


def _drawn(form: StudyForm | None) -> tuple[ReaderMark, ...]:
    if form is None:
        return ()
    return tuple(
        ReaderMark(
            mark_id=mark.mark_id,
            number=number,
            image_id=mark.image_id,
            slice_index=mark.slice_index,
            row=mark.row,
            column=mark.column,
            words=mark_words(mark),
            selected=mark.mark_id == form.selected_mark,
        )
        for number, mark in enumerate(form.marks, start=1)
    )


def _with_marks(state: SessionState, marks: tuple[ReaderMark, ...]) -> SessionState:
    return state if state.reader_marks == marks else replace(state, reader_marks=marks)
