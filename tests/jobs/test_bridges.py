"""Between threads and the window: frames, preferences, recent exams."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from builders import make_exam
from pytestqt.qtbot import QtBot

from viewer.domain.overlay_settings import LayerStyle
from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.model_list import ModelList
from viewer.jobs.preferences import Preferences
from viewer.jobs.recent import Recent
from viewer.loading.errors import UnreadableImage
from viewer.settings import Settings
from viewer.storage.places import Places


def test_many_decoded_frames_become_one_signal(qtbot: QtBot) -> None:
    signals = DecodeSignals()
    told: list[frozenset[tuple[str, int]]] = []
    signals.frames_ready.connect(told.append)

    def decode(image_id: str) -> None:
        for slice_index in range(50):
            signals.on_ready(image_id, slice_index)

    threads = [threading.Thread(target=decode, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: bool(told), timeout=2000)
    assert len(told) == 1
    assert len(told[0]) == 100
    signals.on_ready("c", 1)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=2000)


def test_a_frame_that_failed_has_its_reason_until_it_is_decoded(qtbot: QtBot) -> None:
    signals = DecodeSignals()
    with qtbot.waitSignal(signals.frames_failed, timeout=2000):
        signals.on_failed("a", 3, UnreadableImage("It is cut short"))
    assert signals.problem_of(("a", 3)) == "It is cut short"
    signals.on_ready("a", 3)
    assert signals.problem_of(("a", 3)) is None


def where(folder: Path) -> Places:
    return Places(config=folder / "config", cache=folder / "cache")


def test_what_the_command_line_sets_is_not_kept(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(where=where(tmp_path))
    preferences.use_once(weights=(Path("/once.p"),), ai_on_open=False)
    preferences.change(replace(preferences.settings, frames_mb=700))
    kept = Preferences(where=where(tmp_path)).settings
    assert (kept.frames_mb, kept.weights, kept.ai_on_open) == (700, (), True)
    assert preferences.settings.weights == (Path("/once.p"),)


def test_the_overlay_is_kept_but_not_that_it_was_off(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(where=where(tmp_path))
    overlay = preferences.settings.overlay
    changed = replace(overlay, visible=False, truth=True, benign=LayerStyle(opacity=0.5))
    preferences.keep_overlay(changed)
    kept = Preferences(where=where(tmp_path)).settings.overlay
    assert kept == replace(changed, visible=True, truth=False)


def test_settings_that_cannot_be_written_are_said_and_used(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("in the way")
    preferences = Preferences(where=where(tmp_path))
    with qtbot.waitSignal(preferences.not_kept, timeout=2000) as said:
        preferences.change(replace(preferences.settings, ai_on_open=False))
    assert "settings.toml" in said.args[0].message
    assert not preferences.settings.ai_on_open


def test_a_recent_list_that_cannot_be_written_is_said_once(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("in the way")
    recent = Recent(file=where(tmp_path).recent_file, deidentified=True)
    complaints: list[object] = []
    recent.not_kept.connect(complaints.append)
    exam = make_exam()
    recent.add(exam.alias, (tmp_path,))
    with qtbot.waitSignal(recent.not_kept, timeout=2000):
        recent.add(exam.alias, (tmp_path / "other",))
    recent.close()
    qtbot.wait(20)
    assert len(complaints) == 1
    assert len(recent.exams) == 2


def test_what_was_opened_last_is_written_when_the_program_closes_at_once(
    qtbot: QtBot, tmp_path: Path
) -> None:
    file = where(tmp_path).recent_file
    recent = Recent(file=file, deidentified=True)
    for number in range(5):
        recent.add(make_exam().alias, (tmp_path / f"{number}",))
    recent.close()
    assert Recent(file=file, deidentified=True).exams == recent.exams
    assert len(recent.exams) == 5


def test_what_a_closing_window_still_opens_is_not_written(qtbot: QtBot, tmp_path: Path) -> None:
    file = where(tmp_path).recent_file
    recent = Recent(file=file, deidentified=True)
    recent.close()
    recent.add(make_exam().alias, (tmp_path,))
    assert not file.exists()


def test_a_wrong_card_is_named_where_models_are_listed(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("patches = 3")
    models = ModelList(Settings(weights=(tmp_path / "w.safetensors", tmp_path / "other.p")))
    assert models.titles == ("w.safetensors", "other.p")
    assert "w.toml" in models.problems[0]
    assert not models.is_empty
    assert not models.has_demonstration
