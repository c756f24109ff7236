"""`predict` over phantom exams: stages one after the other against stages that overlap.

Both runs are of one process and of the same exams and weights, in turns, so that the ratio holds
on a busy machine as well. With the shipped networks on the CPU every core is busy in either way;
so a second pair of runs has a network that computes elsewhere, as on a GPU: it waits as long as
decoding and measuring an image take together.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from inference.progress import Progress, SilentProgress
from viewer.loading.scan_progress import SilentScan

if TYPE_CHECKING:
    from inference.ensemble import EnsemblePredictor
    from inference.prepare import MeasuredImage
    from inference.types import Prediction
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
        runs = _Runs(exam_folder, Path(folder) / "out")
        measured = {"predict_images": float(len(runs.time(models, overlap=True)[1]))}
        measured |= runs.compare(models, rounds, "predict")
        seconds, images = runs.time(_elsewhere(models, 0.0), overlap=False)
        waiting = _elsewhere(models, seconds / len(images))
        return measured | runs.compare(waiting, rounds, "predict_elsewhere")


class _Runs:
    """Runs over the same exams."""

    def __init__(self, exams: Path, output: Path) -> None:
        self._exams = exams
        self._output = output

    def compare(self, models: ModelSet, rounds: int, name: str) -> dict[str, float]:
        """Time both ways in turns."""
        pairs = [
            [self.time(models, overlap=overlap)[0] for overlap in (False, True)]
            for _ in range(rounds)
        ]
        return {
            f"{name}_apart_s": statistics.median(apart for apart, _ in pairs),
            f"{name}_overlapped_s": statistics.median(together for _, together in pairs),
            f"{name}_times_faster": statistics.median(a / together for a, together in pairs),
        }

    def time(self, models: ModelSet, *, overlap: bool) -> tuple[float, list[str]]:
        """Seconds of one run, and the images that it scored."""
        from viewer.commands.predict import predict_paths

        started = time.perf_counter()
        summary = predict_paths(
            [self._exams],
            models,
            self._output,
            with_arrays=False,
            progress=_Silence(),
            overlap=overlap,
        )
        seconds = time.perf_counter() - started
        if summary.scored != len(summary.rows):
            raise RuntimeError(f"{len(summary.rows) - summary.scored} images were not scored")
        return seconds, [row.image for row in summary.rows]


def _elsewhere(models: ModelSet, seconds: float) -> ModelSet:
    """The same models, but each image takes so long and no core."""
    waiting = cast("EnsemblePredictor", _WaitingPredictor(seconds))
    return replace(
        models, models=tuple(replace(model, predictor=waiting) for model in models.models)
    )


class _WaitingPredictor:
    """Reads every slice as a network does, and waits."""

    wants_measured = True

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def predict_measured(self, measured: MeasuredImage, progress: Progress) -> Prediction:
        """Give scores that mean nothing."""
        import numpy as np

        from inference.types import ClassScores, ModelIdentity, Prediction

        source = measured.model_input.source
        for slice_index in range(source.slices):
            source.read_slice(slice_index)
        time.sleep(self._seconds)
        nothing = ClassScores(benign=0.0, malignant=0.0)
        window = measured.best_window(rows=64, columns=64)
        return Prediction(
            model=ModelIdentity(name="none", version="", architecture="", sha256=""),
            scores=nothing,
            global_scores=nothing,
            local_scores=nothing,
            saliency=np.zeros((source.slices, 2, 1, 1), np.float32),
            patches=(),
            placement=measured.through(window, rows=64, columns=64).placement,
            has_salient_region=False,
            outside_training_views=False,
            seconds=self._seconds,
            device="elsewhere",
        )


class _Silence:
    """Nobody watches."""

    search = SilentScan()
    inference = SilentProgress()

    def image_started(self, name: str, number: int, total: int) -> None:
        """Do nothing."""
