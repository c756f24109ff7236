"""Folders of predictions with their truth, as `tomolens predict --arrays` writes them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.types import (
    Box,
    ClassScores,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)
from viewer.export.arrays import write_arrays
from viewer.export.tables import PatchRow, PredictionRow, Status, write_table

ROWS, COLUMNS, SLICES = 330, 210, 40
CELL_ROWS, CELL_COLUMNS = 33, 21
PATCH = 40
VIEWS = ("CC", "MLO")
MODEL = "three 1"
BREAST_COLUMNS = ("exam", "laterality", "model", "benign", "malignant", "images")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One finding on one image, in displayed pixels."""

    image: str
    malignant: bool
    row: int
    column: int
    slice_index: int
    side: int = 40


@dataclass(slots=True)
class Folder:
    """A predictions folder under construction."""

    path: Path
    images: list[PredictionRow]
    breasts: list[list[object]]
    """Only what every version writes."""
    patches: list[PatchRow]

    def save(self) -> Path:
        """Write the tables."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_table(self.path / "predictions.csv", PredictionRow, self.images)
        write_rows(self.path / "breasts.csv", BREAST_COLUMNS, self.breasts)
        write_table(self.path / "patches.csv", PatchRow, self.patches)
        return self.path


def empty_folder(path: Path) -> Folder:
    """No image yet."""
    return Folder(path=path, images=[], breasts=[], patches=[])


def image_row(
    name: str, *, exam: str, side: str, view: str, benign: float, malignant: float, model: str
) -> PredictionRow:
    """A scored volume."""
    return PredictionRow(
        exam=exam, image=name, laterality=side, view=view, kind="DBT", slices=SLICES, model=model,
        benign=benign, malignant=malignant, status=Status.DONE,
    )  # fmt: skip


def add_breast(
    folder: Folder,
    exam: str,
    side: str,
    *,
    benign: float,
    malignant: float,
    lesions: Sequence[Lesion] = (),
    model: str = MODEL,
    arrays: bool = True,
    several_models: bool = False,
) -> None:
    """Two views of a breast; each lesion is bright in its map and has a patch on it."""
    for view in VIEWS:
        name = f"{exam.replace(' ', '-')}_{side}{view}-DBT"
        folder.images.append(
            image_row(
                name,
                exam=exam,
                side=side,
                view=view,
                benign=benign,
                malignant=malignant,
                model=model,
            )  # fmt: skip
        )
        own = [lesion for lesion in lesions if lesion.image == name]
        prediction = predicted(own, side=side, benign=benign, malignant=malignant, model=model)
        for number, patch in enumerate(prediction.patches_by_attention, start=1):
            folder.patches.append(
                PatchRow(
                    exam=exam,
                    image=name,
                    model=model,
                    patch=number,
                    slice=patch.slice_index,
                    top=patch.box.top,
                    left=patch.box.left,
                    height=patch.box.height,
                    width=patch.box.width,
                    attention=patch.attention,
                )  # fmt: skip
            )
        if arrays:
            (folder.path / "arrays").mkdir(parents=True, exist_ok=True)
            ending = f".{model.replace(' ', '-')}" if several_models else ""
            write_arrays(folder.path / "arrays" / f"{name}{ending}.npz", prediction)
    folder.breasts.append([exam, side, model, benign, malignant, len(VIEWS)])


def predicted(
    lesions: Sequence[Lesion], *, side: str, benign: float, malignant: float, model: str
) -> Prediction:
    """A prediction whose map has the height of the class's score at each lesion."""
    placement = Placement(
        input_rows=ROWS, input_columns=COLUMNS, image_rows=ROWS, image_columns=COLUMNS,
        row_offset=0, column_offset=0, mirrored=side == "R",
    )  # fmt: skip
    saliency = np.zeros((SLICES, 2, CELL_ROWS, CELL_COLUMNS), np.float32)
    patches = [_patch(10, 10, 0, placement)]
    for lesion in lesions:
        column = COLUMNS - 1 - lesion.column if placement.mirrored else lesion.column
        height = malignant if lesion.malignant else benign
        rows = slice(max(0, lesion.row // 10 - 1), lesion.row // 10 + 2)
        columns = slice(max(0, column // 10 - 1), column // 10 + 2)
        saliency[lesion.slice_index, int(lesion.malignant), rows, columns] = height
        patches.append(
            _patch(lesion.row - PATCH // 2, column - PATCH // 2, lesion.slice_index, placement)
        )
    shares = [1.0 / len(patches)] * len(patches)
    return Prediction(
        model=ModelIdentity(
            name=model.split()[0], version=model.split()[1], architecture="gmic3d", sha256="00"
        ),
        scores=ClassScores(benign=benign, malignant=malignant),
        global_scores=ClassScores(benign=benign, malignant=malignant),
        local_scores=ClassScores(benign=benign, malignant=malignant),
        saliency=saliency,
        patches=tuple(
            Patch(
                slice_index=patch[0],
                box=patch[1],
                attention=share,
                input_top=patch[2],
                input_left=patch[3],
            )  # fmt: skip
            for patch, share in zip(patches, shares, strict=True)
        ),
        placement=placement,
        has_salient_region=True,
        outside_training_views=False,
        seconds=0.1,
        device="CPU",
    )


def _patch(top: int, left: int, slice_index: int, place: Placement) -> tuple[int, Box, int, int]:
    box = place.box_in_image(top=top, left=left, height=PATCH, width=PATCH)
    assert box is not None
    return slice_index, box, top, left


def mask_of(lesion: Lesion) -> NDArray[np.uint8]:
    """A square in displayed pixels, 0 or 255."""
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    half = lesion.side // 2
    mask[
        max(0, lesion.row - half) : lesion.row + half,
        max(0, lesion.column - half) : lesion.column + half,
    ] = 255
    return mask


def write_masks(folder: Path, lesions: Sequence[Lesion]) -> Path:
    """IMAGE_benign.png and IMAGE_malignant.png; lesions of one class and image together."""
    folder.mkdir(parents=True, exist_ok=True)
    joined: dict[str, NDArray[np.uint8]] = {}
    for lesion in lesions:
        name = f"{lesion.image}_{'malignant' if lesion.malignant else 'benign'}.png"
        joined[name] = np.maximum(
            joined.get(name, np.zeros((ROWS, COLUMNS), np.uint8)), mask_of(lesion)
        )
    for name, mask in joined.items():
        Image.fromarray(mask).save(folder / name)
    return folder


def write_boxes(path: Path, lesions: Sequence[Lesion]) -> Path:
    """Our own layout."""
    return write_rows(
        path,
        ["image", "slice", "top", "left", "height", "width", "class"],
        [
            [
                lesion.image,
                lesion.slice_index,
                lesion.row - lesion.side // 2,
                lesion.column - lesion.side // 2,
                lesion.side,
                lesion.side,
                "malignant" if lesion.malignant else "benign",
            ]  # fmt: skip
            for lesion in lesions
        ],
    )


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """Any table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A whole evaluation on disk."""

    predictions: Path
    labels: Path
    masks: Path
    boxes: Path


def write_study(
    path: Path, *, exams: int, seed: int = 1, models: Sequence[str] = (MODEL,)
) -> Study:
    """Two breasts an exam: a third malignant, a third benign, a third normal; scores overlap."""
    rng = np.random.default_rng(seed)
    folder = empty_folder(path / "predictions")
    lesions: list[Lesion] = []
    labels: list[list[object]] = []
    for number in range(exams):
        exam = f"Exam {number:06X}"
        for side in "RL":
            kind = int(rng.integers(0, 3))
            own = [
                Lesion(
                    image=f"{exam.replace(' ', '-')}_{side}{view}-DBT",
                    malignant=kind == 1,
                    row=int(rng.integers(60, ROWS - 60)),
                    column=int(rng.integers(40, COLUMNS - 40)),
                    slice_index=int(rng.integers(0, SLICES)),
                )
                for view in VIEWS
                if kind
            ]
            lesions += own
            labels.append([exam, side, int(kind == 2), int(kind == 1), f"patient {number // 2}"])
            for quality, model in enumerate(models, start=1):
                add_breast(
                    folder,
                    exam,
                    side,
                    benign=float(np.clip(rng.normal(0.3 + 0.2 * (kind == 2), 0.15), 0, 1)),
                    malignant=float(
                        np.clip(rng.normal(0.3 + 0.15 * quality * (kind == 1), 0.15), 0, 1)
                    ),
                    lesions=own,
                    model=model,
                    several_models=len(models) > 1,
                )
    folder.save()
    return Study(
        predictions=folder.path,
        labels=write_rows(
            path / "labels.csv", ["exam", "laterality", "benign", "malignant", "patient"], labels
        ),
        masks=write_masks(path / "masks", lesions),
        boxes=write_boxes(path / "boxes.csv", lesions),
    )
