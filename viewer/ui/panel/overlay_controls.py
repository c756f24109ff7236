"""Switches of the overlay: layers, opacity, threshold, cells, boxes, colours, truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from viewer.domain.overlay_settings import LayerStyle, OverlaySettings, Palette
from viewer.session.ai_results import overlay_changed
from viewer.session.session import Change, Session
from viewer.ui.actions import CommandActions
from viewer.ui.text_size import follow_text_size, scaled

_STEPS = 100
_SWATCH = 10
"""Logical pixels of a side at 100 % text."""
_BESIDE = 3
"""Between it and the words."""


class _LayerRow:
    """One class: on and off, opacity, threshold."""

    def __init__(
        self,
        title: str,
        parent: QWidget,
        changed: Callable[[Callable[[LayerStyle], LayerStyle]], None],
    ) -> None:
        self.box = QCheckBox(title, parent)
        self.box.toggled.connect(lambda on: changed(lambda style: replace(style, visible=on)))
        self.opacity = _slider(parent, f"{title} opacity", lowest=5)
        self.opacity.valueChanged.connect(
            lambda value: changed(lambda style: replace(style, opacity=value / _STEPS))
        )
        self.threshold = _slider(parent, f"{title} lower threshold", highest=95)
        self.threshold.valueChanged.connect(
            lambda value: changed(lambda style: replace(style, threshold=value / _STEPS))
        )
        self.numbers = QLabel(parent)
        self.numbers.setObjectName("hint")

    def show_style(self, style: LayerStyle, colour: str) -> None:
        """Follow the session."""
        for widget in (self.box, self.opacity, self.threshold):
            widget.blockSignals(True)
        self.box.setChecked(style.visible)
        self.box.setIcon(_swatch(colour))
        self.box.setIconSize(QSize(scaled(_SWATCH) + scaled(_BESIDE), scaled(_SWATCH)))
        self.opacity.setValue(round(style.opacity * _STEPS))
        self.threshold.setValue(round(style.threshold * _STEPS))
        for slider in (self.opacity, self.threshold):
            slider.setEnabled(style.visible)
        for widget in (self.box, self.opacity, self.threshold):
            widget.blockSignals(False)
        self.opacity.setToolTip(f"Opacity {style.opacity * 100:.0f} %")
        self.threshold.setToolTip(f"Clear below saliency {style.threshold:.2f}")


class OverlayControls(QWidget):
    """Shows the overlay settings and changes them in the session."""

    def __init__(
        self, *, session: Session, actions: CommandActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        title = QLabel("OVERLAY", self)
        title.setObjectName("section")
        self._malignant = _LayerRow("Malignant", self, self._change_malignant)
        self._benign = _LayerRow("Benign", self, self._change_benign)
        self._switches = {
            "boxes": QCheckBox("Boxes", self),
            "smooth": QCheckBox("Smooth", self),
            "palette": QCheckBox("Blue, orange", self),
            "patterns": QCheckBox("Patterns", self),
            "truth": QCheckBox("Truth", self),
        }
        self._all = QCheckBox("Everything", self)
        self._actions: list[tuple[QCheckBox, QAction]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addLayout(self._layer_grid())
        layout.addLayout(self._switch_grid())
        self._connect(actions)
        session.changed.connect(self._follow)
        follow_text_size(self, self._show)

    def _layer_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        for column, text in ((1, "opacity"), (2, "threshold")):
            label = QLabel(text, self)
            label.setObjectName("hint")
            grid.addWidget(label, 0, column)
        for row, layer in ((1, self._malignant), (2, self._benign)):
            grid.addWidget(layer.box, row, 0)
            grid.addWidget(layer.opacity, row, 1)
            grid.addWidget(layer.threshold, row, 2)
            layer.numbers.hide()
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        return grid

    def _switch_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(7)
        boxes = (self._all, *self._switches.values())
        for index, box in enumerate(boxes):
            grid.addWidget(box, *divmod(index, 3))
        return grid

    def _connect(self, actions: CommandActions) -> None:
        """Switches are commands; their words on hover name the keys."""
        for box, command_id in (
            (self._switches["boxes"], "ai.boxes"),
            (self._switches["smooth"], "ai.smooth"),
            (self._switches["palette"], "ai.palette"),
            (self._switches["patterns"], "ai.patterns"),
            (self._switches["truth"], "ai.truth"),
            (self._all, "ai.overlay"),
        ):
            action = actions.action(command_id)
            box.clicked.connect(action.trigger)
            action.changed.connect(self._copy_actions)
            self._actions.append((box, action))
        for box in (self._malignant.box, self._benign.box, self._all, *self._switches.values()):
            box.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @Slot()
    def _copy_actions(self) -> None:
        for box, action in self._actions:
            box.setEnabled(action.isEnabled())
            box.setToolTip(action.toolTip())

    def _change_malignant(self, change: Callable[[LayerStyle], LayerStyle]) -> None:
        self._apply(lambda overlay: replace(overlay, malignant=change(overlay.malignant)))

    def _change_benign(self, change: Callable[[LayerStyle], LayerStyle]) -> None:
        self._apply(lambda overlay: replace(overlay, benign=change(overlay.benign)))

    def _apply(self, change: Callable[[OverlaySettings], OverlaySettings]) -> None:
        self._session.apply(lambda state: overlay_changed(state, change))

    def _follow(self, change: Change) -> None:
        if change.touches("overlay", "exam_id"):
            self._show()

    def _show(self) -> None:
        overlay = self._session.state.overlay
        benign, malignant = overlay.palette.colours
        self._malignant.show_style(overlay.malignant, malignant)
        self._benign.show_style(overlay.benign, benign)
        self._all.setChecked(overlay.visible)
        self._switches["boxes"].setChecked(overlay.boxes)
        self._switches["smooth"].setChecked(overlay.smooth)
        self._switches["palette"].setChecked(overlay.palette is Palette.COLOUR_BLIND_SAFE)
        self._switches["patterns"].setChecked(overlay.patterns)
        self._switches["truth"].setChecked(overlay.truth)


def _slider(parent: QWidget, name: str, *, lowest: int = 0, highest: int = _STEPS) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setRange(lowest, highest)
    slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    slider.setAccessibleName(name)
    return slider


def _swatch(colour: str) -> QIcon:
    side = scaled(_SWATCH)
    picture = QPixmap(side + scaled(_BESIDE), side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.fillRect(0, 0, side, side, QColor(colour))
    painter.end()
    return QIcon(picture)
