"""Statistics of a reader study of 14 readers and 1,440 breasts, against a loop over scikit-learn.

On the published table where it lies beside the checkout, else on made scores of the same size. The
loop calls scikit-learn's roc_auc_score once a score list and resample. It is measured on a part of
the resamples and scaled to all of them; it finds AUCs only, while ours finds average precisions
and the points at 90 % sensitivity too.
"""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from viewer.statistics.bootstrap import (
    bootstrap_patients,
    draw_counts,
    patient_codes,
    percentile_interval,
    resample_readers,
)
from viewer.statistics.hybrid import mix, sweep
from viewer.statistics.hybrid_curves import HybridMixer, hybrid_mixer
from viewer.statistics.imrmc import imrmc_tables
from viewer.statistics.mrmc_covariance import CovarianceMethod
from viewer.statistics.obuchowski_rockette import analyse_ratings
from viewer.statistics.ratings import Ratings

Floats = NDArray[np.float64]

TABLE = (
    Path(__file__).resolve().parents[3]
    / "shared/data/reader_studies/nyu_reader_study_1440breasts.csv"
)
READERS, PATIENTS, DISEASED = 14, 720, 61
RESAMPLES = 2000
LOOPED = 10
"""Resamples of the loop over scikit-learn."""
SEED = 20200801
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Study:
    """readers: (reader, case). ai, truth: (case,)."""

    readers: Floats
    ai: Floats
    truth: NDArray[np.bool_]
    patients: tuple[str, ...]
    is_published: bool

    @property
    def ratings(self) -> Ratings:
        """Readers alone and mixed with the AI half and half."""
        return Ratings(
            modalities=("unaided", "hybrid"),
            readers=tuple(f"R{n:02d}" for n in range(1, len(self.readers) + 1)),
            cases=tuple(f"case {n}" for n in range(self.truth.size)),
            truth=self.truth,
            scores=np.stack([self.readers, mix(self.readers, self.ai, 0.5)]),
            patients=self.patients,
        )

    @property
    def series(self) -> Floats:
        """(series, case): every reader in both modalities, and the AI."""
        return np.concatenate([*self.ratings.scores, self.ai[None]])


def measure(*, quick: bool = False) -> dict[str, float]:
    """Time everything an analysis computes. quick: one round, a tenth of the resamples."""
    study = _published() if TABLE.is_file() else _made()
    resamples, rounds = (RESAMPLES // 10, 1) if quick else (RESAMPLES, ROUNDS)
    times = [_times(study, resamples) for _ in range(rounds)]
    measured = {name: statistics.median(t[name] for t in times) for name in times[0]}
    measured["whole_seconds"] = sum(measured.values())
    loop = _loop_seconds(study, LOOPED // 2 if quick else LOOPED)
    measured["scikit_learn_loop_seconds_scaled"] = loop * resamples
    measured["times_faster_than_loop"] = loop * resamples / measured["bootstrap_seconds"]
    return {
        "published_table": float(study.is_published),
        "resamples": float(resamples),
        **measured,
        **_slider(study),
    }


def _times(study: Study, resamples: int) -> dict[str, float]:
    ratings, series = study.ratings, study.series

    def bootstrap() -> None:
        found = bootstrap_patients(
            series, study.truth, study.patients, resamples=resamples, seed=SEED
        )
        for values in (found.auc, found.average_precision, found.specificity, found.matthews):
            for row in values:
                percentile_interval(row)
        samples = found.auc[: 2 * READERS].reshape(2, READERS, resamples)
        percentile_interval(resample_readers(samples[1] - samples[0], seed=SEED))

    def mrmc() -> None:
        for method in (CovarianceMethod.DELONG, CovarianceMethod.JACKKNIFE):
            analyse_ratings(ratings, method)

    return {
        "bootstrap_seconds": _seconds(bootstrap),
        "sweep_seconds": _seconds(
            lambda: sweep(study.readers, study.ai, study.truth, study.patients)
        ),
        "mrmc_seconds": _seconds(mrmc),
        "u_statistics_seconds": _seconds(lambda: imrmc_tables(ratings)),
    }


def _slider(study: Study) -> dict[str, float]:
    mixer = hybrid_mixer(study.readers, study.ai, study.truth)
    if not isinstance(mixer, HybridMixer):
        raise TypeError(mixer.reason)
    times = [_seconds(lambda w=weight: mixer.at(w)) for weight in np.linspace(0, 1, 101)]
    return {"slider_p95_ms": float(np.quantile(times, 0.95)) * 1000}


def _loop_seconds(study: Study, resamples: int) -> float:
    """One resample of every series with scikit-learn, mean over some."""
    codes, count = patient_codes(study.patients)
    rng = np.random.Generator(np.random.PCG64(SEED))
    drawn = draw_counts(rng, count, resamples)[codes].astype(np.intp)
    start = time.perf_counter()
    for resample in range(resamples):
        cases = np.repeat(np.arange(codes.size), drawn[:, resample])
        truth = study.truth[cases]
        for scores in study.series:
            roc_auc_score(truth, scores[cases])
    return (time.perf_counter() - start) / resamples


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _published() -> Study:
    with TABLE.open() as lines:
        rows = list(csv.DictReader(lines))
    names = [f"Reader{number:02d}_POM" for number in range(1, READERS + 1)]
    return Study(
        np.array([[float(row[name]) for row in rows] for name in names]),
        np.array([float(row["AI_GMIC_top5_POM"]) for row in rows]),
        np.array([float(row["label"]) == 1.0 for row in rows]),
        tuple(row["case_ID"] for row in rows),
        is_published=True,
    )


def _made() -> Study:
    """Readers who use about twenty values, a model that never gives the same score twice."""
    rng = np.random.default_rng(SEED)
    truth = np.zeros(2 * PATIENTS, dtype=np.bool_)
    truth[rng.choice(2 * PATIENTS, DISEASED, replace=False)] = True
    suspicion = 1.3 * truth + rng.normal(size=(READERS + 1, truth.size))
    chance = 1 / (1 + np.exp(3 - suspicion))
    patients = tuple(str(case // 2) for case in range(truth.size))
    return Study((chance[:-1] * 20).round() / 20, chance[-1], truth, patients, is_published=False)
