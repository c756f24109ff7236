"""What the commands of the reading window do, and why they cannot be used at a moment."""

from __future__ import annotations

from collections.abc import Callable

from viewer.session.session import Session
from viewer.session.study_form import why_no_mark
from viewer.session.study_state import Page, StudySession
from viewer.session.study_steps import Step
from viewer.ui.study.mark_presenter import MarkPresenter
from viewer.ui.study.reading_flow import ReadingFlow
from viewer.ui.study.session_flow import SessionFlow

_COVERED = "no case is on screen"


class ReadingDesk:
    """The desk of the reading window; see viewer.commands.study_commands.StudyDesk.

    to_form, show_finished, show_keys and quit belong to the window and are handed in.
    """

    def __init__(
        self,
        *,
        session: Session,
        study: StudySession,
        flow: SessionFlow,
        reading: ReadingFlow,
        marks: MarkPresenter,
        to_form: Callable[[], None],
        show_finished: Callable[[], None],
        show_keys: Callable[[], None],
        quit_: Callable[[], None],
    ) -> None:
        self._session = session
        self._study = study
        self._flow = flow
        self._reading = reading
        self._marks = marks
        self.to_form = to_form
        self.show_finished = show_finished
        self.show_keys = show_keys
        self.quit = quit_

    def why_no_form(self) -> str | None:
        """Why no question can be answered now; None when one can."""
        state = self._study.state
        if state.page is not Page.READING or state.form is None:
            return _COVERED
        return None if state.can_answer else "the answer is locked"

    def why_no_mark(self) -> str | None:
        """Why no mark can be set now; None when one can."""
        form = self._study.state.form
        locked = self.why_no_form()
        if locked is not None or form is None:
            return locked
        return why_no_mark(form)

    def why_no_selected_mark(self) -> str | None:
        """Why no mark can be acted on; None when one is selected."""
        form = self._study.state.form
        if form is None or form.selected_mark is None:
            return "no mark is selected"
        return self.why_no_form()

    def why_not_on(self) -> str | None:
        """Why there is no submitting and no next case now; None when there is."""
        state = self._study.state
        if state.page is not Page.READING:
            return _COVERED
        if state.can_submit or state.can_go_on or state.can_fetch_again:
            return None
        if state.can_answer and state.form is not None:
            return f"not answered yet: {', '.join(state.form.missing[:3])}"
        return "it is being saved"

    def why_no_ai_request(self) -> str | None:
        """Why the AI cannot be asked for now; None when it can."""
        state = self._study.state
        if state.can_ask_for_ai:
            return None
        if state.ai_is_shown:
            return "the AI is shown already"
        return "lock your answer first" if state.step is Step.ANSWER else "it cannot be shown now"

    def why_no_overlay(self) -> str | None:
        """Why nothing of the AI can be switched now; None when it can."""
        return None if self._session.state.ai else "the AI is hidden"

    def why_no_pause(self) -> str | None:
        """Why there is nothing to pause or to go on with; None when there is."""
        pausable = (Page.READING, Page.GATE, Page.TROUBLE, Page.PAUSED)
        return None if self._study.state.page in pausable else _COVERED

    def step_mark(self, by: int) -> None:
        """Go to the next or previous mark."""
        self._marks.step(by)

    def delete_mark(self) -> None:
        """Take the selected mark away."""
        self._marks.delete_selected()

    def go_on(self) -> None:
        """Submit the form; when it is locked, go to the next case."""
        self._reading.go_on()

    def request_ai(self) -> None:
        """Ask for the AI."""
        self._reading.request_ai()

    def pause(self) -> None:
        """Cover the images; when they are covered, go on."""
        self._flow.pause()
