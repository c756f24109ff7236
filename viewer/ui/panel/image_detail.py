"""The active image in full: its parts, its model, its state and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from inference.augmentation import said_of_augmentations
from inference.series import SeriesPrediction
from inference.types import ClassScores, Prediction
from viewer.domain.ai_state import Done, Failed, SeriesDone, describe
from viewer.session.state import SessionState

_COLUMNS = ("", "score", "global", "local")


class ImageDetail(QWidget):
    """Global and local parts of the active image's scores, or why there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._title.setObjectName("section")
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._parts = QWidget(self)
        self._grid = QGridLayout(self._parts)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(len(_COLUMNS), 1)
        self._numbers: dict[tuple[int, int], QLabel] = {}
        for row in range(3):
            for column in range(len(_COLUMNS)):
                label = QLabel(self._parts)
                self._numbers[row, column] = label
                self._grid.addWidget(label, row, column)
        for column, name in enumerate(_COLUMNS):
            self._numbers[0, column].setText(name)
            self._numbers[0, column].setObjectName("hint")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(5)
        layout.addWidget(self._title)
        layout.addWidget(self._parts)
        layout.addWidget(self._words)

    @property
    def words(self) -> str:
        """Title and state as shown."""
        return f"{self._title.text()}: {self._words.text()}"

    def show_state(self, state: SessionState) -> None:
        """Show the active image."""
        image = state.active_image
        self.setVisible(image is not None)
        if image is None:
            return
        self._title.setText(image.name.upper())
        ai = state.ai_of(image.image_id)
        self._parts.setVisible(isinstance(ai, Done))
        kind = "error" if isinstance(ai, Failed) else "hint"
        if isinstance(ai, Done):
            self._show_parts(ai.prediction)
            text = _said_of(ai.prediction, from_cache=ai.from_cache)
        elif isinstance(ai, SeriesDone):
            text = series_words(ai.prediction, from_cache=ai.from_cache)
        else:
            text = describe(ai)
        if self._words.objectName() != kind:
            self._words.setObjectName(kind)
            self._words.style().unpolish(self._words)
            self._words.style().polish(self._words)
        self._words.setText(text)

    def _show_parts(self, prediction: Prediction) -> None:
        parts = (prediction.scores, prediction.global_scores, prediction.local_scores)
        for row, name in ((1, "malignant"), (2, "benign")):
            self._numbers[row, 0].setText(name)
            for column, scores in enumerate(parts, start=1):
                self._numbers[row, column].setText(f"{_of(scores, name):.2f}")


def series_words(prediction: SeriesPrediction, *, from_cache: bool) -> str:
    """How a series' score came about."""
    peak, count = prediction.peak, len(prediction.windows)
    held = peak.last_slice - peak.first_slice + 1
    said = [
        f"The highest of {count} windows of {held} slices: slices {peak.first_slice + 1} to "
        f"{peak.last_slice + 1}."
        if count > 1
        else f"One window of {held} slices."
    ]
    said += prediction.notices
    said.append(prediction.model.title)
    said.append(
        "kept result" if from_cache else f"{prediction.seconds:.0f} s on {prediction.device}"
    )
    return "\n".join(said)


def _of(scores: ClassScores, name: str) -> float:
    return scores.malignant if name == "malignant" else scores.benign


def _said_of(prediction: Prediction, *, from_cache: bool) -> str:
    said = []
    if not prediction.has_salient_region:
        said.append("No salient region: nothing to look at closely.")
    if prediction.outside_training_views:
        said.append("Outside the model's training views.")
    said.append(prediction.model.title)
    augmented = said_of_augmentations(prediction.model)
    if augmented:
        said.append(augmented)
    said.append(
        "kept result" if from_cache else f"{prediction.seconds:.0f} s on {prediction.device}"
    )
    return "\n".join(said)
