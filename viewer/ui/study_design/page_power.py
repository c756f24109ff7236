"""How many readers and cases: power after Hillis, from a pilot or from published variances."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QWidget

from viewer.analysis.pilot_of_table import Pilot
from viewer.errors import Problem
from viewer.jobs.pilot_search import PilotSearch
from viewer.statistics.published_components import PUBLISHED_COMPONENTS
from viewer.statistics.refusal import Refusal
from viewer.statistics.sizing import PilotComponents, cases_for, power_of, readers_for
from viewer.study.read_protocol import PROTOCOL_NAME
from viewer.ui.file_chooser import FileChooser
from viewer.ui.flow_layout import FlowLayout
from viewer.ui.folding_row import FoldingRow
from viewer.ui.study_design.design_page import DesignPage, FieldNote, silently, wrapped
from viewer.ui.study_design.draft import Draft
from viewer.ui.study_design.page_sessions import spin_box
from viewer.ui.study_design.power_plot import PowerPlot
from viewer.ui.text_size import no_wider

_WORDS = """\
Two modalities, random readers and cases, every reader reads every case. The new study is taken to
have the share of diseased cases of the one the variances come from. Of a pilot, or of the study
while it runs, only variances are used: the look stays blind to the effect."""
_FIRST = "nyu"


class PowerPage(DesignPage):
    """Source of the variances, the plan, the answer in words, and lines around it."""

    title = "Power"

    def __init__(
        self,
        draft: Draft,
        *,
        pilots: PilotSearch,
        chooser: FileChooser,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(draft, parent)
        self._pilots = pilots
        self._chooser = chooser
        self._own: PilotComponents | None = None
        self._has_own_plan = False
        self.source = QComboBox(self.inside)
        for key, found in PUBLISHED_COMPONENTS.items():
            self.source.addItem(f"Published: {found.name} ({found.figure_of_merit})", key)
        self.source.setCurrentIndex(self.source.findData(_FIRST))
        self.effect = _decimal(0.001, 0.5, 3, 0.01, 0.05, self.inside)
        self.wanted = _decimal(0.05, 0.99, 2, 0.05, 0.8, self.inside)
        self.readers = spin_box(3, 200, self.inside)
        self.cases = spin_box(4, 100_000, self.inside)
        self.answer = QLabel(self.inside)
        self.answer.setObjectName("sentence")
        self.answer.setWordWrap(True)
        self.plot = PowerPlot(self.inside)
        self._said = FieldNote((), self.inside)
        self._lay_out()
        self._connect()
        self.start()
        self.take_plan()

    def entered(self) -> None:
        """Start from the draft as it is now, unless another plan was tried; offer the study."""
        if not self._has_own_plan:
            self.take_plan()
        self.study_button.setEnabled(self._study_file() is not None)

    def follow(self) -> None:
        """The level is the plan's."""
        self.calculate()

    @property
    def components(self) -> PilotComponents:
        """The variances in use."""
        key = self.source.currentData()
        if key is None and self._own is not None:
            return self._own
        return PUBLISHED_COMPONENTS[key or _FIRST]

    def take_plan(self) -> None:
        """Start from the draft's readers and breasts."""
        cases = [case for case in self.protocol.cases if not case.training]
        breasts = sum(len(case.breasts) for case in cases) or 400
        silently(self.readers, lambda: self.readers.setValue(max(3, len(self.protocol.readers))))
        silently(self.cases, lambda: self.cases.setValue(breasts))
        self.calculate()

    @Slot()
    def calculate(self) -> None:
        """Say the power of the plan, and what would reach the wanted one."""
        pilot = self.components
        alpha = self.protocol.analysis.alpha
        if not 0 < alpha < 1:
            self.plot.clear()
            self.answer.setText("The analysis plan needs a level between 0 and 1.")
            return
        effect, wanted = self.effect.value(), self.wanted.value()
        readers, cases = self.readers.value(), self.cases.value()
        found = power_of(pilot, effect=effect, readers=readers, cases=cases, alpha=alpha)
        if isinstance(found, Refusal):
            self.plot.clear()
            self.answer.setText(f"{found.reason} {found.instead}")
            return
        enough_readers = readers_for(pilot, effect=effect, cases=cases, power=wanted, alpha=alpha)
        enough_cases = cases_for(pilot, effect=effect, readers=readers, power=wanted, alpha=alpha)
        self.answer.setText(
            f"Power {found.power:.2f} to find a difference of {effect:.3f} with {readers} readers "
            f"and {cases:,} cases (two-sided α {alpha:g}).\n"
            f"For {wanted:.2f} with {cases:,} cases: {_or_words(enough_readers, 'readers')}\n"
            f"For {wanted:.2f} with {readers} readers: {_or_words(enough_cases, 'cases')}"
        )
        self._source.setText(
            f"{pilot.source}. {pilot.cases:,} cases, {100 * pilot.prevalence:.1f} % with the "
            f"disease. Var(TR) {pilot.var_tr:.2e}, Var {pilot.var:.2e}, Cov1 {pilot.cov1:.2e}, "
            f"Cov2 {pilot.cov2:.2e}, Cov3 {pilot.cov3:.2e}."
        )
        self.plot.show_power(
            pilot, effect=effect, alpha=alpha, readers=readers, cases=cases, wanted=wanted
        )

    @Slot()
    def _take_own_plan(self) -> None:
        self._has_own_plan = True
        self.calculate()

    def use_pilot(self, path: Path) -> None:
        """Take the variances of a table or study."""
        self._said.say(())
        self._pilots.search(path)

    @Slot(object)
    def _take_pilot(self, pilot: Pilot) -> None:
        self._own = pilot.components
        place = self.source.findData(None)
        words = f"Pilot: {pilot.components.name}"
        if place < 0:
            self.source.addItem(words, None)
            place = self.source.count() - 1
        self.source.setItemText(place, words)
        self.source.setCurrentIndex(place)
        self._said.say(tuple(note.rstrip(".") for note in pilot.notes))
        self.calculate()

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        self._said.say((problem.text.rstrip("."),))

    def _ask_table(self) -> None:
        files = self._chooser.files_to_open(self)
        if files:
            self.use_pilot(files[0])

    def _use_study(self) -> None:
        file = self._study_file()
        if file is not None:
            self.use_pilot(file)

    def _study_file(self) -> Path | None:
        folder = self.draft.folder
        if folder is None or not (folder / PROTOCOL_NAME).is_file():
            return None
        return folder / PROTOCOL_NAME

    def _lay_out(self) -> None:
        self.add_words(_WORDS)
        buttons = QWidget(self.inside)
        row = FlowLayout(buttons)
        self.table_button = QPushButton("Pilot table…", buttons)
        self.study_button = QPushButton("This study so far", buttons)
        self.study_button.setEnabled(False)
        row.addWidget(self.table_button)
        row.addWidget(self.study_button)
        self.add_field("Variances from", FoldingRow(self.source, buttons, parent=self.inside))
        self._source = wrapped("", self.inside)
        self.add_field("", self._source)
        self.add_wide(self._said)
        plan = QWidget(self.inside)
        numbers = FlowLayout(plan, gap=18)
        for words, box in (
            ("Difference", self.effect),
            ("Readers", self.readers),
            ("Cases", self.cases),
            ("Power wanted", self.wanted),
        ):
            pair = QWidget(plan)
            of_pair = QHBoxLayout(pair)
            of_pair.setContentsMargins(0, 0, 0, 0)
            of_pair.setSpacing(8)
            of_pair.addWidget(QLabel(words, pair))
            of_pair.addWidget(box)
            numbers.addWidget(pair)
        self.add_wide(plan)
        self.add_wide(self.answer)
        self.add_wide(self.plot, stretch=100)

    def _connect(self) -> None:
        self.source.activated.connect(self.calculate)
        for box in (self.effect, self.wanted):
            box.valueChanged.connect(self.calculate)
        for count in (self.readers, self.cases):
            count.valueChanged.connect(self._take_own_plan)
        self.table_button.clicked.connect(self._ask_table)
        self.study_button.clicked.connect(self._use_study)
        self._pilots.succeeded.connect(self._take_pilot)
        self._pilots.failed.connect(self._take_failure)


def _or_words(found: int | Refusal, noun: str) -> str:
    return found.reason if isinstance(found, Refusal) else f"{found:,} {noun}."


def _decimal(
    low: float, high: float, decimals: int, step: float, value: float, parent: QWidget
) -> QDoubleSpinBox:
    box = QDoubleSpinBox(parent)
    box.setDecimals(decimals)
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setValue(value)
    no_wider(box, 110)
    return box
