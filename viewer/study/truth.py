"""What is known of a study's breasts: sealed before the first answer, opened for the analysis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inference.types import Laterality
from viewer.study.event import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthEntry:
    """A lesion as one image shows it, or a breast of which no lesion is placed.

    Rows, columns and slices are those of the displayed image, counted from 0. None and empty
    texts: not said.
    """

    case_id: str
    laterality: Laterality
    malignant: bool
    """Of the lesion where one is named, else of the breast."""
    benign: bool | None = None
    lesion_id: str = ""
    lesion_kind: str = ""
    """Such as "mass" or "calcifications"."""
    view: str = ""
    """The view's abbreviation, such as RCC."""
    image_kind: str = ""
    """An ImageKind value; empty: the place holds for every image of the view."""
    image_id: str = ""
    """The one image the place was measured in; found when the truth is sealed."""
    slice_index: int | None = None
    row: float | None = None
    column: float | None = None
    mask_ref: str = ""
    weight: float | None = None
    """Of the lesion in the breast; the weights of a breast sum to 1. None: all alike."""
    size_mm: float | None = None

    @property
    def breast(self) -> tuple[str, Laterality]:
        """Case and side."""
        return self.case_id, self.laterality


def malignant_breasts(entries: Iterable[TruthEntry]) -> dict[tuple[str, Laterality], bool]:
    """Whether each breast that is named holds a malignancy."""
    found: dict[tuple[str, Laterality], bool] = {}
    for entry in entries:
        found[entry.breast] = found.get(entry.breast, False) or entry.malignant
    return found


def by_breast(entries: Iterable[TruthEntry]) -> tuple[TruthEntry, ...]:
    """The entries as a breast-wise analysis counts them: malignant and benign are the breast's.

    In a breast with a malignancy only the malignant lesions are targets: benign ones are left out
    and remembered in `benign`.
    """
    listed = tuple(entries)
    grouped: dict[tuple[str, Laterality], list[TruthEntry]] = {}
    for entry in listed:
        grouped.setdefault(entry.breast, []).append(entry)
    malignant = malignant_breasts(listed)
    return tuple(
        entry for breast, rows in grouped.items() for entry in _counted(rows, malignant[breast])
    )


def _counted(rows: list[TruthEntry], is_malignant: bool) -> list[TruthEntry]:
    said = [row.benign for row in rows if row.benign is not None]
    has_benign = any(said) or any(row.lesion_id and not row.malignant for row in rows)
    benign = True if has_benign else (False if said else None)
    lesions = [row for row in rows if row.lesion_id and row.malignant == is_malignant]
    return [replace(row, malignant=is_malignant, benign=benign) for row in lesions or rows[:1]]


def truth_to_json(entry: TruthEntry) -> dict[str, Json]:
    """Every field, as JSON values."""
    values = {name: getattr(entry, name) for name in TruthEntry.__dataclass_fields__}
    return values | {"laterality": entry.laterality.value}


def truth_from_json(value: Json) -> TruthEntry:
    """The entry truth_to_json wrote; raises ValueError or TypeError for anything else."""
    if not isinstance(value, dict):
        raise ValueError(f"truth must be an object, got {type(value).__name__}")
    fields = dict(value)
    laterality = Laterality(fields.pop("laterality", None))
    return TruthEntry(laterality=laterality, **fields)  # type: ignore[arg-type]
