"""Sessions, the order of readings, repeats and training."""

from __future__ import annotations

import re
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QWidget

from viewer.study.protocol import StudySession
from viewer.ui.study_design.design_page import DesignPage, silently
from viewer.ui.study_design.draft import Draft, next_id
from viewer.ui.study_design.record_model import Column
from viewer.ui.study_design.record_table import RecordTable
from viewer.ui.text_size import no_wider

_ALL = "all"


class SessionsPage(DesignPage):
    """A table of sessions, and what decides the order in each."""

    title = "Sessions and order"
    places = (("session",), ("seed",), ("planted_repeats",), ("repeat_distance",), ("feedback",))

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.add_words(
            "Sessions follow each other. Without a list of cases a session holds them all; a "
            "crossover reads every case in two. The order is drawn anew for every reader and "
            "session from the seed; both breasts of a patient stay together."
        )
        self.table: RecordTable[StudySession] = RecordTable(
            (
                Column(
                    key="id",
                    title="Session",
                    read=lambda session: session.session_id,
                    write=lambda session, text: replace(session, session_id=text),
                    width=120,
                ),
                Column(
                    key="time_limit_s",
                    title="Time limit, s",
                    read=_limit,
                    write=_with_limit,
                    tip="For each case and phase. When it is over the form says so; nothing is cut",
                    width=130,
                ),
                Column(
                    key="cases",
                    title="Cases",
                    read=lambda session: " ".join(session.cases) or _ALL,
                    write=_with_cases,
                    tip="Ids separated by spaces; all: every case",
                    width=400,
                ),
            ),
            changed=lambda sessions: self.set(sessions=sessions),
            made=lambda: StudySession(
                session_id=next_id(
                    "S", {session.session_id for session in self.protocol.sessions}, digits=1
                )
            ),
            noun="session",
            parent=self.inside,
        )
        self.add_wide(self.table, ("session",))
        self._add_order()
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        protocol = self.protocol
        self.table.show_records(protocol.sessions, self.draft.problems_at(("session",)))
        self.table.fit_rows(8)
        if self.seed.text() != str(protocol.seed) and self.seed.hasAcceptableInput():
            self.seed.setText(str(protocol.seed))
        for box, value in (
            (self.repeats, protocol.planted_repeats),
            (self.distance, protocol.repeat_distance),
        ):
            if box.value() != value:
                silently(box, lambda box=box, value=value: box.setValue(value))  # type: ignore[misc]
        self.distance.setEnabled(protocol.planted_repeats > 0)
        silently(self.feedback, lambda: self.feedback.setChecked(protocol.feedback))

    def _add_order(self) -> None:
        self.seed = QLineEdit(self.inside)
        self.repeats = spin_box(0, 10_000, self.inside)
        self.distance = spin_box(1, 10_000, self.inside)
        self.feedback = QCheckBox(
            "Training cases show the truth after the last answer", self.inside
        )
        self.add_heading("Order")
        self.add_field(
            "Seed", self.seed, ("seed",), words="Whoever has it can draw the same orders again."
        )
        self.add_field(
            "Planted repeats",
            self.repeats,
            ("planted_repeats",),
            words="So many cases of each session come twice, under another blind number: for the "
            "agreement of each reader with themselves.",
        )
        self.add_field(
            "Readings between a case and its repeat",
            self.distance,
            ("repeat_distance",),
        )
        self.add_heading("Training")
        self.add_field(
            "Feedback",
            self.feedback,
            words="Training cases are ticked on the page Cases; they come first and are never "
            "analysed.",
        )
        self.seed.textEdited.connect(self._take_seed)
        self.repeats.valueChanged.connect(lambda value: self.set(planted_repeats=value))
        self.distance.valueChanged.connect(lambda value: self.set(repeat_distance=value))
        self.feedback.toggled.connect(lambda on: self.set(feedback=on))

    def _take_seed(self, text: str) -> None:
        if re.fullmatch(r"-?\d{1,30}", text.strip()):
            self.set(seed=int(text))


def spin_box(low: int, high: int, parent: QWidget) -> QSpinBox:
    """A whole number; the wheel does not change what one only scrolls past."""
    box = _QuietSpinBox(parent)
    box.setRange(low, high)
    no_wider(box, 140)
    return box


class _QuietSpinBox(QSpinBox):
    def wheelEvent(self, event: object) -> None:  # noqa: N802
        """Leave the wheel to the page."""
        event.ignore()  # type: ignore[attr-defined]


def _limit(session: StudySession) -> str:
    return "none" if session.time_limit_s is None else f"{session.time_limit_s:g}"


def _with_limit(session: StudySession, text: str) -> StudySession:
    if text in ("", "none"):
        return replace(session, time_limit_s=None)
    try:
        return replace(session, time_limit_s=float(text.replace(",", ".")))
    except ValueError as error:
        raise ValueError("The limit is a number of seconds, or none.") from error


def _with_cases(session: StudySession, text: str) -> StudySession:
    if text.strip().lower() in ("", _ALL):
        return replace(session, cases=())
    return replace(session, cases=tuple(re.split(r"[\s,;]+", text.strip())))
