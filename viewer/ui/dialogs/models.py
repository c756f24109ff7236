"""Chooses weights files and shows their model cards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from inference.model_card import ModelCard
from viewer.errors import Problem
from viewer.jobs.model_check import CheckedWeights, ModelCheck
from viewer.jobs.model_list import ModelList, title_of

_FILTER = "Weights (*.p *.pt *.pth *.safetensors);;All files (*)"
_WORDS = """\
Tomosynthesis goes to the first 3D-GMIC model, FFDM and synthetic 2D to the first GMIC model.
Weights are .safetensors with a model card beside them (the same name, ending .toml), or the
published sample_model_1.p to sample_model_5.p."""


class ModelsDialog(QDialog):
    """A list of weights in order; what is wrong with one is said in words."""

    def __init__(
        self, *, models: ModelList, check: ModelCheck, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(860, 480)
        self._models = models
        self._check = check
        self._known: dict[Path, CheckedWeights] = {}
        self.files = QListWidget(self)
        self.files.currentItemChanged.connect(self._show_card)
        self.card = QTextBrowser(self)
        self.card.setOpenExternalLinks(False)
        self._busy = QLabel(self)
        self._busy.setObjectName("hint")
        self._lay_out()
        check.checked.connect(self._take_in)
        check.failed.connect(self._take_failure)
        check.ended.connect(self._busy.clear)
        for path in models.weights:
            self._add_item(path)
        self._start_check(models.weights)

    @property
    def chosen(self) -> tuple[Path, ...]:
        """The files in the list that can be used, in order."""
        paths = (self._path(self.files.item(row)) for row in range(self.files.count()))
        return tuple(path for path in paths if not self._problem(path))

    @property
    def card_words(self) -> str:
        """What is shown of the selected file."""
        return self.card.toPlainText()

    def add(self, paths: Sequence[Path]) -> None:
        """Add files to the list and read them; those that are there already are left."""
        present = {self._path(self.files.item(row)) for row in range(self.files.count())}
        new = [path.absolute() for path in paths if path.absolute() not in present]
        for path in new:
            self._add_item(path)
        self._start_check(new)

    def _lay_out(self) -> None:
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        tools = QVBoxLayout()
        for text, act in (
            ("Add…", self._ask),
            ("Remove", self._remove),
            ("Move up", self._move_up),
        ):
            tools.addWidget(_button(text, act, self))
        if self._models.demonstration:
            shipped = _button("Add demonstration", self._add_demonstration, self)
            shipped.setToolTip("Trained on phantoms: means nothing for patients.")
            tools.addWidget(shipped)
        tools.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(10)
        middle.addWidget(self.files, 2)
        middle.addLayout(tools)
        middle.addWidget(self.card, 3)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        bottom = QHBoxLayout()
        bottom.addWidget(self._busy, 1)
        bottom.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addLayout(middle, 1)
        layout.addLayout(bottom)

    def _ask(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add weights", "", _FILTER)
        self.add([Path(name) for name in names])

    def _add_demonstration(self) -> None:
        self.add(self._models.demonstration)

    def _remove(self) -> None:
        self.files.takeItem(self.files.currentRow())

    def _move_up(self) -> None:
        row = self.files.currentRow()
        if row > 0:
            item = self.files.takeItem(row)
            self.files.insertItem(row - 1, item)
            self.files.setCurrentRow(row - 1)

    def _add_item(self, path: Path) -> None:
        item = QListWidgetItem(path.name, self.files)
        item.setData(Qt.ItemDataRole.UserRole, str(path))
        item.setToolTip(str(path))
        self.files.setCurrentItem(item)

    def _start_check(self, paths: Sequence[Path]) -> None:
        if paths:
            self._busy.setText("Reading weights…")
            self._check.check(paths)

    @Slot(CheckedWeights)
    def _take_in(self, checked: CheckedWeights) -> None:
        self._known[checked.path] = checked
        for row in range(self.files.count()):
            item = self.files.item(row)
            if self._path(item) == checked.path:
                title = title_of(checked.path, checked.card)
                item.setText(f"{checked.path.name}: cannot be used" if checked.problem else title)
        self._show_card()

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        self._busy.setText(problem.text)

    def _show_card(self) -> None:
        if self.files.currentRow() < 0:
            self.card.setPlainText("No weights are chosen: the AI does not run.")
            return
        path = self._path(self.files.currentItem())
        checked = self._known.get(path)
        if checked is None:
            self.card.setPlainText(f"{path.name}\n\nBeing read…")
        elif checked.card is None:
            self.card.setPlainText(f"{path.name} cannot be used.\n\n{checked.problem}")
        else:
            words = card_words(checked.card, checked.sha256)
            if path in self._models.demonstration:
                words = f"DEMONSTRATION: means nothing for patients.\n\n{words}"
            self.card.setPlainText(words)

    def _problem(self, path: Path) -> str:
        checked = self._known.get(path)
        return checked.problem if checked else ""

    @staticmethod
    def _path(item: QListWidgetItem) -> Path:
        return Path(str(item.data(Qt.ItemDataRole.UserRole)))


def card_words(card: ModelCard, sha256: str) -> str:
    """A model card as plain text."""
    lines = [
        f"{card.name} {card.version}".strip(),
        "",
        f"Architecture: {card.architecture.value}",
        f"Top cells t: {card.top_t:g}",
        f"Patches: {card.patches}",
        f"Training data: {card.training_data}",
        f"Intended use: {card.intended_use}",
        f"Licence: {card.licence}",
        f"SHA-256: {sha256}",
    ]
    lines += [f"{name}: {_plain(value)}" for name, value in card.further.items()]
    return "\n".join(lines)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(entry)}" for name, entry in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _button(text: str, act: object, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setAutoDefault(False)
    button.clicked.connect(act)
    return button
