"""Tables of ratings from elsewhere: recognised by content, wrong rows and columns named."""

from __future__ import annotations

import gzip
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from viewer.analysis.study_rows import LongRow
from viewer.loading.read_study_table import read_study_table
from viewer.loading.table_errors import TableError

FACTORIAL = "reader,treatment,case,truth,rating\n1,A,1,0,1\n1,A,2,1,5\n1,B,1,0,2\n1,B,2,1,4\n"
IMRMC = "free words\nN0:1\nBEGIN DATA:\ntruth,c1,truth,0\ntruth,c2,truth,1\nr,c1,m,0.5\nr,c2,m,-2\n"
WIDE = "case_ID,side,label,Reader01_POM,AI_net_POM\n92,L,0.0,0.2,0.07\n92,R,1.0,0.6,\n"
MARKS = (
    "modality,reader,case,truth,mark,lesion,rating,weight\n"
    "BT,2,1,0,NL,,3.0,\nBT,2,2,1,LL,1,4.0,0.5\nBT,10,2,1,LL,2,2.0,0.5\nBT,10,2,1,NL,,9.0,\n"
)
MARKS_TRUTH = "case,truth,n_lesions\n1,0,0\n2,1,2\n3,0,0\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def failure(folder: Path, text: str, name: str = "table.csv") -> TableError:
    with pytest.raises(TableError) as caught:
        read_study_table(written(folder, name, text))
    return caught.value


def workbook(path: Path, sheets: dict[str, list[tuple[object, ...]]]) -> Path:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


TP = ("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating")
FP = ("ReaderID", "ModalityID", "CaseID", "FP_Rating")
TRUTH = ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm")


def test_a_factorial_table_keeps_its_names_and_order(tmp_path: Path) -> None:
    table = read_study_table(written(tmp_path, "anything.txt", FACTORIAL))
    assert (table.ratings.modalities, table.ratings.readers) == (("A", "B"), ("1",))
    assert table.ratings.scores.tolist() == [[[1, 5]], [[2, 4]]]
    assert table.ratings.truth.tolist() == [False, True]
    assert not table.is_probability
    assert table.title == "anything"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_and_a_byte_order_mark_are_read(tmp_path: Path, delimiter: str) -> None:
    text = "\ufeff" + FACTORIAL.replace(",", delimiter)
    assert read_study_table(written(tmp_path, "t.csv", text)).ratings.cases == ("1", "2")


def test_a_packed_table_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(FACTORIAL.encode()))
    assert read_study_table(path).ratings.cases == ("1", "2")


def test_na_is_a_reading_that_was_not_made(tmp_path: Path) -> None:
    text = FACTORIAL.replace("1,B,2,1,4", "1,B,2,1,NA")
    table = read_study_table(written(tmp_path, "t.csv", text))
    assert np.isnan(table.ratings.scores[1, 0, 1])
    assert table.notes == ("1 of 4 readings of the full cross are missing.",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1,B,1,0,2", "1,B,1,0,two", 'row 4, column rating: "two" is not a number'),
        ("1,B,1,0,2", "1,B,1,0,inf", "row 4, column rating"),
        ("1,B,1,0,2", "1,B,1,0,", "row 4, column rating: the cell is empty"),
        ("1,B,1,0,2", "1,B,1,7,2", 'row 4, column truth: the truth is "7"'),
        ("1,B,1,0,2", "1,B,1,1,2", "row 4, column truth: the truth of case 1 is stated as 0 and"),
        ("1,B,1,0,2", "1,A,1,0,2", "reader 1 scores case 1 in modality A a second time"),
        ("1,B,1,0,2", "1,B,1,0", "row 4 has 4 cells, the header has 5 columns"),
        ("2,1,", "2,0,", "all cases are normal; accuracy needs both classes"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in str(failure(tmp_path, FACTORIAL.replace(old, new)))


def test_imrmc_is_read_below_its_free_lines(tmp_path: Path) -> None:
    table = read_study_table(written(tmp_path, "x.csv", IMRMC))
    assert table.ratings.cases == ("c1", "c2")
    assert table.ratings.scores.tolist() == [[[0.5, -2.0]]]
    assert not table.is_probability


def test_rjafrocs_truth_rows_are_read(tmp_path: Path) -> None:
    text = IMRMC.replace("truth,c", "-1,c")
    assert read_study_table(written(tmp_path, "x", text)).ratings.truth.tolist() == [False, True]


def test_imrmcs_data_frame_as_csv_is_read(tmp_path: Path) -> None:
    text = "readerID,caseID,modalityID,score\n" + IMRMC.split("DATA:\n")[1]
    table = read_study_table(written(tmp_path, "x.csv", text))
    assert table.ratings.scores.tolist() == [[[0.5, -2.0]]]


def test_counts_that_the_rows_do_not_have_are_said(tmp_path: Path) -> None:
    table = read_study_table(written(tmp_path, "x", IMRMC.replace("N0:1", "N0:7")))
    assert table.notes == ("The file states N0:7, its rows have 1.",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("truth,c2,truth,1\n", "", "row 6: case c2 has no truth"),
        ("r,c2,m,-2", "r,c1,m,-2", "row 7: reader r scores case c1 in modality m a second time"),
        ("r,c2,m,-2", "r,c2,m,x", 'row 7, column score: "x" is not a number'),
        ("r,c2,m,-2", "r,c2,m", "row 7 has 3 cells"),
        ("r,c2,m,-2", "r,c2,,3", "row 7, column modality: the cell is empty"),
        ("truth,c2,truth,1", "truth,c1,truth,0", "row 5: the truth of case c1 is stated twice"),
        ("r,c1,m,0.5\nr,c2,m,-2\n", "", "the table has no ratings"),
    ],
)
def test_a_wrong_line_of_imrmc_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in str(failure(tmp_path, IMRMC.replace(old, new)))


def test_the_wide_table_has_readers_and_models_as_columns(tmp_path: Path) -> None:
    table = read_study_table(written(tmp_path, "t.csv", WIDE))
    assert table.ratings.modalities == ("unaided",)
    assert table.ratings.readers == ("Reader01",)
    assert table.ratings.cases == ("92/L", "92/R")
    assert table.ratings.patients == ("92", "92")
    assert list(table.ai) == ["net"]
    assert table.ai["net"][0] == 0.07
    assert np.isnan(table.ai["net"][1])


def test_a_percentage_in_the_wide_table_is_refused_with_the_way_out(tmp_path: Path) -> None:
    error = failure(tmp_path, WIDE.replace("0.6", "60"))
    assert "row 3, column reader01_pom: 60 is not a probability" in str(error)
    assert "divide percentages by 100" in error.hint


def test_marks_become_highest_ratings_and_lesions(tmp_path: Path) -> None:
    written(tmp_path, "study_truth.csv", MARKS_TRUTH)
    table = read_study_table(written(tmp_path, "study_marks.csv", MARKS))
    assert table.ratings.readers == ("2", "10")
    assert table.froc is not None
    assert table.froc.lesion_ratings.tolist() == [[[4.0, -np.inf], [-np.inf, 2.0]]]
    assert table.froc.lesion_case.tolist() == [1, 1]
    assert table.froc.lesion_weight.tolist() == [0.5, 0.5]
    assert table.froc.highest_false.tolist() == [[[3.0, -np.inf, -np.inf], [-np.inf, 9.0, -np.inf]]]
    assert table.ratings.scores.tolist() == [[[3.0, 4.0, 0.0], [0.0, 9.0, 0.0]]]
    assert table.froc.false_ratings is not None
    assert table.froc.false_ratings[0][1].tolist() == [9.0]


def test_marks_need_their_truth_beside_them(tmp_path: Path) -> None:
    assert "needs the table of truth beside it" in str(failure(tmp_path, MARKS, "a_marks.csv"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("BT,2,1,0,NL", "BT,2,9,0,NL", "row 2, column case: case 9 has no truth"),
        ("BT,2,1,0,NL,,", "BT,2,1,0,LL,1,", "row 2, column mark: a mark on a lesion of normal"),
        ("BT,2,1,0,NL", "BT,2,1,0,XX", 'row 2, column mark: "XX" is not LL or NL'),
        ("LL,2,2.0", "LL,3,2.0", 'row 4, column lesion: case 2 has 2 lesions, not one called "3"'),
    ],
)
def test_a_wrong_mark_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    written(tmp_path, "a_truth.csv", MARKS_TRUTH)
    assert said in str(failure(tmp_path, MARKS.replace(old, new), "a_marks.csv"))


def test_a_roc_workbook_has_normal_cases_in_fp_and_diseased_in_tp(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "roc.xlsx",
        {
            "TP": [TP, (0, 0, 2, 1, 5.0)],
            "FP": [FP, (0, 0, 1, 1.5)],
            "TRUTH": [TRUTH, (1, 0, 0, "0", "0", "ROC"), (2, 1, 1.0, "0", "0", "FCTRL")],
        },
    )
    table = read_study_table(path)
    assert table.ratings.scores.tolist() == [[[1.5, 5.0]]]
    assert table.froc is None


def test_a_froc_workbook_has_marks(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "froc.xlsx",
        {
            "TP": [TP, (0, 0, 2, 1, 5.0)],
            "FP": [FP, (0, 0, 1, 1.5), (0, 0, 2, 3.0)],
            "TRUTH": [
                TRUTH,
                (1, 0, 0, "0", "0", "FROC"),
                (2, 1, 0.25, "0", "0", "FCTRL"),
                (2, 2, 0.75, "0", "0", None),
            ],
        },
    )
    table = read_study_table(path)
    assert table.froc is not None
    assert table.froc.lesion_weight.tolist() == [0.25, 0.75]
    assert table.froc.lesion_ratings.tolist() == [[[5.0, -np.inf]]]
    assert table.froc.highest_false.tolist() == [[[1.5, 3.0]]]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"TP": [TP], "FP": [FP]}, "has no sheet TRUTH"),
        (
            {
                "TP": [TP, (0, 0, 7, 1, 5.0)],
                "FP": [FP],
                "TRUTH": [TRUTH, (1, 0, 0, "0", "0", "FROC"), (2, 1, 1, "0", "0", "FCTRL")],
            },
            "sheet TP, row 2: case 7 is not in sheet TRUTH",
        ),
        (
            {
                "TP": [TP, (0, 0, 2, 1, "x")],
                "FP": [FP],
                "TRUTH": [TRUTH, (1, 0, 0, "0", "0", "FROC"), (2, 1, 1, "0", "0", "FCTRL")],
            },
            'sheet TP, row 2, column tp_rating: "x" is not a number',
        ),
    ],
)
def test_a_wrong_workbook_is_named(
    tmp_path: Path, sheets: dict[str, list[tuple[object, ...]]], said: str
) -> None:
    path = workbook(tmp_path / "t.xlsx", sheets)
    with pytest.raises(TableError, match=said):
        read_study_table(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0rest", "is an old Excel file"),
        (b"PK\x03\x04rest", "is not an Excel workbook"),
        (b"\x1f\x8bnot gzip at all", "cannot be read"),
        (b"\xff\xfe\x00\x01", "is not a text table"),
        (b"", "no table of ratings"),
        (b"a,b,c\n1,2,3\n", "no table of ratings"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_study_table(path)
    assert said in str(caught.value)


def answer_line(**cells: str) -> str:
    """A CSV of one answer with the columns of our own answers."""
    names = [column.name for column in fields(LongRow)]
    known = {"reader_id": "R1", "phase": "unaided", "case_alias": "E1", "laterality": "L"}
    row = {**known, "pom": "0.5", "amended": "0", **cells}
    return ",".join(names) + "\n" + ",".join(row.get(name, "") for name in names) + "\n"


def test_answers_without_truth_say_where_it_belongs(tmp_path: Path) -> None:
    error = failure(tmp_path, answer_line(), "long.csv")
    assert "has no truth beside it" in str(error)
    assert "truth.csv" in error.hint


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"pom": "half"}, 'row 2, column pom: "half" is not a number'),
        ({"amended": ""}, "row 2, column amended: the cell is empty"),
        ({"order_index": "1.5"}, "row 2, column order_index: 1.5 is not a whole number"),
    ],
)
def test_a_wrong_answer_is_named(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    assert said in str(failure(tmp_path, answer_line(**cells), "long.csv"))


def test_a_column_name_with_another_separator_in_it_is_one_name(tmp_path: Path) -> None:
    text = "case_ID,side,label,Reader01_00,;Net_POM\n92,L,0,0.2,0.07\n92,R,1,0.6,0.5\n"
    table = read_study_table(written(tmp_path, "odd.csv", text))
    assert table.ratings.readers == (";Net",)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([FACTORIAL, IMRMC, WIDE, MARKS_TRUTH, ""]),
    at=st.floats(0, 1),
    noise=st.text(alphabet=",;\n\"'01A.-x\ufeffé\x00", max_size=12),
)
def test_any_damaged_table_is_read_or_refused(
    tmp_path: Path, start: str, at: float, noise: str
) -> None:
    place = int(at * len(start))
    path = written(tmp_path, "fuzz_table.csv", start[:place] + noise + start[place + len(noise) :])
    try:
        table = read_study_table(path)
    except TableError:
        return
    assert table.ratings.positives > 0


@pytest.mark.shared
def test_every_published_table_is_read_whole(shared: Path) -> None:
    folder = shared / "data/reader_studies"
    found = {
        name: read_study_table(folder / name).ratings.scores.shape
        for name in (
            "nyu_reader_study_1440breasts.csv",
            "tony_dbt_vs_dm_froc_hr_roc.csv",
            "tony_dbt_vs_dm_froc_marks.csv",
            "vandyke.imrmc",
            "vandyke_mrmc.csv",
            "viper_obs.csv.gz",
            "viper_screeningLowP.imrmc.csv",
            "imrmc/input.imrmc",
        )
    }
    assert found == {
        "nyu_reader_study_1440breasts.csv": (1, 14, 1440),
        "tony_dbt_vs_dm_froc_hr_roc.csv": (2, 5, 185),
        "tony_dbt_vs_dm_froc_marks.csv": (2, 5, 185),
        "vandyke.imrmc": (2, 5, 114),
        "vandyke_mrmc.csv": (2, 5, 114),
        "viper_obs.csv.gz": (2, 43, 715),
        "viper_screeningLowP.imrmc.csv": (2, 20, 419),
        "imrmc/input.imrmc": (2, 5, 80),
    }


@pytest.mark.shared
def test_marks_give_the_published_highest_ratings(shared: Path) -> None:
    folder = shared / "data/reader_studies"
    marks = read_study_table(folder / "tony_dbt_vs_dm_froc_marks.csv").ratings
    highest = read_study_table(folder / "tony_dbt_vs_dm_froc_hr_roc.csv").ratings
    order = [marks.cases.index(case) for case in highest.cases]
    assert (marks.scores[:, :, order] == highest.scores).all()
