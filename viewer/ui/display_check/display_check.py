"""The display check: a test pattern over the whole window, and what is known of the screen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QScreen, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.display_function import Calibration, checked_steps
from viewer.domain.grey_depth import GreyDepth
from viewer.storage.toml_file import NotKept
from viewer.ui.backing import painted_depth
from viewer.ui.display_check.measure_form import MeasureForm
from viewer.ui.display_check.pattern_view import PatternView
from viewer.ui.display_check.steps_table import StepsTable
from viewer.ui.displays import Displays, screen_facts
from viewer.ui.text_size import scaled

_SIDE = 360
_ASSUMED = (
    "Not calibrated: sRGB is assumed, and grey goes to the screen as it is. Measure the steps to "
    "follow DICOM's grayscale standard display function (GSDF)."
)
_CORRECTED = (
    "Calibrated: grey follows the GSDF between this screen's black and white. Below is the screen "
    "as measured, without the correction. Contrast: each step's, against the standard's; beyond "
    "10 % it is marked."
)
_RAMPS = (
    " At the foot of the pattern, the upper ramp of each pair has all of them and the lower one "
    "256: where the screen keeps 10 bits, the upper one is smoother."
)


class DisplayCheck(QDialog):
    """Pattern at the left, the screen at the right; F folds the right side away."""

    def __init__(
        self, *, displays: Displays, screen: QScreen, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Display check")
        self._displays, self._screen = displays, screen
        self.pattern = PatternView(self)
        self.facts = QLabel(self)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.steps = StepsTable(self)
        self.form = MeasureForm(self)
        self.measure = QPushButton("Enter measurements", self)
        self.alone = QPushButton("Pattern alone (F)", self)
        self.close_button = QPushButton("Close", self)
        self._pages = QStackedWidget(self)
        self._side = self._made_side()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pattern, 1)
        layout.addWidget(self._side)
        self._connect()
        self._show_screen()
        self.setGeometry(screen.availableGeometry())
        self.setWindowState(Qt.WindowState.WindowMaximized)

    @property
    def side_is_shown(self) -> bool:
        """False while the pattern is alone."""
        return not self._side.isHidden()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Say what this window is painted with, which is known only now."""
        super().showEvent(event)
        self._show_screen()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """F: the pattern alone, or not."""
        if event.key() == Qt.Key.Key_F and self._pages.currentIndex() == 0:
            self._fold()
        else:
            super().keyPressEvent(event)

    def _made_side(self) -> QWidget:
        self._known = QWidget(self)
        column = QVBoxLayout(self._known)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.steps, 1)
        for button in (self.measure, self.alone, self.close_button):
            button.setAutoDefault(False)
            column.addWidget(button)
        self._pages.addWidget(self._known)
        self._pages.addWidget(self.form)
        self._pages.currentChanged.connect(self._make_room)
        self._make_room()
        side = QWidget(self)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.facts)
        layout.addWidget(self._pages, 1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(side)
        area.setFixedWidth(min(scaled(_SIDE), self._screen.availableGeometry().width() // 2))
        return area

    @Slot()
    def _make_room(self) -> None:
        """Only the page that is shown needs room: the other one must not make it scroll."""
        for page in (self._known, self.form):
            is_shown = page is self._pages.currentWidget()
            policy = QSizePolicy.Policy.Preferred if is_shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)

    def _connect(self) -> None:
        self.measure.clicked.connect(self._begin)
        self.alone.clicked.connect(self._fold)
        self.close_button.clicked.connect(self.reject)
        self.form.level_chosen.connect(self.pattern.show_level)
        self.form.left.connect(self._end)
        self.form.entered.connect(self._keep)

    def _show_screen(self) -> None:
        facts = screen_facts(self._screen)
        function = self._displays.function_of(self._screen)
        painted = painted_depth(self)
        lines = [
            f"<b>{facts.name}</b>" + (f" &nbsp; {facts.serial}" if facts.serial else ""),
            f"{facts.width} x {facts.height} pixels, {facts.dots_per_inch:.0f} dpi",
            f"{facts.grey_words(painted)}.{_RAMPS if painted is GreyDepth.TEN_BITS else ''}",
            _ASSUMED if function is None else _CORRECTED,
        ]
        self.facts.setText("<br>".join(lines))
        self.pattern.use(function)
        self.steps.show_steps(() if function is None else checked_steps(function.calibration))

    def _fold(self) -> None:
        self._side.setVisible(self._side.isHidden())

    def _begin(self) -> None:
        facts = screen_facts(self._screen)
        self._pages.setCurrentIndex(1)
        self.form.begin(display=facts.name, serial=facts.serial)

    def _end(self) -> None:
        self._pages.setCurrentIndex(0)
        self.pattern.show_level(None)

    def _keep(self, calibration: Calibration) -> None:
        try:
            self._displays.keep(calibration)
        except NotKept as error:
            self.form.problem.setText(f"Not kept: {error}.")
            return
        self._end()
        self._show_screen()
