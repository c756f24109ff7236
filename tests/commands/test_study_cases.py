"""Exams and worklists as cases of a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inference.types import Laterality
from viewer.commands.study_cases import cases_of, cases_of_worklist, moved, views_by_exam
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.find_exams import find_exams
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import SilentScan
from viewer.loading.table_errors import TableError
from viewer.loading.worklist import read_worklist
from viewer.study.protocol import StudyCase


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three small exams."""
    place = tmp_path_factory.mktemp("cases")
    write_phantom_exams(place, exams=3, seed=2, slices=2, rows=200, columns=160)
    return place


@pytest.fixture(scope="module")
def exams(folder: Path) -> tuple[LocatedExam, ...]:
    return find_exams([folder], SilentScan()).exams


def test_each_exam_is_a_case_at_its_own_folder(
    folder: Path, exams: tuple[LocatedExam, ...]
) -> None:
    found = cases_of(exams, folder=folder, existing=())
    assert [f.case.path for f in found] == ["exam_0001", "exam_0002", "exam_0003"]
    assert [f.case.case_id for f in found] == ["case0001", "case0002", "case0003"]
    assert all(f.case.exam_alias == "" for f in found)


def test_exams_of_the_study_are_not_added_again_and_numbers_go_on(
    folder: Path, exams: tuple[LocatedExam, ...]
) -> None:
    first = cases_of(exams[:2], folder=folder, existing=())
    present = tuple(found.case for found in first)
    more = cases_of(exams, folder=folder, existing=present)
    assert [f.case.case_id for f in more] == ["case0003"]
    assert [f.case.patient for f in more] == ["P0003"]


def test_nothing_of_a_patient_s_identity_becomes_part_of_a_case(
    folder: Path, exams: tuple[LocatedExam, ...]
) -> None:
    for found, located in zip(cases_of(exams, folder=folder, existing=()), exams, strict=True):
        identity = located.exam.identity
        words = repr(found.case)
        for secret in (identity.patient_id, identity.name, identity.accession_number):
            assert not secret or secret not in words


def test_exams_of_one_patient_share_a_code(folder: Path, exams: tuple[LocatedExam, ...]) -> None:
    same = tuple(
        replace(located, exam=replace(located.exam, identity=exams[0].exam.identity))
        for located in exams
    )
    found = cases_of(same, folder=folder, existing=())
    assert {f.case.patient for f in found} == {"P0001"}


def test_cases_that_are_there_are_told_what_they_hold(
    folder: Path, exams: tuple[LocatedExam, ...]
) -> None:
    cases = [found.case for found in cases_of(exams, folder=folder, existing=())]
    gone = replace(cases[0], path="nowhere")
    views = views_by_exam([gone, cases[1]], exams, folder=folder)
    assert list(views) == [("exam_0002", "")]
    assert "RCC LCC RMLO LMLO" in views["exam_0002", ""]


def test_a_moved_case_is_at_the_same_place(tmp_path: Path) -> None:
    case = StudyCase(case_id="a", path="exams/1", patient="P")
    away = moved(case, old=tmp_path, new=tmp_path / "deeper")
    assert Path(away.path) == tmp_path.resolve() / "exams" / "1"
    assert moved(away, old=tmp_path / "deeper", new=tmp_path).path == "exams/1"


def test_a_worklist_says_breasts_training_and_attributes(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("path;case_id;breasts;training;density\nexam one;a 1;L;1;c\nb;;;0;\nc;;RL;;d\n")
    lines = read_worklist(file)
    cases = cases_of_worklist(lines, worklist=file, folder=tmp_path, taken=("case0001",))
    assert [case.case_id for case in cases] == ["a-1", "case0002", "case0003"]
    assert cases[0].breasts == (Laterality.LEFT,)
    assert cases[0].training
    assert dict(cases[0].attributes) == {"density": "c"}
    assert dict(cases[1].attributes) == {}
    assert cases[2].breasts == (Laterality.RIGHT, Laterality.LEFT)
    assert [case.path for case in cases] == ["exam one", "b", "c"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("case,patient\n1,2\n", "no column path"),
        ("path,breasts\na,both sides of it\n", "row 2, column breasts"),
        ("path,training\na,perhaps\n", "row 2, column training"),
        ("path,training\n,1\n", "row 2, column path"),
    ],
)
def test_a_worklist_that_cannot_be_is_refused_with_its_row(
    tmp_path: Path, text: str, named: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text)
    with pytest.raises(TableError, match=named):
        read_worklist(file)
