"""The inference thread: order, superseding, cancelling, kept results, failures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from builders import make_image
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from inference.engine.apart import EngineApart
from inference.engine.interface import Engine
from inference.errors import WeightsError
from inference.types import ModelInput, Prediction
from viewer.domain.ai_state import Done, Failed, NotRun, Running
from viewer.domain.model_use import ModelUse
from viewer.domain.view import ImageKind
from viewer.jobs.image_request import ImageRequest
from viewer.jobs.inference_worker import InferenceWorker
from viewer.jobs.model_shelf import ModelShelf, NoModel, ShelfEntry
from viewer.jobs.open_frames import OpenFrames
from viewer.jobs.pixel_digest import pixel_digest
from viewer.loading.decode_pool import DecodePool
from viewer.loading.frame_store import FrameStore
from viewer.settings import DeviceChoice
from viewer.storage.prediction_cache import PredictionCache

VICTIM = Path(__file__).resolve().parents[1] / "engine_victim.py"


class ArrayFrames:
    """A frame source in memory."""

    def __init__(self, slices: int = 3, value: int = 7) -> None:
        self.slices = slices
        self.value = value

    def read_frame(self, slice_index: int) -> NDArray[np.uint16]:
        return np.full((200, 150), self.value + slice_index, np.uint16)

    def read_values(self, slice_index: int) -> NDArray[np.uint16]:
        return self.read_frame(slice_index)


class SteppingPredictor:
    """Reports each slice and makes a fixed prediction: the queue is tested, not a network."""

    class device:  # noqa: N801
        name = "CPU, 1 thread"

    def __init__(self) -> None:
        self.predicted = 0

    def predict(self, model_input: ModelInput, progress: object) -> Prediction:
        from builders import make_prediction

        for done in range(model_input.source.slices):
            progress.update(done, model_input.source.slices, "slices")
            model_input.source.read_slice(done)
        self.predicted += 1
        return make_prediction(make_image("LCC", slices=3))


class OneModel(ModelShelf):
    """A shelf with a model that needs no file."""

    def __init__(self, digest: str = "m", engine: Engine | None = None) -> None:
        super().__init__(weights=(), device=DeviceChoice.CPU, threads=1, engine=engine)
        self.digest = digest
        self.predictor = SteppingPredictor()

    def entry_for(self, kind: ImageKind) -> ShelfEntry:
        if kind is ImageKind.FFDM:
            raise NoModel("no model for FFDM")
        return ShelfEntry(weights=(Path("m"),), digest=self.digest)

    def predictor_for(self, entry: ShelfEntry) -> SteppingPredictor:
        return self.predictor


class OneModelOnGpu(OneModel):
    """The same where networks run in mixed precision."""

    is_mixed = True


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    pool = DecodePool(
        store=FrameStore(1 << 20), on_ready=lambda *_: None, on_failed=lambda *_: None
    )
    yield pool
    pool.close()


@pytest.fixture
def worker(qtbot: QtBot, tmp_path: Path) -> Iterator[InferenceWorker]:
    worker = InferenceWorker(cache=PredictionCache(tmp_path, largest_bytes=1 << 24))
    yield worker
    worker.close()


def request(
    pool: DecodePool,
    number: int,
    view: str = "LCC",
    *,
    models: ModelShelf | None = None,
    kind: ImageKind = ImageKind.DBT,
    value: int = 7,
) -> ImageRequest:
    image = make_image(view, slices=3, kind=kind)
    frames = OpenFrames(image_id=image.image_id, own=ArrayFrames(value=value), pool=pool)
    return ImageRequest(number=number, stack=image, frames=frames, models=models or OneModel())


class Recorder:
    """What the worker said."""

    def __init__(self, worker: InferenceWorker, qtbot: QtBot) -> None:
        self.said: list[tuple[str, int, object]] = []
        self.qtbot = qtbot
        worker.stands.connect(self._take)

    def _take(self, image_id: str, number: int, state: object) -> None:
        self.said.append((image_id, number, state))

    def finals(self) -> list[tuple[str, int, type]]:
        return [(i, n, type(s)) for i, n, s in self.said if isinstance(s, Done | Failed | NotRun)]

    def wait(self, count: int) -> None:
        self.qtbot.waitUntil(lambda: len(self.finals()) >= count, timeout=5000)


def test_progress_is_told_by_slice_and_then_the_result(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)
    worker.submit([request(pool, 1)])
    heard.wait(1)
    steps = [(s.done, s.total) for _, _, s in heard.said if isinstance(s, Running)]
    assert steps[-3:] == [(0, 3), (1, 3), (2, 3)]
    assert heard.finals() == [("LCC-DBT", 1, Done)]


def test_a_result_of_mixed_precision_never_passes_for_an_exact_one(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)
    exact, mixed = OneModel(), OneModelOnGpu()
    for number, models in enumerate((mixed, mixed, exact, mixed), start=1):
        worker.submit([request(pool, number, models=models)])
        heard.wait(number)
    from_cache = [s.from_cache for _, _, s in heard.said if isinstance(s, Done)]
    # The exact result, once there is one, serves a GPU too.
    assert from_cache == [False, True, False, True]
    assert (mixed.predictor.predicted, exact.predictor.predicted) == (1, 1)


def test_the_most_wanted_image_comes_first(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)
    worker.reorder(["RMLO-DBT", "LMLO-DBT", "RCC-DBT"])
    worker.submit([request(pool, n, view) for n, view in enumerate(("LCC", "RCC", "LMLO", "RMLO"))])
    heard.wait(4)
    assert [i for i, _, _ in heard.finals()] == ["RMLO-DBT", "LMLO-DBT", "RCC-DBT", "LCC-DBT"]


def test_a_kept_result_needs_no_network(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)
    models = OneModel()
    for number in (1, 2):
        worker.submit([request(pool, number, models=models)])
        heard.wait(number)
    assert models.predictor.predicted == 1
    assert [s.from_cache for _, _, s in heard.said if isinstance(s, Done)] == [False, True]


@pytest.mark.parametrize("change", ["pixels", "weights"])
def test_other_pixels_or_weights_are_predicted_anew(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot, change: str
) -> None:
    heard = Recorder(worker, qtbot)
    worker.submit([request(pool, 1)])
    heard.wait(1)
    if change == "pixels":
        worker.submit([request(pool, 2, value=8)])
    else:
        worker.submit([request(pool, 2, models=OneModel("n"))])
    heard.wait(2)
    assert [s.from_cache for _, _, s in heard.said if isinstance(s, Done)] == [False, False]


def test_cancelling_ends_what_runs_and_drops_what_waits(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)

    def cancel_at_first_slice(image_id: str, number: int, state: object) -> None:
        worker.cancel()

    models = OneModel()
    stuck = models.predictor

    def predict(model_input: ModelInput, progress: object) -> Prediction:
        worker.cancel()
        return SteppingPredictor.predict(stuck, model_input, progress)

    stuck.predict = predict
    worker.submit([request(pool, 1, models=models), request(pool, 2, "RCC", models=models)])
    heard.wait(1)
    assert heard.finals() == [("LCC-DBT", 1, NotRun)]
    assert stuck.predicted == 0


def test_a_newer_request_for_the_image_that_runs_supersedes_it(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)
    models = OneModel("old")
    old = models.predictor

    def predict(model_input: ModelInput, progress: object) -> Prediction:
        worker.submit([request(pool, 2, models=OneModel("new"))])
        return SteppingPredictor.predict(old, model_input, progress)

    old.predict = predict
    worker.submit([request(pool, 1, models=models)])
    heard.wait(2)
    assert heard.finals() == [("LCC-DBT", 1, NotRun), ("LCC-DBT", 2, Done)]
    assert old.predicted == 0


def test_a_failure_is_a_state_with_its_reason_and_the_thread_goes_on(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    heard = Recorder(worker, qtbot)
    broken = OneModel("broken")
    broken.predictor.predict = lambda *_: 1 / 0
    worker.submit(
        [
            request(pool, 1, kind=ImageKind.FFDM),
            request(pool, 2, "", kind=ImageKind.DBT),
            request(pool, 3, "RCC", models=broken),
            request(pool, 4, "LMLO"),
        ]
    )
    heard.wait(4)
    states = {n: s for _, n, s in heard.said}
    assert states[1] == NotRun("no model for FFDM")
    assert "which breast" in states[2].reason
    assert "ZeroDivisionError" in states[3].reason
    assert isinstance(states[4], Done)


def test_a_process_that_dies_is_a_failure_and_the_image_can_be_run_again(
    worker: InferenceWorker, pool: DecodePool, qtbot: QtBot
) -> None:
    class Mortal(OneModel):
        """Networks in a process of their own, which one of them kills."""

        def entry_for(self, kind: ImageKind) -> ShelfEntry:
            return ShelfEntry(weights=(Path(self.digest),), digest=self.digest)

        predictor_for = ModelShelf.predictor_for

    engine = EngineApart((sys.executable, "-P", str(VICTIM)))
    heard = Recorder(worker, qtbot)
    for number, name in enumerate(("dies", "lives"), start=1):
        models = Mortal(name, engine)
        worker.submit([request(pool, number, models=models)])
        heard.wait(number)
    worker.close()
    engine.close()
    states = {n: s for _, n, s in heard.said}
    assert isinstance(states[1], Failed)
    assert "run it again" in states[1].reason
    assert isinstance(states[2], Done)
    means = states[2].prediction.saliency[:, 0, 0, 0].tolist()
    assert means == [7.0, 8.0, 9.0]


def test_a_full_disk_is_said_and_the_result_counts(
    qtbot: QtBot, pool: DecodePool, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    worker = InferenceWorker(cache=PredictionCache(tmp_path / "file", largest_bytes=1 << 24))
    heard = Recorder(worker, qtbot)
    with qtbot.waitSignal(worker.noticed, timeout=5000) as noticed:
        worker.submit([request(pool, 1)])
    heard.wait(1)
    worker.close()
    assert "not kept" in noticed.args[0]
    assert heard.finals() == [("LCC-DBT", 1, Done)]


def test_a_shelf_takes_the_first_file_of_each_architecture(tmp_path: Path) -> None:
    card = 'top_t = 1.0\npatches = 1\nname = "n"\nversion = "1"\n' + "".join(
        f'{key} = ""\n' for key in ("training_data", "intended_use", "licence")
    )
    for name, architecture in (("a", "gmic"), ("b", "gmic3d"), ("c", "gmic3d")):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
        (tmp_path / f"{name}.toml").write_text(f'architecture = "{architecture}"\n{card}')
    files = tuple(tmp_path / f"{name}.safetensors" for name in "abc")
    shelf = ModelShelf(weights=files, device=DeviceChoice.CPU, threads=1)
    assert shelf.entry_for(ImageKind.DBT).weights == (files[1],)
    assert shelf.entry_for(ImageKind.FFDM).weights == (files[0],)
    before = shelf.entry_for(ImageKind.DBT).digest
    (tmp_path / "b.toml").write_text(f'architecture = "gmic3d"\n{card}'.replace("1.0", "2.0"))
    other = ModelShelf(weights=files[1:], device=DeviceChoice.CPU, threads=1)
    assert other.entry_for(ImageKind.DBT).digest != before
    with pytest.raises(NoModel, match="Synthetic 2D"):
        other.entry_for(ImageKind.SYNTHETIC_2D)
    gone = ModelShelf(weights=(tmp_path / "gone.p",), device=DeviceChoice.CPU, threads=1)
    with pytest.raises(WeightsError, match=r"gone\.p"):
        gone.entry_for(ImageKind.DBT)


def test_members_of_an_ensemble_have_one_digest_whatever_their_order(tmp_path: Path) -> None:
    card = 'top_t = 1.0\npatches = 1\nname = "n"\narchitecture = "gmic"\n' + "".join(
        f'{key} = ""\n' for key in ("training_data", "intended_use", "licence")
    )
    files = tuple(tmp_path / f"{name}.safetensors" for name in "abc")
    for file in files:
        file.write_bytes(file.name.encode())
        file.with_suffix(".toml").write_text(f'{card}version = "{file.stem}"\n')

    def entry(*weights: Path, **more: object) -> ShelfEntry:
        shelf = ModelShelf(weights=weights, device=DeviceChoice.CPU, threads=1, **more)
        return shelf.entry_for(ImageKind.FFDM)

    whole = entry(*files)
    assert sorted(whole.weights) == list(files)
    assert entry(*reversed(files)) == whole
    assert entry(*files[:2]).digest != whole.digest
    alone = entry(*files, serving={ModelUse.FFDM: files[1:2]})
    assert alone == entry(files[1])
    files[0].unlink()
    with pytest.raises(WeightsError, match=r"a\.safetensors"):
        entry(*files)
    files[2].with_suffix(".toml").write_text("no card")
    assert entry(files[1], files[2]) == alone
    with pytest.raises(NoModel, match="switched off"):
        entry(*files[1:], serving={ModelUse.FFDM: ()})
    with pytest.raises(WeightsError, match="is not for that"):
        ModelShelf(
            weights=files,
            serving={ModelUse.DBT: files[1:2]},
            device=DeviceChoice.CPU,
            threads=1,
        ).entry_for(ImageKind.DBT)


def test_the_digest_of_pixels_depends_on_every_pixel_and_on_how_they_are_read(
    tmp_path: Path,
) -> None:
    class FileFrames(ArrayFrames):
        pixel_files = (tmp_path / "a", tmp_path / "b")

    image = make_image("LCC", slices=3)

    def digest(frames: ArrayFrames, stack: object = image) -> str:
        return pixel_digest(stack, frames, lambda: None)

    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"two")
    from_files = digest(FileFrames())
    (tmp_path / "a").write_bytes(b"on")
    (tmp_path / "b").write_bytes(b"etwo")
    assert digest(FileFrames()) != from_files
    assert digest(ArrayFrames()) == digest(ArrayFrames())
    assert digest(ArrayFrames()) != digest(ArrayFrames(value=8))
    assert digest(ArrayFrames()) != digest(ArrayFrames(), make_image("LCC", slices=3, rows=199))
