"""Licence, training data and intended use of models, to be accepted before their first use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.storage.accepted_licences import LicenceTerms
from viewer.ui.text_size import size_dialog

_WORDS = "Read this before the first use. Without your consent the AI does not run with it."

_LINE_GAP = 3
_GAPS = {"heading": 20, "hint": 8}
"""Above a line of this kind."""


class LicenceDialog(QDialog):
    """Models that share their terms stand together; nothing is accepted by pressing Enter."""

    def __init__(self, terms: Sequence[LicenceTerms], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licence of a model" if len(terms) == 1 else "Licence of models")
        size_dialog(self, 620, 420)
        self.terms = tuple(terms)
        self._labels: list[QLabel] = []
        page = QWidget(self)
        page_layout = QVBoxLayout(page)
        page_layout.setContentsMargins(0, 0, 8, 0)
        page_layout.setSpacing(_LINE_GAP)
        for group in _grouped(terms):
            self._add(group, page, page_layout)
        page_layout.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        buttons = QDialogButtonBox(self)
        self.accept_button = buttons.addButton(
            "Accept licence" if len(terms) == 1 else "Accept licences",
            QDialogButtonBox.ButtonRole.AcceptRole,
        )
        self.decline_button = buttons.addButton(
            "Do not use", QDialogButtonBox.ButtonRole.RejectRole
        )
        self.accept_button.setAutoDefault(False)
        self.decline_button.setDefault(True)
        self.decline_button.setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addWidget(area, 1)
        layout.addWidget(buttons)

    @property
    def words(self) -> str:
        """Everything it says of the models."""
        return "\n".join(label.text() for label in self._labels)

    def _add(self, group: Sequence[LicenceTerms], page: QWidget, layout: QVBoxLayout) -> None:
        first = group[0]
        lines = [("heading", "\n".join(each.model for each in group))]
        for title, text in (
            ("Licence", first.licence),
            ("Training data", first.training_data),
            ("Intended use", first.intended_use),
        ):
            lines += [("hint", title), ("", text or "not stated")]
        for name, text in lines:
            label = QLabel(text, page)
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            if layout.count() > 0 and name:
                layout.addSpacing(_GAPS[name])
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
            self._labels.append(label)


def _grouped(terms: Sequence[LicenceTerms]) -> list[list[LicenceTerms]]:
    groups: dict[tuple[str, str, str], list[LicenceTerms]] = {}
    for each in terms:
        key = (each.licence, each.training_data, each.intended_use)
        groups.setdefault(key, []).append(each)
    return list(groups.values())
