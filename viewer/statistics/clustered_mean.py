"""Means of values whose cases come in patients: the estimate and its resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewer.statistics.bootstrap import draw_counts, patient_codes

Floats = NDArray[np.float64]


def resampled_means(
    values: Floats, patients: tuple[str, ...], *, resamples: int, seed: int
) -> Floats:
    """Mean of each series in resamples of patients: (series, resample).

    values: (series, case), NaN where a series lacks a case. patients: (case,). NaN where a
    resample drew none of a series' cases.
    """
    if values.ndim != 2 or values.shape[1] != len(patients):
        raise ValueError(f"values {values.shape} need one patient a case, got {len(patients)}")
    codes, count = patient_codes(patients)
    drawn = draw_counts(np.random.Generator(np.random.PCG64(seed)), count, resamples)[codes]
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0) @ drawn
    cases = known.astype(np.float64) @ drawn
    means = np.full(total.shape, np.nan)
    np.divide(total, cases, out=means, where=cases > 0)
    return means
