"""The AI behind the reading: run, see, jump, cancel, change the exam or close meanwhile."""

from __future__ import annotations

import gc
import shutil
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from running_program import WAIT_MS, RunningProgram

from viewer.domain.ai_state import Done, Failed, NotRun, Queued, Running
from viewer.domain.hanging import Slot
from viewer.domain.view import ImageKind
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.open_frames import OpenFrames
from viewer.ui.panel.score_line import LineLook

Start = Callable[..., RunningProgram]


def states(running: RunningProgram) -> list[object]:
    return [running.state.ai_of(image.image_id) for image in running.state.exam.images]


@pytest.fixture
def done(start: Start, phantom: Path, weights: tuple[Path, Path]) -> RunningProgram:
    """A phantom exam that the AI has finished."""
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    running.wait_for_ai()
    return running


def test_opening_runs_each_image_through_the_network_of_its_kind(done: RunningProgram) -> None:
    for image, ai in zip(done.state.exam.images, states(done), strict=True):
        assert isinstance(ai, Done), ai
        wanted = "gmic3d" if image.kind is ImageKind.DBT else "gmic"
        assert ai.prediction.model.architecture == wanted
        assert ai.prediction.saliency.shape[0] == image.slices
    assert done.program.status.device.startswith("AI on CPU")
    assert done.program.status.running == ""


def test_the_panel_says_exam_breasts_images_and_parts(done: RunningProgram) -> None:
    done.program.panel.refresh()
    lines = done.program.panel.scores.lines
    titles = [line.title for line in lines if line.look in (LineLook.EXAM, LineLook.BREAST)]
    assert titles == ["Exam", "Right breast", "Left breast"]
    hung = [line for line in lines if line.look is LineLook.IMAGE]
    assert [line.title for line in hung] == ["RCC DBT", "LCC DBT", "RMLO DBT", "LMLO DBT"]
    first = done.state.ai_of(hung[0].image_id).prediction
    assert hung[0].scores == first.scores
    assert lines[0].title == "Small gmic3d 0"
    others = done.program.panel.others.lines
    assert others[0].title == "Small gmic 0"
    assert sum(line.look is LineLook.IMAGE for line in others) == 8


def test_next_finding_goes_to_its_slice_and_the_list_marks_it(done: RunningProgram) -> None:
    image = done.state.active_image
    patches = done.state.patches_of(image.image_id)
    for number, patch in enumerate(patches[:3], start=1):
        done.key(Qt.Key.Key_N)
        assert done.state.active_pane.slice_index == patch.slice_index
        assert done.state.finding.number == number
    done.key(Qt.Key.Key_P)
    assert done.state.finding.number == 2
    done.program.panel.refresh()
    assert [line.is_active for line in done.program.panel.patches.lines][:3] == [
        False,
        True,
        False,
    ]


def test_a_click_on_a_patch_goes_there(done: RunningProgram) -> None:
    done.program.panel.refresh()
    panel = done.program.panel.patches
    cell = panel.cell_of(3).center().toPoint()
    QTest.mouseClick(panel, Qt.MouseButton.LeftButton, pos=cell)
    patch = done.state.patches_of(done.state.active_image.image_id)[2]
    assert done.state.active_pane.slice_index == patch.slice_index


def test_a_toggles_the_overlay_and_q_peeks(done: RunningProgram) -> None:
    def drawn() -> bool:
        scene = done.program.hanging.panes[Slot.RCC].scene
        return bool(scene.saliency or scene.boxes)

    done.key(Qt.Key.Key_N)
    assert drawn()
    done.key(Qt.Key.Key_A)
    assert not drawn()
    done.qtbot.keyPress(done.program.window, Qt.Key.Key_Q)
    assert drawn()
    done.qtbot.keyRelease(done.program.window, Qt.Key.Key_Q)
    assert not drawn()


def test_sliders_change_the_layers_and_the_choice_is_kept(
    done: RunningProgram, start: Start, tmp_path: Path
) -> None:
    done.program.panel.controls._malignant.opacity.setValue(60)
    done.key(Qt.Key.Key_Y)
    assert done.state.overlay.malignant.opacity == 0.6
    done.program.window.close()
    again = start()
    assert again.state.overlay.malignant.opacity == 0.6
    assert again.state.overlay.palette is done.state.overlay.palette


def test_a_second_opening_takes_kept_results_without_running_a_network(
    done: RunningProgram, start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    first = {i: ai.prediction.scores for i, ai in done.state.ai.items()}
    done.program.window.close()
    again = start(weights=weights, run_ai=True)
    again.open(phantom)
    again.wait_for_ai()
    assert all(isinstance(ai, Done) and ai.from_cache for ai in states(again))
    assert {i: ai.prediction.scores for i, ai in again.state.ai.items()} == first


def test_other_pixels_of_the_same_name_are_not_taken_from_the_cache(
    start: Start, pictures: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    shutil.copy(pictures / "7_L-MLO.png", pictures / "7_L-CC.png")
    again = start(weights=weights, run_ai=True)
    again.open(pictures)
    again.wait_for_ai()
    kept = {
        again.state.image(i).view.abbreviation: ai.from_cache for i, ai in again.state.ai.items()
    }
    # The same pixels, but cropped as a CC now.
    assert kept == {"RCC": True, "LCC": False, "RMLO": True, "LMLO": True}


def test_without_weights_the_ai_is_not_run_and_the_panel_says_what_to_do(
    start: Start, phantom: Path
) -> None:
    running = start(run_ai=True)
    running.open(phantom)
    assert states(running) == [NotRun("no weights chosen")] * 12
    assert running.program.header._choose.isVisible()
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert "no weights chosen" in running.program.status.said


def test_with_ai_off_it_runs_on_its_key(
    start: Start, pictures: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights)
    running.open(pictures)
    assert all(isinstance(ai, NotRun) for ai in states(running))
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    running.wait_for_ai()
    assert all(isinstance(ai, Done) for ai in states(running))


def test_cancel_stops_and_it_can_run_again(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    running.qtbot.waitUntil(
        lambda: any(isinstance(ai, Running) for ai in states(running)), timeout=WAIT_MS
    )
    running.key(Qt.Key.Key_Escape, Qt.KeyboardModifier.ShiftModifier)
    assert not any(isinstance(ai, Running | Queued) for ai in states(running))
    assert NotRun("cancelled") in states(running)
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    running.wait_for_ai()
    assert all(isinstance(ai, Done) for ai in states(running))


def test_the_active_view_is_predicted_first(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights)
    running.open(phantom)
    running.key(Qt.Key.Key_Left)
    assert running.state.active == Slot.LMLO
    finished: list[str] = []
    running.program.session.changed.connect(
        lambda change: finished.extend(
            i for i in change.images_with_news if isinstance(change.new.ai_of(i), Done)
        )
    )
    running.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    running.wait_for_ai()
    views = [running.state.image(i).name for i in finished]
    assert views[0] == "LMLO DBT"
    assert set(views[1:4]) == {"RCC DBT", "LCC DBT", "RMLO DBT"}


def test_a_wrong_weights_file_fails_with_its_reason_and_the_others_go_on(
    start: Start, phantom: Path, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(weights[0].read_bytes()[:1000])
    shutil.copy(weights[0].with_suffix(".toml"), broken.with_suffix(".toml"))
    running = start(weights=(broken, weights[1]), run_ai=True)
    running.open(phantom)
    running.wait_for_ai()
    for image, ai in zip(running.state.exam.images, states(running), strict=True):
        if image.kind is ImageKind.DBT:
            assert isinstance(ai, Failed)
            assert "broken.safetensors" in ai.reason
        else:
            assert isinstance(ai, Done)
    running.program.panel.refresh()
    assert "broken.safetensors" in running.program.panel.detail.words


def test_an_image_that_cannot_be_scored_fails_alone(
    start: Start, pictures: Path, weights: tuple[Path, Path]
) -> None:
    import cv2

    cv2.imwrite(str(pictures / "7_L-CC.png"), np.zeros((300, 220), np.uint16))
    running = start(weights=weights, run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    by_view = {
        i.view.abbreviation: running.state.ai_of(i.image_id) for i in running.state.exam.images
    }
    assert isinstance(by_view["LCC"], Failed)
    assert sum(isinstance(ai, Done) for ai in by_view.values()) == 3


def test_another_exam_opened_meanwhile_hangs_at_once_and_both_are_finished(
    start: Start, phantom: Path, pictures: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    first = running.state.exam
    running.open(pictures)
    assert running.state.exam is not first
    running.wait_for_ai()
    ids = [image.image_id for exam in running.state.exams for image in exam.images]
    assert all(isinstance(running.state.ai_of(i), Done) for i in ids)
    running.key(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert running.state.exam is first
    running.wait_for_frames()


def test_closing_the_exam_while_it_runs_drops_what_comes_late(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    running.qtbot.waitUntil(
        lambda: any(isinstance(ai, Running) for ai in states(running)), timeout=WAIT_MS
    )
    running.key(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert running.state.exam is None
    assert running.program.empty.isVisible()
    running.qtbot.wait(300)
    assert running.state.ai == {}


def test_an_exam_that_is_closed_under_the_ai_is_let_go_and_nobody_is_told_of_it(
    start: Start,
    phantom: Path,
    pictures: Path,
    weights: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[weakref.ref[OpenFrames]] = []
    frames_for_ai = ExamFiles.frames_for_ai

    def noted(files: ExamFiles, image_id: str) -> OpenFrames:
        frames = frames_for_ai(files, image_id)
        given.append(weakref.ref(frames))
        return frames

    monkeypatch.setattr(ExamFiles, "frames_for_ai", noted)
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    running.qtbot.waitUntil(
        lambda: any(isinstance(ai, Running) for ai in states(running)), timeout=WAIT_MS
    )
    of_phantom = list(given)
    running.key(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert running.state.exam is None
    running.open(pictures)
    running.wait_for_ai()
    assert all(isinstance(ai, Done) for ai in states(running))

    def are_gone() -> bool:
        gc.collect()
        return all(frames() is None for frames in of_phantom)

    running.qtbot.waitUntil(are_gone, timeout=5000)
    assert len(of_phantom) >= 12
    # Of the other exam's small pictures, not of what was closed.
    assert [t for t in running.program.notices.texts if "full-size images" not in t] == []


def test_closing_the_window_while_decoding_and_inferring_leaves_no_thread(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    running.qtbot.waitUntil(
        lambda: any(isinstance(ai, Running) for ai in states(running)), timeout=WAIT_MS
    )
    running.program.window.close()
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"inference", "decode-0", "decode-1", "thumbnails", "patches", "search"}


def test_closing_the_window_while_searching_leaves_no_thread(start: Start, phantom: Path) -> None:
    running = start()
    running.program.open([phantom])
    running.program.window.close()
    assert "search" not in {thread.name for thread in threading.enumerate()}


def test_pictures_of_patches_are_shown(done: RunningProgram) -> None:
    panel = done.program.panel
    panel.refresh()
    done.qtbot.waitUntil(lambda: len(panel.patches._pictures) == 4, timeout=20_000)
    assert all(isinstance(p, QImage) and p.width() == 64 for p in panel.patches._pictures.values())


def test_truth_outlines_are_shown_on_their_key(start: Start, pictures: Path) -> None:
    running = start()
    running.open(pictures)
    pane = running.program.hanging.panes[Slot.LCC]
    assert pane.scene.outlines == ()
    running.key(Qt.Key.Key_O)
    running.qtbot.waitUntil(lambda: len(pane.scene.outlines) == 1, timeout=WAIT_MS)
    points = pane.scene.outlines[0].contours[0]
    assert (points[:, 0].min(), points[:, 1].min()) == pytest.approx((100, 60), abs=1)


def test_other_weights_drop_the_old_results_and_run_anew(
    start: Start, pictures: Path, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(pictures)
    running.wait_for_ai()
    other = tmp_path / "other.safetensors"
    shutil.copy(weights[1], other)
    card = weights[1].with_suffix(".toml").read_text().replace("Small gmic", "Other")
    other.with_suffix(".toml").write_text(card)
    settings = running.program.preferences.settings
    running.program.desk._use_models(replace(settings, weights=(other,)))
    running.wait_for_ai()
    assert {ai.prediction.model.name for ai in states(running)} == {"Other"}


def test_the_panel_never_shows_another_exams_scores(done: RunningProgram, pictures: Path) -> None:
    session, panel = done.program.session, done.program.panel
    panel.refresh()
    of_the_first = {image.image_id for image in done.state.exam.images}
    seen: list[set[str]] = []
    session.changed.connect(
        lambda change: (
            seen.append({line.image_id for line in panel.scores.lines if line.image_id is not None})
            if change.touches("exam_id")
            else None
        )
    )
    done.open(pictures)
    assert seen
    assert not any(shown & of_the_first for shown in seen)
