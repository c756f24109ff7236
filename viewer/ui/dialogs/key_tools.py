"""Above the table of keys: find a command, choose a set of keys."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from viewer.commands.key_presets import completed, preset_in_use
from viewer.commands.table import COMMANDS
from viewer.storage.key_presets_file import key_presets

_OWN = "Own keys"


class KeyTools(QWidget):
    """A search field and the shipped sets of keys."""

    search_changed = Signal(str)
    preset_chosen = Signal(dict)
    """Keys by command id, complete."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = {preset.name: preset for preset in key_presets()}
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a command or a key")
        self.search.setAccessibleName("Find a command or a key")
        self.presets = QComboBox(self)
        self.presets.setAccessibleName("Set of keys")
        self.presets.addItems([*self._presets, _OWN])
        self._words = QLabel(self)
        self._words.setObjectName("hint")
        self._words.setWordWrap(True)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.search, 0, 0)
        layout.addWidget(self.presets, 0, 1)
        layout.addWidget(self._words, 1, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        self.search.textChanged.connect(self.search_changed)
        self.presets.textActivated.connect(self.choose)

    def choose(self, name: str) -> None:
        """Use a set of keys; it replaces all keys."""
        preset = self._presets.get(name)
        if preset is not None:
            self.preset_chosen.emit(dict(completed(COMMANDS, preset.keys)))

    def show_preset_of(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Say which set these keys are."""
        keys = {name: preset.keys for name, preset in self._presets.items()}
        name = preset_in_use(COMMANDS, keys, own)
        self.presets.setCurrentText(name or _OWN)
        self._words.setText(
            self._presets[name].description
            if name
            else "Keys of your own; choosing a set replaces them. “Tomolens” sets back all keys."
        )
