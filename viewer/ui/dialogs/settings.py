"""Settings and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.settings import (
    LARGEST_BUDGET_MB,
    SMALLEST_BUDGET_MB,
    TEXT_STEPS_PERCENT,
    DeviceChoice,
    Settings,
)
from viewer.ui.dialogs.key_table import KeyTable
from viewer.ui.dialogs.mouse_choices import MouseChoices
from viewer.ui.text_size import scaled

_DEVICES = {
    DeviceChoice.AUTO: "GPU when there is one, else CPU",
    DeviceChoice.CPU: "CPU",
    DeviceChoice.CUDA: "GPU (CUDA), mixed precision",
    DeviceChoice.CUDA_EXACT: "GPU (CUDA), exact float32",
}


class SettingsDialog(QDialog):
    """Two pages: general and keys."""

    def __init__(
        self,
        *,
        settings: Settings,
        own_keys: Mapping[str, tuple[str, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(scaled(660), scaled(580))
        self._before = settings
        self.ai_on_open = QCheckBox("Run the AI when an exam opens", self)
        self.ai_on_open.setChecked(settings.ai_on_open)
        self.deidentified = QCheckBox("Name exams by alias only in the recent list", self)
        self.deidentified.setChecked(settings.deidentified)
        self.device = QComboBox(self)
        self.device.addItems(list(_DEVICES.values()))
        self.device.setCurrentText(_DEVICES[settings.device])
        self.frames_mb = _megabytes(settings.frames_mb, self)
        self.predictions_mb = _megabytes(settings.predictions_mb, self)
        self.text_size = QComboBox(self)
        self.text_size.setAccessibleName("Text size")
        self._sizes = sorted({*TEXT_STEPS_PERCENT, settings.text_percent})
        self.text_size.addItems([f"{size} %" for size in self._sizes])
        self.text_size.setCurrentIndex(self._sizes.index(settings.text_percent))
        self.mouse = MouseChoices(settings.gestures, self)
        self.keys = KeyTable(own_keys, self)
        pages = QTabWidget(self)
        pages.addTab(self._general(), "General")
        pages.addTab(self.keys, "Keys")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.setSpacing(12)
        layout.addWidget(pages, 1)
        layout.addWidget(buttons)

    @property
    def settings(self) -> Settings:
        """The settings as the dialog has them."""
        names = list(_DEVICES.values())
        return replace(
            self._before,
            ai_on_open=self.ai_on_open.isChecked(),
            deidentified=self.deidentified.isChecked(),
            device=list(_DEVICES)[names.index(self.device.currentText())],
            frames_mb=self.frames_mb.value(),
            predictions_mb=self.predictions_mb.value(),
            text_percent=self._sizes[self.text_size.currentIndex()],
            gestures=self.mouse.gestures,
        )

    def _general(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(18, 18, 18, 18)
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(18)
        form.addRow(self.ai_on_open)
        form.addRow("Text size", self.text_size)
        form.addRow("Right drag", self.mouse.right_drag)
        form.addRow("Middle drag", self.mouse.middle_drag)
        form.addRow("Wheel", self.mouse.wheel)
        form.addRow("AI runs on", self.device)
        form.addRow("Results kept on disk", self.predictions_mb)
        form.addRow("Memory for decoded slices", self.frames_mb)
        form.addRow(self.deidentified)
        note = QLabel("Memory and disk limits apply from the next start.", page)
        note.setObjectName("hint")
        form.addRow(note)
        return page


def _megabytes(value: int, parent: QWidget) -> QSpinBox:
    box = QSpinBox(parent)
    box.setRange(SMALLEST_BUDGET_MB, LARGEST_BUDGET_MB)
    box.setSingleStep(128)
    box.setSuffix(" MB")
    box.setValue(value)
    return box
