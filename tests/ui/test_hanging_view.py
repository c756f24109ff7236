"""Panes get their places together."""

from pytestqt.qtbot import QtBot

from viewer.domain.hanging import Slot
from viewer.session.session import Session
from viewer.ui.hanging_view import HangingView


def test_panes_are_placed_before_any_size_is_to_be_noted(qtbot: QtBot) -> None:
    hanging = HangingView(session=Session())
    qtbot.addWidget(hanging)
    hanging.resize(800, 600)
    hanging.show()
    qtbot.waitExposed(hanging)
    seen: list[bool] = []
    placed: list[set[tuple[int, int]]] = []
    for pane in hanging.made_panes:
        pane.pane_resized.connect(lambda *_: seen.append(hanging.is_placing))
    hanging.panes_placed.connect(
        lambda: placed.append({pane.device_size for pane in hanging.panes.values()})
    )
    hanging.resize(1000, 702)
    assert seen == [True] * 4
    assert placed == [{(500, 350)}]
    assert not hanging.is_placing
    assert set(hanging.panes) >= {Slot.RCC, Slot.LCC}
