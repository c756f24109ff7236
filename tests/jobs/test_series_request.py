"""A CT series before the inference thread: scored, kept, cancelled, refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ct_builders import Series, ct_exam, write_series
from ct_model_builders import save_ct_model
from pytestqt.qtbot import QtBot

from viewer.domain.ai_state import Failed, NotRun, Queued, Running, SeriesDone
from viewer.jobs.inference_worker import InferenceWorker
from viewer.jobs.model_shelf import ModelShelf
from viewer.jobs.open_frames import OpenFrames
from viewer.jobs.series_request import SeriesRequest
from viewer.loading.decode_pool import DecodePool
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.settings import DeviceChoice
from viewer.storage.prediction_cache import PredictionCache


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    pool = DecodePool(
        store=FrameStore(1 << 22), on_ready=lambda *_: None, on_failed=lambda *_: None
    )
    yield pool
    pool.close()


@pytest.fixture
def worker(qtbot: QtBot, tmp_path: Path) -> Iterator[InferenceWorker]:
    worker = InferenceWorker(cache=PredictionCache(tmp_path / "kept", largest_bytes=1 << 24))
    yield worker
    worker.close()


def shelf(*weights: Path) -> ModelShelf:
    return ModelShelf(weights=weights, device=DeviceChoice.CPU, threads=1)


def request(
    located: LocatedExam, pool: DecodePool, models: ModelShelf, number: int = 1
) -> SeriesRequest:
    image = located.exam.images[0]
    own = located.frames[image.image_id]
    frames = OpenFrames(image_id=image.image_id, own=own, pool=pool)
    return SeriesRequest(number=number, stack=image, frames=frames, models=models)


def outcome(qtbot: QtBot, worker: InferenceWorker, asked: SeriesRequest) -> list[object]:
    """Every state until the request has ended."""
    states: list[object] = []
    worker.stands.connect(lambda subject, number, state: states.append(state))

    def has_ended() -> bool:
        return bool(states) and not isinstance(states[-1], Queued | Running)

    worker.submit([asked])
    qtbot.waitUntil(has_ended, timeout=20_000)
    worker.stands.disconnect()
    return states


def test_a_series_is_scored_window_by_window_and_kept(
    qtbot: QtBot, worker: InferenceWorker, pool: DecodePool, tmp_path: Path
) -> None:
    located = ct_exam(write_series(tmp_path / "ct"))
    models = shelf(save_ct_model(tmp_path))

    states = outcome(qtbot, worker, request(located, pool, models))

    assert Running("windows", 1, 2) in states
    done = states[-1]
    assert isinstance(done, SeriesDone)
    assert not done.from_cache
    assert [(w.first_slice, w.last_slice) for w in done.prediction.windows] == [(0, 7), (4, 11)]
    again = outcome(qtbot, worker, request(located, pool, shelf(*models.weights)))[-1]
    assert again == SeriesDone(done.prediction, from_cache=True)


def test_another_model_or_another_slice_is_another_result(
    qtbot: QtBot, worker: InferenceWorker, pool: DecodePool, tmp_path: Path
) -> None:
    located = ct_exam(write_series(tmp_path / "ct"))
    path = save_ct_model(tmp_path)
    outcome(qtbot, worker, request(located, pool, shelf(path)))
    path.with_suffix(".toml").write_text(path.with_suffix(".toml").read_text() + "# changed\n")
    by_other = outcome(qtbot, worker, request(located, pool, shelf(path)))[-1]
    assert isinstance(by_other, SeriesDone)
    assert not by_other.from_cache
    write_series(tmp_path / "ct", RescaleIntercept=-1000)
    changed = ct_exam(tmp_path / "ct")
    of_other = outcome(qtbot, worker, request(changed, pool, shelf(path)))[-1]
    assert isinstance(of_other, SeriesDone)
    assert not of_other.from_cache


def test_without_a_ct_model_it_is_not_run(
    qtbot: QtBot, worker: InferenceWorker, pool: DecodePool, tmp_path: Path
) -> None:
    located = ct_exam(write_series(tmp_path / "ct"))
    assert outcome(qtbot, worker, request(located, pool, shelf()))[-1] == NotRun("no model for CT")


def test_a_series_with_gaps_fails_with_the_reason(
    qtbot: QtBot, worker: InferenceWorker, pool: DecodePool, tmp_path: Path
) -> None:
    located = ct_exam(write_series(tmp_path / "ct", skip=[5]))
    models = shelf(save_ct_model(tmp_path))
    failed = outcome(qtbot, worker, request(located, pool, models))[-1]
    assert isinstance(failed, Failed)
    assert "1 of 12 slices are missing" in failed.reason


def test_video_weights_without_a_score_head_fail_with_the_reason(
    qtbot: QtBot, worker: InferenceWorker, pool: DecodePool, tmp_path: Path
) -> None:
    import torch
    from ct_model_builders import small_resnet

    path = save_ct_model(tmp_path)
    kinetics = path.with_name("kinetics.pth")
    torch.save(small_resnet(outputs=400).state_dict(), kinetics)
    kinetics.with_suffix(".toml").write_text(path.with_suffix(".toml").read_text())
    located = ct_exam(write_series(tmp_path / "ct"))
    failed = outcome(qtbot, worker, request(located, pool, shelf(kinetics)))[-1]
    assert isinstance(failed, Failed)
    assert "not trained for CT" in failed.reason


def test_a_short_series_says_that_slices_were_repeated(
    qtbot: QtBot, worker: InferenceWorker, pool: DecodePool, tmp_path: Path
) -> None:
    located = ct_exam(write_series(tmp_path / "ct", Series(slices=5)))
    noticed: list[str] = []
    worker.noticed.connect(noticed.append)
    done = outcome(qtbot, worker, request(located, pool, shelf(save_ct_model(tmp_path))))[-1]
    assert isinstance(done, SeriesDone)
    assert "first and the last slice were repeated" in noticed[0]
