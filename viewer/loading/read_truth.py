"""Truth tables: the study layout, and what `tomolens phantom` writes beside its exams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from inference.types import Laterality
from viewer.domain.view import ImageKind
from viewer.loading.case_names import CaseNames
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of
from viewer.study.protocol import Protocol
from viewer.study.truth import TruthEntry

_CASE_COLUMNS = ("case_id", "case_alias", "case", "exam")
_PHANTOM_COLUMNS = frozenset(
    {"exam", "lesion", "class", "view", "image_kind", "slice", "row", "column", "file"}
)
_SIDES = {
    "r": Laterality.RIGHT,
    "right": Laterality.RIGHT,
    "l": Laterality.LEFT,
    "left": Laterality.LEFT,
}
_KINDS = {kind.value.lower(): kind.value for kind in ImageKind} | {
    "synthetic": ImageKind.SYNTHETIC_2D.value
}
_HINT = (
    "columns: case_id, laterality, malignant, and as far as known benign, lesion_id, view, "
    "image_kind, slice, cx, cy, mask_ref, weight, size_mm"
)


def read_truth(
    path: Path, protocol: Protocol, case_path: Callable[[str], Path]
) -> tuple[TruthEntry, ...]:
    """Read a truth table; case names become the protocol's ids where they are known to it.

    case_path: StudyFolder.case_path. The table of a phantom folder names lesions only: breasts of
    exams in that folder without a row are normal, exams that are no cases are passed over.
    Raises TableError naming the row.
    """
    text = read_text(path)
    header = frozenset(header_of(text))
    names = CaseNames(protocol.cases)
    try:
        if header >= _PHANTOM_COLUMNS:
            return _of_phantoms(rows_of(text), path, protocol, case_path)
        column = next((name for name in _CASE_COLUMNS if name in header), None)
        lacking = [name for name in ("laterality", "malignant") if name not in header]
        if column is None or lacking:
            raise TableError(
                f"it lacks the column {'case_id' if column is None else lacking[0]}", hint=_HINT
            )
        return tuple(_entry(row, column, names) for row in rows_of(text))
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error


def side_in(row: Row, column: str = "laterality") -> Laterality:
    """The breast of a row; raises TableError."""
    stated = row.text(column)
    side = _SIDES.get(stated.lower())
    if side is None:
        raise TableError(f'{at(row.number, column)}: "{stated}" is no breast', hint="write R or L")
    return side


def _entry(row: Row, case_column: str, names: CaseNames) -> TruthEntry:
    stated = row.text(case_column)
    side = side_in(row)
    view = row.maybe("view").upper()
    if view[:1] in ("R", "L") and view[0] != side.value:
        raise TableError(f"{at(row.number, 'view')}: {view} is not a view of breast {side.value}")
    if view and view[0] not in ("R", "L"):
        view = side.value + view
    return TruthEntry(
        case_id=names.case_id(stated) or stated,
        laterality=side,
        malignant=row.truth_in("malignant"),
        benign=row.truth_in("benign") if row.maybe("benign") else None,
        lesion_id=row.maybe("lesion_id"),
        lesion_kind=row.maybe("lesion_kind"),
        view=view,
        image_kind=_kind_in(row),
        slice_index=_slice_in(row),
        row=_pixel(row, "cy"),
        column=_pixel(row, "cx"),
        mask_ref=row.maybe("mask_ref"),
        weight=_weight(row),
        size_mm=row.maybe_number("size_mm"),
    )


def _kind_in(row: Row) -> str:
    stated = row.maybe("image_kind")
    if not stated:
        return ""
    kind = _KINDS.get(stated.lower())
    if kind is None:
        raise TableError(
            f'{at(row.number, "image_kind")}: "{stated}" is no kind of image',
            hint="write FFDM, DBT or Synthetic 2D",
        )
    return kind


def _slice_in(row: Row) -> int | None:
    value = row.maybe_number("slice")
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise TableError(f"{at(row.number, 'slice')}: slices are whole numbers from 0")
    return int(value)


def _pixel(row: Row, column: str) -> float | None:
    value = row.maybe_number(column)
    if value is not None and value < 0:
        raise TableError(f"{at(row.number, column)}: pixels of the image start at 0")
    return value


def _weight(row: Row) -> float | None:
    value = row.maybe_number("weight")
    # The layout for normal breasts in JAFROC tables is weight 0.
    if value == 0.0 and not row.maybe("lesion_id"):
        return None
    if value is not None and not 0.0 < value <= 1.0:
        raise TableError(f"{at(row.number, 'weight')}: weights are between 0 and 1")
    return value


def _of_phantoms(
    rows: Iterable[Row], table: Path, protocol: Protocol, case_path: Callable[[str], Path]
) -> tuple[TruthEntry, ...]:
    here = table.absolute().parent.resolve()
    cases = {}
    for case in protocol.cases:
        place = case_path(case.path).resolve()
        if place.is_relative_to(here) and place != here:
            cases[place.relative_to(here).parts[0]] = case
    found = tuple(
        _lesion(row, cases[row.text("exam")].case_id)
        for row in rows
        if row.text("exam") in cases and _side_of(row) in cases[row.text("exam")].breasts
    )
    stated = {entry.breast for entry in found}
    normal = (
        TruthEntry(case_id=case.case_id, laterality=side, malignant=False, benign=False)
        for case in cases.values()
        for side in case.breasts
        if (case.case_id, side) not in stated
    )
    return (*found, *_in_order(normal))


def _in_order(entries: Iterator[TruthEntry]) -> Iterator[TruthEntry]:
    return iter(sorted(entries, key=lambda entry: (entry.case_id, entry.laterality.value)))


def _side_of(row: Row) -> Laterality:
    side = _SIDES.get(row.text("view")[:1].lower())
    if side is None:
        raise TableError(f"{at(row.number, 'view')}: {row.text('view')} names no breast")
    return side


def _lesion(row: Row, case_id: str) -> TruthEntry:
    malignant = row.text("class").lower() == "malignant"
    kind = _kind_in(row)
    return TruthEntry(
        case_id=case_id,
        laterality=_side_of(row),
        malignant=malignant,
        benign=not malignant,
        lesion_id=row.text("lesion"),
        lesion_kind=row.maybe("kind"),
        view=row.text("view").upper(),
        image_kind=kind,
        slice_index=_slice_in(row) if kind == ImageKind.DBT.value else None,
        row=row.number_in("row"),
        column=row.number_in("column"),
        mask_ref=row.maybe("mask_file"),
        size_mm=row.maybe_number("size_mm"),
    )
