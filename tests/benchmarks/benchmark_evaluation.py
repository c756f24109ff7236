"""Evaluation of two models on 2,000 breasts: every measure with 1,000 resamples of patients.

4,000 images a model, 600 of them with a finding, a mask and a box; 12 detections an image.
"""

from __future__ import annotations

import time

import numpy as np

from viewer.analysis.evaluation import evaluate
from viewer.analysis.evaluation_results import EvaluationOptions
from viewer.analysis.evaluation_table import (
    PATCH_ON_LESION,
    EvaluationTable,
    Level,
    LocatedDetections,
    MapAgreement,
    PatchHits,
    ScoredCases,
)
from viewer.statistics.detection import Detections, LesionBoxes

BREASTS = 2000
SERIES = ("first", "second")
PATCHES = 12
SLICES = 60.0


def measure(*, quick: bool = False) -> dict[str, float]:
    """Seconds of one whole evaluation. quick: a tenth of the breasts, as many resamples."""
    table = made_table(BREASTS // 10 if quick else BREASTS)
    start = time.perf_counter()
    results = evaluate(table, EvaluationOptions())
    seconds = time.perf_counter() - start
    return {"evaluation_seconds": seconds, "measures": float(len(results.measures))}


def made_table(breasts: int, seed: int = 1) -> EvaluationTable:
    """Scores, maps, hits and detections of made-up models; two breasts a patient."""
    rng = np.random.default_rng(seed)
    patients = tuple(f"p{breast // 2}" for breast in range(breasts))
    truth = (rng.random((2, breasts)) < [[0.15], [0.15]]).astype(np.float64)
    truth[:, :2] = [[0, 1], [0, 1]]
    images = np.repeat(np.arange(breasts), 2)
    ill = np.flatnonzero(truth[1][images] == 1.0)
    owners = tuple(patients[images[image]] for image in ill)
    located = [_detections(rng, ill, images.size, series) for series in SERIES]
    return EvaluationTable(
        cases=(
            _cases(rng, Level.BREAST, truth, patients),
            _cases(rng, Level.IMAGE, truth[:, images], tuple(patients[b] for b in images)),
        ),
        maps=tuple(
            MapAgreement(
                finding_class=finding_class,
                series=SERIES,
                images=tuple(f"i{image}" for image in ill),
                patients=owners,
                soft_dice=rng.random((2, ill.size)),
                dice=rng.random((2, ill.size)),
                average_precision=rng.random((2, ill.size)),
            )
            for finding_class in (1, 0)
        ),
        hits=(
            PatchHits(
                finding_class=1,
                rule=PATCH_ON_LESION,
                series=SERIES,
                breasts=tuple(f"i{image}" for image in ill),
                patients=owners,
                hit=(rng.random((2, ill.size)) < 0.8).astype(np.float64),
            ),
        ),
        detections=tuple(
            LocatedDetections(
                series=series,
                finding="malignant",
                detections=detections,
                lesions=lesions,
                volume_slices=np.full(images.size, SLICES),
                volumes=tuple(f"i{image}" for image in range(images.size)),
                patients=tuple(patients[b] for b in images),
            )
            for series, (detections, lesions) in zip(SERIES, located, strict=True)
        ),
    )


def _cases(
    rng: np.random.Generator, level: Level, truth: np.ndarray, patients: tuple[str, ...]
) -> ScoredCases:
    noise = rng.normal(size=(len(SERIES), *truth.shape))
    return ScoredCases(
        level=level,
        series=SERIES,
        patients=patients,
        scores=1 / (1 + np.exp(-(noise + 1.5 * truth))),
        truth=truth,
    )


def _detections(
    rng: np.random.Generator, ill: np.ndarray, volumes: int, series: str
) -> tuple[Detections, LesionBoxes]:
    rows, columns = rng.uniform(200, 2200, ill.size), rng.uniform(200, 1600, ill.size)
    slices = rng.uniform(0, SLICES, ill.size)
    volume = np.repeat(np.arange(volumes), PATCHES)
    row, column = rng.uniform(0, 2400, volume.size), rng.uniform(0, 1800, volume.size)
    depth = rng.uniform(0, SLICES, volume.size)
    on_lesion = ill * PATCHES
    row[on_lesion], column[on_lesion], depth[on_lesion] = rows + 20, columns, slices
    score = rng.random(volume.size)
    score[on_lesion] = rng.beta(4, 2, ill.size)
    return (
        Detections(volume=volume, row=row, column=column, slice_index=depth, score=score),
        LesionBoxes(
            volume=ill.astype(np.intp),
            row=rows,
            column=columns,
            diagonal=np.full(ill.size, 280.0),
            slice_index=slices,
        ),
    )
