"""The truth table that `tomolens phantom` writes, for predictions of its exams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.case_key import CaseKey, CaseKeys
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row

PHANTOM_COLUMNS = frozenset(
    {
        "exam",
        "lesion",
        "class",
        "view",
        "image_kind",
        "slice",
        "row",
        "column",
        "size_pixels",
        "file",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomLesion:
    """One finding on one image."""

    key: CaseKey
    malignant: bool
    slice_index: int
    row: float
    column: float
    size_pixels: float
    mask: Path | None


class PhantomExams:
    """Which exam each folder beside the truth table is; reads one header a folder."""

    def __init__(self, table: Path) -> None:
        self._keys = CaseKeys(table)
        self._folder = table.absolute().parent

    def lesion(self, row: Row) -> PhantomLesion:
        """One row; raises TableError."""
        stated = self._keys.key_of(row_without_exam(row))
        mask = row.maybe("mask_file")
        return PhantomLesion(
            key=stated,
            malignant=is_malignant(row),
            slice_index=int(row.number_in("slice")),
            row=row.number_in("row"),
            column=row.number_in("column"),
            size_pixels=row.number_in("size_pixels"),
            mask=self._folder / mask if mask else None,
        )

    def breasts(self) -> Iterator[CaseKey]:
        """Both breasts of every exam folder beside the table, with or without findings."""
        for folder in sorted(self._folder.glob("exam_*")):
            if folder.is_dir():
                exam = self._keys.exam_of_path(folder.name, folder.name)
                for side in ("R", "L"):
                    yield CaseKey(line=0, exam=exam, laterality=side)


def row_without_exam(row: Row) -> Row:
    """The row with its folder in the place of its file: one header tells for all its images."""
    folder = row.text("exam")
    return Row(row.number, {**row.cells, "exam": "", "file": folder})


def is_malignant(row: Row) -> bool:
    """The class of a row, "malignant" or "benign" (or cancer); raises TableError."""
    stated = row.text("class").lower()
    if stated not in ("malignant", "cancer", "benign"):
        raise TableError(
            f'{at(row.number, "class")}: "{stated}" is no class', hint="write malignant or benign"
        )
    return stated != "benign"
