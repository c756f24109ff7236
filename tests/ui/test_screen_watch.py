"""The screen under the panes, and the width a user measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot

from viewer.domain.hanging import Slot
from viewer.domain.screen_pitch import pitch_of
from viewer.jobs.preferences import Preferences
from viewer.session.session import Session
from viewer.storage.places import places
from viewer.ui.dialogs.screen_width import ScreenWidthDialog
from viewer.ui.hanging_view import HangingView
from viewer.ui.screen_watch import ScreenWatch, reported_screen


def test_every_pane_knows_its_screen_and_a_measured_width_is_kept(
    qtbot: QtBot, tmp_path: Path
) -> None:
    where = places({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")})
    session, preferences = Session(), Preferences(where=where)
    hanging = HangingView(session=session)
    qtbot.addWidget(hanging)
    watch = ScreenWatch(session=session, hanging=hanging, preferences=preferences)
    hanging.show()
    qtbot.waitUntil(lambda: set(session.state.pitches) == set(hanging.panes))

    screen = reported_screen(hanging.screen())
    width_mm = screen.device_width * 0.25
    preferences.change(replace(preferences.settings, screen_widths_mm={screen.name: width_mm}))
    pitch = session.state.pitches[Slot.RCC]
    assert (pitch.pixel_mm, pitch.measured) == (0.25, True)

    again = Preferences(where=where)
    assert again.settings.screen_widths_mm == {screen.name: width_mm}
    hanging.finish()
    del watch


def test_the_dialog_starts_from_what_is_known(qtbot: QtBot) -> None:
    session = Session()
    hanging = HangingView(session=session)
    qtbot.addWidget(hanging)
    screen = reported_screen(hanging.screen())

    dialog = ScreenWidthDialog(pitch_of(screen, screen.device_width * 0.25))
    qtbot.addWidget(dialog)
    assert dialog.width_mm == screen.device_width * 0.25
    field = dialog.findChild(QDoubleSpinBox)
    field.setValue(345.6)
    assert dialog.width_mm == 345.6
    hanging.finish()
