"""The lambda slider on screen: 14 readers, 1,440 breasts, every curve, the sweep and the table."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from viewer.analysis.analyse import analyse
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.study_table import StudyTable
from viewer.jobs.lambda_sweep import LambdaSweep
from viewer.statistics.ratings import Ratings
from viewer.ui.analysis.hybrid_tab import HybridTab
from viewer.ui.theme import apply_theme

READERS = 14
BREASTS = 1440
POSITIVES = 61
SIZE = (1920, 940)
SEED = 20200801


def study_like_the_published_one() -> StudyTable:
    """As many readers and breasts as the published study, scores with two decimals."""
    rng = np.random.default_rng(SEED)
    truth = np.zeros(BREASTS, dtype=np.bool_)
    truth[rng.choice(BREASTS, POSITIVES, replace=False)] = True
    raised = np.where(truth, 1.6, 0.0)
    scores = 1 / (1 + np.exp(4.0 - raised - rng.normal(size=(READERS, BREASTS)) * 1.3))
    ai = 1 / (1 + np.exp(3.0 - raised * 1.6 - rng.normal(size=BREASTS)))
    return StudyTable(
        title="benchmark",
        ratings=Ratings(
            modalities=("unaided",),
            readers=tuple(f"R{number + 1:02d}" for number in range(READERS)),
            cases=tuple(str(number) for number in range(BREASTS)),
            truth=truth,
            scores=scores.round(2)[None],
            patients=tuple(str(number // 2) for number in range(BREASTS)),
        ),
        ai={"model": ai},
    )


def measure(*, quick: bool = False) -> dict[str, float]:
    """Drag the slider over its whole range and time each frame from the value to the pixels."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application)
    table = study_like_the_published_one()
    sweeper = LambdaSweep()
    tab = HybridTab(
        table=table, results=analyse(table, AnalysisOptions(bootstraps=0)), sweeper=sweeper
    )
    tab.resize(*SIZE)
    tab.show()
    while sweeper.is_running:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    frames = _drag(application, tab, rounds=1 if quick else 4)
    tab.close()
    sweeper.close()
    return {
        "lambda_frame_p95_ms": float(np.percentile(frames, 95)),
        "lambda_frames_per_second": float(1000 / np.mean(frames)),
    }


def _drag(application: QApplication, tab: HybridTab, *, rounds: int) -> list[float]:
    """Milliseconds of each frame."""
    steps = [*range(101), *range(99, 0, -1)]
    frames = []
    for _ in range(rounds):
        for step in steps:
            start = time.perf_counter()
            tab.control.slider.setValue(step)
            # The first round answers the slider, the second paints what changed.
            application.processEvents()
            application.processEvents()
            frames.append((time.perf_counter() - start) * 1000)
    return frames
