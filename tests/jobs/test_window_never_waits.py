"""What the window calls returns while a slice is decoded, kept, or seen by a network."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from builders import make_image
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from inference.engine.apart import EngineApart
from inference.engine.interface import Networks
from inference.errors import Cancelled
from inference.types import ArraySource, CropRule, Laterality, ModelInput
from viewer.domain.ai_state import AiState, NotRun
from viewer.domain.frame import Frame
from viewer.domain.geometry import AS_STORED
from viewer.jobs.inference_worker import InferenceWorker, Line
from viewer.loading.decode_pool import DecodePool
from viewer.loading.frame_reader import FrameReader, ReadFrame
from viewer.loading.frame_source import FrameSource, LaidFrames
from viewer.loading.frame_store import FrameStore
from viewer.storage.prediction_cache import PredictionCache

VICTIM = Path(__file__).resolve().parents[1] / "engine_victim.py"
WAIT_S = 20.0
AT_ONCE_S = 2.0
"""Far longer than any of it takes, far shorter than what is held back here."""

IMAGE_OF_ONES = ModelInput(
    source=ArraySource(np.ones((3, 30, 20), np.uint16)),
    laterality=Laterality.LEFT,
    crop_rule=CropRule.CC,
)
IMAGE, OTHER = make_image("LCC", slices=4), make_image("RCC", slices=4)


class Gate:
    """Holds back whoever passes until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Semaphore(0)
        self._open = threading.Event()

    def pass_through(self) -> None:
        self.reached.release()
        assert self._open.wait(WAIT_S)

    def open(self) -> None:
        self._open.set()


class HeldFrames:
    """Slices whose decoding is held back."""

    slices = 4
    codes_are_exact = True

    def __init__(self, gate: Gate | None) -> None:
        self._gate = gate

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        if self._gate is not None:
            self._gate.pass_through()
        return np.full((12, 12), slice_index, np.uint16)

    def read_numbers(self, slice_index: int) -> NDArray[np.uint16]:
        return self.read_codes(slice_index)


class HeldReader(FrameReader):
    """Reads at once, and is held back while it keeps a slice on disk."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def keep(self, read: ReadFrame) -> None:
        self._gate.pass_through()


def require_at_once(calls: Callable[[], object]) -> None:
    """Fail when calls that the window makes have to wait."""
    returned = threading.Event()

    def call() -> None:
        calls()
        returned.set()

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    assert returned.wait(AT_ONCE_S), "the window would have waited"


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


@pytest.mark.parametrize("held", ["decoding", "keeping"])
def test_the_pool_answers_while_slices_are_held_back(gate: Gate, held: str) -> None:
    store = FrameStore(1 << 20)
    is_decoding = held == "decoding"
    frames: dict[str, FrameSource] = {
        IMAGE.image_id: LaidFrames(HeldFrames(gate if is_decoding else None), AS_STORED)
    }
    others: dict[str, FrameSource] = {OTHER.image_id: LaidFrames(HeldFrames(None), AS_STORED)}
    pool = DecodePool(
        store=store,
        on_ready=lambda *_: None,
        on_failed=lambda *_: None,
        reader=FrameReader() if is_decoding else HeldReader(gate),
    )
    pool.open(frames)
    pool.focus([(IMAGE.image_id, 0)])
    for _ in range(2):
        assert gate.reached.acquire(timeout=WAIT_S)

    def as_the_window_does() -> None:
        pool.focus([(IMAGE.image_id, 2)], 1)
        found: Frame | None = pool.frame(IMAGE.image_id, 0)
        assert (found is None) is is_decoding
        store.missing([(IMAGE.image_id, n) for n in range(4)])
        store.stats()
        assert not pool.idle()
        pool.know(others)
        pool.prefetch([{OTHER.image_id: 1}])
        pool.open(others, frames)

    require_at_once(as_the_window_does)
    gate.open()
    pool.close()


class HeldRequest:
    """A request that is held back in the inference thread."""

    number = 1
    subject = "held"

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def outcome(self, line: Line) -> AiState:
        self._gate.pass_through()
        line.check()
        return NotRun()


def test_the_queue_answers_while_a_network_computes(
    qtbot: QtBot, tmp_path: Path, gate: Gate
) -> None:
    worker = InferenceWorker(cache=PredictionCache(tmp_path, largest_bytes=1 << 20))
    worker.submit([HeldRequest(gate)])
    assert gate.reached.acquire(timeout=WAIT_S)

    def as_the_window_does() -> None:
        worker.reorder(["other", "held"])
        worker.submit([HeldRequest(gate)])
        worker.cancel(["other"])
        worker.cancel()

    require_at_once(as_the_window_does)
    gate.open()
    worker.close()


def test_the_engine_answers_while_it_computes() -> None:
    engine = EngineApart((sys.executable, "-P", str(VICTIM)))
    predictor = engine.image_predictor(Networks(weights=(Path("sleeps"),), device="cpu", threads=1))
    began, ended = threading.Event(), threading.Event()

    class Begun:
        def update(self, done: int, total: int, stage: str) -> None:
            began.set()

    def work() -> None:
        with pytest.raises(Cancelled):
            predictor.predict(IMAGE_OF_ONES, Begun())
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert began.wait(WAIT_S)
    require_at_once(engine.forget)
    require_at_once(engine.stop)
    thread.join(WAIT_S)
    engine.close()
    assert ended.is_set()
