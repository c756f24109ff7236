"""A study as rows: answers, marks and truth, with the columns of the published CSV layouts.

Probabilities and confidences are 0 to 1, slices count from 0, pixels are those of the displayed
image. None is an empty cell. Cases go by aliases; nothing here names a patient or a path.
"""

from __future__ import annotations

from dataclasses import dataclass

from viewer.study.answer import BiRads

RANKED_BIRADS = tuple(item.value for item in BiRads if item is not BiRads.INCOMPLETE)
"""Categories by suspicion. 0 (incomplete) has no place among them and counts as unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRow:
    """One breast in one phase of one reading; the fields are the columns, in order.

    An amended answer is a row of its own with amended = True behind the locked one.
    """

    study_id: str
    protocol_sha256: str
    reader_id: str
    session_id: str
    phase: str
    case_alias: str
    laterality: str
    order_index: int | None
    pom: float | None
    birads: str
    recall: bool | None
    n_marks: int | None
    first_view_utc: str
    first_mark_utc: str
    submit_utc: str
    active_ms: int | None
    idle_ms: int | None
    ai_model: str
    """Several models are joined by ";", as their versions and scores."""
    ai_version: str
    ai_score: str
    ai_seen: bool | None
    amended: bool
    app_version: str
    event_seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One mark of a locked answer; matched_lesion_id is "" where it is on no lesion."""

    study_id: str
    protocol_sha256: str
    reader_id: str
    session_id: str
    phase: str
    case_alias: str
    laterality: str
    order_index: int | None
    amended: bool
    finding: str
    mark_id: str
    view: str
    sop_alias: str
    slice: int | None
    x_px: float | None
    y_px: float | None
    x_mm: float | None
    y_mm: float | None
    confidence: float
    matched_lesion_id: str
    distance_mm: float | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """One lesion of a breast in one view, or a breast without lesions."""

    case_alias: str
    laterality: str
    malignant: bool
    benign: bool | None
    lesion_id: str
    view: str
    slice: int | None
    cx: float | None
    cy: float | None
    mask_ref: str
    weight: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRows:
    """Everything a study leaves as tables."""

    answers: tuple[LongRow, ...]
    marks: tuple[MarkRow, ...]
    truth: tuple[TruthRow, ...]
