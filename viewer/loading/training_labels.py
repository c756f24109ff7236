"""Label tables for training: what is true of an image, or of a breast.

`image,benign,malignant` names images by their file; `exam,laterality,benign,malignant` names
breasts by their exam's folder or name. Optional columns: `birads` (0 to 5), `split` (training or
validation), and `patient`, which keeps a patient's exams in one part.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.training_runs.examples import BiradsGroup, Part, group_of
from inference.types import Laterality
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of

_NEEDED = {"image": ("benign", "malignant"), "exam": ("laterality", "benign", "malignant")}
_OPTIONAL = ("birads", "split", "patient")
_SIDES = {"r": Laterality.RIGHT, "right": Laterality.RIGHT}
_SIDES |= {"l": Laterality.LEFT, "left": Laterality.LEFT}
_BIRADS = {
    0: BiradsGroup.SUSPICIOUS,
    1: BiradsGroup.NORMAL,
    2: BiradsGroup.BENIGN,
    3: BiradsGroup.BENIGN,
    4: BiradsGroup.SUSPICIOUS,
    5: BiradsGroup.SUSPICIOUS,
}
_HINT = (
    "columns: image, benign, malignant; or exam, laterality, benign, malignant; "
    "and if wished birads, split, patient"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLabel:
    """One row of a table."""

    row: int
    """As a spreadsheet counts, the header included."""
    image: str = ""
    """Of an image table: the file's name, with or without its extension."""
    exam: str = ""
    laterality: Laterality | None = None
    """Of a breast table, both."""
    benign: bool
    malignant: bool
    birads: BiradsGroup
    part: Part | None
    patient: str

    @property
    def subject(self) -> str:
        """What the row is about, for messages."""
        side = "" if self.laterality is None else f" {self.laterality.value}"
        return f"{self.image or self.exam}{side}"


def read_training_labels(path: Path) -> tuple[TrainingLabel, ...]:
    """Read a label table; raises TableError naming the row and the column."""
    try:
        text = read_text(path)
        subject = _subject_column(header_of(text))
        labels = tuple(_label(row, subject) for row in rows_of(text))
        _check_unique(labels)
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint or _HINT) from error
    return labels


def _subject_column(header: tuple[str, ...]) -> str:
    subjects = [name for name in _NEEDED if name in header]
    if len(subjects) != 1:
        found = "both columns image and exam" if subjects else "neither a column image nor exam"
        raise TableError(f"it has {found}")
    (subject,) = subjects
    known = (subject, *_NEEDED[subject], *_OPTIONAL)
    for name in _NEEDED[subject]:
        if name not in header:
            raise TableError(f"it lacks the column {name}")
    for name in header:
        if name not in known:
            raise TableError(f'it has a column "{name}" that means nothing here')
    return subject


def _label(row: Row, subject: str) -> TrainingLabel:
    benign, malignant = row.truth_in("benign"), row.truth_in("malignant")
    return TrainingLabel(
        row=row.number,
        image=row.text("image") if subject == "image" else "",
        exam=row.text("exam") if subject == "exam" else "",
        laterality=_side(row) if subject == "exam" else None,
        benign=benign,
        malignant=malignant,
        birads=_birads(row) or group_of(benign=benign, malignant=malignant),
        part=_part(row),
        patient=row.maybe("patient"),
    )


def _side(row: Row) -> Laterality:
    stated = row.text("laterality")
    side = _SIDES.get(stated.lower())
    if side is None:
        raise TableError(
            f'{at(row.number, "laterality")}: "{stated}" is no breast', hint="write R or L"
        )
    return side


def _birads(row: Row) -> BiradsGroup | None:
    value = row.maybe_number("birads")
    if value is None:
        return None
    if value not in _BIRADS:
        raise TableError(
            f"{at(row.number, 'birads')}: {value:g} is no category", hint="write 0 to 5"
        )
    return _BIRADS[int(value)]


def _part(row: Row) -> Part | None:
    stated = row.maybe("split")
    if not stated:
        return None
    for part in Part:
        if stated.lower() == part.value:
            return part
    raise TableError(
        f'{at(row.number, "split")}: "{stated}" is no part', hint="write training or validation"
    )


def _check_unique(labels: tuple[TrainingLabel, ...]) -> None:
    first: dict[str, TrainingLabel] = {}
    for label in labels:
        before = first.setdefault(label.subject.lower(), label)
        if before is label:
            continue
        rows = f"rows {before.row} and {label.row}"
        if (before.benign, before.malignant) == (label.benign, label.malignant):
            raise TableError(f"{rows} both name {label.subject}", hint="keep one of them")
        raise TableError(
            f"{rows} give {label.subject} two different labels", hint="keep the right one"
        )
