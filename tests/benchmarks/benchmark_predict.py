"""`predict` over phantom exams: stages one after the other against stages that overlap.

Both runs are of one process and of the same exams and weights, in turns, so that the ratio holds
on a busy machine as well. The network is the smallest that is shipped, on every core.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from inference.progress import SilentProgress
from viewer.loading.scan_progress import SilentScan

if TYPE_CHECKING:
    from viewer.commands.model_set import ModelSet

EXAMS, SLICES, ROUNDS = 3, 12, 3


def measure(*, quick: bool = False) -> dict[str, float]:
    """Make the exams, run both ways. quick: one exam of few slices, once."""
    from viewer.commands.known_models import demonstration_weights
    from viewer.commands.model_set import load_models
    from viewer.export.phantom_dicom import Codec
    from viewer.export.phantom_exams import write_phantom_exams

    exams, slices, rounds = (1, 4, 1) if quick else (EXAMS, SLICES, ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        exam_folder = Path(folder) / "exams"
        write_phantom_exams(exam_folder, exams=exams, seed=1, slices=slices, codec=Codec.J2K)
        models = load_models(demonstration_weights())
        images = 0
        apart: list[float] = []
        together: list[float] = []
        for number in range(rounds):
            for overlap, seconds in ((False, apart), (True, together)):
                output = Path(folder) / f"out_{number}_{overlap}"
                taken, images = _timed(exam_folder, models, output, overlap)
                seconds.append(taken)
    return {
        "predict_images": float(images),
        "predict_apart_s": statistics.median(apart),
        "predict_overlapped_s": statistics.median(together),
        "predict_times_faster": statistics.median(
            one / other for one, other in zip(apart, together, strict=True)
        ),
    }


def _timed(exams: Path, models: ModelSet, output: Path, overlap: bool) -> tuple[float, int]:
    """Seconds of one run and how many images it scored."""
    from viewer.commands.predict import predict_paths

    started = time.perf_counter()
    summary = predict_paths(
        [exams], models, output, with_arrays=False, progress=_Silence(), overlap=overlap
    )
    seconds = time.perf_counter() - started
    if summary.scored != len(summary.rows):
        raise RuntimeError(f"{len(summary.rows) - summary.scored} images were not scored")
    return seconds, summary.scored


class _Silence:
    """Nobody watches."""

    search = SilentScan()
    inference = SilentProgress()

    def image_started(self, name: str, number: int, total: int) -> None:
        """Do nothing."""
