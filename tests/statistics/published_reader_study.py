"""The published study of 14 readers and 1,440 breasts, as arrays."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class ReaderStudy:
    """readers: (14, case). gmic: (case,). truth: (case,). patients: (case,)."""

    readers: np.ndarray
    gmic: np.ndarray
    truth: np.ndarray
    patients: tuple[str, ...]


@cache
def read_published_study(shared: Path) -> ReaderStudy:
    path = shared / "data/reader_studies/nyu_reader_study_1440breasts.csv"
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    readers = [f"Reader{number:02d}_POM" for number in range(1, 15)]
    return ReaderStudy(
        readers=np.array([[float(row[name]) for row in rows] for name in readers]),
        gmic=np.array([float(row["AI_GMIC_top5_POM"]) for row in rows]),
        truth=np.array([float(row["label"]) == 1.0 for row in rows]),
        patients=tuple(row["case_ID"] for row in rows),
    )
