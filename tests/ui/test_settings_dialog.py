"""The settings dialog as it is drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QSpinBox
from pytestqt.qtbot import QtBot

from viewer.settings import Settings
from viewer.ui.dialogs.settings import SettingsDialog, augmentation_choice
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


def test_augmentations_are_offered_with_what_they_cost(qtbot: QtBot) -> None:
    dialog = SettingsDialog(settings=Settings(), own_keys={})
    qtbot.addWidget(dialog)
    offered = [dialog.augmentations.itemText(n) for n in range(dialog.augmentations.count())]
    assert offered == [
        "none",
        "4: 5 times the time",
        "8: 9 times the time",
        "10, as in the papers: 11 times the time",
        "16: 17 times the time",
    ]
    assert dialog.settings.augmentations == 0
    dialog.augmentations.setCurrentIndex(2)
    assert dialog.settings.augmentations == 8


def test_another_number_of_augmentations_from_the_file_stays(qtbot: QtBot) -> None:
    dialog = SettingsDialog(settings=Settings(augmentations=20), own_keys={})
    qtbot.addWidget(dialog)
    assert dialog.augmentations.currentText() == augmentation_choice(20)
    assert dialog.settings == Settings(augmentations=20)
