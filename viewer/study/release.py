"""When the AI's result and the truth may leave their seals: rules over what the events say."""

from __future__ import annotations

from viewer.study.protocol import Phase
from viewer.study.reading_state import ReadingState


def why_not_ai(state: ReadingState) -> str | None:
    """Why the AI's result of this reading stays sealed now; None when it may be shown.

    Never in a reading without an aided phase. Otherwise from the opening on when there is nothing
    to answer alone; after the answer alone is locked when there is; on request only after that
    request as well. Once the reading is over nothing more is handed out, so that a planted repeat
    of the case cannot be read with it.
    """
    if Phase.AIDED not in state.planned.phases:
        return "this case is read without the AI"
    over = _why_over(state)
    if over is not None:
        return over
    if Phase.ALONE in state.planned.phases and Phase.ALONE not in state.locked:
        return "the answer alone is not locked yet"
    if state.planned.ai_on_request and state.planned.ai_needs_lock and not state.ai_requested:
        return "the AI was not asked for"
    return None


def why_not_truth(state: ReadingState) -> str | None:
    """Why the truth of this reading's case stays sealed now; None when it may be shown.

    Only of training cases, and only after the last answer; where the AI was on request and not
    asked for, that is the answer alone of a finished reading.
    """
    if not state.planned.training:
        return "the truth is shown for training cases only"
    if state.excluded_because is not None:
        return "this reading was excluded"
    if not state.is_opened:
        return "the reading is not open"
    if state.open_phase is not None and not state.is_finished:
        return "the last answer is not locked yet"
    return None


def _why_over(state: ReadingState) -> str | None:
    if state.excluded_because is not None:
        return "this reading was excluded"
    if state.is_finished:
        return "this reading is complete"
    return None if state.is_opened else "the reading is not open"
