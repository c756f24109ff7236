"""The analysis, fixed before anything is read."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QWidget

from viewer.study.check_protocol import ENDPOINTS, MODALITIES
from viewer.study.protocol import AnalysisPlan
from viewer.ui.study_design.design_page import DesignPage, silently
from viewer.ui.study_design.draft import Draft
from viewer.ui.study_design.page_sessions import spin_box
from viewer.ui.text_size import no_wider

_ENDPOINT_WORDS = {
    "auc": "AUC",
    "sensitivity": "Sensitivity at recall",
    "specificity": "Specificity at recall",
    "wafroc": "wAFROC area (marks)",
}
_MODALITY_WORDS = {"unaided": "alone", "aided": "with the AI", "hybrid": "hybrid", "ai": "AI alone"}
_LARGEST_SEED = (1 << 31) - 1


class AnalysisPage(DesignPage):
    """Endpoint, comparison, lambda, alpha, bootstraps, acceptance radius."""

    title = "Analysis plan"
    places = (("analysis",),)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.endpoint = _choices(_ENDPOINT_WORDS, ENDPOINTS, self.inside)
        self.first = _choices(_MODALITY_WORDS, MODALITIES, self.inside)
        self.second = _choices(_MODALITY_WORDS, MODALITIES, self.inside)
        self.alpha = _decimal(0.001, 0.5, 3, 0.01, self.inside)
        self.weight = _decimal(0.0, 1.0, 2, 0.05, self.inside)
        self.bootstraps = spin_box(1, 1_000_000, self.inside)
        self.seed = spin_box(0, _LARGEST_SEED, self.inside)
        self.radius = _decimal(0.1, 999.0, 1, 1.0, self.inside)
        self.radius.setSuffix(" mm")
        pair = QWidget(self.inside)
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.first)
        row.addWidget(QLabel("against", pair))
        row.addWidget(self.second)
        row.addStretch(1)
        self.add_field("Primary endpoint", self.endpoint, ("analysis", "primary_endpoint"))
        self.add_field("Primary comparison", pair, ("analysis", "comparison"))
        self.add_field(
            "Alpha", self.alpha, ("analysis", "alpha"), words="Intervals have 1 − alpha."
        )
        self.add_field(
            "Hybrid: weight of the reader, λ",
            self.weight,
            ("analysis", "hybrid_lambda"),
            words="Hybrid = λ reader + (1 − λ) AI. 0.5 in the published study.",
        )
        self.add_field("Bootstraps", self.bootstraps, ("analysis", "bootstraps"))
        self.add_field("Bootstrap seed", self.seed, ("analysis", "bootstrap_seed"))
        self.add_field(
            "Acceptance radius",
            self.radius,
            ("analysis", "acceptance_radius_mm"),
            words="A mark this near to a lesion, or inside its outline, is on it.",
        )
        self._connect()
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        plan = self.protocol.analysis
        for box, value in (
            (self.endpoint, plan.primary_endpoint),
            (self.first, plan.comparison[0]),
            (self.second, plan.comparison[1]),
        ):
            place = box.findData(value)
            silently(box, lambda box=box, place=place: box.setCurrentIndex(place))  # type: ignore[misc]
        for field, number in (
            (self.alpha, plan.alpha),
            (self.weight, plan.hybrid_lambda),
            (self.radius, plan.acceptance_radius_mm),
        ):
            if field.value() != number:
                silently(field, lambda f=field, n=number: f.setValue(n))  # type: ignore[misc]
        for whole, count in (
            (self.bootstraps, plan.bootstraps),
            (self.seed, plan.bootstrap_seed),
        ):
            if whole.value() != count:
                silently(whole, lambda w=whole, c=count: w.setValue(c))  # type: ignore[misc]
        self.radius.setEnabled(self.protocol.questions.marks)

    def _connect(self) -> None:
        self.endpoint.activated.connect(
            lambda _: self._take(primary_endpoint=self.endpoint.currentData())
        )
        for box in (self.first, self.second):
            box.activated.connect(
                lambda _: self._take(
                    comparison=(self.first.currentData(), self.second.currentData())
                )
            )
        self.alpha.valueChanged.connect(lambda value: self._take(alpha=value))
        self.weight.valueChanged.connect(lambda value: self._take(hybrid_lambda=round(value, 2)))
        self.radius.valueChanged.connect(lambda value: self._take(acceptance_radius_mm=value))
        self.bootstraps.valueChanged.connect(lambda value: self._take(bootstraps=value))
        self.seed.valueChanged.connect(lambda value: self._take(bootstrap_seed=value))

    def _take(self, **fields: object) -> None:
        plan: AnalysisPlan = replace(self.protocol.analysis, **fields)  # type: ignore[arg-type]
        self.set(analysis=plan)


def _choices(words: dict[str, str], keys: tuple[str, ...], parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    for key in keys:
        box.addItem(words.get(key, key), key)
    no_wider(box, 260)
    return box


def _decimal(
    low: float, high: float, decimals: int, step: float, parent: QWidget
) -> QDoubleSpinBox:
    box = QDoubleSpinBox(parent)
    box.setDecimals(decimals)
    box.setRange(low, high)
    box.setSingleStep(step)
    no_wider(box, 140)
    return box
