"""Exams that are whole while files are still being read: no file of their group is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from viewer.loading.exam_list import ListedExam
from viewer.loading.file_group import FileGroup, ListedFiles
from viewer.loading.found_exam import FoundExam
from viewer.loading.group_dicom import group_dicom
from viewer.loading.group_files import ImageFile, group_files
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
    """Collects the files of a search, and makes exams of the groups that are whole.

    A group may be whole more than once, when folders turn out not to be one patient's.
    """

    def __init__(self, lists: Mapping[Path, Sequence[ListedExam]]) -> None:
        """lists: the exam lists that were read so far."""
        self._lists = lists
        self._dicom: defaultdict[FileGroup, list[DicomFile]] = defaultdict(list)
        self._files: defaultdict[FileGroup, list[ImageFile]] = defaultdict(list)
        self._exam_ids: dict[FileGroup, set[str]] = {}
        self._place_of: dict[str, Path] = {}
        self._called: defaultdict[str, list[str]] = defaultdict(list)

    def take(self, group: FileGroup, file: DicomFile | ImageFile) -> None:
        """Note a file that was read."""
        if isinstance(file, DicomFile):
            self._dicom[group].append(file)
        else:
            self._files[group].append(file)

    def exams_of(self, groups: Iterable[FileGroup]) -> tuple[FoundExam, ...]:
        """The exams of groups that are whole, as the search will find them at its end."""
        return tuple(exam for group in groups for exam in self._exams_of(group))

    def _exams_of(self, group: FileGroup) -> Iterator[FoundExam]:
        taken = {i for other, ids in self._exam_ids.items() if other != group for i in ids}
        found = [*group_dicom(self._dicom.get(group, ()), taken=taken), *self._from_files(group)]
        self._exam_ids[group] = {exam.exam_id for exam in found}
        for exam in found:
            # An image may lie there twice, under two names.
            images = tuple(
                image
                for image in exam.images
                if self._place_of.setdefault(image.image.stack.image_id, image.path) == image.path
            )
            if images:
                yield replace(exam, images=images, alias=self._alias(exam))

    def _alias(self, exam: FoundExam) -> str:
        """The exam's alias, with a number from the second exam of that alias on."""
        same = self._called[exam.alias]
        if exam.exam_id not in same:
            same.append(exam.exam_id)
        number = same.index(exam.exam_id) + 1
        return exam.alias if number == 1 else f"{exam.alias} ({number})"

    def _from_files(self, group: FileGroup) -> tuple[FoundExam, ...]:
        lists: dict[Path, Sequence[ListedExam]] = {}
        if isinstance(group, ListedFiles):
            lists[group.list_path] = (self._lists[group.list_path][group.entry],)
        return group_files(self._files.get(group, ()), lists).exams
