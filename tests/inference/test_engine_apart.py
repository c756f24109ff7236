"""Networks in a process of their own: pixels, progress, cancelling, errors, its end."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from inference_builders import breast_volume, model_input
from model_builders import card_of, save_published, save_small
from numpy.typing import NDArray

from inference.engine.apart import EngineApart, EngineDied
from inference.engine.interface import HeatMaps, Networks
from inference.engine.local import LocalEngine
from inference.errors import Cancelled, InferenceError, WeightsError
from inference.progress import SilentProgress
from inference.types import ArraySource, CropRule, Laterality, ModelInput, Prediction

TESTS = Path(__file__).resolve().parents[1]
VICTIM = (sys.executable, "-P", str(TESTS / "engine_victim.py"))
WAIT_S = 20.0


@pytest.fixture
def engine() -> Iterator[EngineApart]:
    """An engine whose process has no torch."""
    engine = EngineApart(VICTIM)
    yield engine
    engine.close()


def named(name: str) -> Networks:
    return Networks(weights=(Path(name),), device="cpu", threads=1)


def asked(volume: NDArray[Any], *, outside: bool = False) -> ModelInput:
    return ModelInput(
        source=ArraySource(volume),
        laterality=Laterality.LEFT,
        crop_rule=CropRule.CC,
        outside_training_views=outside,
    )


def volume(slices: int = 4, dtype: str = "uint16") -> NDArray[Any]:
    rng = np.random.default_rng(5)
    return (rng.random((slices, 300, 200)) * 4000).astype(dtype)


def predict(engine: EngineApart, name: str, of: NDArray[Any] | None = None) -> Prediction:
    image = asked(volume() if of is None else of)
    return engine.image_predictor(named(name)).predict(image, SilentProgress())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + WAIT_S
    while not condition():
        assert time.perf_counter() < deadline, "it never happened"
        time.sleep(0.01)


def has_ended(process_id: int) -> bool:
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass
class Steps:
    """Takes progress, and cancels after so many steps."""

    until: int = 1000
    seen: list[tuple[int, int, str]] = field(default_factory=list)

    def update(self, done: int, total: int, stage: str) -> None:
        self.seen.append((done, total, stage))
        if len(self.seen) >= self.until:
            raise Cancelled


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_every_slice_arrives_as_it_is_and_every_step_is_told(
    engine: EngineApart, dtype: str
) -> None:
    pixels = volume(dtype=dtype)[:, ::-1, ::2]
    steps = Steps()
    predictor = engine.image_predictor(named("means"))
    made = predictor.predict(asked(pixels, outside=True), steps)
    assert predictor.device.name == "no device"
    means = [np.float32(one.mean()) for one in pixels]
    assert made.saliency[:, 0, 0, 0].tolist() == pytest.approx(means)
    assert made.outside_training_views
    assert steps.seen == [(n, 4, "slices") for n in range(1, 5)]


def test_what_was_loaded_stays_loaded_until_it_is_forgotten(engine: EngineApart) -> None:
    assert predict(engine, "means").device == "means loaded 1 times"
    assert predict(engine, "means").device == "means loaded 1 times"
    engine.forget()
    assert predict(engine, "means").device == "means loaded 2 times"


def test_cancelling_ends_the_job_and_the_process_takes_the_next(engine: EngineApart) -> None:
    predictor = engine.image_predictor(named("computes"))
    started = time.perf_counter()
    with pytest.raises(Cancelled):
        predictor.predict(asked(volume(200)), Steps(until=2))
    process = engine.process_id
    assert predict(engine, "means").scores.malignant == 0.5
    assert engine.process_id == process
    # 200 slices would take a minute.
    assert time.perf_counter() - started < WAIT_S


def test_a_process_that_is_killed_is_an_error_and_the_next_job_gets_another(
    engine: EngineApart,
) -> None:
    predict(engine, "means")
    process = engine.process_id
    with pytest.raises(EngineDied, match="run it again"):
        predict(engine, "dies")
    assert predict(engine, "means").scores.malignant == 0.5
    assert engine.process_id != process


def test_a_program_that_is_no_engine_is_an_error_each_time() -> None:
    for command in ((sys.executable, "-c", "print('hello')"), ("/no/such/program",)):
        engine = EngineApart(command)
        for _ in range(2):
            with pytest.raises(InferenceError, match="process"):
                engine.is_mixed("cpu")
        engine.close()


def test_errors_come_across_as_what_they_are(engine: EngineApart) -> None:
    with pytest.raises(InferenceError, match="not a number"):
        predict(engine, "fails")
    with pytest.raises(WeightsError, match=r"own\.p has no card"):
        engine.card_of(Path("own.p"))
    with pytest.raises(WeightsError, match=r"own\.p is damaged"):
        engine.read_weights(Path("own.p"))
    assert engine.is_mixed("cuda")
    assert not engine.is_mixed("cpu")


def test_a_bug_over_there_is_named_and_logged_here(
    engine: EngineApart, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ZeroDivisionError):
        predict(engine, "has a bug")
    assert "unexpected ZeroDivisionError" in caplog.text
    assert "engine_victim.py" in caplog.text
    with pytest.raises(RuntimeError, match="Unsendable"):
        predict(engine, "is unsendable")


def test_what_is_printed_over_there_does_not_get_between_the_messages(
    engine: EngineApart, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert predict(engine, "prints").scores.malignant == 0.5
    assert "said by prints" in caplog.text


class Torn(ArraySource):
    """A volume whose third slice cannot be read."""

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        if slice_index == 2:
            raise FileNotFoundError("third.dcm")
        return ArraySource.read_slice(self, slice_index)


def test_what_reading_a_slice_raises_here_ends_the_job_with_it(engine: EngineApart) -> None:
    predictor = engine.image_predictor(named("means"))
    torn = ModelInput(source=Torn(volume()), laterality=Laterality.LEFT, crop_rule=CropRule.CC)
    with pytest.raises(FileNotFoundError, match=r"third\.dcm"):
        predictor.predict(torn, SilentProgress())
    assert predict(engine, "means").scores.malignant == 0.5


def test_stopping_ends_the_process_and_what_waits_for_it() -> None:
    engine = EngineApart(VICTIM)
    predictor = engine.image_predictor(named("computes"))
    outcomes: list[type[Exception]] = []

    def work() -> None:
        try:
            predictor.predict(asked(volume(200)), SilentProgress())
        except (Cancelled, InferenceError) as error:
            outcomes.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.2)
    process = engine.process_id
    engine.stop()
    thread.join(WAIT_S)
    engine.close()
    assert outcomes == [Cancelled]
    assert process is not None
    assert has_ended(process)
    with pytest.raises(Cancelled):
        predictor.predict(asked(volume()), SilentProgress())


_PROGRAM = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, {tests!r})
from inference.engine.apart import EngineApart
from inference.engine.interface import Networks
from inference.types import ArraySource, CropRule, Laterality, ModelInput
engine = EngineApart({victim!r})
predictor = engine.image_predictor(
    Networks(weights=(Path("computes"),), device="cpu", threads=1)
)
class Telling:
    def update(self, *_):
        print(engine.process_id, flush=True)
image = ModelInput(
    source=ArraySource(np.ones((500, 30, 20), np.uint16)),
    laterality=Laterality.LEFT, crop_rule=CropRule.CC,
)
predictor.predict(image, Telling())
"""


def test_the_process_ends_when_the_program_is_killed() -> None:
    code = _PROGRAM.format(tests=str(TESTS), victim=VICTIM)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=TESTS.parent
    ) as program:
        assert program.stdout is not None
        child = int(program.stdout.readline())
        assert not has_ended(child)
        program.send_signal(signal.SIGKILL)
    wait_for(lambda: has_ended(child))


def test_its_results_are_those_of_this_process_and_it_is_modest(tmp_path: Path) -> None:
    published = save_published(tmp_path / "sample_model_1.p")
    weights = save_small(tmp_path / "small.safetensors", card_of())
    networks = Networks(weights=(weights,), device="cpu", threads=2)
    image = model_input(breast_volume(3, 500, 300))
    apart, here = EngineApart(), LocalEngine()
    try:
        steps, steps_here = Steps(), Steps()
        made = apart.image_predictor(networks).predict(image, steps)
        own = here.image_predictor(networks).predict(image, steps_here)
        assert np.array_equal(made.saliency, own.saliency)
        assert (made.scores, made.patches) == (own.scores, own.patches)
        assert steps.seen == steps_here.seen
        assert apart.card_of(published) == here.card_of(published)
        for path in (published, weights):
            assert apart.read_weights(path) == here.read_weights(path)
        with pytest.raises(WeightsError, match="not a breast"):
            apart.breast_predictor(networks, HeatMaps(kept=(), networks=networks))
        with pytest.raises(WeightsError, match="resized_to"):
            apart.series_predictor(networks)
        assert apart.process_id is not None
        _require_modest(apart.process_id)
    finally:
        apart.close()


def _require_modest(process_id: int) -> None:
    """It computes with what nobody else wants, and dies first where memory runs out."""
    if sys.platform != "linux":
        return
    threads = os.listdir(f"/proc/{process_id}/task")
    assert {os.sched_getscheduler(int(thread)) for thread in threads} == {os.SCHED_IDLE}
    own, other = (Path(f"/proc/{p}/oom_score_adj").read_text() for p in ("self", process_id))
    assert int(other) > int(own)


def test_a_program_that_lets_another_process_compute_needs_no_torch() -> None:
    code = (
        "import sys; from viewer.jobs.ai_runner import AiRunner; "
        "from inference.engine.apart import EngineApart; print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=TESTS.parent, check=True
    )
    assert done.stdout.strip() == "False"
