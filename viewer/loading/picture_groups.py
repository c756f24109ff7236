"""Which pictures and volumes belong together, told from exam lists and file names alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from viewer.loading.exam_list import ListedExam
from viewer.loading.file_group import FileGroup, ListedFiles, NamedFiles
from viewer.loading.file_name_view import masked_image, named_view, stem_of
from viewer.loading.group_files import is_listed_as

_Place = tuple[Path, int, str]
"""An exam list, the number of an exam in it and what it calls a file."""


class PictureGroups:
    """Groups files as `group_files` does, before they are read."""

    def __init__(self, lists: Mapping[Path, Sequence[ListedExam]]) -> None:
        """lists: the exam lists that were read so far; more may come."""
        self._lists = lists
        self._known: set[Path] = set()
        self._places: defaultdict[str, list[_Place]] = defaultdict(list)
        self._seen: defaultdict[ListedFiles, set[str]] = defaultdict(set)

    def group_of(self, path: Path, unread: Collection[Path]) -> FileGroup | None:
        """Return what a picture or volume belongs to.

        unread: folders whose lists are not read yet. None while one of them may hold a list that
        names the file.
        """
        self._learn()
        if any(folder in unread for folder in path.parent.parents):
            return None
        stem = stem_of(path)
        masked = masked_image(stem)
        for image in (stem, *((masked[0],) if masked else ())):
            listed = self._listed(path, image)
            if listed is not None:
                return listed
        named = named_view(masked[0] if masked else stem)
        return NamedFiles(folder=path.parent, exam=named.exam if named else None)

    def is_whole(self, group: ListedFiles | NamedFiles) -> bool:
        """Whether every image that a list names was asked for; true of files without a list."""
        if isinstance(group, NamedFiles):
            return True
        entry = self._lists[group.list_path][group.entry]
        return len(self._seen[group]) >= len({image.file_stem for image in entry.images})

    def _learn(self) -> None:
        for path, exams in self._lists.items():
            if path in self._known:
                continue
            self._known.add(path)
            for number, exam in enumerate(exams):
                for image in exam.images:
                    place = (path, number, image.file_stem)
                    self._places[Path(image.file_stem).name].append(place)

    def _listed(self, path: Path, stem: str) -> ListedFiles | None:
        for list_path, number, file_stem in self._places.get(stem, ()):
            if is_listed_as(path, file_stem, list_path):
                group = ListedFiles(list_path=list_path, entry=number)
                self._seen[group].add(file_stem)
                return group
        return None
