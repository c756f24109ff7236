"""A two-view model behind the reading: its breasts run after the images, and stand in the panel."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from running_program import WAIT_MS, RunningProgram

from inference.architecture import Architecture
from inference.architectures.two_view import card_settings
from inference.breast import BreastView
from inference.checkpoint import save_model
from inference.engine.apart import EngineApart
from inference.engine.interface import Engine
from inference.engine.local import LocalEngine
from inference.model_card import ModelCard
from inference.networks.two_view import InputSize, TwoViewConfig, TwoViewNetwork
from inference.types import Laterality
from viewer.domain.ai_state import Done, Failed, NotRun, Queued
from viewer.domain.breast_ai import BreastDone, BreastState
from viewer.domain.model_use import ModelUse

Start = Callable[..., RunningProgram]

CONFIG = TwoViewConfig(
    cc_input=InputSize(320, 256),
    mlo_input=InputSize(384, 224),
    first_channels=8,
    hidden_units=16,
)


def write_two_view(
    path: Path,
    config: TwoViewConfig = CONFIG,
    images: tuple[str, ...] = (),
    *,
    version: str = "0",
    seed: int = 3,
) -> Path:
    """A small random two-view model."""
    torch.manual_seed(seed)
    card = ModelCard(
        architecture=Architecture.TWO_VIEW,
        name="Small pair",
        version=version,
        training_data="none",
        intended_use="tests",
        licence="Apache-2.0",
        images=images,
        settings=card_settings(config),
    )
    save_model(path, TwoViewNetwork(config).eval(), card)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A two-view model for pictures and FFDM."""
    return write_two_view(tmp_path / "pair.safetensors")


def breasts(running: RunningProgram) -> dict[Laterality, BreastState]:
    exam_id = running.state.exam.exam_id
    return {
        key.laterality: standing.state
        for key, standing in running.state.breasts.items()
        if key.exam_id == exam_id
    }


def lines(running: RunningProgram, model: str = "Small pair 0") -> list[tuple[str, str]]:
    """Titles and states of the two-view model's lines."""
    running.program.panel.refresh()
    shown = running.program.panel.scores.lines
    first = next(n for n, line in enumerate(shown) if line.title == f"Whole breasts: {model}")
    return [(line.title, line.state) for line in shown[first + 1 :]]


def test_breasts_are_scored_from_their_two_views_after_the_images(
    start: Start, phantom: Path, weights: tuple[Path, Path], pair: Path
) -> None:
    running = start(weights=(*weights, pair), run_ai=False)
    running.open(phantom)
    assert set(map(type, breasts(running).values())) == {NotRun}
    finished: list[str] = []
    running.program.worker.stands.connect(
        lambda subject, number, state: (
            finished.append(subject) if isinstance(state, Done | BreastDone | Failed) else None
        )
    )
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    running.wait_for_ai()
    # The window may hear of the last one before the test does.
    running.qtbot.waitUntil(lambda: len(finished) >= 14, timeout=WAIT_MS)
    assert len(finished) == 14
    assert all(subject.startswith("breast ") for subject in finished[12:])
    for laterality, ai in breasts(running).items():
        assert isinstance(ai, BreastDone), ai
        side = laterality.value
        assert ai.prediction.laterality is laterality
        assert ai.prediction.cc.images == (f"{side}CC FFDM",)
        assert ai.prediction.mlo.images == (f"{side}MLO FFDM",)
    assert lines(running) == [
        ("Exam", ""),
        ("Right breast", ""),
        ("CC alone", ""),
        ("MLO alone", ""),
        ("Left breast", ""),
        ("CC alone", ""),
        ("MLO alone", ""),
    ]
    assert "Right breast: RCC FFDM, RMLO FFDM" in running.program.panel.breast.text()


def test_without_a_two_view_model_there_is_nothing_about_breasts(
    start: Start, pictures: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    assert running.state.breasts == {}
    assert running.program.panel.breast.isHidden()


def test_a_missing_view_is_scored_without_it_and_said(
    start: Start, pictures: Path, weights: tuple[Path, Path], pair: Path
) -> None:
    (pictures / "7_L-MLO.png").unlink()
    running = start(weights=(weights[1], pair), run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    left = breasts(running)[Laterality.LEFT]
    assert isinstance(left, BreastDone)
    assert left.prediction.missing == (BreastView.MLO,)
    assert lines(running)[-2:] == [("CC alone", ""), ("MLO", "no such view")]


def test_a_kept_result_comes_back_without_running_and_other_pixels_do_not(
    start: Start, pictures: Path, pair: Path
) -> None:
    running = start(weights=(pair,), run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    first = breasts(running)
    shutil.copy(pictures / "7_R-MLO.png", pictures / "7_R-CC.png")
    again = start(weights=(pair,), run_ai=True)
    again.open(pictures)
    again.wait_for_ai()
    second = breasts(again)
    assert second[Laterality.LEFT] == BreastDone(first[Laterality.LEFT].prediction, from_cache=True)
    assert not second[Laterality.RIGHT].from_cache


def test_a_breast_that_cannot_be_scored_fails_alone_with_its_reason(
    start: Start, pictures: Path, pair: Path
) -> None:
    cv2.imwrite(str(pictures / "7_R-CC.png"), np.zeros((300, 220), np.uint16))
    running = start(weights=(pair,), run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    found = breasts(running)
    assert isinstance(found[Laterality.RIGHT], Failed)
    assert isinstance(found[Laterality.LEFT], BreastDone)
    assert lines(running)[1] == ("Right breast", "failed")
    assert found[Laterality.RIGHT].reason in running.program.panel.breast.text()
    assert running.program.panel.breast.objectName() == "error"


def test_a_model_for_another_kind_of_image_is_not_run(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    other = write_two_view(tmp_path / "other.safetensors", images=("Synthetic 2D",))
    running = start(weights=(other,), run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    assert set(breasts(running).values()) == {NotRun("no Synthetic 2D")}
    assert lines(running) == [
        ("Right breast", "no Synthetic 2D"),
        ("Left breast", "no Synthetic 2D"),
    ]


@pytest.mark.parametrize("make_engine", [LocalEngine, EngineApart])
def test_heat_maps_come_from_the_2d_model_beside_it(
    start: Start,
    pictures: Path,
    weights: tuple[Path, Path],
    tmp_path: Path,
    make_engine: Callable[[], Engine],
) -> None:
    config = replace(CONFIG, has_heat_maps=True)
    pair = write_two_view(tmp_path / "heat.safetensors", config)
    running = start(weights=(weights[1], pair), run_ai=True, engine=make_engine())
    running.open(pictures)
    running.wait_for_ai()
    for ai in breasts(running).values():
        assert isinstance(ai, BreastDone), ai
        assert ai.prediction.heat_map_model.name == "Small gmic"
    alone = start(weights=(pair,), run_ai=True, engine=make_engine())
    alone.open(pictures)
    alone.wait_for_ai()
    reasons = {ai.reason for ai in breasts(alone).values()}
    assert reasons == {
        "Small pair wants the heat maps of a 2D model beside the image; "
        "choose a GMIC model as well."
    }


def test_a_broken_2d_model_matters_only_where_its_heat_maps_are_wanted(
    start: Start, pictures: Path, weights: tuple[Path, Path], pair: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(weights[1].read_bytes()[:1000])
    shutil.copy(weights[1].with_suffix(".toml"), broken.with_suffix(".toml"))
    running = start(weights=(broken, pair), run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    assert all(isinstance(ai, BreastDone) for ai in breasts(running).values())
    heat = write_two_view(tmp_path / "heat.safetensors", replace(CONFIG, has_heat_maps=True))
    wanting = start(weights=(broken, heat), run_ai=True)
    wanting.open(pictures)
    wanting.wait_for_ai()
    for ai in breasts(wanting).values():
        assert isinstance(ai, Failed)
        assert "broken.safetensors" in ai.reason


def test_models_of_one_name_score_breasts_as_one_their_mean_and_are_named(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    members = tuple(
        write_two_view(tmp_path / f"pair{n}.safetensors", version=str(n), seed=n) for n in (1, 2)
    )
    running = start(weights=members, run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    together = breasts(running)
    assert lines(running, "Small pair, 2 members")[:2] == [("Exam", ""), ("Right breast", "")]
    said = running.program.panel.breast.text()
    assert "The mean of 2 members: Small pair 1, Small pair 2." in said
    alone = []
    for member in members:
        settings = running.program.preferences.settings
        running.program.desk._use_models(replace(settings, serving={ModelUse.BREAST: (member,)}))
        running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        running.wait_for_ai()
        alone.append(breasts(running))
    for side, ai in together.items():
        scores = [each[side].prediction.scores.malignant for each in alone]
        assert scores[0] != scores[1]
        assert ai.prediction.scores.malignant == pytest.approx(sum(scores) / 2, abs=1e-6)
        assert ai.prediction.model.members == 2


def test_other_weights_drop_what_was_said_of_breasts(
    start: Start, pictures: Path, weights: tuple[Path, Path], pair: Path
) -> None:
    running = start(weights=(weights[1], pair), run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    settings = running.program.preferences.settings
    running.program.desk._use_models(replace(settings, weights=(weights[1],)))
    running.wait_for_ai()
    assert running.state.breasts == {}


def test_closing_the_exam_forgets_its_breasts(start: Start, pictures: Path, pair: Path) -> None:
    running = start(weights=(pair,), run_ai=True)
    running.open(pictures)
    running.key(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    running.qtbot.wait(300)
    assert running.state.breasts == {}


def test_cancel_drops_the_breasts_that_wait_and_they_can_run_again(
    start: Start, phantom: Path, weights: tuple[Path, Path], pair: Path
) -> None:
    running = start(weights=(*weights, pair))
    running.open(phantom)
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert set(breasts(running).values()) == {Queued()}
    assert running.program.status.running != ""
    running.key(Qt.Key.Key_Escape, Qt.KeyboardModifier.ShiftModifier)
    assert set(breasts(running).values()) == {NotRun("cancelled")}
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    running.wait_for_ai()
    assert all(isinstance(ai, BreastDone) for ai in breasts(running).values())
