"""Exams that were found, or listed, as cases of a study."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from inference.types import Laterality
from viewer.domain.exam import Exam
from viewer.loading.frame_source import InFiles
from viewer.loading.located_exam import LocatedExam
from viewer.loading.worklist import WorklistLine
from viewer.study.protocol import StudyCase

_SIDES = (Laterality.RIGHT, Laterality.LEFT)
_FOUR_VIEWS = ("RCC", "LCC", "RMLO", "LMLO")
_NUMBER = re.compile(r" \(\d+\)$")
_UNSOUND = re.compile(r"[^A-Za-z0-9_.-]+")

ExamKey = tuple[str, str]
"""Path and exam alias, as a case states them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCase:
    """A case and what its exam holds."""

    case: StudyCase
    views: str
    """Views and kinds; what is missing of the usual four."""

    @property
    def key(self) -> ExamKey:
        """Which exam it is."""
        return (self.case.path, self.case.exam_alias)


def cases_of(
    exams: Sequence[LocatedExam], *, folder: Path | None, existing: Iterable[StudyCase]
) -> tuple[FoundCase, ...]:
    """Cases for exams that are not in the study yet, numbered on from those that are.

    folder: of the study; paths inside it become relative. Patients are coded; exams of one
    patient get one code, whichever search found them first in this call.
    """
    present = tuple(existing)
    paths = [_path_of(located) for located in exams]
    names = _names(exams, paths)
    taken = {case.case_id for case in present}
    known = {_absolute((case.path, case.exam_alias), folder) for case in present}
    codes = _Codes({case.patient for case in present})
    found = []
    for located, path, alias in zip(exams, paths, names, strict=True):
        stated = _stated(path, folder)
        if _absolute((stated, alias), folder) in known:
            continue
        case_id = _next_case_id(taken)
        taken.add(case_id)
        case = StudyCase(
            case_id=case_id,
            path=stated,
            patient=codes.of(located.exam),
            exam_alias=alias,
            breasts=_breasts(located.exam),
        )
        found.append(FoundCase(case=case, views=views_of(located.exam)))
    return tuple(found)


def cases_of_worklist(
    lines: Sequence[WorklistLine], *, worklist: Path, folder: Path | None, taken: Iterable[str]
) -> tuple[StudyCase, ...]:
    """Cases as a worklist states them; its paths are relative to the list itself."""
    ids = set(taken)
    cases = []
    for line in lines:
        case_id = _UNSOUND.sub("-", line.case_id) if line.case_id else _next_case_id(ids)
        ids.add(case_id)
        path = (worklist.absolute().parent / Path(line.path).expanduser()).resolve()
        cases.append(
            StudyCase(
                case_id=case_id,
                path=_stated(path, folder),
                patient=line.patient or case_id,
                exam_alias=line.exam_alias,
                breasts=line.breasts,
                training=line.training,
                attributes=MappingProxyType(dict(line.attributes)),
            )
        )
    return tuple(cases)


def views_by_exam(
    cases: Sequence[StudyCase], exams: Sequence[LocatedExam], *, folder: Path | None
) -> Mapping[ExamKey, str]:
    """What was found for each case that is in the study already; absent where nothing was."""
    by_path: dict[Path, list[Exam]] = {}
    for located in exams:
        by_path.setdefault(_path_of(located), []).append(located.exam)
    views: dict[ExamKey, str] = {}
    for case in cases:
        base = folder or Path.cwd()
        found = by_path.get((base / Path(case.path).expanduser()).resolve(), [])
        named = case.exam_alias
        chosen = [e for e in found if not named or named in (e.alias, e.exam_id)]
        if len(chosen) == 1:
            views[case.path, case.exam_alias] = views_of(chosen[0])
        elif chosen:
            views[case.path, case.exam_alias] = f"{len(chosen)} exams there: name one"
    return views


def moved(case: StudyCase, *, old: Path | None, new: Path | None) -> StudyCase:
    """The case with its path stated from another study folder."""
    base = old or Path.cwd()
    return replace(case, path=_stated((base / Path(case.path).expanduser()).resolve(), new))


def views_of(exam: Exam) -> str:
    """The views and kinds of an exam in one line."""
    views = dict.fromkeys(
        "unknown view" if image.lacks_view else image.title for image in exam.images
    )
    kinds = dict.fromkeys(image.kind.value for image in exam.images)
    missing = [view for view in _FOUR_VIEWS if view not in views]
    words = f"{' '.join(views)} ({', '.join(kinds)})"
    return f"{words}; no {', '.join(missing)}" if missing else words


def _breasts(exam: Exam) -> tuple[Laterality, ...]:
    sides = {image.view.laterality for image in exam.images}
    return tuple(side for side in _SIDES if side in sides) or _SIDES


def _path_of(located: LocatedExam) -> Path:
    """The folder that holds all files of an exam; the file itself where there is one."""
    files = {
        file.resolve()
        for frames in located.frames.values()
        if isinstance(frames, InFiles)
        for file in frames.pixel_files
    }
    if not files:
        raise ValueError("an exam without files cannot be a case")
    if len(files) == 1:
        return files.pop()
    return Path(os.path.commonpath([str(file.parent) for file in files]))


def _names(exams: Sequence[LocatedExam], paths: Sequence[Path]) -> list[str]:
    """What tells each exam from others at or below its path; empty where it is alone.

    Aliases that several exams share are numbered by the search, and another search may number
    them otherwise: these exams are told apart by their ids.
    """
    aliases = Counter(_NUMBER.sub("", located.exam.alias) for located in exams)
    exams_below = Counter(place for path in paths for place in (path, *path.parents))
    names = []
    for located, path in zip(exams, paths, strict=True):
        exam = located.exam
        is_alone = exams_below[path] == 1
        is_only = aliases[_NUMBER.sub("", exam.alias)] == 1
        names.append("" if is_alone else exam.alias if is_only else exam.exam_id)
    return names


def _stated(path: Path, folder: Path | None) -> str:
    if folder is not None and path.is_relative_to(folder.resolve()):
        return path.relative_to(folder.resolve()).as_posix()
    return str(path)


def _absolute(key: ExamKey, folder: Path | None) -> ExamKey:
    base = folder or Path.cwd()
    return (str((base / Path(key[0]).expanduser()).resolve()), key[1])


def _next_case_id(taken: set[str]) -> str:
    number = 1
    while f"case{number:04d}" in taken:
        number += 1
    return f"case{number:04d}"


class _Codes:
    """Codes of patients, given in the order they are met."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)
        self._of: dict[tuple[str, str], str] = {}

    def of(self, exam: Exam) -> str:
        """The code of an exam's patient; one of its own where the files name nobody."""
        identity = exam.identity
        key = (identity.patient_id, "" if identity.patient_id else identity.name)
        if key == ("", ""):
            key = ("", exam.exam_id)
        if key not in self._of:
            self._of[key] = self._new()
        return self._of[key]

    def _new(self) -> str:
        number = 1
        while f"P{number:04d}" in self._taken:
            number += 1
        self._taken.add(f"P{number:04d}")
        return f"P{number:04d}"
