"""A CT series in the whole program: opened, scrolled, windowed, scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ct_builders import CORONAL, Series, write_series
from ct_model_builders import save_ct_model
from PySide6.QtCore import Qt
from running_program import RunningProgram

from viewer.domain.ai_state import NotRun, SeriesDone
from viewer.session.state import Layout

Start = Callable[..., RunningProgram]
CT = Series(slices=20, rows=64, columns=64, pixel_mm=5.0)
OBLIQUE = (1.0, 0.0, 0.0, 0.0, 0.8, 0.6)


def test_a_series_opens_alone_scrolls_and_takes_windows_by_number(
    start: Start, tmp_path: Path
) -> None:
    running = start()
    running.open(write_series(tmp_path / "ct", CT))
    state = running.state
    assert state.layout is Layout.SINGLE
    assert state.active_image.name == "Axial CT"
    assert state.active_pane.slice_index == 10
    running.key(Qt.Key.Key_Up)
    assert abs(running.state.active_pane.slice_index - 10) == 1
    for key, words in ((Qt.Key.Key_2, "soft tissue"), (Qt.Key.Key_3, "bone")):
        running.key(key)
        preset = running.state.active_pane.preset
        assert running.state.active_image.vois[preset].explanation == words


def test_a_ct_model_scores_it_and_the_strip_and_panel_say_so(start: Start, tmp_path: Path) -> None:
    running = start(weights=(save_ct_model(tmp_path),), run_ai=True)
    running.open(write_series(tmp_path / "ct", CT))
    running.wait_for_ai()
    image = running.state.active_image
    done = running.state.ai_of(image.image_id)
    assert isinstance(done, SeriesDone), done
    assert len(done.prediction.windows) == 4
    assert running.program.strip.strip.series == done.prediction
    running.program.panel.refresh()
    line = running.program.panel.scores.lines[-1]
    assert line.series_score == done.prediction.score
    running.key(Qt.Key.Key_N)
    assert running.state.active_pane.slice_index == done.prediction.peak.middle
    running.key(Qt.Key.Key_A)
    assert running.program.strip.strip.series is None


def test_mammography_models_are_never_run_on_it(
    start: Start, tmp_path: Path, weights: tuple[Path, Path]
) -> None:
    running = start(weights=weights, run_ai=True)
    running.open(write_series(tmp_path / "ct", CT))
    running.wait_for_ai()
    state = running.state.ai_of(running.state.active_image.image_id)
    assert state == NotRun("no model for CT")


@pytest.mark.parametrize(("plane", "name"), [(CORONAL, "Coronal CT"), (OBLIQUE, "Oblique CT")])
def test_other_planes_are_shown_and_scrolled_and_say_why_they_are_not_scored(
    start: Start, tmp_path: Path, plane: tuple[float, ...], name: str
) -> None:
    running = start(weights=(save_ct_model(tmp_path),), run_ai=True)
    running.open(write_series(tmp_path / "ct", replace(CT, plane=plane)))
    running.wait_for_ai()
    image = running.state.active_image
    assert image.name == name
    assert running.state.ai_of(image.image_id) == NotRun("models take axial series only")
    running.program.panel.refresh()
    line = running.program.panel.scores.lines[-1]
    assert (line.title, line.state) == (name, "models take axial series only")
    slice_index = running.state.active_pane.slice_index
    running.key(Qt.Key.Key_Up)
    assert abs(running.state.active_pane.slice_index - slice_index) == 1
