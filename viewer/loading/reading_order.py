"""In which order a search reads files, so that exams are whole as early as can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.errors import UnreadableFile
from viewer.loading.exam_list import ListedExam
from viewer.loading.file_group import FileGroup, PatientFiles
from viewer.loading.picture_groups import PictureGroups
from viewer.loading.sniff import PICTURES, VOLUMES, FileKind, kind_of_file
from viewer.loading.whose_file import whose_file

_TABLES = (FileKind.PICKLE, FileKind.TABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFile:
    """The file to read next."""

    path: Path
    group: FileGroup | None = None
    """What it belongs to; None where that follows only when everything is read."""
    whole: tuple[FileGroup, ...] = ()
    """Groups of which no file is left to read when it is this one's turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    path: Path
    kind: FileKind | None
    patient: PatientFiles | None


class ReadingOrder:
    """Folder by folder, in each what belongs together in a row; to be iterated once.

    Files of one patient are usually in folders of their own: the patient is taken for whole when
    a folder of another one begins. Where a folder holds several patients, folders mean nothing:
    all files that are left are looked at for whose they are, a small part of reading them, and
    read patient by patient. Pictures and volumes go by exam list or by name, and lists are read
    before them.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        lists: Mapping[Path, Sequence[ListedExam]],
        looked: Callable[[], None],
    ) -> None:
        """lists: the exam lists among the files that were read so far.

        looked: called for each file that is looked at before it is read; may raise ScanCancelled.
        """
        self._folders: defaultdict[Path, list[Path]] = defaultdict(list)
        for path in files:
            self._folders[path.parent].append(path)
        self._pictures = PictureGroups(lists)
        self._looked = looked
        self._begun: list[PatientFiles] = []
        self._whole: list[FileGroup] = []

    def __iter__(self) -> Iterator[NextFile]:
        folders = list(self._folders)
        for number, folder in enumerate(folders):
            looks, unread = self._look(folder), folders[number + 1 :]
            if len({look.patient for look in looks if look.patient is not None}) > 1:
                looks += [look for later in unread for look in self._look(later)]
                unread = []
            yield from self._tables(looks)
            yield from self._images([k for k in looks if k.kind not in _TABLES], unread)
            if not unread:
                return

    def _look(self, folder: Path) -> list[_Look]:
        looks = []
        for path in self._folders[folder]:
            self._looked()
            try:
                kind = kind_of_file(path)
            except UnreadableFile:
                kind = None
            whose = whose_file(path) if kind is FileKind.DICOM else None
            patient = None if whose is None else PatientFiles(patient=whose)
            looks.append(_Look(path=path, kind=kind, patient=patient))
        return looks

    def _tables(self, looks: Sequence[_Look]) -> Iterator[NextFile]:
        for look in looks:
            if look.kind in _TABLES:
                yield self._next(look.path, None)

    def _images(self, looks: Sequence[_Look], unread: Sequence[Path]) -> Iterator[NextFile]:
        groups = [self._group_of(look, unread) for look in looks]
        here = {group for group in groups if isinstance(group, PatientFiles)}
        if here or not unread:
            self._leave([patient for patient in self._begun if patient not in here])
        order = _in_rows(groups, first=self._begun)
        last = {groups[number]: number for number in order}
        for number in order:
            group = groups[number]
            yield self._next(looks[number].path, group)
            if group is not None and last[group] == number:
                self._end(group, goes_on=bool(unread))

    def _group_of(self, look: _Look, unread: Sequence[Path]) -> FileGroup | None:
        if look.kind in PICTURES or look.kind in VOLUMES:
            return self._pictures.group_of(look.path, unread)
        return look.patient

    def _end(self, group: FileGroup, *, goes_on: bool) -> None:
        """Note that this folder has no more of a group; goes_on: others may."""
        if isinstance(group, PatientFiles):
            if group not in self._begun:
                self._begun.append(group)
            if not goes_on:
                self._leave([group])
        elif self._pictures.is_whole(group):
            self._whole.append(group)

    def _leave(self, patients: Sequence[PatientFiles]) -> None:
        self._whole += patients
        self._begun = [patient for patient in self._begun if patient not in patients]

    def _next(self, path: Path, group: FileGroup | None) -> NextFile:
        whole, self._whole = tuple(self._whole), []
        return NextFile(path=path, group=group, whole=whole)


def _in_rows(groups: Sequence[FileGroup | None], *, first: Sequence[PatientFiles]) -> list[int]:
    """Numbers of files, those of a group in a row, in the order in which groups begin.

    first: groups that come before all others.
    """
    begins: dict[FileGroup, int] = {}
    for number, group in enumerate(groups):
        if group is not None:
            begins.setdefault(group, -1 if group in first else number)
    places = [n if group is None else begins[group] for n, group in enumerate(groups)]
    return sorted(range(len(groups)), key=places.__getitem__)
