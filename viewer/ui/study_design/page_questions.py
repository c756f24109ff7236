"""What is asked of every breast."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QWidget

from viewer.study.protocol import Questions
from viewer.ui.study_design.design_page import DesignPage, silently
from viewer.ui.study_design.draft import Draft
from viewer.ui.study_design.page_sessions import spin_box
from viewer.ui.text_size import no_wider

_ASKED = (
    (
        "pom",
        "Probability of malignancy, 0 to 100 %",
        "A fine slider; BI-RADS buttons place it. ROC curves, the hybrid and average precision "
        "need it.",
    ),
    ("birads", "BI-RADS category", "0, 1, 2, 3, 4A, 4B, 4C, 5."),
    ("recall", "Recall, yes or no", "Without it the threshold below decides."),
    (
        "marks",
        "Marks with confidence, slice and kind",
        "Localisation (wAFROC) needs it.",
    ),
    ("text", "Free text", "Never analysed; printed in exports."),
)


class QuestionsPage(DesignPage):
    """Ticks, the recall threshold and the most marks."""

    title = "Questions per breast"
    places = (("questions",),)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.asked: dict[str, QCheckBox] = {}
        for key, words, why in _ASKED:
            box = QCheckBox(words, self.inside)
            self.asked[key] = box
            self.add_field("Asked" if key == "pom" else "", box, ("questions", key), words=why)
            box.toggled.connect(lambda on, key=key: self._take(**{key: on}))
        self.add_wide(self.note_of_all())
        self.threshold = QDoubleSpinBox(self.inside)
        self.threshold.setRange(0.0, 100.0)
        self.threshold.setDecimals(1)
        self.threshold.setSuffix(" %")
        no_wider(self.threshold, 140)
        self.most_marks = spin_box(1, 1000, self.inside)
        self.add_heading("Limits")
        self.add_field(
            "Recall threshold",
            self.threshold,
            ("questions", "recall_threshold_percent"),
            words="A probability above it counts as a recall where recall is not asked. 2 % is "
            "that of the published study (BI-RADS 4 and higher).",
        )
        self.add_field(
            "Most marks a breast", self.most_marks, ("questions", "largest_number_of_marks")
        )
        self.threshold.valueChanged.connect(
            lambda value: self._take(recall_threshold_percent=value)
        )
        self.most_marks.valueChanged.connect(
            lambda value: self._take(largest_number_of_marks=value)
        )
        self.start()

    def note_of_all(self) -> QWidget:
        """What is wrong with the questions together."""
        return self.note(("questions",))

    def follow(self) -> None:
        """Show the draft."""
        questions = self.protocol.questions
        for key, box in self.asked.items():
            silently(box, lambda box=box, key=key: box.setChecked(getattr(questions, key)))  # type: ignore[misc]
        if self.threshold.value() != questions.recall_threshold_percent:
            value = questions.recall_threshold_percent
            silently(self.threshold, lambda: self.threshold.setValue(value))
        if self.most_marks.value() != questions.largest_number_of_marks:
            most = questions.largest_number_of_marks
            silently(self.most_marks, lambda: self.most_marks.setValue(most))
        self.most_marks.setEnabled(questions.marks)

    def _take(self, **fields: object) -> None:
        questions: Questions = replace(self.protocol.questions, **fields)  # type: ignore[arg-type]
        self.set(questions=questions)
