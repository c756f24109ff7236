"""Which exams are read: found in folders or listed in a worklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from inference.types import Laterality
from viewer.commands.study_cases import ExamKey, cases_of, cases_of_worklist, views_by_exam
from viewer.errors import Problem, problem_of
from viewer.jobs.exam_search import ExamSearch, Found
from viewer.loading.errors import LoadingError
from viewer.loading.worklist import read_worklist
from viewer.loading.worklist_check import check_worklist
from viewer.study.protocol import StudyCase
from viewer.ui.file_chooser import FileChooser
from viewer.ui.study_design.design_page import DesignPage, FieldNote
from viewer.ui.study_design.draft import Draft, renamed_case, with_cases
from viewer.ui.study_design.record_model import Column
from viewer.ui.study_design.record_table import RecordTable
from viewer.ui.text_size import follow_text_size, scaled

_BREASTS = {
    "R L": (Laterality.RIGHT, Laterality.LEFT),
    "R": (Laterality.RIGHT,),
    "L": (Laterality.LEFT,),
}
_NOT_LOOKED = "not looked at"
_LEAST_TABLE = 260
"""Logical pixels at 100 % text, as what follows."""
_BAR_WIDTH = 180
_WORDS = """\
Folders are searched with everything in them; each exam becomes a case. A worklist is a CSV with
the column path and, if wished, case_id, patient, exam_alias, breasts, training; further columns
become attributes for subgroups. Readers see blind numbers only."""


class CasesPage(DesignPage):
    """A table of cases; what each holds is looked up in the background."""

    title = "Cases"
    places = (("case",),)

    def __init__(
        self,
        draft: Draft,
        *,
        search: ExamSearch,
        chooser: FileChooser,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(draft, parent)
        self._search = search
        self._chooser = chooser
        self._views: dict[ExamKey, str] = {}
        self.add_words(_WORDS)
        self.table: RecordTable[StudyCase] = RecordTable(
            self._columns(), changed=self._take, noun="case", parent=self.inside
        )
        view = self.table.view
        follow_text_size(view, lambda: view.setMinimumHeight(scaled(_LEAST_TABLE)))
        self.table.add_button("Add folder…", self._ask_folder)
        self.table.add_button("Add worklist…", self._ask_worklist)
        self.look_button = self.table.add_button("Look for the views", self.look_for_views)
        self.add_wide(self.table, ("case",), stretch=100)
        self._add_progress()
        search.started.connect(self._show_search)
        search.progressed.connect(self._show_progress)
        search.found.connect(self._take_found)
        search.failed.connect(self._take_failure)
        search.ended.connect(self._end_search)
        self.start()

    @property
    def said(self) -> str:
        """What is said of the last search or worklist."""
        return self._said.text

    def add_folders(self, paths: list[Path]) -> None:
        """Search these, and add the exams that are not in the study yet."""
        self._said.say(())
        if paths:
            self._search.search(paths)

    def add_worklist(self, path: Path) -> None:
        """Add the cases of a CSV."""
        try:
            check_worklist(path)
            lines = read_worklist(path)
        except LoadingError as error:
            self._take_failure(problem_of(error))
            return
        protocol = self.protocol
        cases = cases_of_worklist(
            lines,
            worklist=path,
            folder=self.draft.folder,
            taken=(case.case_id for case in protocol.cases),
        )
        self._said.say(())
        self.draft.change(replace(protocol, cases=(*protocol.cases, *cases)))

    def look_for_views(self) -> None:
        """Look into the exams of the table."""
        base = self.draft.folder or Path.cwd()
        paths = [(base / Path(case.path).expanduser()) for case in self.protocol.cases]
        present = list(dict.fromkeys(path for path in paths if path.exists()))
        gone = len({path for path in paths if not path.exists()})
        self._said.say((f"{gone} of the paths do not exist here",) if gone else ())
        if present:
            self._search.search(present)

    def follow(self) -> None:
        """Show the draft."""
        self.table.show_records(self.protocol.cases, self.draft.problems_at(("case",)))
        cases = self.protocol.cases
        training = sum(case.training for case in cases)
        patients = len({case.patient for case in cases})
        breasts = sum(len(case.breasts) for case in cases if not case.training)
        self._count.setText(
            f"{len(cases)} cases of {patients} patients; {training} for training; "
            f"{breasts} breasts to be analysed"
            if cases
            else "No case yet."
        )
        self.look_button.setEnabled(bool(cases))

    def _add_progress(self) -> None:
        self._count = QLabel(self.inside)
        self._count.setObjectName("hint")
        self._count.setWordWrap(True)
        self._bar = QProgressBar(self.inside)
        self._bar.setTextVisible(False)
        follow_text_size(self._bar, lambda: self._bar.setFixedWidth(scaled(_BAR_WIDTH)))
        self._cancel = QPushButton("Cancel", self.inside)
        self._cancel.clicked.connect(self._search.cancel)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._count, 1)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        holder = QWidget(self.inside)
        holder.setLayout(row)
        self._said = FieldNote((), self.inside)
        self.add_wide(holder)
        self.add_wide(self._said)
        self._bar.hide()
        self._cancel.hide()

    def _ask_folder(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None:
            self.add_folders([folder])

    def _ask_worklist(self) -> None:
        files = self._chooser.files_to_open(self)
        for path in files:
            self.add_worklist(path)

    @Slot()
    def _show_search(self) -> None:
        self._bar.setRange(0, 0)
        self._bar.show()
        self._cancel.show()

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    @Slot(Found)
    def _take_found(self, found: Found) -> None:
        exams = found.result.exams
        protocol = self.protocol
        folder = self.draft.folder
        self._views.update(views_by_exam(protocol.cases, exams, folder=folder))
        looked_for = {str(path) for path in found.paths}
        known = {
            str((folder or Path.cwd()) / Path(case.path).expanduser()) for case in protocol.cases
        }
        if not exams:
            self._said.say((f"No exam there: {found.result.summary()}",))
        elif not looked_for <= known:
            new = cases_of(exams, folder=folder, existing=protocol.cases)
            self._views.update({case.key: case.views for case in new})
            self._said.say(() if new else ("Every exam there is in the study already",))
            cases = (*protocol.cases, *(case.case for case in new))
            self.draft.change(replace(protocol, cases=cases))
        self.table.model.refresh()

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        self._said.say((problem.text.rstrip("."),))

    @Slot()
    def _end_search(self) -> None:
        self._bar.hide()
        self._cancel.hide()

    def _take(self, cases: tuple[StudyCase, ...]) -> None:
        protocol = self.protocol
        if len(cases) == len(protocol.cases):
            for before, after in zip(protocol.cases, cases, strict=True):
                if before.case_id != after.case_id:
                    protocol = renamed_case(protocol, before.case_id, after.case_id)
            self.draft.change(replace(protocol, cases=cases))
        else:
            self.draft.change(with_cases(protocol, cases))

    def _columns(self) -> tuple[Column[StudyCase], ...]:
        return (
            Column(
                key="id",
                title="Case",
                read=lambda case: case.case_id,
                write=lambda case, text: replace(case, case_id=text),
                width=100,
            ),
            Column(
                key="training",
                title="Training",
                read=lambda case: "yes" if case.training else "",
                tick=lambda case, on: replace(case, training=on),
                ticked=lambda case: case.training,
                tip="Read first, with feedback; never analysed",
                width=76,
            ),
            Column(
                key="breasts",
                title="Breasts",
                read=lambda case: " ".join(side.value for side in case.breasts),
                write=_with_breasts,
                choices=lambda: list(_BREASTS),
                width=76,
            ),
            Column(
                key="views",
                title="Views found",
                read=lambda case: self._views.get((case.path, case.exam_alias), _NOT_LOOKED),
                width=300,
            ),
            Column(
                key="patient",
                title="Patient",
                read=lambda case: case.patient,
                write=lambda case, text: replace(case, patient=text),
                tip="A code; cases of one patient are read together and resampled together",
                width=90,
            ),
            Column(
                key="attributes",
                title="Attributes",
                read=lambda case: _attribute_words(case.attributes),
                write=_with_attributes,
                tip='For subgroups, such as "density=c; lesion=mass"',
                width=150,
            ),
            Column(
                key="path",
                title="Path (never shown to readers)",
                read=_path_words,
                write=_with_path,
                width=240,
            ),
        )


def _path_words(case: StudyCase) -> str:
    return f"{case.path}#{case.exam_alias}" if case.exam_alias else case.path


def _with_path(case: StudyCase, text: str) -> StudyCase:
    if case.exam_alias and text.endswith(f"#{case.exam_alias}"):
        return replace(case, path=text.removesuffix(f"#{case.exam_alias}"))
    return replace(case, path=text, exam_alias="")


def _with_breasts(case: StudyCase, text: str) -> StudyCase:
    if text not in _BREASTS:
        raise ValueError("Breasts are R, L or R L.")
    return replace(case, breasts=_BREASTS[text])


def _attribute_words(attributes: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in attributes.items())


def _with_attributes(case: StudyCase, text: str) -> StudyCase:
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, sign, value = part.partition("=")
        if not sign or not name.strip():
            raise ValueError('Attributes are written "density=c; lesion=mass".')
        found[name.strip()] = value.strip()
    return replace(case, attributes=MappingProxyType(found))
