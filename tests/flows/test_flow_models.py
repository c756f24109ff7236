"""The models of this computer in the window: added, chosen, run, refused, removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from model_builders import card_of, save_small
from PySide6.QtWidgets import QDialog
from running_program import WAIT_MS, RunningProgram

from inference.architecture import Architecture
from viewer.domain.ai_state import Done, Failed, NotRun
from viewer.domain.model_use import ModelUse
from viewer.storage.model_library import INDEX
from viewer.ui.dialogs.confirm import ConfirmDialog
from viewer.ui.dialogs.licence import LicenceDialog
from viewer.ui.dialogs.models import ModelsDialog

Start = Callable[..., RunningProgram]
Answer = Callable[[QDialog], bool]


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two members of one GMIC ensemble under a licence of their own."""
    folder = tmp_path_factory.mktemp("restricted")
    card = card_of(architecture=Architecture.GMIC, name="Ours", licence="No clinical use")
    return (
        save_small(folder / "one.safetensors", replace(card, version="member 1"), seed=1),
        save_small(folder / "two.safetensors", replace(card, version="member 2"), seed=2),
    )


def states(running: RunningProgram) -> list[object]:
    return [running.state.ai_of(image.image_id) for image in running.state.exam.images]


def settle(running: RunningProgram) -> None:
    running.qtbot.waitUntil(lambda: not running.program.library.is_running, timeout=WAIT_MS)


def answers(running: RunningProgram, in_models: Answer, *, licence: bool = True) -> list[QDialog]:
    """Act in the models dialog, and answer the questions it asks."""
    asked: list[QDialog] = []

    def answer(dialog: QDialog) -> bool:
        asked.append(dialog)
        if isinstance(dialog, ModelsDialog):
            settle(running)
            return in_models(dialog)
        return licence if isinstance(dialog, LicenceDialog) else True

    running.dialogs.answer = answer
    return asked


def add(running: RunningProgram, *files: Path, licence: bool = True, link: bool = False) -> str:
    """Add files in the dialog and let them serve; returns what the dialog said."""
    said: list[str] = []

    def act(dialog: ModelsDialog) -> bool:
        dialog.copies.setChecked(not link)
        dialog.add(files)
        settle(running)
        dialog.use()
        said.append(f"{dialog.said}\n{dialog.card_words}")
        return True

    answers(running, act, licence=licence)
    running.program.desk.choose_models()
    return said[0]


@pytest.fixture
def reading(start: Start, pictures: Path) -> RunningProgram:
    running = start(run_ai=True)
    running.open(pictures)
    return running


def test_added_weights_are_copied_shown_with_their_card_and_serve_after_ok(
    reading: RunningProgram, restricted: tuple[Path, Path], tmp_path: Path
) -> None:
    mine = Path(shutil.copy(restricted[0], tmp_path / "mine.safetensors"))
    shutil.copy(restricted[0].with_suffix(".toml"), mine.with_suffix(".toml"))
    add(reading, mine)
    mine.unlink()
    reading.wait_for_ai()
    assert all(isinstance(ai, Done) for ai in states(reading))
    settings = reading.program.preferences.settings
    (kept,) = settings.weights
    assert kept.is_relative_to(reading.program.library.library.folder)
    assert settings.serving[ModelUse.FFDM] == (kept,)
    assert settings.serving[ModelUse.DBT] == ()
    assert "Ours member 1" in reading.program.header.words


def test_without_consent_to_the_licence_nothing_is_added(
    reading: RunningProgram, restricted: tuple[Path, Path]
) -> None:
    said = add(reading, restricted[0], licence=False)
    assert "since the licence was not accepted" in said
    assert reading.program.library.library.read().models == ()


def test_wrong_files_are_named_with_the_reason_and_the_sound_one_is_added(
    reading: RunningProgram, restricted: tuple[Path, Path], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"no weights at all")
    bare = Path(shutil.copy(restricted[0], tmp_path / "bare.safetensors"))
    said = add(reading, wrong, bare, restricted[1])
    assert "wrong.safetensors is damaged" in said
    assert "bare.safetensors has no model card" in said
    assert "training_data" in said
    assert [m.title for m in reading.program.library.library.read().models] == ["Ours member 2"]


def test_the_licence_is_shown_before_the_first_use_and_only_then(
    start: Start, pictures: Path, restricted: tuple[Path, Path]
) -> None:
    running = start(weights=restricted[:1], run_ai=True)
    seen: list[str] = []

    def decline(dialog: QDialog) -> bool:
        assert isinstance(dialog, LicenceDialog)
        seen.append(dialog.words)
        return False

    running.dialogs.answer = decline
    running.open(pictures)
    running.qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    running.wait_for_ai()
    assert all(isinstance(ai, NotRun) for ai in states(running))
    assert (
        "licence not accepted; run the AI to read that of Ours member 1"
        in states(running)[0].reason
    )
    assert len(seen) == 1
    for words in ("Ours member 1", "No clinical use", "none", "tests"):
        assert words in seen[0]
    running.dialogs.answer = lambda dialog: isinstance(dialog, LicenceDialog)
    running.program.desk.run_ai()
    running.qtbot.waitUntil(
        lambda: all(isinstance(ai, Done) for ai in states(running)), timeout=WAIT_MS
    )
    asked = len(running.dialogs.shown)
    running.program.window.close()
    again = start(weights=restricted[:1], run_ai=True)
    again.open(pictures)
    again.wait_for_ai()
    assert all(isinstance(ai, Done) for ai in states(again))
    assert (asked, again.dialogs.shown) == (2, [])


def test_members_of_one_name_run_as_an_ensemble_with_results_of_its_own(
    reading: RunningProgram, restricted: tuple[Path, Path]
) -> None:
    add(reading, *restricted)
    assert reading.dialogs.shown.count("LicenceDialog") == 1
    reading.wait_for_ai()
    assert "Ours, 2 members" in reading.program.header.words
    together = [ai.prediction for ai in states(reading)]
    assert {prediction.model.members for prediction in together} == {2}
    (single,) = [
        model.weights
        for model in reading.program.library.library.read().models
        if model.version == "member 1"
    ]
    settings = reading.program.preferences.settings
    alone = replace(settings, weights=(single,), serving={ModelUse.FFDM: (single,)})
    reading.program.desk._use_models(alone)
    reading.wait_for_ai()
    assert "Ours member 1" in reading.program.header.words
    for ai, mean in zip(states(reading), together, strict=True):
        assert isinstance(ai, Done)
        assert not ai.from_cache
        assert ai.prediction.model.members == 1
        assert ai.prediction.scores != mean.scores


def test_a_use_that_is_off_is_not_run_and_another_goes_on(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights)

    def act(dialog: ModelsDialog) -> bool:
        box = dialog.uses.boxes[ModelUse.SYNTHETIC_2D]
        box.setCurrentIndex(box.count() - 1)
        box.activated.emit(box.currentIndex())
        return True

    answers(running, act)
    running.program.desk.choose_models()
    running.open(phantom)
    running.program.desk.run_ai()
    running.wait_for_ai()
    for image in running.state.exam.images:
        ai = running.state.ai_of(image.image_id)
        if image.kind.value == ModelUse.SYNTHETIC_2D.value:
            assert isinstance(ai, NotRun)
            assert ai.reason == "switched off for Synthetic 2D"
        else:
            assert isinstance(ai, Done)


def test_weights_replaced_behind_its_back_are_said_and_not_used(
    reading: RunningProgram, restricted: tuple[Path, Path], tmp_path: Path
) -> None:
    mine = Path(shutil.copy(restricted[0], tmp_path / "mine.safetensors"))
    shutil.copy(restricted[0].with_suffix(".toml"), mine.with_suffix(".toml"))
    add(reading, mine, link=True)
    reading.wait_for_ai()
    shutil.copy(restricted[1], mine)
    reading.program.runner.read_models_anew()
    ids = [image.image_id for image in reading.state.exam.images]
    from viewer.session.ai_results import forgotten

    reading.program.session.apply(lambda state: forgotten(state, ids))
    reading.program.desk.run_ai()
    reading.wait_for_ai()
    assert all(isinstance(ai, Failed) for ai in states(reading))
    assert "mine.safetensors was changed since it was added" in states(reading)[0].reason
    said: list[str] = []

    def look(dialog: ModelsDialog) -> bool:
        dialog.table.select(mine)
        said.append(dialog.card_words)
        said.extend(row[-1] for row in dialog.table.rows())
        return False

    answers(reading, look)
    reading.program.desk.choose_models()
    assert "was changed since it was added" in said[0]
    assert any("not usable" in state for state in said[1:])


def test_a_removed_model_serves_nothing_even_after_cancel(
    reading: RunningProgram, restricted: tuple[Path, Path]
) -> None:
    add(reading, restricted[0])
    reading.wait_for_ai()

    def act(dialog: ModelsDialog) -> bool:
        dialog.table.select(reading.program.preferences.settings.weights[0])
        dialog.remove()
        settle(reading)
        return False

    asked = answers(reading, act)
    reading.program.desk.choose_models()
    assert any(isinstance(dialog, ConfirmDialog) for dialog in asked)
    assert reading.program.preferences.settings.weights == ()
    assert reading.program.library.library.read().models == ()
    assert restricted[0].is_file()
    assert states(reading)[0] == NotRun("no weights chosen")


def test_shipped_models_cannot_be_removed_and_serve_what_they_can(
    reading: RunningProgram,
) -> None:
    def act(dialog: ModelsDialog) -> bool:
        dialog.table.selectRow(0)
        dialog.remove()
        settle(reading)
        assert "Demonstration" in dialog.card_words
        for row in range(2):
            dialog.table.selectRow(row)
            dialog.use()
        return True

    asked = answers(reading, act)
    reading.program.desk.choose_models()
    reading.program.runner.cancel()
    assert not any(isinstance(dialog, ConfirmDialog) for dialog in asked)
    serving = reading.program.preferences.settings.serving
    assert [path.name for path in serving[ModelUse.DBT]] == ["demo_gmic3d.safetensors"]
    assert [path.name for path in serving[ModelUse.FFDM]] == ["demo_gmic.safetensors"]
    assert "means nothing for patients" in reading.program.header.words


def test_a_file_in_use_that_is_not_in_the_library_is_listed_and_can_be_kept(
    start: Start, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights[1:])
    said: list[tuple[str, ...]] = []

    def act(dialog: ModelsDialog) -> bool:
        said.extend(dialog.table.rows())
        dialog.table.select(weights[1])
        dialog.keep()
        settle(running)
        return False

    answers(running, act)
    running.program.desk.choose_models()
    row = next(row for row in said if row[0] == "Small gmic 0")
    assert row[1:3] == ("FFDM, synth. 2D, film", "FFDM, synth. 2D, film")
    assert row[-1] == "not in the library"
    (kept,) = running.program.library.library.read().models
    assert kept.name == "Small gmic"


def test_a_damaged_index_is_named_when_the_window_opens(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "config" / "models"
    folder.mkdir(parents=True)
    (folder / INDEX).write_text("= nonsense")
    running = start()
    assert "index.toml.damaged" in "\n".join(running.program.notices.texts)


def test_the_dialog_fits_a_small_screen(start: Start) -> None:
    running = start()
    sizes: list[tuple[int, int]] = []

    def measure(dialog: ModelsDialog) -> bool:
        least = dialog.minimumSizeHint().expandedTo(dialog.size())
        sizes.append((least.width(), least.height()))
        return False

    answers(running, measure)
    running.program.desk.choose_models()
    assert sizes[0][0] <= 1280
    assert sizes[0][1] <= 760
