"""Which slices of a volume show most at a place that was seen in another image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inference.types import MALIGNANT, Prediction
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.viewport import spacing_of

NEIGHBOURHOOD_MM = 10.0
"""Side of the square that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotSlices:
    """Slices to offer, the most telling first, and what they were chosen by."""

    slices: tuple[int, ...]
    reason: str


def spot_slices(
    volume: ImageStack,
    frames: Mapping[int, Frame],
    prediction: Prediction | None,
    row: float,
    column: float,
) -> SpotSlices:
    """Rank the slices about a place, (row, column) in the volume's pixels.

    By the highest malignant saliency there when a prediction has any, else by the local contrast
    (the standard deviation of the codes) of those slices that are decoded. Only slices that beat
    both neighbours are offered.
    """
    row_mm, column_mm = spacing_of(volume)
    reach = NEIGHBOURHOOD_MM / 2 / row_mm, NEIGHBOURHOOD_MM / 2 / column_mm
    box = row - reach[0], column - reach[1], row + reach[0], column + reach[1]
    if prediction is not None and prediction.saliency.shape[0] == volume.slices:
        salient = _saliency_in(prediction, box)
        if salient:
            return SpotSlices(slices=local_maxima(salient), reason="highest saliency about it")
    contrast = {index: _contrast(frame, box) for index, frame in frames.items()}
    kept = {index: value for index, value in contrast.items() if value > 0}
    partly = "" if len(frames) == volume.slices else " of the slices read so far"
    return SpotSlices(slices=local_maxima(kept), reason=f"highest local contrast{partly}")


def local_maxima(scores: Mapping[int, float]) -> tuple[int, ...]:
    """The indices whose score is not below either neighbour's, the highest score first."""
    lowest = float("-inf")
    tops = [
        index
        for index, score in scores.items()
        if score > scores.get(index - 1, lowest) and score >= scores.get(index + 1, lowest)
    ]
    return tuple(sorted(tops, key=lambda index: (-scores[index], index)))


def _contrast(frame: Frame, box: tuple[float, float, float, float]) -> float:
    top, left = max(0, round(box[0]) - frame.top), max(0, round(box[1]) - frame.left)
    bottom, right = round(box[2]) - frame.top, round(box[3]) - frame.left
    part = frame.pixels[top : max(top, bottom), left : max(left, right)]
    return float(part.std()) if part.size else 0.0


def _saliency_in(
    prediction: Prediction, box: tuple[float, float, float, float]
) -> dict[int, float]:
    """The highest malignant saliency of each slice in a box of image pixels."""
    place = prediction.placement
    cells = prediction.saliency[:, MALIGNANT]
    rows, columns = cells.shape[1:]
    left, right = box[1], box[3]
    if place.mirrored:
        left, right = place.image_columns - right, place.image_columns - left
    per_row, per_column = rows / place.input_rows, columns / place.input_columns
    first_row = int(np.floor((box[0] - place.row_offset) * per_row))
    last_row = int(np.ceil((box[2] - place.row_offset) * per_row))
    first_column = int(np.floor((left - place.column_offset) * per_column))
    last_column = int(np.ceil((right - place.column_offset) * per_column))
    part = cells[
        :,
        max(0, first_row) : max(0, min(rows, last_row)),
        max(0, first_column) : max(0, min(columns, last_column)),
    ]
    if part.size == 0:
        return {}
    highest = part.max(axis=(1, 2)).tolist()
    return {index: value for index, value in enumerate(highest) if value > 0}
