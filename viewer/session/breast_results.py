"""What a two-view model says of the breasts of the open exams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from viewer.domain.ai_state import Queued, Running
from viewer.domain.breast_ai import SIDES, BreastKey, BreastStanding
from viewer.domain.exam import Exam
from viewer.session.ai_results import unfinished
from viewer.session.state import SessionState


def breast_stands(state: SessionState, key: BreastKey, standing: BreastStanding) -> SessionState:
    """Note where it stands on a breast; news of a closed exam is dropped."""
    is_open = any(exam.exam_id == key.exam_id for exam in state.exams)
    if not is_open or state.breasts.get(key) == standing:
        return state
    return replace(state, breasts={**state.breasts, key: standing})


def breasts_of(state: SessionState, exam: Exam) -> Mapping[BreastKey, BreastStanding]:
    """Where it stands on the breasts of an exam, right breast first; empty without a model."""
    keys = [BreastKey(exam.exam_id, laterality) for laterality in SIDES]
    return {key: state.breasts[key] for key in keys if key in state.breasts}


def unfinished_breasts(state: SessionState) -> tuple[BreastKey, ...]:
    """The breasts that wait or that are worked on."""
    return tuple(k for k, s in state.breasts.items() if isinstance(s.state, Queued | Running))


def is_ai_busy(state: SessionState) -> bool:
    """Whether any image or breast waits for the AI or is worked on."""
    return bool(unfinished(state) or unfinished_breasts(state))


def forgotten_breasts(state: SessionState, keys: Iterable[BreastKey]) -> SessionState:
    """Drop what was said of these breasts, as when other weights were chosen."""
    gone = set(keys)
    if not gone & state.breasts.keys():
        return state
    return replace(state, breasts={k: s for k, s in state.breasts.items() if k not in gone})
