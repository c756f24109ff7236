"""The grayscale standard display function: luminance and just-noticeable differences (PS3.14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST_JND, LAST_JND = 1.0, 1023.0

_A, _B, _C, _D, _E = -1.3011877, -2.5840191e-2, 8.0242636e-2, -1.0320229e-1, 1.3646699e-1
_F, _G, _H, _K, _M = 2.8745620e-2, -2.5468404e-2, -3.1978977e-3, 1.2992634e-4, 1.3635334e-3
_JND_OF_LOG_LUMINANCE = (
    71.498068,
    94.593053,
    41.912053,
    9.8247004,
    0.28175407,
    -1.1878455,
    -0.18014349,
    0.14710899,
    -0.017046845,
)


def luminance_of(jnd_index: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cd/m2 at JND indices 1..1023 (PS3.14, section 7.1)."""
    log_index = np.log(np.clip(np.asarray(jnd_index, np.float64), FIRST_JND, LAST_JND))
    above = np.polynomial.polynomial.polyval(log_index, (_A, _C, _E, _G, _M))
    below = np.polynomial.polynomial.polyval(log_index, (1.0, _B, _D, _F, _H, _K))
    luminance: NDArray[np.float64] = np.power(10.0, above / below)
    return luminance


def jnd_index_of(luminance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return JND indices of luminances in cd/m2, 0.05 to about 4000 (PS3.14, section 7.1).

    Luminances outside are taken for the nearest one inside.
    """
    limited = np.clip(np.asarray(luminance, np.float64), DARKEST, BRIGHTEST)
    index = np.polynomial.polynomial.polyval(np.log10(limited), _JND_OF_LOG_LUMINANCE)
    return np.asarray(index, np.float64)


DARKEST = float(luminance_of(np.array(FIRST_JND)))
BRIGHTEST = float(luminance_of(np.array(LAST_JND)))
