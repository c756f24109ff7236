"""Our own study -> the table every analysis starts from, with what must be said about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from viewer.analysis.case_names import breast_name
from viewer.analysis.rows_of_study import StudyAnswers, case_aliases, is_counted, rows_of_study
from viewer.analysis.study_rows import StudyRows
from viewer.analysis.study_table import StudyTable
from viewer.analysis.table_of_rows import TableContext, table_of_rows
from viewer.study.protocol import Phase, Protocol, StudyReader
from viewer.study.reading_state import ReadingState

_EXPERIENCE = ((5.0, "under 5 years"), (15.0, "5 to 14 years"))
_MOST = "15 years or more"


def table_of_study(study: StudyAnswers, *, with_amendments: bool = False) -> StudyTable:
    """Every finished reading as a table; raises StudyError where nothing can be analysed."""
    rows = rows_of_study(study)
    return table_of_rows(rows, context_of_study(study, rows, with_amendments=with_amendments))


def context_of_study(
    study: StudyAnswers, rows: StudyRows, *, with_amendments: bool = False
) -> TableContext:
    """What the protocol and the events say beyond the rows."""
    protocol = study.protocol
    aliases = case_aliases(protocol)
    return TableContext(
        title=protocol.title or protocol.study_id,
        recall_threshold=protocol.questions.recall_threshold_percent / 100.0,
        patients={aliases[case.case_id]: case.patient for case in protocol.cases},
        case_groups={**_case_groups(protocol, aliases), **_lesion_kinds(study, aliases)},
        reader_groups=_reader_groups(protocol.readers),
        with_amendments=with_amendments,
        asks_marks=protocol.questions.marks,
        notes=tuple(_notes(study, rows, with_amendments=with_amendments)),
    )


def _case_groups(protocol: Protocol, aliases: Mapping[str, str]) -> dict[str, dict[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    for case in protocol.cases:
        for name, value in case.attributes.items():
            groups.setdefault(name, {})[aliases[case.case_id]] = value
    return groups


def _lesion_kinds(study: StudyAnswers, aliases: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The kind of the malignant lesions of each breast; several are named together."""
    kinds: dict[str, set[str]] = {}
    for entry in study.truth:
        if entry.malignant and entry.lesion_kind and entry.case_id in aliases:
            case = breast_name(aliases[entry.case_id], entry.laterality.value)
            kinds.setdefault(case, set()).add(entry.lesion_kind)
    named = {case: " and ".join(sorted(found)) for case, found in kinds.items()}
    return {"lesion kind": named} if named else {}


def _reader_groups(readers: Iterable[StudyReader]) -> dict[str, dict[str, str]]:
    experience: dict[str, str] = {}
    group: dict[str, str] = {}
    for reader in readers:
        if reader.experience_years is not None:
            experience[reader.reader_id] = _experience(reader.experience_years)
        if reader.group:
            group[reader.reader_id] = reader.group
    named = {"experience": experience, "group": group}
    return {name: values for name, values in named.items() if values}


def _experience(years: float) -> str:
    return next((words for limit, words in _EXPERIENCE if years < limit), _MOST)


def _notes(study: StudyAnswers, rows: StudyRows, *, with_amendments: bool) -> Iterable[str]:
    states = [state for state in study.readings.values() if not state.planned.training]
    excluded = Counter(state.excluded_because for state in states if state.excluded_because)
    for reason, count in excluded.items():
        yield f"{_readings(count)} excluded: {reason}."
    unfinished = sum(not s.is_finished and s.excluded_because is None for s in states)
    if unfinished:
        yield f"{_readings(unfinished)} not finished, and not analysed."
    training = sum(state.planned.training for state in study.readings.values())
    if training:
        yield f"{_readings(training)} for training, and never analysed."
    amended = sum(bool(state.amendments) for state in states if is_counted(state))
    if amended and not with_amendments:
        yield f"{_readings(amended)} amended later; the locked answers are analysed."
    not_asked = sum(_ai_not_asked(state) for state in states if is_counted(state))
    if not_asked:
        yield (
            f"{_readings(not_asked)} ended without the AI being asked for: "
            "the answer alone stands for the aided one."
        )
    for model in study.models:
        if model.passes:
            yield f"Scores of {model.model}: {model.passes}."
    unplaced = sum(mark.x_mm is None and mark.y_mm is None for mark in rows.marks)
    if unplaced:
        yield (
            f"{unplaced} marks on images without pixel spacing cannot be matched to lesions and "
            "count as false."
        )
    elsewhere = _marks_without_lesion(rows)
    if elsewhere:
        yield (
            f"{elsewhere} marks are on images in which the truth places no lesion, though their "
            "breast has one; they count as false."
        )


def _marks_without_lesion(rows: StudyRows) -> int:
    """Marks in breasts with placed lesions, on images in which none is placed."""
    placed = {
        (row.case_alias, row.laterality)
        for row in rows.truth
        if row.malignant and row.lesion_id and row.cx is not None
    }
    return sum(
        (mark.case_alias, mark.laterality) in placed
        and mark.distance_mm is None
        and mark.x_mm is not None
        for mark in rows.marks
    )


def _ai_not_asked(state: ReadingState) -> bool:
    planned = state.planned
    return (
        planned.ai_on_request and Phase.AIDED in planned.phases and Phase.AIDED not in state.locked
    )


def _readings(count: int) -> str:
    return "1 reading was" if count == 1 else f"{count} readings were"
