"""Going through many images: what overlaps, what is bounded, what a failure or a stop leaves.

Decoding, measuring and predicting are slow fakes at the edges; everything between is real.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from builders import make_image
from numpy.typing import NDArray

from inference.breast_mask import BreastBox, find_breast
from inference.ensemble import EnsemblePredictor
from inference.errors import Cancelled, InferenceError
from inference.prepare import MeasuredImage
from inference.progress import Progress, SilentProgress
from inference.types import ClassScores, ModelIdentity, ModelInput, Placement, Prediction
from viewer.commands.measure_ahead import MeasureAhead
from viewer.commands.model_set import Model
from viewer.commands.prediction_run import PredictionRun, Task
from viewer.domain.exam import Exam
from viewer.domain.geometry import AS_STORED
from viewer.domain.view import ImageKind
from viewer.export.prediction_folder import PredictionFolder
from viewer.export.tables import Status
from viewer.loading.errors import UnreadableImage
from viewer.loading.frame_source import LaidFrames
from viewer.loading.scan_progress import SilentScan

ROWS, COLUMNS, SLICES = 60, 50, 4
IDENTITY = ModelIdentity(name="slow", version="1", architecture="gmic3d", sha256="0" * 64)


@dataclass
class _Clockwork:
    """How long each stage takes, and what each did."""

    decode: float = 0.0
    """Seconds a slice."""
    predict: float = 0.0
    """Seconds an image."""
    decoded: list[tuple[str, int]] = field(default_factory=list)
    predicted: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _SlowFrames:
    """Stored frames of a computer-made breast that take their time; one may be broken."""

    slices = SLICES
    codes_are_exact = True

    def __init__(self, name: str, clockwork: _Clockwork, broken: int | None = None) -> None:
        self._name = name
        self._clockwork = clockwork
        self._broken = broken

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """One slice."""
        time.sleep(self._clockwork.decode)
        if slice_index == self._broken:
            raise UnreadableImage("the slice is damaged")
        with self._clockwork.lock:
            self._clockwork.decoded.append((self._name, slice_index))
        pixels = np.zeros((ROWS, COLUMNS), np.uint16)
        pixels[5:-5, :-8] = 100 + slice_index
        return pixels

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """The same."""
        return self.read_codes(slice_index)


class _SlowPredictor:
    """Takes its time and reads what a network reads; one image may fail."""

    identity = IDENTITY

    def __init__(
        self, clockwork: _Clockwork, failing: int | None = None, wants_measured: bool = True
    ) -> None:
        self._clockwork = clockwork
        self._failing = failing
        self.wants_measured = wants_measured

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """As a GPU does, on an image that nobody has measured."""
        measured = cast(MeasuredImage, SimpleNamespace(model_input=model_input))
        return self.predict_measured(measured, progress)

    def predict_measured(self, measured: MeasuredImage, progress: Progress) -> Prediction:
        """Read every slice once more and wait."""
        number = len(self._clockwork.predicted)
        self._clockwork.predicted.append(str(number))
        for slice_index in range(measured.model_input.source.slices):
            progress.update(slice_index, SLICES, "slices")
            measured.model_input.source.read_slice(slice_index)
        time.sleep(self._clockwork.predict)
        if number == self._failing:
            raise InferenceError("the network gave nothing")
        return _prediction()


def _prediction() -> Prediction:
    scores = ClassScores(benign=0.25, malignant=0.5)
    return Prediction(
        model=IDENTITY,
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=np.zeros((SLICES, 2, 2, 2), np.float32),
        patches=(),
        placement=Placement(
            input_rows=8,
            input_columns=8,
            image_rows=ROWS,
            image_columns=COLUMNS,
            row_offset=0,
            column_offset=0,
            mirrored=False,
        ),
        has_salient_region=False,
        outside_training_views=False,
        seconds=0.0,
        device="CPU",
    )


class _Silence:
    """Reports nothing."""

    search = SilentScan()
    inference: Progress = SilentProgress()

    def image_started(self, name: str, number: int, total: int) -> None:
        """Do nothing."""


def _tasks(
    clockwork: _Clockwork,
    count: int,
    *,
    failing: int | None = None,
    broken: int | None = None,
    wants_measured: bool = True,
) -> tuple[Task, ...]:
    model = Model(
        identity=IDENTITY,
        kinds=frozenset({ImageKind.DBT}),
        versions=("1",),
        predictor=cast(EnsemblePredictor, _SlowPredictor(clockwork, failing, wants_measured)),
    )
    tasks = []
    for number in range(count):
        name = f"image {number}"
        image = replace(
            make_image("LCC", slices=SLICES, rows=ROWS, columns=COLUMNS), image_id=name, name=name
        )
        frames = _SlowFrames(name, clockwork, broken=1 if number == broken else None)
        exam = Exam(exam_id=name, alias=name, images=(image,))
        tasks.append(
            Task(
                exam=exam,
                image=image,
                frames=LaidFrames(frames, AS_STORED),
                name=name,
                models=(model,),
            )
        )
    return tuple(tasks)


def _run(tmp_path: Path, tasks: tuple[Task, ...], **options: Any) -> tuple[PredictionFolder, float]:
    folder = PredictionFolder(tmp_path / "out", with_arrays=False)
    progress = options.pop("progress", _Silence())
    started = time.perf_counter()
    with PredictionRun(folder=folder, tasks=tasks, progress=progress, **options) as run:
        run.every_image()
    return folder, time.perf_counter() - started


@pytest.fixture
def slow_measuring(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets measuring an image take so many seconds more."""

    def install(seconds: float) -> None:
        def slowly(projection: NDArray[Any], *, mirrored: bool) -> BreastBox:
            time.sleep(seconds)
            return find_breast(projection, mirrored=mirrored)

        monkeypatch.setattr("inference.prepare.find_breast", slowly)

    return install


IMAGES = 8
SLOW, FAST = 0.16, 0.1


@pytest.mark.parametrize("slowest", ["decoding", "measuring", "predicting"])
def test_the_slowest_stage_never_waits_for_the_others(
    tmp_path: Path, slow_measuring: Callable[[float], None], slowest: str
) -> None:
    of = {name: FAST for name in ("decoding", "measuring", "predicting")} | {slowest: SLOW}
    # Two threads decode at a time.
    clockwork = _Clockwork(decode=of["decoding"] * 2 / SLICES, predict=of["predicting"])
    slow_measuring(of["measuring"])
    folder, apart = _run(tmp_path, _tasks(clockwork, IMAGES), overlap=False)
    assert len(folder.rows) == IMAGES
    again = replace(clockwork, decoded=[], predicted=[])
    folder, together = _run(tmp_path / "b", _tasks(again, IMAGES))
    assert [row.status for row in folder.rows] == [Status.NO_SALIENT_REGION] * IMAGES
    total, of_slowest = IMAGES * sum(of.values()), IMAGES * SLOW
    assert apart >= total * 0.95
    # The first image fills the pipeline and the last empties it.
    assert together >= of_slowest
    assert together < of_slowest + 2 * FAST + 0.35 * (total - of_slowest)
    assert together < 0.75 * apart


def test_every_slice_is_decoded_once_and_images_keep_their_order(tmp_path: Path) -> None:
    clockwork = _Clockwork()
    folder, _ = _run(tmp_path, _tasks(clockwork, 5))
    assert [row.image for row in folder.rows] == [f"image {n}" for n in range(5)]
    assert sorted(clockwork.decoded) == [(f"image {n}", s) for n in range(5) for s in range(SLICES)]


def test_a_gpu_is_given_images_unmeasured_while_the_next_are_decoded(
    tmp_path: Path, slow_measuring: Callable[[float], None]
) -> None:
    slow_measuring(60.0)
    clockwork = _Clockwork(decode=FAST * 2 / SLICES, predict=FAST)
    tasks = _tasks(clockwork, IMAGES, wants_measured=False)
    folder, together = _run(tmp_path, tasks)
    assert [row.status for row in folder.rows] == [Status.NO_SALIENT_REGION] * IMAGES
    assert together < 0.8 * IMAGES * 2 * FAST


def test_an_image_that_a_gpu_cannot_read_is_a_row(tmp_path: Path) -> None:
    folder, _ = _run(tmp_path, _tasks(_Clockwork(), 3, broken=1, wants_measured=False))
    assert [row.status is Status.FAILED for row in folder.rows] == [False, True, False]
    assert "damaged" in folder.rows[1].reason


def test_a_next_image_that_memory_has_no_room_for_waits_for_its_turn(tmp_path: Path) -> None:
    clockwork = _Clockwork(predict=0.05)
    tasks = _tasks(clockwork, 3)
    before: list[set[str]] = []

    class Watching(_Silence):
        def image_started(self, name: str, number: int, total: int) -> None:
            before.append({decoded for decoded, _ in clockwork.decoded})

    _run(tmp_path, tasks, frame_bytes=int(1.5 * tasks[0].frame_bytes), progress=Watching())
    assert before == [set(), {"image 0"}, {"image 0", "image 1"}]


def test_a_damaged_slice_is_a_row_of_its_own_image_and_the_rest_is_scored(tmp_path: Path) -> None:
    folder, _ = _run(tmp_path, _tasks(_Clockwork(), 4, broken=2))
    assert [row.status for row in folder.rows] == [
        Status.NO_SALIENT_REGION,
        Status.NO_SALIENT_REGION,
        Status.FAILED,
        Status.NO_SALIENT_REGION,
    ]
    assert "damaged" in folder.rows[2].reason
    assert folder.rows[2].model == "slow 1"


def test_a_network_that_fails_once_goes_on_with_the_next_image(tmp_path: Path) -> None:
    folder, _ = _run(tmp_path, _tasks(_Clockwork(), 3, failing=1))
    assert [row.status is Status.FAILED for row in folder.rows] == [False, True, False]
    assert folder.rows[1].reason == "the network gave nothing"


@pytest.mark.parametrize("stage", ["preparing", "slices"])
def test_a_stop_ends_what_works_ahead_and_names_what_is_left(tmp_path: Path, stage: str) -> None:
    clockwork = _Clockwork(decode=0.01)
    tasks = _tasks(clockwork, 5)

    class StopAtSecond(_Silence):
        def __init__(self) -> None:
            self.started = 0
            self.inference = self

        def image_started(self, name: str, number: int, total: int) -> None:
            self.started = number

        def update(self, done: int, total: int, at: str) -> None:
            if self.started == 2 and at == stage:
                raise Cancelled

    folder = PredictionFolder(tmp_path / "out", with_arrays=False)
    with PredictionRun(folder=folder, tasks=tasks, progress=StopAtSecond()) as run:
        with pytest.raises(Cancelled):
            run.every_image()
        run.give_up_rest("stopped")
    assert [row.status for row in folder.rows] == [Status.NO_SALIENT_REGION] + [Status.NOT_RUN] * 4
    assert not [t for t in threading.enumerate() if t.name.startswith(("measure", "decode-"))]


def test_reports_of_measuring_ahead_come_in_order_when_the_image_is_taken() -> None:
    ahead = MeasureAhead()
    reports: list[int] = []

    class Noting:
        def update(self, done: int, total: int, stage: str) -> None:
            reports.append(done)

    def measuring(progress: Progress) -> MeasuredImage:
        for done in range(1, 4):
            progress.update(done, 3, "preparing")
        return cast(MeasuredImage, "measured")

    ahead.start(0, measuring)
    ahead.start(0, measuring)
    assert cast(str, ahead.take(0, Noting())) == "measured"
    assert reports == [1, 2, 3]
    ahead.stop()
    ahead.join()


def test_stopping_ends_a_job_at_its_next_report() -> None:
    ahead = MeasureAhead()
    begun, stopped, ended = threading.Event(), threading.Event(), threading.Event()

    def measuring(progress: Progress) -> MeasuredImage:
        begun.set()
        stopped.wait(5)
        try:
            progress.update(1, 2, "preparing")
        except Cancelled:
            ended.set()
            raise
        raise AssertionError

    ahead.start(0, measuring)
    begun.wait(5)
    ahead.stop()
    stopped.set()
    ahead.join()
    assert ended.is_set()
