"""What finished networks say of unseen breasts, compared with the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.image_kinds import ImageKind
from inference.training.unseen import UnseenView
from inference.types import MALIGNANT, ClassScores, Patch, Prediction

_SLICES_OFF = 3
_WINDOW_CELLS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenResult:
    """What a network says of one image; scores are benign, malignant."""

    number: int
    view: str
    kind: str
    labels: tuple[int, int]
    scores: tuple[float, float]
    global_scores: tuple[float, float]
    local_scores: tuple[float, float]
    top_patch: tuple[float, bool] | None
    """Mean malignant saliency of the patch that has most, and whether it holds a malignant
    finding's centre within three slices; None when nothing is salient."""
    most_attended_hits: bool
    """The same for the patch with most attention."""
    air: float
    """The strongest saliency of cells whose own pixels are all air."""
    seconds: float

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> UnseenResult:
        """The inverse of dataclasses.asdict through JSON."""
        top = plain["top_patch"]
        return cls(**{**plain, "top_patch": None if top is None else (top[0], top[1])})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenBreast:
    """What the two-view model says of one breast; scores are benign, malignant."""

    number: int
    kind: str
    labels: tuple[int, int]
    scores: tuple[float, float]

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> UnseenBreast:
        """The inverse of dataclasses.asdict through JSON."""
        return cls(**plain)


def result_of(predictor: Predictor, view: UnseenView, kind: ImageKind) -> UnseenResult:
    """Predict one image and compare it with the truth."""
    prediction = predictor.predict(view.model_input(kind), SilentProgress())
    centres = view.malignant[kind]
    ranked = sorted(
        ((_mean_saliency(prediction, patch), patch) for patch in prediction.patches),
        key=lambda pair: -pair[0],
    )
    attended = prediction.patches_by_attention
    return UnseenResult(
        number=view.number,
        view=view.view.value,
        kind=kind.value,
        labels=view.labels,
        scores=_both(prediction.scores),
        global_scores=_both(prediction.global_scores),
        local_scores=_both(prediction.local_scores),
        top_patch=(ranked[0][0], _holds(ranked[0][1], centres)) if ranked else None,
        most_attended_hits=bool(attended) and _holds(attended[0], centres),
        air=_saliency_in_air(prediction, view.images[kind]),
        seconds=prediction.seconds,
    )


def _both(scores: ClassScores) -> tuple[float, float]:
    return scores.benign, scores.malignant


def _mean_saliency(prediction: Prediction, patch: Patch) -> float:
    """Mean malignant saliency of the cells a patch was chosen by."""
    cells = prediction.saliency[patch.slice_index, MALIGNANT]
    rows, columns = cells.shape
    placement = prediction.placement
    row = round(patch.input_top / placement.input_rows * rows)
    column = round(patch.input_left / placement.input_columns * columns)
    return float(cells[row : row + 4, column : column + 4].mean())


def _holds(patch: Patch, centres: NDArray[np.float64]) -> bool:
    box = patch.box
    return any(
        box.top <= row < box.top + box.height
        and box.left <= column < box.left + box.width
        and abs(patch.slice_index - slice_index) <= _SLICES_OFF
        for row, column, slice_index in centres
    )


def _saliency_in_air(prediction: Prediction, pixels: NDArray[np.uint16]) -> float:
    """The strongest saliency of cells that lie on air, in every slice, as a whole."""
    placement = prediction.placement
    shown = np.zeros((placement.input_rows, placement.input_columns), bool)
    tissue = np.asarray(pixels.any(axis=0))
    rows = _overlap(placement.row_offset, placement.input_rows, tissue.shape[0])
    columns = _overlap(placement.column_offset, placement.input_columns, tissue.shape[1])
    shown[
        rows.start - placement.row_offset : rows.stop - placement.row_offset,
        columns.start - placement.column_offset : columns.stop - placement.column_offset,
    ] = tissue[rows, columns]
    highest = np.asarray(prediction.saliency.max(axis=(0, 1)))
    row_edges = _edges(highest.shape[0], placement.input_rows)
    column_edges = _edges(highest.shape[1], placement.input_columns)
    of_rows = np.maximum.reduceat(shown.view(np.uint8), row_edges, axis=0)
    of_cells = np.maximum.reduceat(of_rows, column_edges, axis=1)
    in_air = highest[np.asarray(of_cells == 0)]
    return float(in_air.max()) if in_air.size else 0.0


def _overlap(offset: int, length: int, size: int) -> slice:
    return slice(max(0, offset), min(size, offset + length))


def _edges(cells: int, pixels: int) -> Sequence[int]:
    return [round(cell / cells * pixels) for cell in range(cells)]
