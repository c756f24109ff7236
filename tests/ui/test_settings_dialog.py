"""The settings dialog as it is drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QSpinBox
from pytestqt.qtbot import QtBot

from viewer.settings import Settings
from viewer.ui.dialogs.settings import SettingsDialog
from viewer.ui.theme import apply_theme


def test_the_limits_can_be_read_in_the_dark_theme(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp)
    dialog = SettingsDialog(settings=Settings(), own_keys={})
    qtbot.addWidget(dialog)
    dialog.show()
    limits = dialog.findChildren(QSpinBox)
    assert len(limits) == 3
    for limit in limits:
        field = limit.lineEdit()
        assert field.width() >= field.fontMetrics().horizontalAdvance(limit.text())
