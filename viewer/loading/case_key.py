"""How a table names exams, breasts and images of a predictions folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.errors import LoadingError
from viewer.loading.file_name_view import stem_of
from viewer.loading.group_dicom import group_dicom
from viewer.loading.read_dicom import read_dicom_file
from viewer.loading.read_truth import side_in
from viewer.loading.sniff import FileKind, kind_of_file
from viewer.loading.stable_hash import short_hash
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row

_VIEW = re.compile(r"(?P<side>[LR])[-_ ]?(?P<view>[A-Z]+)(?P<repeat>\d*)", re.IGNORECASE)
_KINDS = {
    "ffdm": "FFDM",
    "dbt": "DBT",
    "synthetic": "Synthetic 2D",
    "synthetic 2d": "Synthetic 2D",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKey:
    """What a row is about; "" where it does not say, which means all."""

    line: int
    exam: str = ""
    """As `exam_name` writes it."""
    image: str = ""
    laterality: str = ""
    view: str = ""
    """Without the side, such as "MLO"."""
    kind: str = ""

    @property
    def words(self) -> str:
        """For messages."""
        if self.image:
            return f"image {self.image}"
        return " ".join(
            part for part in (self.exam, self.laterality + self.view, self.kind) if part
        )

    @property
    def is_breast(self) -> bool:
        """Whether the row is about a whole breast."""
        return not self.image and not self.view and not self.kind

    def fits(self, *, exam: str, image: str, laterality: str, view: str, kind: str) -> bool:
        """Whether an image of predictions.csv is meant."""
        if self.image:
            return self.image.casefold() == image.casefold()
        return (
            self.exam == exam_name(exam)
            and self.laterality in ("", laterality)
            and self.view in ("", view)
            and self.kind in ("", kind)
        )


def exam_name(alias: str) -> str:
    """An exam's alias in the form that is compared: "Exam 4F2A91" and "4f2a91" are alike."""
    plain = alias.strip().casefold()
    return plain.removeprefix("exam").strip(" -_") if plain.startswith("exam") else plain


class CaseKeys:
    """Reads the naming columns of rows; remembers which exam a file belongs to.

    A row names its image by `image` (as in predictions.csv), or its exam by `exam` (the alias of
    predictions.csv), `studyuid` (DICOM's), or `file` (a DICOM file or a folder of them, beside the
    table), with `laterality` and, for one image, `view` and `image_kind`.
    """

    def __init__(self, table: Path) -> None:
        self._folder = table.absolute().parent
        self._exam_of_file: dict[Path, str] = {}

    def key_of(self, row: Row) -> CaseKey:
        """Raises TableError where the row names nothing, or something that cannot be."""
        image = row.maybe("image")
        if image:
            return CaseKey(line=row.number, image=stem_of(Path(image)))
        side, view = self._view_of(row)
        if not side:
            raise TableError(
                f"{at(row.number)}: neither an image nor a breast is named",
                hint="give `image`, or `exam` and `laterality`",
            )
        return CaseKey(
            line=row.number,
            exam=self._exam_of(row),
            laterality=side,
            view=view,
            kind=_kind_of(row),
        )

    def exam_of_path(self, stated: str, place: str) -> str:
        """The exam that a DICOM file, or the first one of a folder, belongs to."""
        path = self._folder / stated
        if path not in self._exam_of_file:
            self._exam_of_file[path] = _exam_of_file(path, stated, place)
        return self._exam_of_file[path]

    def _exam_of(self, row: Row) -> str:
        if row.maybe("studyuid"):
            return short_hash(row.text("studyuid"))[:6]
        if row.maybe("exam"):
            return exam_name(row.text("exam"))
        if row.maybe("file"):
            return self.exam_of_path(row.text("file"), at(row.number, "file"))
        raise TableError(f"{at(row.number, 'exam')}: the cell is empty")

    def _view_of(self, row: Row) -> tuple[str, str]:
        stated, side = row.maybe("view"), ""
        if row.maybe("laterality"):
            side = side_in(row).value
        match = _VIEW.fullmatch(stated)
        if match is None or stated.upper() in ("LM", "LMO"):
            return side, stated.upper()
        if side and match["side"].upper() != side:
            raise TableError(f"{at(row.number, 'view')}: {stated} is not a view of breast {side}")
        return match["side"].upper(), match["view"].upper()


def _kind_of(row: Row) -> str:
    stated = row.maybe("image_kind")
    if stated and stated.lower() not in _KINDS:
        raise TableError(
            f'{at(row.number, "image_kind")}: "{stated}" is no kind of image',
            hint="write FFDM, DBT or Synthetic 2D",
        )
    return _KINDS.get(stated.lower(), "")


def _exam_of_file(path: Path, stated: str, place: str) -> str:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        try:
            if kind_of_file(file) is FileKind.DICOM:
                return exam_name(group_dicom([read_dicom_file(file)])[0].alias)
        except (LoadingError, OSError):
            continue
    raise TableError(
        f"{place}: {stated} is not a DICOM file that can be read",
        hint="paths are relative to the table; name the exam by `exam` as in predictions.csv",
    )
