"""256 colours that keep both the greys of a mammogram and faint colours laid over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_GREYS = 128
"""Steps of two grey levels: no band is visible, and as many entries are left for colours."""
_LEAST_CHROMA = 7
"""Below this distance of the strongest and weakest channel a pixel counts as grey."""


def with_palette(frame: NDArray[np.uint8]) -> Image.Image:
    """Reduce an RGB picture (rows, columns, 3) to 256 colours of its own, without dithering.

    Grey pixels take fixed entries, and coloured ones share the rest among themselves: chosen
    over the whole picture, entries go to its many greys, and a small faint overlay turns grey.
    """
    chroma = frame.max(axis=2).astype(np.int16) - frame.min(axis=2)
    coloured = chroma >= _LEAST_CHROMA
    # Green is close to the mean of a nearly grey pixel, and needs no arithmetic.
    indices: NDArray[np.uint8] = frame[..., 1] // (256 // _GREYS)
    levels = np.arange(_GREYS) * 255.0 / (_GREYS - 1)
    palette = np.zeros((256, 3), np.uint8)
    palette[:_GREYS] = np.rint(levels)[:, None]
    if coloured.any():
        colours = Image.fromarray(frame[coloured][None]).quantize(
            256 - _GREYS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        found = np.array(colours.getpalette("RGB"), np.uint8).reshape(-1, 3)[: 256 - _GREYS]
        palette[_GREYS : _GREYS + len(found)] = found
        indices[coloured] = np.asarray(colours)[0] + _GREYS
    image = Image.fromarray(indices, "P")
    image.putpalette(palette.tobytes(), "RGB")
    return image
