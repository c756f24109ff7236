"""A table from elsewhere as rows of answers, marks and truth; what it does not know stays empty."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from viewer.analysis.case_names import exam_and_side
from viewer.analysis.froc_of_marks import lesion_names, rated_marks
from viewer.analysis.study_rows import (
    RANKED_BIRADS,
    LongRow,
    MarkRow,
    StudyRows,
    TruthRow,
)
from viewer.analysis.study_table import StudyTable


def numbered_exams(table: StudyTable) -> dict[str, str]:
    """Exam -> its number as text, from 1 in the table's order: ids of elsewhere stay there."""
    exams = dict.fromkeys(exam_and_side(case)[0] for case in table.ratings.cases)
    return {exam: str(number) for number, exam in enumerate(exams, start=1)}


def same_names(table: StudyTable) -> dict[str, str]:
    """Exam -> itself, where the ids may leave."""
    return {name: name for name in (exam_and_side(case)[0] for case in table.ratings.cases)}


def rows_of_table(table: StudyTable, exams: Mapping[str, str]) -> StudyRows:
    """Rows of every reading that is there; exams: exam -> what it is called in the rows."""
    return StudyRows(
        answers=tuple(_answers(table, exams)),
        marks=tuple(_marks(table, exams)) if table.froc else (),
        truth=tuple(_truth(table, exams)),
    )


def _answers(table: StudyTable, exams: Mapping[str, str]) -> Iterator[LongRow]:
    ratings = table.ratings
    for place in zip(*np.nonzero(~np.isnan(ratings.scores)), strict=True):
        modality, reader, case = (int(index) for index in place)
        exam, side = exam_and_side(ratings.cases[case])
        scores = {model: float(values[case]) for model, values in table.ai.items()}
        seconds = _at(table.active_seconds, modality, reader, case)
        birads = _at(table.birads, modality, reader, case)
        recall = _at(table.recall, modality, reader, case)
        yield LongRow(
            study_id=table.title,
            protocol_sha256="",
            reader_id=ratings.readers[reader],
            session_id="",
            phase=ratings.modalities[modality],
            case_alias=exams[exam],
            laterality=side,
            order_index=None,
            pom=float(ratings.scores[modality, reader, case]),
            birads="" if birads is None else RANKED_BIRADS[int(birads)],
            recall=None if recall is None else bool(recall),
            n_marks=None,
            first_view_utc="",
            first_mark_utc="",
            submit_utc="",
            active_ms=None if seconds is None else round(1000.0 * seconds),
            idle_ms=None,
            ai_model=";".join(scores),
            ai_version="",
            ai_score=";".join(
                "" if math.isnan(score) else repr(score) for score in scores.values()
            ),
            ai_seen=None,
            amended=False,
            app_version="",
            event_seq=None,
        )


def _at(
    array: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None,
    modality: int,
    reader: int,
    case: int,
) -> float | None:
    if array is None or np.isnan(array[modality, reader, case]):
        return None
    return float(array[modality, reader, case])


def _truth(table: StudyTable, exams: Mapping[str, str]) -> Iterator[TruthRow]:
    lesions: dict[int, list[tuple[str, float]]] = {}
    if table.froc:
        names = lesion_names(table.froc)
        for name, case, weight in zip(
            names, table.froc.lesion_case, table.froc.lesion_weight, strict=True
        ):
            lesions.setdefault(int(case), []).append((name, float(weight)))
    for index, case in enumerate(table.ratings.cases):
        exam, side = exam_and_side(case)
        for name, weight in lesions.get(index, [("", math.nan)]):
            yield TruthRow(
                case_alias=exams[exam],
                laterality=side,
                malignant=bool(table.ratings.truth[index]),
                benign=None,
                lesion_id=name,
                view="",
                slice=None,
                cx=None,
                cy=None,
                mask_ref="",
                weight=None if math.isnan(weight) else weight,
            )


def _marks(table: StudyTable, exams: Mapping[str, str]) -> Iterator[MarkRow]:
    if table.froc is None:
        return
    for mark in rated_marks(table, table.froc):
        exam, side = exam_and_side(mark.case)
        yield MarkRow(
            study_id=table.title,
            protocol_sha256="",
            reader_id=mark.reader,
            session_id="",
            phase=mark.modality,
            case_alias=exams[exam],
            laterality=side,
            order_index=None,
            amended=False,
            finding="",
            mark_id="",
            view="",
            sop_alias="",
            slice=None,
            x_px=None,
            y_px=None,
            x_mm=None,
            y_mm=None,
            confidence=mark.rating,
            matched_lesion_id=mark.lesion or "",
            distance_mm=None,
            rule=table.froc.acceptance_rule,
        )
