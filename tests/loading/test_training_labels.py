"""Label tables for training, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.training_runs.examples import BiradsGroup, Part
from inference.types import Laterality
from viewer.loading.table_errors import TableError
from viewer.loading.training_labels import TrainingLabel, read_training_labels


def _read(tmp_path: Path, text: str) -> tuple[TrainingLabel, ...]:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    return read_training_labels(path)


def test_a_table_of_images(tmp_path: Path) -> None:
    text = "image,benign,malignant\n0_L-CC.png,1,0\n0_R-CC,0,1\n\n1_L-CC,0,0\n"
    first, second, third = _read(tmp_path, text)
    assert (first.image, first.benign, first.malignant) == ("0_L-CC.png", True, False)
    assert (second.birads, third.birads) == (BiradsGroup.SUSPICIOUS, BiradsGroup.NORMAL)
    assert (first.row, third.row) == (2, 5)
    assert third.laterality is None


def test_a_table_of_breasts_with_everything(tmp_path: Path) -> None:
    text = (
        "Exam;Laterality;Benign;Malignant;BIRADS;Split;Patient\n"
        "a;L;0;0;3;validation;p1\n"
        "a;right;1;1;;training;p1\n"
    )
    left, right = _read(tmp_path, text)
    assert (left.exam, left.laterality, left.part) == ("a", Laterality.LEFT, Part.VALIDATION)
    assert left.birads is BiradsGroup.BENIGN
    assert right.birads is BiradsGroup.SUSPICIOUS
    assert (right.laterality, right.patient) == (Laterality.RIGHT, "p1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("picture,benign,malignant\na,0,1\n", "neither a column image nor exam"),
        ("image,exam,benign,malignant\na,b,0,1\n", "both columns image and exam"),
        ("image,benign\na,0\n", "lacks the column malignant"),
        ("exam,benign,malignant\na,0,1\n", "lacks the column laterality"),
        ("image,benign,malignant,cancer\na,0,1,1\n", '"cancer" that means nothing'),
        ("image,benign,malignant\n", "no rows"),
        ("image,benign,malignant\na,0,1\nb,0\n", "row 3 has 2 cells"),
        ("image,benign,malignant\na,0,1\nb,maybe,0\n", 'row 3, column benign: .*"maybe"'),
        ("image,benign,malignant\na,,1\n", "row 2, column benign: the cell is empty"),
        ("exam,laterality,benign,malignant\na,both,0,1\n", 'row 2, column laterality: "both"'),
        ("image,benign,malignant,birads\na,0,1,7\n", "row 2, column birads: 7 is no category"),
        ("image,benign,malignant,split\na,0,1,test\n", 'row 2, column split: "test" is no part'),
        ("image,benign,malignant\na,0,1\nb,0,0\nA,0,1\n", "rows 2 and 4 both name A"),
        (
            "exam,laterality,benign,malignant\na,L,0,1\na,R,0,0\na,left,0,0\n",
            "rows 2 and 4 give a L two different labels",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TableError, match=f"labels.csv: .*{message}") as caught:
        _read(tmp_path, text)
    assert caught.value.hint


def test_a_table_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="gone.csv cannot be read"):
        read_training_labels(tmp_path / "gone.csv")
