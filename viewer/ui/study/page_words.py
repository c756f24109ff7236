"""What each page between the cases says."""

from __future__ import annotations

from viewer.session.study_state import Page, StudyState
from viewer.ui.study.central_page import Choice, PageWords

BEGIN = "begin"
GO_ON = "go on"
RETRY = "retry"
LEAVE_OUT = "leave out"
PAUSE = "pause"
LIST = "list"
CLOSE = "close"

_RESEARCH = "Research use only. Not for diagnosis."
_LIST = Choice(LIST, "Finished readings…")
_CLOSE = Choice(CLOSE, "Close")


def start_words(
    *, title: str, reader: str, lines: tuple[str, ...], may_begin: bool, is_resumed: bool
) -> PageWords:
    """Before the session: what comes, or why it may not begin yet."""
    begin = Choice(BEGIN, "Go on   Enter" if is_resumed else "Begin   Enter")
    choices: tuple[Choice, ...] = (_CLOSE,)
    if may_begin:
        choices = (begin, _LIST, _CLOSE) if is_resumed else (begin, _CLOSE)
    return PageWords(title=title, lines=(reader, *lines), quiet=(_RESEARCH,), choices=choices)


def words_of(state: StudyState) -> PageWords | None:
    """What a page says; None for the start page and the pages with images."""
    makers = {
        Page.LOADING: _loading,
        Page.TROUBLE: _trouble,
        Page.GATE: _gate,
        Page.PAUSED: _paused,
        Page.FINISHED: _finished,
    }
    maker = makers.get(state.page)
    return None if maker is None else maker(state)


def _loading(state: StudyState) -> PageWords:
    case = "" if state.planned is None else f" {state.planned.alias}"
    return PageWords(title=f"Opening case{case}…")


def _trouble(state: StudyState) -> PageWords:
    return PageWords(
        title="This case cannot be shown",
        lines=(state.trouble, "Nothing you have answered is lost."),
        quiet=(
            "Try again, or pause and tell the study's designer. Only the designer may leave a case "
            "out; that is recorded with a reason.",
        ),
        choices=(
            Choice(RETRY, "Try again   Enter"),
            Choice(PAUSE, "Pause"),
            Choice(LEAVE_OUT, "Leave it out…"),
        ),
    )


def _gate(state: StudyState) -> PageWords:
    total = 0 if state.progress is None else state.progress.total
    return PageWords(
        title="The training is over",
        lines=(
            f"Now the study begins: {total} case{'' if total == 1 else 's'}.",
            "What is known of a case is not shown any more.",
        ),
        choices=(Choice(GO_ON, "Begin the study   Enter"), Choice(PAUSE, "Pause"), _CLOSE),
    )


def _paused(state: StudyState) -> PageWords:
    where = "" if state.progress is None else f"You are at {state.progress.words}."
    return PageWords(
        title="Paused",
        lines=(where, "The images are covered and the time stands still. Everything is kept."),
        choices=(Choice(GO_ON, "Go on   Enter"), _LIST, _CLOSE),
    )


def _finished(state: StudyState) -> PageWords:
    return PageWords(
        title="This session is finished",
        lines=(
            "Thank you. All answers are saved.",
            f"Seal of this session:\n{_in_groups(state.head)}",
        ),
        quiet=(
            "You may write the seal down: it proves that nothing recorded before it was changed or "
            "removed.",
        ),
        choices=(_CLOSE, _LIST),
    )


def _in_groups(text: str) -> str:
    """A hash in groups of eight, four to a line."""
    groups = [text[i : i + 8] for i in range(0, len(text), 8)]
    return "\n".join(" ".join(groups[i : i + 4]) for i in range(0, len(groups), 4))
