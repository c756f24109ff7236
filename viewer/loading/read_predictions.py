"""The folder that `tomolens predict` leaves, read back: its tables and where its arrays lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from inference.breast_scores import COMBINED
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of

PREDICTIONS, BREASTS, PATCHES = "predictions.csv", "breasts.csv", "patches.csv"
UNSCORED = ("failed", "not run")
"""What the status of a breast without scores is."""
_IMAGE_COLUMNS = (
    "exam", "image", "laterality", "view", "kind", "slices", "model", "benign", "malignant",
    "benign_label", "malignant_label", "status", "reason",
)  # fmt: skip
_BREAST_COLUMNS = ("exam", "laterality", "model", "benign", "malignant")
_PATCH_COLUMNS = (
    "exam", "image", "model", "patch", "slice", "top", "left", "height", "width", "attention",
)  # fmt: skip

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedImage:
    """One image and one model; scores are None where there is none, and `reason` says why."""

    line: int
    exam: str
    image: str
    laterality: str
    view: str
    kind: str
    slices: int
    model: str
    benign: float | None
    malignant: float | None
    benign_label: bool | None
    malignant_label: bool | None
    status: str
    reason: str

    @property
    def is_scored(self) -> bool:
        """Whether the model gave scores."""
        return self.benign is not None and self.malignant is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedBreast:
    """One breast and one model."""

    line: int
    exam: str
    laterality: str
    model: str
    """With the kind of image where it has scores of several, or of all together."""
    benign: float
    malignant: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedPatch:
    """One patch in pixels of the displayed image; slice_index from 0."""

    image: str
    model: str
    slice_index: int
    top: int
    left: int
    height: int
    width: int
    attention: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """Everything of one folder."""

    folder: Path
    images: tuple[PredictedImage, ...]
    breasts: tuple[PredictedBreast, ...]
    patches: tuple[PredictedPatch, ...]


def read_predictions(folder: Path) -> Predictions:
    """Read a folder of predictions; raises TableError naming file, row and column.

    Columns that later versions add are passed over; a missing one means another version.
    """
    if not (folder / PREDICTIONS).is_file():
        holds = "is empty" if not any(folder.iterdir()) else f"has no {PREDICTIONS}"
        raise TableError(
            f"the folder {folder.name} {holds}",
            hint="give the folder that `tomolens predict --output` wrote",
        )
    images = _table(folder / PREDICTIONS, _IMAGE_COLUMNS, _image)
    _refuse_repeats(images)
    return Predictions(
        folder=folder,
        images=images,
        breasts=_breasts(folder / BREASTS),
        patches=_table(folder / PATCHES, _PATCH_COLUMNS, _patch),
    )


def _table(path: Path, columns: tuple[str, ...], read: Callable[[Row], Read]) -> tuple[Read, ...]:
    if not path.is_file():
        raise TableError(
            f"the folder {path.parent.name} has no {path.name}",
            hint="it was written by another version or is not whole; run `tomolens predict` again",
        )
    text = read_text(path)
    missing = [name for name in columns if name not in header_of(text)]
    if missing:
        raise TableError(
            f"{path.name} has no column {missing[0]}",
            hint="it was written by another version; run `tomolens predict` again",
        )
    if not text.strip().count("\n"):
        return ()
    try:
        return tuple(read(row) for row in rows_of(text))
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error


def _image(row: Row) -> PredictedImage:
    return PredictedImage(
        line=row.number,
        exam=row.maybe("exam"),
        image=row.text("image"),
        laterality=row.maybe("laterality"),
        view=row.maybe("view"),
        kind=row.maybe("kind"),
        slices=_whole(row, "slices") if row.maybe("slices") else 0,
        model=row.maybe("model"),
        benign=_score(row, "benign") if row.maybe("benign") else None,
        malignant=_score(row, "malignant") if row.maybe("malignant") else None,
        benign_label=row.truth_in("benign_label") if row.maybe("benign_label") else None,
        malignant_label=row.truth_in("malignant_label") if row.maybe("malignant_label") else None,
        status=row.text("status"),
        reason=row.maybe("reason"),
    )


def _breasts(path: Path) -> tuple[PredictedBreast, ...]:
    """Breasts with scores, a model's rows of several modalities told apart."""
    read = _table(path, _BREAST_COLUMNS, lambda row: (_breast(row), row.maybe("modality")))
    rows = [(breast, modality) for breast, modality in read if breast is not None]
    modalities: dict[str, set[str]] = {}
    for breast, modality in rows:
        modalities.setdefault(breast.model, set()).add(modality)
    return tuple(
        replace(breast, model=f"{breast.model}, {modality}")
        if modality == COMBINED or len(modalities[breast.model]) > 1
        else breast
        for breast, modality in rows
    )


def _breast(row: Row) -> PredictedBreast | None:
    """A breast; None for one that says in its status why it has no scores."""
    if row.maybe("status") in UNSCORED:
        return None
    return PredictedBreast(
        line=row.number,
        exam=row.text("exam"),
        laterality=row.text("laterality"),
        model=row.text("model"),
        benign=_score(row, "benign"),
        malignant=_score(row, "malignant"),
    )


def _patch(row: Row) -> PredictedPatch:
    return PredictedPatch(
        image=row.text("image"),
        model=row.text("model"),
        slice_index=_whole(row, "slice"),
        top=_whole(row, "top"),
        left=_whole(row, "left"),
        height=_whole(row, "height"),
        width=_whole(row, "width"),
        attention=row.number_in("attention"),
    )


def _score(row: Row, column: str) -> float:
    value = row.number_in(column)
    if not 0.0 <= value <= 1.0:
        raise TableError(
            f"{at(row.number, column)}: the score {value:g} is not between 0 and 1",
            hint="scores are probabilities; do not edit the table",
        )
    return value


def _whole(row: Row, column: str) -> int:
    value = row.number_in(column)
    if value != int(value) or value < 0:
        raise TableError(f"{at(row.number, column)}: {value:g} is not a whole number from 0 on")
    return int(value)


def _refuse_repeats(images: tuple[PredictedImage, ...]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for image in images:
        if not image.is_scored:
            continue
        first = seen.setdefault((image.image, image.model), image.line)
        if first != image.line:
            raise TableError(
                f"{PREDICTIONS}: rows {first} and {image.line} score the image {image.image} with "
                f"the model {image.model} twice",
                hint="run `tomolens predict` again",
            )
