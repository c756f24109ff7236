"""Test-time augmentation in the window: chosen, paid for, said, cancelled, never mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from running_program import WAIT_MS, RunningProgram

from inference.types import ClassScores
from viewer.commands.shots import shot_of
from viewer.domain.ai_state import Done, NotRun, Queued, Running
from viewer.domain.hanging import Slot
from viewer.ui.panel.score_line import LineLook

Start = Callable[..., RunningProgram]
SHIFT = Qt.KeyboardModifier.ShiftModifier


def _choose(running: RunningProgram, count: int) -> None:
    """As the settings dialog does."""
    preferences = running.program.preferences
    preferences.change(replace(preferences.settings, augmentations=count))


def _run(running: RunningProgram) -> dict[str, ClassScores]:
    """Run the AI and return every image's scores."""
    running.key(Qt.Key.Key_A, SHIFT)
    running.wait_for_ai()
    done = running.state.ai
    assert all(isinstance(ai, Done) for ai in done.values()), done
    return {image_id: ai.prediction.scores for image_id, ai in done.items()}


def test_results_with_and_without_are_never_mixed_and_come_back_the_same(
    start: Start, pictures: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights)
    running.open(pictures)
    plain = _run(running)
    _choose(running, 4)
    assert set(map(type, running.state.ai.values())) == {NotRun}
    augmented = _run(running)
    assert not any(ai.from_cache for ai in running.state.ai.values())
    assert all(augmented[image_id] != plain[image_id] for image_id in plain)
    _choose(running, 8)
    other = _run(running)
    assert all(other[image_id] != augmented[image_id] for image_id in plain)
    for count, wanted in ((0, plain), (4, augmented), (8, other)):
        _choose(running, count)
        assert _run(running) == wanted
        assert all(ai.from_cache for ai in running.state.ai.values())


def test_the_choice_is_kept_and_another_computer_has_the_same_scores(
    start: Start, pictures: Path, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    running = start(weights=weights)
    running.open(pictures)
    _choose(running, 4)
    first = _run(running)
    running.program.window.close()
    again = start(weights=weights)
    assert again.program.preferences.settings.augmentations == 4
    again.program.window.close()
    elsewhere = start(weights=weights, home=tmp_path / "elsewhere")
    elsewhere.open(pictures)
    _choose(elsewhere, 4)
    assert _run(elsewhere) == first
    assert not any(ai.from_cache for ai in elsewhere.state.ai.values())


def test_scores_say_how_they_came_about(
    start: Start, pictures: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights)
    running.open(pictures)
    _choose(running, 4)
    header, panel = running.program.header, running.program.panel
    assert "Mean of 4 augmented passes: 5 times the time." in header.words
    _run(running)
    panel.refresh()
    lines = [line.title for line in panel.scores.lines if line.look is LineLook.MODEL]
    assert lines == ["Small gmic 0", "Mean of 4 augmented passes"]
    assert (
        "Scores are means over 4 shifted and resized windows (seed 0); saliency and patches are "
        "of the window as it is."
    ) in panel.detail.words
    shot = shot_of(running.state, Slot.LCC, lambda image_id, slice_index: None)
    assert shot.caption is not None
    assert shot.caption.model == "Small gmic 0, mean of 4 augmented passes"
    warned = " ".join(running.program.notices.texts)
    assert "windows" not in warned, "what was asked for is no warning"


def test_progress_counts_every_pass_and_cancel_works_in_the_middle(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights[:1])
    running.open(phantom)
    _choose(running, 4)
    image_id = running.state.active_image.image_id
    seen: list[Running] = []

    def note_and_cancel() -> None:
        ai = running.state.ai_of(image_id)
        if isinstance(ai, Running) and ai.stage == "slices":
            seen.append(ai)
            if ai.done == 14:
                running.program.runner.cancel()

    running.program.session.changed.connect(lambda change: note_and_cancel())
    running.key(Qt.Key.Key_A, SHIFT)
    running.qtbot.waitUntil(
        lambda: running.state.ai_of(image_id) == NotRun("cancelled"), timeout=WAIT_MS
    )
    # The third of five passes through six slices.
    assert {ai.total for ai in seen} == {30}
    assert max(ai.done for ai in seen) == 14
    assert not any(isinstance(ai, Running | Queued) for ai in running.state.ai.values())
    assert isinstance(next(iter(running.state.ai.values())), NotRun)
