"""Tables of truth and of an AI's scores, as designers bring them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_builders import make_study

from inference.types import Laterality
from viewer.loading.read_ai_scores import read_ai_scores
from viewer.loading.read_truth import read_truth
from viewer.loading.table_errors import TableError
from viewer.study.protocol import Protocol, StudyCase
from viewer.study.truth import TruthEntry

R, L = Laterality.RIGHT, Laterality.LEFT
PHANTOM_HEADER = (
    "exam,lesion,class,kind,view,image_kind,slice,row,column,size_mm,size_pixels,conspicuity,"
    "nipple_row,nipple_column,file,mask_file"
)

Table = Callable[[str], Path]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    def write(text: str) -> Path:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def study_of(*cases: StudyCase) -> Protocol:
    return replace(make_study(), cases=cases)


def truth(path: Path, protocol: Protocol | None = None) -> tuple[TruthEntry, ...]:
    return read_truth(path, protocol or make_study(), lambda stated: path.parent / stated)


def test_the_layout_of_studies_is_read(table: Table) -> None:
    path = table(
        "case_alias,laterality,malignant,benign,lesion_id,view,slice,cx,cy,mask_ref,weight\n"
        "case0,R,1,0,a,cc,12,310.5,920,masks/a.png,1\n"
        "case0,left,0,,,,,,,,0\n"
    )
    first, second = truth(path)
    assert first == TruthEntry(
        case_id="case0",
        laterality=R,
        malignant=True,
        benign=False,
        lesion_id="a",
        view="RCC",
        slice_index=12,
        row=920.0,
        column=310.5,
        mask_ref="masks/a.png",
        weight=1.0,
    )
    assert second == TruthEntry(case_id="case0", laterality=L, malignant=False)


@pytest.mark.parametrize("column", ["case_id", "case_alias", "case", "exam"])
def test_the_case_goes_by_several_names(table: Table, column: str) -> None:
    (entry,) = truth(table(f"{column};laterality;malignant\ncase1;R;1\n"))
    assert entry.case_id == "case1"


def test_a_case_is_found_by_its_exam_or_folder_too(table: Table) -> None:
    protocol = study_of(
        StudyCase(case_id="P-1", path="exams/exam_0007", patient="W1"),
        StudyCase(case_id="P-2", path="all", patient="W2", exam_alias="Exam 4F"),
        StudyCase(case_id="P-3", path="left/same", patient="W3"),
        StudyCase(case_id="P-4", path="right/same", patient="W4"),
    )
    path = table(
        "case,laterality,malignant\nexam_0007,R,0\nExam 4F,R,0\nP-3,R,0\nsame,R,0\nnobody,R,0\n"
    )
    assert [entry.case_id for entry in truth(path, protocol)] == [
        "P-1", "P-2", "P-3", "same", "nobody",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("case0,X,0,,,", '"X" is no breast'),
        ("case0,R,maybe,,,", 'the truth is "maybe"'),
        ("case0,R,,,,", "row 2, column malignant: the cell is empty"),
        (",R,0,,,", "row 2, column case_id: the cell is empty"),
        ("case0,R,1,LCC,,", "LCC is not a view of breast R"),
        ("case0,R,1,RCC,1.5,", "slices are whole numbers"),
        ("case0,R,1,RCC,-1,", "slices are whole numbers"),
        ("case0,R,1,RCC,,-4", "pixels of the image start at 0"),
        ("case0,R,1,RCC,,nonsense", "is not a number"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(table: Table, row: str, words: str) -> None:
    path = table(f"case_id,laterality,malignant,view,slice,cx\n{row}\n")
    with pytest.raises(TableError, match="row 2") as error:
        truth(path)
    assert words in str(error.value)
    assert "table.csv" in str(error.value)


@pytest.mark.parametrize(
    "header", ["laterality,malignant", "case_id,malignant", "case_id,laterality"]
)
def test_a_table_without_a_needed_column_names_it(table: Table, header: str) -> None:
    with pytest.raises(TableError, match="lacks the column"):
        truth(table(f"{header}\n1,1\n"))


def test_the_table_of_phantoms_gives_lesions_and_normal_breasts(table: Table) -> None:
    path = table(
        f"{PHANTOM_HEADER}\n"
        "exam_0001,R1,malignant,spiculated mass,RCC,DBT,3,169.4,212.0,8.72,10.6,0.8,157,131,f,m\n"
        "exam_0001,R1,malignant,spiculated mass,RCC,synthetic 2D,0,169.4,212,8.7,10.6,0.8,1,1,f,m\n"
        "exam_0001,R2,benign,cyst,RMLO,FFDM,0,10,20,5,6,0.8,1,1,f,m\n"
        "exam_0009,L1,malignant,mass,LCC,FFDM,0,10,20,5,6,0.8,1,1,f,m\n"
    )
    protocol = study_of(
        StudyCase(case_id="P-1", path="exam_0001", patient="W1"),
        StudyCase(case_id="P-2", path="exam_0002", patient="W2"),
        StudyCase(case_id="P-3", path="/elsewhere/exam_0003", patient="W3"),
    )
    entries = truth(path, protocol)
    assert [
        (e.case_id, e.laterality, e.malignant, e.lesion_id, e.image_kind, e.slice_index)
        for e in entries
    ] == [
        ("P-1", R, True, "R1", "DBT", 3),
        ("P-1", R, True, "R1", "Synthetic 2D", None),
        ("P-1", R, False, "R2", "FFDM", None),
        ("P-1", L, False, "", "", None),
        ("P-2", L, False, "", "", None),
        ("P-2", R, False, "", "", None),
    ]
    assert (entries[0].row, entries[0].column, entries[0].size_mm) == (169.4, 212.0, 8.72)


def test_scores_as_predict_writes_them_are_read(table: Table) -> None:
    path = table("exam,laterality,model,benign,malignant,images\ncase0,R,gmic 1,0.25,0.5,2\n")
    (breast,) = read_ai_scores(path, make_study())
    assert (breast.case_id, breast.laterality, breast.malignant, breast.benign) == (
        "case0", R, 0.5, 0.25,
    )  # fmt: skip
    assert breast.model.name == "gmic 1"
    assert len(breast.model.sha256) == 64


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("case0,R,1.2,", "1.2 is no score between 0 and 1"),
        ("case0,R,nan,", "not a finite number"),
        ("case0,R,0.5,a;b", "no semicolon"),
        ("case0,R,0.5,\ncase0,R,0.6,", "the breast is stated twice"),
    ],
)
def test_scores_that_cannot_be_are_said(table: Table, rows: str, words: str) -> None:
    with pytest.raises(TableError, match=words):
        read_ai_scores(table(f"case_id,laterality,malignant,model\n{rows}\n"), make_study())


def test_breasts_that_predict_could_not_score_are_passed_over(table: Table) -> None:
    path = table(
        "exam,laterality,model,benign,malignant,status\ncase0,R,pair 1,,,failed\n"
        "case0,L,pair 1,0.1,0.2,done\n"
    )
    (breast,) = read_ai_scores(path, make_study())
    assert (breast.laterality, breast.malignant) == (Laterality.LEFT, 0.2)


def test_a_table_without_scores_is_said(table: Table) -> None:
    with pytest.raises(TableError, match="no table of scores"):
        read_ai_scores(table("case_id,laterality,score\n1,R,1\n"), make_study())


@given(text=st.text(max_size=200))
def test_any_text_is_a_truth_table_or_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("case_id,laterality,malignant\n" + text, encoding="utf-8", errors="replace")
    try:
        entries = truth(path)
    except TableError:
        return
    assert all(isinstance(entry.malignant, bool) for entry in entries)
