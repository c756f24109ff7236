"""Version, licence, intended use."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

_WORDS = """\
Viewer for mammography and breast tomosynthesis beside an AI that shows its reasons
(3D-GMIC and GMIC).

Research use only. Not a medical device, not for diagnosis.
Scores and overlays say where a network looked, not where a lesion ends.

Apache License 2.0. Typeface: Inter (SIL Open Font License 1.1).
Icons: Material Design Icons (Apache License 2.0)."""


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("tomolens")
    except PackageNotFoundError:
        return "not installed"


class AboutDialog(QDialog):
    """Says what the program is and is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Tomolens")
        title = QLabel(f"Tomolens {program_version()}", self)
        title.setObjectName("title")
        words = QLabel(_WORDS, self)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(14)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addWidget(buttons)
