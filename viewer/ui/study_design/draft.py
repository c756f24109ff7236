"""The protocol while it is being designed: replaced at every change, checked at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from inference.types import Laterality
from viewer.study.check_protocol import problems_of
from viewer.study.protocol import Arm, Design, Protocol, StudyCase, StudyReader, StudySession
from viewer.study.protocol_problem import Problem
from viewer.study.toml_lines import Path as Place

BOTH = (Laterality.RIGHT, Laterality.LEFT)


class Draft(QObject):
    """Holds one protocol, sound or not yet; pages change it and follow it."""

    changed = Signal()
    folder_changed = Signal()

    def __init__(
        self, protocol: Protocol, *, folder: Path | None = None, parent: QObject | None = None
    ) -> None:
        """folder: of the study, where it is known; paths of cases are relative to it."""
        super().__init__(parent)
        self._protocol = protocol
        self._problems = _problems(protocol)
        self._folder = folder

    @property
    def protocol(self) -> Protocol:
        """As it stands."""
        return self._protocol

    @property
    def folder(self) -> Path | None:
        """Where the study is, or will be."""
        return self._folder

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it as it stands."""
        return self._problems

    @property
    def is_sound(self) -> bool:
        """Whether it can be written."""
        return not self._problems

    def problems_at(self, *places: Place) -> tuple[Problem, ...]:
        """What is wrong at these places and below them."""
        return tuple(p for p in self._problems if any(_is_below(p.path, at) for at in places))

    def change(self, protocol: Protocol) -> None:
        """Replace it."""
        if protocol == self._protocol:
            return
        self._protocol = protocol
        self._problems = _problems(protocol)
        self.changed.emit()

    def move(self, folder: Path | None) -> None:
        """Say where the study will be."""
        if folder != self._folder:
            self._folder = folder
            self.folder_changed.emit()


def first_protocol(seed: int) -> Protocol:
    """What the wizard starts with: one sequential arm, one reader, one session, no case.

    seed: of every reader's order; drawn once for each study.
    """
    return Protocol(
        study_id="study",
        title="",
        seed=seed,
        arms=(Arm(arm_id="A", design=Design.SEQUENTIAL),),
        readers=(StudyReader(reader_id="R01", arm_id="A"),),
        sessions=(StudySession(session_id="S1"),),
        cases=(),
    )


def next_id(prefix: str, taken: set[str], digits: int = 2) -> str:
    """The first free id of a numbered row."""
    number = 1
    while f"{prefix}{number:0{digits}d}" in taken:
        number += 1
    return f"{prefix}{number:0{digits}d}"


def with_cases(protocol: Protocol, cases: tuple[StudyCase, ...]) -> Protocol:
    """Other cases; sessions forget those that are gone."""
    known = {case.case_id for case in cases}
    sessions = tuple(
        replace(session, cases=tuple(case for case in session.cases if case in known))
        for session in protocol.sessions
    )
    return replace(protocol, cases=cases, sessions=sessions)


def renamed_case(protocol: Protocol, old: str, new: str) -> Protocol:
    """The sessions that name a case follow its new id."""
    sessions = tuple(
        replace(session, cases=tuple(new if case == old else case for case in session.cases))
        for session in protocol.sessions
    )
    return replace(protocol, sessions=sessions)


def _problems(protocol: Protocol) -> tuple[Problem, ...]:
    """What the file's reader would say, and what it cannot say of lists that are empty."""
    empty = [
        Problem((key,), words)
        for key, records, words in (
            ("arm", protocol.arms, "there is no arm"),
            ("reader", protocol.readers, "there is no reader"),
            ("session", protocol.sessions, "there is no session"),
            ("case", protocol.cases, "there is no case"),
        )
        if not records
    ]
    known = {problem.path for problem in empty}
    return (*empty, *(p for p in problems_of(protocol) if p.path not in known))


def _is_below(path: Place, at: Place) -> bool:
    return path[: len(at)] == at
