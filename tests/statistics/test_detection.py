"""Detections against boxes: the published rules on cases small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from viewer.statistics.bootstrap import draw_counts
from viewer.statistics.detection import (
    NO_LESION,
    POSITIVE_RATES,
    Detections,
    LesionBoxes,
    detection_curve,
    lesions_hit,
)
from viewer.statistics.detection_sensitivity import DetectionTrial


def lesions(*rows: tuple[int, float, float, float, float]) -> LesionBoxes:
    """(volume, row, column, diagonal, slice)."""
    columns = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    return LesionBoxes(
        volume=columns[0].astype(np.intp),
        row=columns[1],
        column=columns[2],
        diagonal=columns[3],
        slice_index=columns[4],
    )


def detections(*rows: tuple[int, float, float, float, float]) -> Detections:
    """(volume, row, column, slice, score)."""
    columns = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    return Detections(
        volume=columns[0].astype(np.intp),
        row=columns[1],
        column=columns[2],
        slice_index=columns[3],
        score=columns[4],
    )


def hits(found: Detections, known: LesionBoxes, *slices: float) -> list[int]:
    return list(lesions_hit(found, known, np.array(slices)))


def test_small_boxes_are_hit_within_100_pixels_and_the_edge_counts() -> None:
    known = lesions((0, 500, 500, 50, 20))
    found = detections((0, 560, 580, 20, 0.9), (0, 560, 580.01, 20, 0.9), (0, 400, 500, 20, 0.9))
    assert hits(found, known, 40) == [0, NO_LESION, 0]


def test_large_boxes_are_hit_within_half_their_diagonal() -> None:
    known = lesions((0, 500, 500, 300, 20))
    found = detections((0, 500, 650, 20, 0.9), (0, 500, 651, 20, 0.9))
    assert hits(found, known, 40) == [0, NO_LESION]


def test_the_slice_may_be_off_by_a_quarter_of_the_volume() -> None:
    known = lesions((0, 500, 500, 50, 20))
    found = detections((0, 500, 500, 30, 0.9), (0, 500, 500, 30.5, 0.9), (0, 500, 500, 9.5, 0.9))
    assert hits(found, known, 40) == [0, NO_LESION, NO_LESION]


def test_a_detection_in_reach_of_two_lesions_belongs_to_the_nearer_in_all_directions() -> None:
    # In the plane the first is nearer (10 against 12 pixels), with the slices the second is.
    known = lesions((0, 500, 510, 50, 30), (0, 500, 488, 50, 20))
    assert hits(detections((0, 500, 500, 20, 0.9)), known, 60) == [1]


def test_another_volumes_lesion_is_not_hit() -> None:
    known = lesions((1, 500, 500, 50, 20))
    assert hits(detections((0, 500, 500, 20, 0.9)), known, 40, 40) == [NO_LESION]


def test_the_published_measure_of_three_volumes_counted_by_hand() -> None:
    """Volumes 0 and 1 have a lesion each, 2 has none.

    By falling score: 0.9 hits lesion 0; 0.8 hits it again (neither found nor false); 0.7 false in
    volume 1; 0.6 false in volume 0; 0.5 hits lesion 1; 0.4 false in volume 1; 0.3 false in 2.
    Positive volumes, thresholds 0.9, 0.8, 0.5 and below all: false positives per volume 0, 0, 1,
    1.5 and sensitivities 1/2, 1/2, 1, 1. So at 0.5 false positives: 3/4, from 1 on: 1.
    All volumes, at 2: the curve ends at 4/3 with 1, and stays.
    """
    known = lesions((0, 500, 500, 50, 20), (1, 300, 300, 50, 10))
    found = detections(
        (0, 510, 500, 20, 0.9),
        (0, 490, 500, 20, 0.8),
        (1, 900, 300, 10, 0.7),
        (0, 900, 500, 20, 0.6),
        (1, 300, 310, 10, 0.5),
        (1, 900, 900, 10, 0.4),
        (2, 100, 100, 10, 0.3),
    )
    trial = DetectionTrial(
        detections=found, lesions=known, volume_slices=np.array([40.0, 40.0, 40.0])
    )
    curve, everything = trial.positive_curve(), trial.all_curve()
    assert curve is not None
    assert everything is not None
    assert_allclose(curve.false_per_volume, [0, 0, 0, 1, 1.5])
    assert_allclose(curve.sensitivity, [0, 0.5, 0.5, 1, 1])
    assert_allclose(curve.sensitivity_at([0.0, 0.5, 1.0, 2.0]), [0.5, 0.75, 1.0, 1.0])
    assert_allclose(everything.sensitivity_at(1.0 / 3.0), 0.75)
    assert_allclose(everything.sensitivity_at(2.0), 1.0)
    assert (trial.found, trial.positive_volumes) == (2, 2)


def test_a_model_that_marks_nothing_finds_nothing() -> None:
    curve = detection_curve(np.empty(0), np.empty(0, dtype=np.intp), lesions=3, volumes=2)
    assert curve is not None
    assert_allclose(curve.sensitivity_at(POSITIVE_RATES), 0.0)


def test_without_lesions_there_is_no_curve() -> None:
    assert detection_curve(np.ones(1), np.full(1, NO_LESION), lesions=0, volumes=2) is None


def test_a_detection_needs_a_score() -> None:
    with pytest.raises(ValueError, match="without a score"):
        detections((0, 1, 1, 1, np.nan))


def _by_the_letter(
    found: Detections, hit: list[int], known: LesionBoxes, copies: list[int], rates: list[float]
) -> list[float]:
    """The rules as a loop over thresholds, volumes repeated as drawn, positive volumes only."""
    positive = set(known.volume.tolist())
    marks = [
        (score, volume, lesion, copy)
        for score, volume, lesion in zip(found.score, found.volume, hit, strict=True)
        if volume in positive
        for copy in range(copies[volume])
    ]
    count = sum(copies[volume] for volume in known.volume)
    volumes = sum(copies[volume] for volume in positive)
    if not count:
        return [np.nan] * len(rates)
    if not marks:
        return [0.0] * len(rates)
    thresholds = [mark[0] for mark in marks if mark[2] != NO_LESION]
    thresholds += [max(m[0] for m in marks) + 1, min(m[0] for m in marks) - 1]
    across, up = [], []
    for threshold in sorted(thresholds, reverse=True):
        above = [mark for mark in marks if mark[0] >= threshold]
        across.append(sum(mark[2] == NO_LESION for mark in above) / volumes)
        up.append(len({mark[1:] for mark in above if mark[2] != NO_LESION}) / count)
    return list(np.interp(rates, across, up))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_resamples_are_the_rules_applied_to_repeated_volumes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    volumes = int(rng.integers(1, 6))
    known = lesions(
        *(
            (int(rng.integers(0, volumes)), *rng.uniform(0, 600, 2), 60.0, rng.uniform(0, 20))
            for _ in range(rng.integers(1, 5))
        )
    )
    found = detections(
        *(
            (
                int(rng.integers(0, volumes)),
                *rng.uniform(0, 600, 2),
                rng.uniform(0, 20),
                float(rng.integers(0, 6)),
            )
            for _ in range(rng.integers(0, 15))
        )
    )
    trial = DetectionTrial(detections=found, lesions=known, volume_slices=np.full(volumes, 60.0))
    patients = tuple(f"p{volume}" for volume in range(volumes))
    samples = trial.resampled(patients, resamples=5, seed=seed)
    drawn = draw_counts(np.random.Generator(np.random.PCG64(seed)), volumes, 5)
    for resample in range(5):
        copies = drawn[:, resample].astype(int).tolist()
        wanted = _by_the_letter(found, list(trial.hit), known, copies, list(POSITIVE_RATES))
        assert_allclose(samples.at_positive_rates[:, resample], wanted, atol=1e-12)


def test_patients_bring_all_their_volumes() -> None:
    """One patient has the only found lesion and the only missed one: both or neither are drawn."""
    known = lesions((0, 500, 500, 50, 20), (1, 300, 300, 50, 10))
    trial = DetectionTrial(
        detections=detections((0, 500, 500, 20, 0.9)),
        lesions=known,
        volume_slices=np.full(3, 40.0),
    )
    samples = trial.resampled(("a", "a", "b"), resamples=50, seed=1)
    values = samples.mean_positive[~np.isnan(samples.mean_positive)]
    assert values.size
    assert_allclose(values, 0.5)
    assert np.isnan(samples.mean_positive).any()
