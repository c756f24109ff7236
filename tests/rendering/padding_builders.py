"""Small breasts in padding that is stored as a bright code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewer.domain.windowing import GreyScale, Window
from viewer.rendering.scene import display_table

ROWS, COLUMNS = 151, 203
HIGH_IS_PADDING = GreyScale(largest_code=4095, padding=(4095, 4095))
LOW_IS_PADDING = GreyScale(largest_code=4095, padding=(0, 0), monochrome1=True)
SIGNED = GreyScale(intercept=-32768.0, padding=(65535, 65535))
WINDOW = Window(center=2048, width=4096)


def tissue_mask(seed: int = 0) -> NDArray[np.bool_]:
    """A breast against the left edge, away from the others, not the same for every seed."""
    row, column = np.mgrid[:ROWS, :COLUMNS]
    middle = 70 + seed % 7
    return np.asarray(((row - middle) / 55) ** 2 + (column / (120 + seed % 5)) ** 2 < 1)


def padded(grey_scale: GreyScale, seed: int, *, flat: int | None = None) -> NDArray[np.uint16]:
    """Codes of a breast, brighter towards the chest wall and with noise, or flat; padding about."""
    noise = np.random.default_rng(seed).integers(0, 400, (ROWS, COLUMNS))
    bright = 2600 - 12 * np.arange(COLUMNS) + noise if flat is None else np.full_like(noise, flat)
    codes = 4095 - bright if grey_scale.monochrome1 else bright
    if grey_scale is SIGNED:
        codes = codes + 32768
    assert grey_scale.padding is not None
    return np.where(tissue_mask(seed), codes, grey_scale.padding[0]).astype(np.uint16)


def levels_at(codes: NDArray[np.uint16], grey_scale: GreyScale, inverted: bool) -> NDArray:
    return display_table(grey_scale, WINDOW, inverted=inverted)[codes]


def under(viewport, pane_width: int = 100, pane_height: int = 80):
    """Row and column of the image pixel under each device pixel's centre; -1 outside.

    Also whether each centre lies clearly in one pixel, not on the edge of two.
    """
    row, column = viewport.to_image(np.arange(pane_width) + 0.5, np.arange(pane_height) + 0.5)
    rows, columns = np.floor(row).astype(int), np.floor(column).astype(int)
    rows[(rows < 0) | (rows >= ROWS)] = -1
    columns[(columns < 0) | (columns >= COLUMNS)] = -1
    in_row, in_column = (np.abs(each - np.round(each)) > 0.05 for each in (row, column))
    return rows, columns, in_row[:, None] & in_column
