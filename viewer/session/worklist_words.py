"""What the worklist says of an exam: its name, and where the AI stands."""

from __future__ import annotations

from viewer.domain.ai_state import Done, Failed, Queued, Running, SeriesDone
from viewer.domain.patient_studies import study_date
from viewer.domain.worklist import WorklistRow
from viewer.session.state import SessionState


def exam_text(row: WorklistRow, *, identity: bool) -> str:
    """A row's alias; where identity may be shown, the patient and the day."""
    exam = row.exam
    if exam is None or not identity:
        return row.title
    day = study_date(exam)
    who = exam.identity
    parts = (who.name.replace("^", " ").strip(), who.patient_id, day.isoformat() if day else "")
    return "  ".join(part for part in parts if part) or row.title


def ai_text(state: SessionState, exam_id: str) -> str:
    """Where the AI stands on an exam, open or closed, in a word or two."""
    exam = next((exam for exam in state.exams if exam.exam_id == exam_id), None)
    if exam is None:
        return state.worklist.ai_words.get(exam_id, "")
    stands = [state.ai_of(image.image_id) for image in exam.images]
    if any(isinstance(ai, Running) for ai in stands):
        return "running"
    if any(isinstance(ai, Queued) for ai in stands):
        return "queued"
    done = sum(isinstance(ai, Done | SeriesDone) for ai in stands)
    if any(isinstance(ai, Failed) for ai in stands):
        return f"failed, {done} of {len(stands)} done"
    if not done:
        return "not run"
    return "done" if done == len(stands) else f"{done} of {len(stands)} done"
