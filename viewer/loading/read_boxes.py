"""Tables of lesion boxes: our own layout, that of BCS-DBT, or the truth of a phantom folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewer.loading.case_key import CaseKey, CaseKeys
from viewer.loading.phantom_truth import PHANTOM_COLUMNS, PhantomExams, PhantomLesion, is_malignant
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of

_PUBLISHED = ("studyuid", "view", "slice", "x", "y", "width", "height", "class")
_OWN = ("slice", "top", "left", "height", "width", "class")
_HINT = (
    "columns: StudyUID, View, Slice, X, Y, Width, Height, Class; or image (or exam, laterality, "
    "view) with slice, top, left, height, width, class. Slices and pixels count from 0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionBox:
    """One box on one slice, in pixels of the displayed image."""

    key: CaseKey
    slice_index: float
    top: float
    left: float
    height: float
    width: float
    malignant: bool
    volume_slices: int | None = None
    """Of its volume, where the table says so."""

    @property
    def row(self) -> float:
        """Of the centre."""
        return self.top + self.height / 2

    @property
    def column(self) -> float:
        """Of the centre."""
        return self.left + self.width / 2

    @property
    def diagonal(self) -> float:
        """In pixels."""
        return float((self.height**2 + self.width**2) ** 0.5)

    def holds(self, row: float, column: float) -> bool:
        """Whether a point lies within, edges included."""
        return (
            abs(row - self.row) <= self.height / 2 and abs(column - self.column) <= self.width / 2
        )


def read_boxes(path: Path) -> tuple[LesionBox, ...]:
    """Read a box table; raises TableError naming the row."""
    text = read_text(path)
    header = header_of(text)
    try:
        if frozenset(header) >= PHANTOM_COLUMNS:
            exams = PhantomExams(path)
            return tuple(_of_phantom(exams.lesion(row)) for row in rows_of(text))
        published = all(name in header for name in _PUBLISHED)
        missing = [name for name in _OWN if name not in header]
        if not published and missing:
            raise TableError(f"it has no column {missing[0]}", hint=_HINT)
        keys = CaseKeys(path)
        return tuple(_box(row, keys.key_of(row), published=published) for row in rows_of(text))
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error


def _box(row: Row, key: CaseKey, *, published: bool) -> LesionBox:
    top, left = ("y", "x") if published else ("top", "left")
    slices = row.maybe_number("volumeslices") or row.maybe_number("volume_slices")
    return LesionBox(
        key=key,
        slice_index=_from_zero(row, "slice"),
        top=_from_zero(row, top),
        left=_from_zero(row, left),
        height=_side(row, "height"),
        width=_side(row, "width"),
        malignant=is_malignant(row),
        volume_slices=int(slices) if slices else None,
    )


def _of_phantom(lesion: PhantomLesion) -> LesionBox:
    """The square around a finding, as wide as the finding is large."""
    return LesionBox(
        key=lesion.key,
        slice_index=lesion.slice_index,
        top=lesion.row - lesion.size_pixels / 2,
        left=lesion.column - lesion.size_pixels / 2,
        height=lesion.size_pixels,
        width=lesion.size_pixels,
        malignant=lesion.malignant,
    )


def _from_zero(row: Row, column: str) -> float:
    value = row.number_in(column)
    if value < 0:
        raise TableError(f"{at(row.number, column)}: pixels and slices count from 0")
    return value


def _side(row: Row, column: str) -> float:
    value = row.number_in(column)
    if value <= 0:
        raise TableError(f"{at(row.number, column)}: a box needs a side above 0")
    return value
