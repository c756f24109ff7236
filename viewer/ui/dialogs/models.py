"""The models of this computer: what they are, which serves what; add, remove, use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.known_models import KnownModel
from viewer.commands.model_choices import Chosen, chosen_now, with_choice, with_model
from viewer.errors import Problem
from viewer.jobs.library_work import LibraryWork
from viewer.settings import Settings
from viewer.storage.accepted_licences import AcceptedLicences, LicenceTerms, terms_of
from viewer.storage.model_library import CheckedFile
from viewer.storage.model_record import ModelRecord
from viewer.storage.settings_file import without_weights
from viewer.ui.dialogs.confirm import ConfirmDialog
from viewer.ui.dialogs.model_detail import ModelDetail
from viewer.ui.dialogs.model_table import ModelTable
from viewer.ui.dialogs.model_uses import ModelUses
from viewer.ui.text_size import scaled, size_dialog

_FILTER = "Weights (*.p *.pt *.pth *.safetensors);;All files (*)"
_WORDS = """\
Weights are .safetensors or .pt files with a model card beside them (the same name, ending .toml), \
or the published sample_model_1.p to sample_model_5.p. Models of one name run as one ensemble."""

_TWO_COLUMNS = 800
"""Logical pixels at 100 % text: with less the boxes of uses stand below each other."""
_LEAST_TABLE = 150

Agree = Callable[[Sequence[LicenceTerms], QWidget], bool]
"""Shows licences; whether they are accepted."""
Show = Callable[[QDialog], bool]


class ModelsDialog(QDialog):
    """Adding and removing act at once; what serves which use is taken over by OK."""

    def __init__(
        self,
        *,
        settings: Settings,
        work: LibraryWork,
        licences: AcceptedLicences,
        agree: Agree,
        show: Show,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        size_dialog(self, 1160, 660)
        self._settings = settings
        self._work = work
        self._licences = licences
        self._agree = agree
        self._show_dialog = show
        self._models: tuple[KnownModel, ...] = ()
        self._chosen: Chosen | None = None
        self._checked: list[CheckedFile] = []
        self._complaints: list[str] = []
        self._select_next: Path | None = None
        self.table = ModelTable(self)
        self.detail = ModelDetail(licences=licences, parent=self)
        self.uses = ModelUses(self, columns=2 if self.width() >= scaled(_TWO_COLUMNS) else 1)
        self.copies = QCheckBox("Copy added files into the library", self)
        self.copies.setChecked(True)
        self.copies.setToolTip("Otherwise they are used where they are, and must stay there.")
        self._said = QLabel(self)
        self._said.setObjectName("hint")
        self._said.setWordWrap(True)
        self._add = self._button("&Add…", self._ask_for_files)
        self._remove = self._button("&Remove", self.remove)
        self._use = self._button("&Use", self.use)
        self._keep = self._button("&Keep", self.keep)
        self._keep.setToolTip("Add this file to the library.")
        self._lay_out()
        self._connect()
        self._look()

    @property
    def settings(self) -> Settings:
        """The settings with the choice as it is in the dialog."""
        if self._chosen is None or self._chosen == self._before():
            return self._settings
        return with_choice(self._settings, self._chosen)

    @property
    def kept_settings(self) -> Settings:
        """The settings as they were, without what was removed meanwhile."""
        return self._settings

    @property
    def card_words(self) -> str:
        """What is shown of the selected model."""
        return self.detail.toPlainText()

    @property
    def said(self) -> str:
        """The line under the table."""
        return self._said.text()

    def add(self, paths: Sequence[Path]) -> None:
        """Read files; those that are sound and whose licence is accepted are added."""
        self._work.check(paths)

    @Slot()
    def keep(self) -> None:
        """Add the selected file, which is in use and not in the library."""
        model = self.table.model_chosen
        if model is not None and model.record is None and not model.is_built_in:
            self.add([model.weights])

    @Slot()
    def remove(self) -> None:
        """Ask, and remove the selected model."""
        model = self.table.model_chosen
        if model is None or model.record is None:
            return
        is_linked = model.record.linked
        question = (
            f"{model.title} ({model.short_hash}) is forgotten; its file stays where it is."
            if is_linked
            else f"The copy of {model.title} ({model.short_hash}) is deleted."
        )
        action = "Forget" if is_linked else "Delete copy"
        confirm = ConfirmDialog(
            title="Remove a model", question=question, action=action, parent=self
        )
        if self._show_dialog(confirm):
            self._work.remove(model)

    @Slot()
    def use(self) -> None:
        """Let the selected model, with its ensemble, serve all that it can."""
        model = self.table.model_chosen
        if model is not None and not model.problem and self._chosen is not None:
            self._choose(with_model(self._chosen, model, self._models))

    def _before(self) -> Chosen:
        return chosen_now(self._settings, self._models, self.uses.uses)

    def _look(self) -> None:
        in_use = [*self._settings.weights, *(p for s in self._settings.serving.values() for p in s)]
        self._work.look([path.absolute() for path in in_use])

    @Slot()
    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add weights", "", _FILTER)
        self.add([Path(name) for name in names])

    @Slot(tuple)
    def _take_list(self, models: tuple[KnownModel, ...]) -> None:
        self._models = models
        self._choose(self._chosen if self._chosen is not None else self._before())
        self._select_next = None

    @Slot(CheckedFile)
    def _take_checked(self, checked: CheckedFile) -> None:
        self._checked.append(checked)

    def _add_checked(self) -> None:
        """All files were read: one question for the licences of those that are sound."""
        checked, self._checked = self._checked, []
        if self._agree([terms_of(each.card, each.sha256) for each in checked], self):
            for each in checked:
                self._work.add(each, link=not self.copies.isChecked())
        else:
            names = ", ".join(each.weights.name for each in checked)
            self._complain(f"Not added, since the licence was not accepted: {names}.")

    @Slot(ModelRecord)
    def _take_added(self, record: ModelRecord) -> None:
        self._said.setText(f"{record.title} was added.")
        self._select_next = record.weights
        self._look()

    @Slot(ModelRecord)
    def _take_removed(self, record: ModelRecord) -> None:
        """What was removed serves nothing any more, whether OK is pressed or not."""
        self._settings = without_weights(self._settings, [record.weights])
        if self._chosen is not None:
            self._chosen = {
                use: tuple(path for path in paths if path != record.weights)
                for use, paths in self._chosen.items()
            }
        self._said.setText(f"{record.title} was removed.")
        self._look()

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        self._complain(problem.text)

    def _complain(self, words: str) -> None:
        """Long reasons, such as a card to write, stand where there is room for them."""
        self._complaints.append(words)
        self._said.setText(words.splitlines()[0])
        self.detail.show_complaints(self._complaints)

    @Slot(str)
    def _take_start(self, words: str) -> None:
        self._said.setText(words)

    @Slot()
    def _take_end(self) -> None:
        if self._said.text().endswith("…"):
            self._said.clear()
        if self._checked:
            self._add_checked()

    @Slot()
    def _take_uses(self) -> None:
        self._choose(self.uses.chosen)

    def _choose(self, chosen: Chosen) -> None:
        self._chosen = chosen
        used: dict[Path, list[str]] = {}
        for use, paths in chosen.items():
            for path in paths:
                used.setdefault(path, []).append(use.value)
        self.uses.show_choice(self._models, chosen)
        self.table.show_models(self._models, used, self._select_next)

    @Slot()
    def _move(self) -> None:
        """Another row: what was complained of has been read."""
        self._complaints.clear()
        self._show_chosen()

    @Slot()
    def _show_chosen(self) -> None:
        model = self.table.model_chosen
        if not self._complaints:
            self.detail.show_model(model)
        is_kept = model is not None and model.record is not None
        is_foreign = model is not None and not is_kept and not model.is_built_in
        self._remove.setEnabled(is_kept)
        self._keep.setVisible(is_foreign)
        self._use.setEnabled(model is not None and not model.problem and bool(model.uses))

    def _connect(self) -> None:
        self._work.listed.connect(self._take_list)
        self._work.checked.connect(self._take_checked)
        self._work.added.connect(self._take_added)
        self._work.removed.connect(self._take_removed)
        self._work.failed.connect(self._take_failure)
        self._work.started.connect(self._take_start)
        self._work.ended.connect(self._take_end)
        self.table.shown.connect(self._show_chosen)
        self.table.moved.connect(self._move)
        self.table.doubleClicked.connect(self.use)
        self.uses.changed.connect(self._take_uses)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove)

    def _lay_out(self) -> None:
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        words.setWordWrap(True)
        middle = QSplitter(Qt.Orientation.Horizontal, self)
        middle.setChildrenCollapsible(False)
        middle.addWidget(self.table)
        middle.addWidget(self.detail)
        middle.setSizes([720, 400])
        middle.setMinimumHeight(scaled(_LEAST_TABLE))
        tools = QHBoxLayout()
        tools.setSpacing(8)
        for button in (self._add, self._remove, self._use, self._keep):
            tools.addWidget(button)
        tools.addWidget(self.copies)
        tools.addWidget(self._said, 1)
        heading = QLabel("Which model serves what", self)
        heading.setObjectName("heading")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(words)
        column.addWidget(middle, 1)
        column.addLayout(tools)
        column.addWidget(heading)
        column.addWidget(self.uses)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(area, 1)
        layout.addWidget(buttons)
        self.table.setFocus()

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button
