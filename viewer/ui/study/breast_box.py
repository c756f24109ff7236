"""The questions about one breast."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inference.types import Laterality
from viewer.session.study_form import BREAST_NAMES, BreastForm, StudyForm, hybrid_percent
from viewer.study.answer import BiRads
from viewer.study.protocol import Questions
from viewer.ui.study.choice_row import ChoiceRow
from viewer.ui.study.field import Field
from viewer.ui.study.note_field import NoteField
from viewer.ui.study.percent_slider import PercentSlider

LIMITS_OF_BIRADS = (2.0, 10.0, 50.0, 95.0)
"""Per cent; see POM_OF_BIRADS."""
_PLACING = tuple(category for category in BiRads if category is not BiRads.INCOMPLETE)
_RECALL = (True, False)


class BreastBox(QWidget):
    """Shows one breast's form and reports what the reader says of it; asks what is asked only."""

    pom_placed = Signal(object, float, object)
    """Laterality, per cent, PomSource."""
    birads_chosen = Signal(object, object)
    recall_chosen = Signal(object, bool)
    text_written = Signal(object, str)
    left = Signal()

    def __init__(
        self, laterality: Laterality, questions: Questions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._laterality = laterality
        name = BREAST_NAMES[laterality].capitalize()
        self._title = _label(name.upper(), "section", self)
        self._note = _label("", "hint", self)
        self._note.setWordWrap(True)
        self._value = _label("", "value", self)
        self.categories = tuple(BiRads) if questions.birads else _PLACING
        self.slider: PercentSlider | None = None
        self.birads: ChoiceRow | None = None
        self.recall: ChoiceRow | None = None
        self.note: NoteField | None = None
        if questions.pom:
            self.slider = PercentSlider(
                name=f"{name}: probability of malignancy", ticks=LIMITS_OF_BIRADS
            )
            self.slider.placed.connect(lambda p, s: self.pom_placed.emit(laterality, p, s))
        if questions.pom or questions.birads:
            self.birads = ChoiceRow(
                name=f"{name}: BI-RADS",
                choices=[category.value for category in self.categories],
                keys=_keys_of(self.categories),
            )
            self.birads.chosen.connect(
                lambda index: self.birads_chosen.emit(laterality, self.categories[index])
            )
        if questions.recall:
            self.recall = ChoiceRow(
                name=f"{name}: recall", choices=("Yes", "No"), keys={"Y": (0,), "N": (1,)}
            )
            self.recall.chosen.connect(
                lambda index: self.recall_chosen.emit(laterality, _RECALL[index])
            )
        if questions.text:
            self.note = NoteField(name=f"{name}: remarks", parent=self)
            self.note.written.connect(lambda text: self.text_written.emit(laterality, text))
        self._ai = _label("", "hint", self)
        self._truth = _label("", "known", self)
        for label in (self._ai, self._truth):
            label.setWordWrap(True)
        self._lay_out(questions)
        for field in self.fields:
            field.left.connect(self.left)

    @property
    def fields(self) -> tuple[Field | NoteField, ...]:
        """The fields in the order the keyboard goes through them."""
        every = (self.slider, self.birads, self.recall, self.note)
        return tuple(field for field in every if field is not None)

    @property
    def first_open(self) -> Field | None:
        """The first field that must still be answered."""
        asked = (self.slider, self.birads if self.slider is None else None, self.recall)
        for field in asked:
            if isinstance(field, PercentSlider) and field.percent is None:
                return field
            if isinstance(field, ChoiceRow) and field.index is None:
                return field
        return None

    @property
    def words(self) -> str:
        """Everything the box says."""
        labels = (self._title, self._note, self._value, self._ai, self._truth)
        return "\n".join(label.text() for label in labels if label.text())

    def show_form(self, form: StudyForm, *, enabled: bool) -> None:
        """Show what is answered."""
        breast = form.breast(self._laterality)
        self._value.setText("" if self.slider is None else _percent_words(breast))
        self._value.setProperty("open", breast.pom_percent is None)
        _restyle(self._value)
        self._note.setText("as your first answer" if form.is_as_first(self._laterality) else "")
        if self.slider is not None:
            self.slider.show_percent(breast.pom_percent)
        if self.birads is not None:
            is_answer = form.questions.birads and breast.birads is not None
            chosen = self.categories.index(breast.birads) if is_answer and breast.birads else None
            self.birads.show_index(chosen)
        if self.recall is not None:
            self.recall.show_index(None if breast.recall is None else int(not breast.recall))
        if self.note is not None:
            self.note.show_text(breast.text)
            self.note.setReadOnly(not enabled)
        for field in self.fields:
            if field is not self.note:
                field.setEnabled(enabled)

    def show_ai(
        self,
        scores: Mapping[str, float],
        reader_percent: float | None,
        *,
        reader_weight: float | None,
        colour: str,
    ) -> None:
        """Say the AI's scores, per cent by model, and the hybrid where it is shown.

        reader_weight: lambda, of the hybrid with the last score; None: no hybrid.
        colour: of the AI's line in the slider.
        """
        rows = [
            f"AI {model}  {percent:.1f} %" if len(scores) > 1 else f"AI  {percent:.1f} %"
            for model, percent in scores.items()
        ]
        if rows and reader_weight is not None and reader_percent is not None:
            mixed = hybrid_percent(reader_percent, list(scores.values())[-1], reader_weight)
            rows[-1] += f"     hybrid  {mixed:.1f} %"
        self._ai.setText("\n".join(rows))
        self._ai.setVisible(bool(rows))
        if self.slider is not None:
            self.slider.show_others([(percent, colour) for percent in scores.values()])

    def show_truth(self, words: str) -> None:
        """Say what is known, after a training case; empty while it is hidden."""
        self._truth.setText(words)
        self._truth.setVisible(bool(words))

    def _lay_out(self, questions: Questions) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        head.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 6)
        column.setSpacing(4)
        column.addLayout(head)
        if self.slider is not None:
            column.addWidget(self.slider)
        rows = QGridLayout()
        rows.setHorizontalSpacing(8)
        rows.setVerticalSpacing(4)
        rows.setColumnStretch(1, 1)
        if self.birads is not None:
            title = "BI-RADS" if questions.birads else "place by"
            rows.addWidget(_label(title, "small", self), 0, 0)
            rows.addWidget(self.birads, 0, 1)
        if self.recall is not None:
            rows.addWidget(_label("Recall", "small", self), 1, 0)
            rows.addWidget(self.recall, 1, 1)
        column.addLayout(rows)
        for widget in (self.note, self._ai, self._truth):
            if widget is not None:
                column.addWidget(widget)
        self._ai.hide()
        self._truth.hide()


def _percent_words(breast: BreastForm) -> str:
    return "not answered" if breast.pom_percent is None else f"{breast.pom_percent:.1f} %"


def _keys_of(categories: tuple[BiRads, ...]) -> dict[str, list[int]]:
    """Categories by their digit: 4 goes from 4A on to 4B and 4C."""
    keys: dict[str, list[int]] = {}
    for index, category in enumerate(categories):
        keys.setdefault(category.value[0], []).append(index)
    return keys


def _label(text: str, name: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName(name)
    return label


def _restyle(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)
