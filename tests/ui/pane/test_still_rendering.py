"""Antialiased pictures come from a worker thread, the newest request only."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace

import pytest
from pane_builders import breast_scene
from PySide6.QtCore import QObject, QThreadPool, Slot

from viewer.rendering import scene_raster
from viewer.rendering.scene_raster import NOTHING_RENDERED, SceneRaster
from viewer.ui.pane import still_rendering
from viewer.ui.pane.still_rendering import StillRendering


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.rasters: list[SceneRaster | None] = []
        self.threads: list[threading.Thread] = []

    @Slot(object)
    def take(self, raster: SceneRaster | None) -> None:
        self.rasters.append(raster)
        self.threads.append(threading.current_thread())


@pytest.fixture
def pool(qapp):
    threads = QThreadPool()
    threads.setMaxThreadCount(1)
    yield threads
    threads.waitForDone()


def test_results_arrive_in_the_gui_thread_and_requests_in_between_are_dropped(
    pool, qtbot, monkeypatch
):
    gate, workers = threading.Event(), []

    def held(*arguments):
        gate.wait(5)
        workers.append(threading.current_thread())
        return scene_raster.rasterise(*arguments)

    monkeypatch.setattr(still_rendering, "rasterise", held)
    stills, receiver = StillRendering(pool=pool), Receiver()
    stills.rendered.connect(receiver.take)
    scenes = [breast_scene(seed=seed) for seed in range(4)]
    for scene in scenes:
        stills.request(scene, NOTHING_RENDERED)
    gate.set()
    qtbot.waitUntil(lambda: len(receiver.rasters) == 2)
    keys = [raster.grey.key for raster in receiver.rasters]
    assert keys == [scenes[0].image.key, scenes[3].image.key]
    assert set(receiver.threads) == {threading.main_thread()}
    assert threading.main_thread() not in workers


def test_running_out_of_memory_keeps_the_quick_picture_and_the_next_request_works(
    pool, qtbot, monkeypatch
):
    def fails(*arguments):
        raise MemoryError

    stills, receiver = StillRendering(pool=pool), Receiver()
    stills.rendered.connect(receiver.take)
    monkeypatch.setattr(still_rendering, "rasterise", fails)
    stills.request(breast_scene(), NOTHING_RENDERED)
    qtbot.waitUntil(lambda: receiver.rasters == [None])
    monkeypatch.undo()
    stills.request(breast_scene(), NOTHING_RENDERED)
    qtbot.waitUntil(lambda: len(receiver.rasters) == 2)
    assert receiver.rasters[1] is not None


def test_a_forgotten_request_is_not_rendered(pool, qtbot):
    stills, receiver = StillRendering(pool=pool), Receiver()
    stills.rendered.connect(receiver.take)
    stills.request(breast_scene(seed=1), NOTHING_RENDERED)
    stills.request(replace(breast_scene(seed=2)), NOTHING_RENDERED)
    stills.forget()
    qtbot.waitUntil(lambda: len(receiver.rasters) == 1)
    pool.waitForDone()
    qtbot.wait(10)
    assert len(receiver.rasters) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux")
def test_stills_give_way_to_the_windows_thread(pool, qtbot, monkeypatch):
    seen: list[int] = []

    def rasterise(*_: object) -> SceneRaster:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return NOTHING_RENDERED

    monkeypatch.setattr(still_rendering, "rasterise", rasterise)
    stills = StillRendering(pool=pool)
    with qtbot.waitSignal(stills.rendered):
        stills.request(breast_scene(), NOTHING_RENDERED)
    assert seen[0] > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
