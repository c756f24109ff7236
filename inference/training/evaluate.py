"""What the demonstration networks do on phantoms they never saw."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.cell_targets import CELL_PIXELS
from inference.training.crops import ImageKind
from inference.training.measures import area_under_curve
from inference.training.whole_images import (
    UNSEEN_SEED,
    WholeImage,
    every_nth_slice,
    view_with_findings,
    whole_image,
)
from inference.types import CLASS_NAMES, ArraySource, Laterality, ModelInput, Prediction

log = logging.getLogger(__name__)
_SLICE_STEP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One unseen image's truth and what the network said of it, per class benign, malignant."""

    kind: ImageKind
    labels: tuple[int, int]
    scores: tuple[float, float]
    global_scores: tuple[float, float]
    local_scores: tuple[float, float]
    hits: tuple[bool | None, bool | None]
    """Whether the class's strongest cell touches its finding; None without one."""
    air: float
    """The strongest saliency of cells that show only air."""


def unseen_cases(predictor: Predictor, kinds: Sequence[ImageKind], count: int) -> Iterator[Case]:
    """Predict `count` unseen views; volumes as every fourth slice and those in focus."""
    for number in range(count):
        imaged = view_with_findings(UNSEEN_SEED, number)
        for kind in kinds:
            whole = whole_image(imaged, kind, every_nth_slice(imaged, _SLICE_STEP))
            prediction = predictor.predict(
                ModelInput(
                    source=ArraySource(whole.pixels),
                    laterality=Laterality.LEFT,
                    crop_rule=imaged.view.view.crop_rule,
                ),
                SilentProgress(),
            )
            yield _case(whole, prediction)


def _case(whole: WholeImage, prediction: Prediction) -> Case:
    def both(scores: object) -> tuple[float, float]:
        return (getattr(scores, CLASS_NAMES[0]), getattr(scores, CLASS_NAMES[1]))

    return Case(
        kind=whole.kind,
        labels=whole.labels,
        scores=both(prediction.scores),
        global_scores=both(prediction.global_scores),
        local_scores=both(prediction.local_scores),
        hits=(_hit(whole, prediction, 0), _hit(whole, prediction, 1)),
        air=_air(whole, prediction),
    )


def _hit(whole: WholeImage, prediction: Prediction, finding_class: int) -> bool | None:
    """Tell whether the strongest cell lies within the finding's radius and one cell of it."""
    placement = prediction.placement
    maps = prediction.saliency[:, finding_class]
    index, row, column = np.unravel_index(int(maps.argmax()), maps.shape)
    grid = whole.imaged.ffdm_grid if whole.kind is ImageKind.FFDM else whole.imaged.view.grid
    for placed in whole.imaged.lesions:
        if placed.lesion.kind.finding_class != finding_class:
            continue
        shown_row = (row + 0.5) / maps.shape[1] * placement.input_rows + placement.row_offset
        shown_column = (column + 0.5) / maps.shape[
            2
        ] * placement.input_columns + placement.column_offset
        distance = np.hypot(
            shown_row - grid.row_of(placed.row_mm), shown_column - grid.column_of(placed.column_mm)
        )
        in_plane = distance <= placed.lesion.size_mm / 2 / grid.pixel_mm + CELL_PIXELS
        if whole.kind is not ImageKind.DBT:
            return bool(in_plane)
        off_focus = abs(whole.slice_indices[int(index)] - placed.slice_index(whole.imaged.view))
        return bool(in_plane and off_focus * whole.imaged.view.slice_mm <= 8)
    return None


def _air(whole: WholeImage, prediction: Prediction) -> float:
    """Return the strongest saliency of cells whose own pixels are all air in every slice."""
    placement = prediction.placement
    projection = whole.pixels.max(axis=0)
    shape = prediction.saliency.shape[2:]
    highest = 0.0
    for row in range(shape[0]):
        for column in range(shape[1]):
            top = round(row / shape[0] * placement.input_rows) + placement.row_offset
            left = round(column / shape[1] * placement.input_columns) + placement.column_offset
            cell = projection[
                max(0, top) : max(0, top + CELL_PIXELS), max(0, left) : max(0, left + CELL_PIXELS)
            ]
            if not cell.any():
                highest = max(highest, float(prediction.saliency[:, :, row, column].max()))
    return highest


def measures_of(cases: Sequence[Case]) -> dict[str, float | int]:
    """Return the areas under the curve of both classes and how often saliency peaks right."""
    table: dict[str, float | int] = {"images": len(cases)}
    for index, name in enumerate(CLASS_NAMES):
        labels = [case.labels[index] for case in cases]
        table[f"{name}_images"] = sum(labels)
        for part in ("scores", "global_scores", "local_scores"):
            scores = [getattr(case, part)[index] for case in cases]
            ending = "" if part == "scores" else f"_{part.removesuffix('_scores')}"
            table[f"auc_{name}{ending}"] = round(area_under_curve(scores, labels), 3)
        hits = [float(hit) for case in cases if (hit := case.hits[index]) is not None]
        table[f"peak_on_{name}_finding"] = round(float(np.mean(hits)), 3) if hits else 0.0
    table["strongest_saliency_in_air"] = round(max(case.air for case in cases), 3)
    return table
