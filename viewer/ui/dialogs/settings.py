"""Settings and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inference.augmentation import PAPERS_DRAWS
from viewer.settings import (
    AUGMENTATION_STEPS,
    LARGEST_BUDGET_MB,
    SMALLEST_BUDGET_MB,
    TEXT_STEPS_PERCENT,
    DeviceChoice,
    Settings,
)
from viewer.ui.dialogs.key_table import KeyTable
from viewer.ui.dialogs.mouse_choices import MouseChoices
from viewer.ui.text_size import size_dialog

_DEVICES = {
    DeviceChoice.AUTO: "GPU when there is one, else CPU",
    DeviceChoice.CPU: "CPU",
    DeviceChoice.CUDA: "GPU (CUDA), mixed precision",
    DeviceChoice.CUDA_EXACT: "GPU (CUDA), exact float32",
}


_STEP_MB = 128
_AUGMENTED = (
    "Scores of images are then the mean over that many shifted and resized windows; saliency and "
    "patches stay those of the window as it is. Whole breasts and CT series are run without."
)
_ON_DISK = (
    "Opens exams at once that were seen before. The files hold patients' pixels without names; "
    "only you can read them. Turning this off deletes them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticLimits:
    """What limits are when the program chooses them."""

    memory_mb: int = SMALLEST_BUDGET_MB
    disk_mb: int = SMALLEST_BUDGET_MB


class SettingsDialog(QDialog):
    """Two pages: general and keys."""

    def __init__(
        self,
        *,
        settings: Settings,
        own_keys: Mapping[str, tuple[str, ...]],
        automatic: AutomaticLimits | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """automatic: what limits are when the program chooses them."""
        super().__init__(parent)
        automatic = automatic or AutomaticLimits()
        self.setWindowTitle("Settings")
        size_dialog(self, 660, 720)
        self._before = settings
        self.ai_on_open = QCheckBox("Run the AI when an exam opens", self)
        self.ai_on_open.setChecked(settings.ai_on_open)
        self.deidentified = QCheckBox("Name exams by alias only in the recent list", self)
        self.deidentified.setChecked(settings.deidentified)
        self.device = QComboBox(self)
        self.device.addItems(list(_DEVICES.values()))
        self.device.setCurrentText(_DEVICES[settings.device])
        self.augmentations = QComboBox(self)
        self.augmentations.setAccessibleName("Augmentations")
        self._draws = sorted({*AUGMENTATION_STEPS, settings.augmentations})
        self.augmentations.addItems([augmentation_choice(count) for count in self._draws])
        self.augmentations.setCurrentIndex(self._draws.index(settings.augmentations))
        self.frames_mb = _megabytes(settings.frames_mb, self, automatic_mb=automatic.memory_mb)
        self.frame_cache = QCheckBox("Keep decoded slices on disk", self)
        self.frame_cache.setChecked(settings.frame_cache)
        self.frame_cache_mb = _megabytes(
            settings.frame_cache_mb, self, automatic_mb=automatic.disk_mb
        )
        self.frame_cache_mb.setEnabled(settings.frame_cache)
        self.frame_cache.toggled.connect(self.frame_cache_mb.setEnabled)
        self.predictions_mb = _megabytes(settings.predictions_mb, self)
        self.text_size = QComboBox(self)
        self.text_size.setAccessibleName("Text size")
        self._sizes = sorted({*TEXT_STEPS_PERCENT, settings.text_percent})
        self.text_size.addItems([f"{size} %" for size in self._sizes])
        self.text_size.setCurrentIndex(self._sizes.index(settings.text_percent))
        self.mouse = MouseChoices(settings.gestures, self)
        self.keys = KeyTable(own_keys, self)
        pages = QTabWidget(self)
        general = QScrollArea(self)
        general.setWidgetResizable(True)
        general.setFrameShape(QFrame.Shape.NoFrame)
        general.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        general.setWidget(self._general())
        pages.addTab(general, "General")
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
            augmentations=self._draws[self.augmentations.currentIndex()],
            frames_mb=_chosen(self.frames_mb),
            frame_cache=self.frame_cache.isChecked(),
            frame_cache_mb=_chosen(self.frame_cache_mb),
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
        form.addRow("Augmentations", self.augmentations)
        form.addRow(_hint(_AUGMENTED, page))
        form.addRow("Results kept on disk", self.predictions_mb)
        form.addRow("Memory for decoded slices", self.frames_mb)
        form.addRow(self.frame_cache)
        form.addRow("Room for them on disk", self.frame_cache_mb)
        form.addRow(_hint(_ON_DISK, page))
        form.addRow(self.deidentified)
        form.addRow(_hint("Memory and disk limits apply from the next start.", page))
        return page


def augmentation_choice(count: int) -> str:
    """A number of augmented passes, and what they cost."""
    if count == 0:
        return "none"
    papers = ", as in the papers" if count == PAPERS_DRAWS else ""
    return f"{count}{papers}: {count + 1} times the time"


def _hint(text: str, parent: QWidget) -> QLabel:
    hint = QLabel(text, parent)
    hint.setObjectName("hint")
    hint.setWordWrap(True)
    return hint


def _megabytes(value: int | None, parent: QWidget, *, automatic_mb: int | None = None) -> QSpinBox:
    """A limit; automatic_mb: what the lowest step stands for, where the program may choose."""
    box = QSpinBox(parent)
    lowest = SMALLEST_BUDGET_MB if automatic_mb is None else SMALLEST_BUDGET_MB - _STEP_MB
    box.setRange(lowest, LARGEST_BUDGET_MB)
    box.setSingleStep(_STEP_MB)
    box.setSuffix(" MB")
    if automatic_mb is not None:
        box.setSpecialValueText(f"automatic ({automatic_mb} MB)")
    box.setValue(lowest if value is None else value)
    return box


def _chosen(box: QSpinBox) -> int | None:
    value = box.value()
    return None if value < SMALLEST_BUDGET_MB else value
