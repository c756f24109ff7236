"""What the worklist says of exams from their headers, and which lines it lists."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_image

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.view import ImageKind
from viewer.domain.worklist import (
    ReadingStatus,
    Worklist,
    WorklistFilter,
    WorklistRow,
    kinds_text,
    lines_of,
    listed,
    views_text,
)


def study(alias: str, day: str, patient_id: str, *, name: str = "DOE^JANE") -> Exam:
    identity = PatientIdentity(patient_id=patient_id, name=name, study_date=day)
    return replace(make_exam(alias), identity=identity)


def row(exam: Exam, **words: str) -> WorklistRow:
    return WorklistRow(title=exam.alias, exam=exam, **words)


ROWS = (
    row(study("old", "20220705", "1")),
    row(study("new", "20240610", "1"), note="recall"),
    row(study("other", "20240610", "2")),
    row(study("smith", "20210101", "1", name="SMITH^ANN")),
    WorklistRow(title="row 7", problem="there is no such file or folder"),
)


def titles(worklist: Worklist, *, identity: bool = False) -> list[str]:
    return [line.row.title for line in listed(worklist, identity=identity)]


def test_priors_are_counted_and_are_no_lines_unless_wished() -> None:
    by_title = {line.row.title: line for line in lines_of(ROWS)}
    assert by_title["new"].priors == 1
    assert by_title["new"].doubtful == 1
    assert by_title["old"].is_prior
    assert by_title["other"].priors == 0
    assert titles(Worklist(rows=ROWS)) == ["new", "other", "smith", "row 7"]
    all_lines = Worklist(rows=ROWS, filter=WorklistFilter(priors=True))
    assert titles(all_lines) == [r.title for r in ROWS]


def test_lines_are_filtered_by_status_and_by_every_word() -> None:
    statuses = {"id of other": ReadingStatus.READ}
    read = Worklist(rows=ROWS, statuses=statuses, filter=WorklistFilter(status=ReadingStatus.READ))
    assert titles(read) == ["other"]
    unread = replace(read, filter=WorklistFilter(status=ReadingStatus.UNREAD))
    assert titles(unread) == ["new", "smith"]
    found = Worklist(rows=ROWS, filter=WorklistFilter(text="RECALL dbt"))
    assert titles(found) == ["new"]


def test_names_are_searched_only_while_identity_is_shown() -> None:
    worklist = Worklist(rows=ROWS, filter=WorklistFilter(text="smith ann"))
    assert titles(worklist) == []
    assert titles(worklist, identity=True) == ["smith"]


def test_kinds_and_views_are_said_in_reading_order_with_counts() -> None:
    exam = make_exam(
        images=[
            make_image("LMLO", kind=ImageKind.FFDM),
            make_image("RCC-S", kind=ImageKind.FFDM, image_id="spot"),
            make_image("RCC", kind=ImageKind.FFDM),
            make_image("RCC"),
        ]
    )
    assert views_text(exam) == "RCC 2, LMLO, RCC-S"
    assert kinds_text(exam) == "FFDM, DBT"
