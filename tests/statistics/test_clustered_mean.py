"""Means resampled by patient."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from viewer.statistics.bootstrap import draw_counts
from viewer.statistics.clustered_mean import resampled_means


def test_a_resample_is_the_mean_of_the_drawn_patients_cases() -> None:
    values = np.array([[1.0, 2.0, 4.0, np.nan], [0.0, np.nan, 1.0, 1.0]])
    patients = ("a", "a", "b", "c")
    means = resampled_means(values, patients, resamples=20, seed=3)
    drawn = draw_counts(np.random.Generator(np.random.PCG64(3)), 3, 20)
    for resample in range(20):
        copies = drawn[[0, 0, 1, 2], resample].astype(int)
        for series in range(2):
            repeated = np.repeat(values[series], copies)
            known = repeated[~np.isnan(repeated)]
            wanted = known.mean() if known.size else np.nan
            assert_allclose(means[series, resample], wanted)


def test_every_case_needs_a_patient() -> None:
    with pytest.raises(ValueError, match="one patient a case"):
        resampled_means(np.zeros((1, 3)), ("a",), resamples=2, seed=1)
