"""The settings dialog as it is drawn."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QSlider, QSpinBox, QStyle, QStyleOptionSlider
from pytestqt.qtbot import QtBot

from viewer.settings import Settings
from viewer.ui.dialogs.settings import SettingsDialog, augmentation_choice
from viewer.ui.fonts import text_font
from viewer.ui.text_size import scaled_sheet
from viewer.ui.theme import apply_theme, style_sheet


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


@pytest.mark.parametrize("percent", [100, 200])
def test_check_boxes_and_handles_grow_with_their_words(
    qtbot: QtBot, qapp: QApplication, percent: int
) -> None:
    style = qapp.styleSheet()
    apply_theme(qapp, text_percent=percent)
    box, slider = QCheckBox("Boxes"), QSlider(Qt.Orientation.Horizontal)
    for widget in (box, slider):
        qtbot.addWidget(widget)
        widget.ensurePolished()
    metric = box.style().pixelMetric
    side = metric(QStyle.PixelMetric.PM_IndicatorWidth, None, box)
    high = metric(QStyle.PixelMetric.PM_IndicatorHeight, None, box)
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    qapp.setStyleSheet(style)
    qapp.setFont(text_font(13))
    assert (side, high) == (13 * percent // 100 + 2, 13 * percent // 100 + 2)
    assert handle.width() == 10 * percent // 100


def test_every_length_of_the_style_sheet_is_in_pixels_once_it_is_used() -> None:
    assert "tx" in style_sheet()
    assert not re.search(r"\dtx", scaled_sheet(style_sheet(), 150))
