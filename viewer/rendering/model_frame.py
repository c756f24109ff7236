"""Where the cells of a saliency map lie in the displayed image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.types import BENIGN, MALIGNANT, Box, Placement, Prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGrid:
    """The cells of a saliency map over the network's input window.

    Cell (r, c) covers input rows r * input_rows / rows up to the next, columns likewise.
    """

    placement: Placement
    rows: int
    columns: int

    def edge_in_image(self, row: float, column: float) -> tuple[float, float]:
        """Map cell edges (row, column) to displayed image pixel edges; may lie outside."""
        place = self.placement
        image_row = row * place.input_rows / self.rows + place.row_offset
        image_column = column * place.input_columns / self.columns + place.column_offset
        if place.mirrored:
            image_column = place.image_columns - image_column
        return image_row, image_column

    def cells_under(self, box: Box) -> tuple[slice, slice]:
        """The (rows, columns) of all cells that a rectangle of displayed pixels touches."""
        place = self.placement
        left, right = box.left, box.left + box.width
        if place.mirrored:
            left, right = place.image_columns - right, place.image_columns - left
        rows = _touched(
            box.top - place.row_offset,
            box.top + box.height - place.row_offset,
            place.input_rows,
            self.rows,
        )
        columns = _touched(
            left - place.column_offset,
            right - place.column_offset,
            place.input_columns,
            self.columns,
        )
        return rows, columns

    @property
    def window_in_image(self) -> tuple[float, float, float, float]:
        """(top, left, bottom, right) of displayed image pixel edges the network could see."""
        place = self.placement
        row_a, column_a = self.edge_in_image(0, 0)
        row_b, column_b = self.edge_in_image(self.rows, self.columns)
        return (
            max(0.0, row_a),
            max(0.0, min(column_a, column_b)),
            min(float(place.image_rows), row_b),
            min(float(place.image_columns), max(column_a, column_b)),
        )


def grid_of(prediction: Prediction) -> CellGrid:
    """The grid of a prediction's saliency map."""
    rows, columns = prediction.saliency.shape[-2:]
    return CellGrid(placement=prediction.placement, rows=rows, columns=columns)


def is_malignant_dominant(prediction: Prediction, slice_index: int, box: Box) -> bool:
    """True where the strongest malignant cell under a box is at least the strongest benign one."""
    if not 0 <= slice_index < prediction.saliency.shape[0]:
        return True
    rows, columns = grid_of(prediction).cells_under(box)
    under: NDArray[np.float32] = prediction.saliency[slice_index, :, rows, columns]
    if under.size == 0:
        return True
    return bool(under[MALIGNANT].max() >= under[BENIGN].max())


def _touched(first: float, last: float, input_size: int, cells: int) -> slice:
    """Cells of one axis that the input span first..last touches."""
    begin = int(np.floor(first * cells / input_size))
    end = int(np.ceil(last * cells / input_size))
    return slice(min(max(begin, 0), cells), min(max(end, 0), cells))
