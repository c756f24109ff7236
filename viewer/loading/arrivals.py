"""Exams that are whole while files are still being read: their patient's folder has been left."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from viewer.domain.patient_match import normal_id
from viewer.loading.found_exam import FoundExam
from viewer.loading.group_dicom import StudyKey, group_dicom, study_key
from viewer.loading.located_exam import LocatedExam
from viewer.loading.read_dicom import DicomFile


class ScanListener(Protocol):
    """Hears of exams before a search is at its end; called in the thread that searches."""

    def first_whole(self, exam: LocatedExam) -> None:
        """Take the first exam that may hang; what is found later may still add to it."""

    def listed(self, exams: tuple[FoundExam, ...]) -> None:
        """Take further exams as their headers say; one may come again with more images."""

    def is_open(self, exam_id: str) -> bool:
        """Whether an exam of this search was opened meanwhile, so that nobody opens it again."""


class Arrivals:
    """Collects the files of a search and says whose exams are whole.

    A patient's exams are taken for whole when a file of another patient comes from another folder.
    Files that lie mixed in one folder are whole only at the end of the search.
    """

    def __init__(self) -> None:
        self._files: dict[StudyKey, list[DicomFile]] = {}
        self._pending: dict[StudyKey, str] = {}
        self._folders: set[Path] = set()

    def take(self, file: DicomFile) -> tuple[FoundExam, ...]:
        """Note a file; returns the exams that are whole since this one belongs elsewhere."""
        key = study_key(file)
        patient = normal_id(key[1]) or key[0]
        whole: tuple[FoundExam, ...] = ()
        if file.path.parent not in self._folders:
            left = [k for k, other in self._pending.items() if other != patient]
            if left:
                whole = group_dicom([f for k in left for f in self._files[k]])
                self._pending = {k: p for k, p in self._pending.items() if k not in left}
                self._folders.clear()
        self._folders.add(file.path.parent)
        self._files.setdefault(key, []).append(file)
        self._pending[key] = patient
        return whole
