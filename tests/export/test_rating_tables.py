"""Tables written for other programs, each read back to what it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from study_answers_builders import SECRET, make_study

from viewer.analysis.case_names import exam_and_side
from viewer.analysis.rows_of_study import StudyAnswers, rows_of_study
from viewer.analysis.rows_of_table import numbered_exams, rows_of_table
from viewer.analysis.study_rows import RANKED_BIRADS, LongRow, MarkRow, TruthRow
from viewer.analysis.study_table import FrocTable, StudyTable
from viewer.analysis.table_of_rows import counted_marks
from viewer.analysis.table_of_study import table_of_study
from viewer.export.answers_json import BIRADS, PROBABILITY, RECALL, answers_json, question
from viewer.export.csv_rows import csv_of, write_text
from viewer.export.jafroc_workbook import write_jafroc
from viewer.export.rating_tables import imrmc_text, mrmcaov_text, wide_text
from viewer.loading.read_long import read_rows
from viewer.loading.read_study_table import read_study_table
from viewer.statistics.ratings import Ratings
from viewer.study.errors import StudyError


@pytest.fixture(scope="module")
def study() -> StudyAnswers:
    return make_study()


@pytest.fixture(scope="module")
def table(study: StudyAnswers) -> StudyTable:
    return table_of_study(study)


def unaided(table: StudyTable) -> StudyTable:
    """The first modality alone."""
    ratings = table.ratings
    one = replace(ratings, modalities=ratings.modalities[:1], scores=ratings.scores[:1])
    return replace(table, ratings=one, froc=None)


def read_back(folder: Path, text: str, name: str = "table.csv") -> StudyTable:
    write_text(folder / name, text)
    return read_study_table(folder / name)


WORKBOOK = 1e-15
"""Excel files keep 16 digits."""


def assert_same_scores(first: Ratings, second: Ratings, *, within: float = 0.0) -> None:
    """Cases are numbered in the order of the first."""
    assert second.modalities == first.modalities
    assert second.readers == first.readers
    assert second.truth.tolist() == first.truth.tolist()
    np.testing.assert_allclose(second.scores, first.scores, rtol=within, atol=0.0)


def assert_same_marks(
    first: FrocTable | None, second: FrocTable | None, *, within: float = 0.0
) -> None:
    assert first is not None
    assert second is not None
    for name in ("lesion_ratings", "lesion_case", "lesion_weight", "highest_false"):
        found, wanted = getattr(second, name), getattr(first, name)
        np.testing.assert_allclose(found, wanted, rtol=within, atol=0.0, err_msg=name)


def with_gap(table: StudyTable) -> StudyTable:
    """One reading was not made."""
    scores = table.ratings.scores.copy()
    scores[1, 2, 3] = np.nan
    return replace(table, ratings=replace(table.ratings, scores=scores), froc=None)


def test_imrmc_comes_back_equal(table: StudyTable, tmp_path: Path) -> None:
    text = imrmc_text(table)
    back = read_back(tmp_path, text, "table.imrmc")
    assert_same_scores(table.ratings, back.ratings)
    assert back.ratings.cases == tuple(str(n) for n in range(1, 11))
    assert text.splitlines()[1:6] == ["N0:8", "N1:2", "NR:3", "NM:2", "BEGIN DATA:"]
    assert sum(line.startswith("truth,") for line in text.splitlines()) == 10
    assert SECRET not in text


def test_imrmc_leaves_out_what_was_not_read(table: StudyTable, tmp_path: Path) -> None:
    gap = with_gap(table)
    assert_same_scores(gap.ratings, read_back(tmp_path, imrmc_text(gap)).ratings)


def test_mrmcaov_comes_back_equal(table: StudyTable, tmp_path: Path) -> None:
    text = mrmcaov_text(table)
    assert text.splitlines()[0] == "reader,treatment,case,truth,rating"
    assert_same_scores(table.ratings, read_back(tmp_path, text).ratings)
    assert SECRET not in text


def test_a_roc_workbook_comes_back_equal(table: StudyTable, tmp_path: Path) -> None:
    one = replace(table, froc=None)
    write_jafroc(tmp_path / "roc.xlsx", one)
    back = read_study_table(tmp_path / "roc.xlsx")
    assert_same_scores(one.ratings, back.ratings, within=WORKBOOK)
    assert back.froc is None


def test_a_froc_workbook_comes_back_equal(
    study: StudyAnswers, table: StudyTable, tmp_path: Path
) -> None:
    path = tmp_path / "froc.xlsx"
    write_jafroc(path, table, marks=counted_marks(rows_of_study(study)))
    assert_same_marks(table.froc, read_study_table(path).froc, within=WORKBOOK)
    book = load_workbook(path, read_only=True)
    assert book.sheetnames == ["TP", "FP", "TRUTH"]
    truth = list(book["TRUTH"].iter_rows(values_only=True))
    assert truth[0] == ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm")
    assert [row[5] for row in truth[1:3]] == ["FROC", "FCTRL"]
    assert all(isinstance(row[0], int) for row in truth[1:])
    book.close()


def test_the_wide_table_comes_back_equal(table: StudyTable, tmp_path: Path) -> None:
    text = wide_text(table, "unaided")
    back = read_back(tmp_path, text)
    assert_same_scores(unaided(table).ratings, back.ratings)
    np.testing.assert_array_equal(back.ai["gmic"], table.ai["gmic"])
    sides = [exam_and_side(case)[1] for case in table.ratings.cases]
    assert [exam_and_side(case)[1] for case in back.ratings.cases] == sides
    assert SECRET not in text


def test_the_wide_table_of_other_scales_is_refused(table: StudyTable) -> None:
    with pytest.raises(StudyError, match="another scale"):
        wide_text(replace(table, is_probability=False), "unaided")
    with pytest.raises(StudyError, match="no modality"):
        wide_text(table, "ultrasound")


def test_answers_marks_and_truth_come_back_equal(
    study: StudyAnswers, table: StudyTable, tmp_path: Path
) -> None:
    rows = rows_of_study(study)
    for name, kind, own in (
        ("long.csv", LongRow, rows.answers),
        ("marks.csv", MarkRow, rows.marks),
        ("truth.csv", TruthRow, rows.truth),
    ):
        write_text(tmp_path / name, csv_of(kind, own))
        assert read_rows(kind, tmp_path / name) == own
    back = read_study_table(tmp_path / "long.csv")
    assert_same_scores(table.ratings, back.ratings)
    assert back.ratings.cases == table.ratings.cases
    assert_same_marks(table.froc, back.froc)
    assert table.recall is not None
    assert back.recall is not None
    np.testing.assert_array_equal(back.recall, table.recall)
    np.testing.assert_array_equal(back.birads, table.birads)
    np.testing.assert_array_equal(back.active_seconds, table.active_seconds)
    np.testing.assert_array_equal(back.ai["gmic"], table.ai["gmic"])


def test_the_columns_are_the_published_layouts(study: StudyAnswers) -> None:
    rows = rows_of_study(study)
    assert csv_of(LongRow, rows.answers).splitlines()[0] == (
        "study_id,protocol_sha256,reader_id,session_id,phase,case_alias,laterality,order_index,"
        "pom,birads,recall,n_marks,first_view_utc,first_mark_utc,submit_utc,active_ms,idle_ms,"
        "ai_model,ai_version,ai_score,ai_seen,amended,app_version,event_seq"
    )
    assert (
        csv_of(MarkRow, rows.marks)
        .splitlines()[0]
        .endswith(
            "mark_id,view,sop_alias,slice,x_px,y_px,x_mm,y_mm,confidence,matched_lesion_id,"
            "distance_mm,rule"
        )
    )
    assert csv_of(TruthRow, rows.truth).splitlines()[0] == (
        "case_alias,laterality,malignant,benign,lesion_id,view,slice,cx,cy,mask_ref,weight"
    )


def test_answers_as_json_hold_every_answer(study: StudyAnswers) -> None:
    rows = rows_of_study(study).answers
    items = json.loads(answers_json(rows))
    assert set(items[0]) == {
        *("answer", "api_url", "created", "creator", "display_set", "pk", "question"),
        *("modified", "answer_image", "last_edit_duration", "total_edit_duration"),
        "is_ground_truth",
    }
    assert len({item["pk"] for item in items}) == len(items)
    found = {(i["creator"], i["display_set"], i["question"]): i["answer"] for i in items}
    for row in rows:
        place = row.reader_id, row.case_alias
        assert found[(*place, question(PROBABILITY, row))] == row.pom
        assert found[(*place, question(BIRADS, row))] == row.birads
        assert found[(*place, question(RECALL, row))] is row.recall
    assert items[0]["last_edit_duration"].startswith("00:00:10.0")
    assert SECRET not in json.dumps(items)


def test_text_that_a_spreadsheet_would_run_is_made_inert(table: StudyTable) -> None:
    named = replace(table.ratings, readers=("=cmd", "@x", "R,3"))
    text = mrmcaov_text(replace(table, ratings=named))
    assert "'=cmd," in text
    assert "'@x," in text
    assert "R 3" in imrmc_text(replace(table, ratings=named))


def test_rows_of_a_foreign_table_come_back_equal(table: StudyTable, tmp_path: Path) -> None:
    rows = rows_of_table(table, numbered_exams(table))
    write_text(tmp_path / "x_long.csv", csv_of(LongRow, rows.answers))
    write_text(tmp_path / "x_marks.csv", csv_of(MarkRow, rows.marks))
    write_text(tmp_path / "x_truth.csv", csv_of(TruthRow, rows.truth))
    back = read_study_table(tmp_path / "x_long.csv")
    assert_same_scores(table.ratings, back.ratings)
    assert_same_marks(table.froc, back.froc)
    assert {row.birads for row in rows.answers} <= {"", *RANKED_BIRADS}


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    ["nyu_reader_study_1440breasts.csv", "vandyke_mrmc.csv", "viper_screeningLowP.imrmc.csv"],
)
def test_published_tables_come_back_equal(shared: Path, tmp_path: Path, name: str) -> None:
    table = read_study_table(shared / "data/reader_studies" / name)
    for text in (imrmc_text(table), mrmcaov_text(table)):
        back = read_back(tmp_path, text).ratings
        order = [back.cases.index(str(n)) for n in range(1, len(table.ratings.cases) + 1)]
        assert set(back.modalities) == set(table.ratings.modalities)
        for index, modality in enumerate(table.ratings.modalities):
            for place, reader in enumerate(table.ratings.readers):
                scores = back.scores[
                    back.modalities.index(modality), back.readers.index(reader), order
                ]
                np.testing.assert_array_equal(scores, table.ratings.scores[index, place])


@pytest.mark.shared
def test_published_marks_come_back_equal(shared: Path, tmp_path: Path) -> None:
    table = read_study_table(shared / "data/reader_studies/tony_dbt_vs_dm_froc_marks.csv")
    write_jafroc(tmp_path / "tony.xlsx", table)
    back = read_study_table(tmp_path / "tony.xlsx")
    assert_same_marks(table.froc, back.froc, within=WORKBOOK)
