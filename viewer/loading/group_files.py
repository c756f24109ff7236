"""Volumes and pictures to exams: by exam list where there is one, else by file name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from viewer.domain.exam import TruthMask
from viewer.loading.exam_list import ListedExam
from viewer.loading.file_name_view import (
    UNKNOWN_VIEW,
    masked_image,
    named_view,
    published_number,
    stem_of,
)
from viewer.loading.found_exam import FoundExam, FoundImage
from viewer.loading.lay_image import StoredImage
from viewer.loading.scan_result import SkippedFile
from viewer.loading.stable_hash import short_hash

_INCOMPLETE = "an exam list that names images which are not beside it"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A volume or picture file that was read."""

    path: Path
    image: StoredImage

    @property
    def stem(self) -> str:
        """File name without extension."""
        return stem_of(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGroups:
    """What became of a set of volume and picture files."""

    exams: tuple[FoundExam, ...]
    skipped: tuple[SkippedFile, ...]


def group_files(
    files: Sequence[ImageFile], lists: Mapping[Path, Sequence[ListedExam]]
) -> FileGroups:
    """Group files into exams and find the truth masks among them.

    lists: exam lists by their path; a file is sought below the list's folder.
    """
    masks, images = _masks_apart(files)
    exams: list[FoundExam] = []
    skipped: list[SkippedFile] = []
    left: defaultdict[str, list[ImageFile]] = defaultdict(list)
    for file in images:
        left[file.stem].append(file)
    for list_path, listed in lists.items():
        found = [(entry, list(_listed_images(list_path, entry, left))) for entry in listed]
        exams += [_exam_of_list(entry, images) for entry, images in found if images]
        # A list may well describe more exams than lie here, but not parts of them.
        torn = any(0 < len(images) < len(entry.images) for entry, images in found)
        if torn or not any(images for _, images in found):
            skipped.append(SkippedFile(path=list_path, reason=_INCOMPLETE))
    exams += _exams_by_name(file for files in left.values() for file in files)
    by_stem = {(image.path.parent, stem_of(image.path)): image for e in exams for image in e.images}
    skipped += [
        SkippedFile(path=mask.path, reason="a truth mask whose image is not here")
        for mask in masks
        if _image_of_mask(mask, by_stem) is None
    ]
    return FileGroups(exams=tuple(_with_masks(e, masks) for e in exams), skipped=tuple(skipped))


def _masks_apart(files: Sequence[ImageFile]) -> tuple[list[ImageFile], list[ImageFile]]:
    """Split files into truth masks (`<image>_benign`, `<image>_malignant`) and images."""
    stems = {(file.path.parent, file.stem) for file in files}
    masks: list[ImageFile] = []
    images: list[ImageFile] = []
    for file in files:
        masked = masked_image(file.stem)
        is_mask = masked is not None and (
            (file.path.parent, masked[0]) in stems or named_view(masked[0]) is not None
        )
        (masks if is_mask else images).append(file)
    return masks, images


def _image_of_mask(
    mask: ImageFile, by_stem: Mapping[tuple[Path, str], FoundImage]
) -> FoundImage | None:
    masked = masked_image(mask.stem)
    return by_stem.get((mask.path.parent, masked[0])) if masked else None


def _with_masks(exam: FoundExam, masks: Iterable[ImageFile]) -> FoundExam:
    by_stem = {(image.path.parent, stem_of(image.path)): image for image in exam.images}
    truth = []
    for mask in masks:
        image, masked = _image_of_mask(mask, by_stem), masked_image(mask.stem)
        if image is not None and masked is not None:
            image_id = image.image.stack.image_id
            truth.append(TruthMask(image_id=image_id, malignant=masked[1], path=mask.path))
    return replace(exam, truth_masks=tuple(truth))


def _listed_images(
    list_path: Path, entry: ListedExam, left: Mapping[str, list[ImageFile]]
) -> Iterator[FoundImage]:
    """Take the files of a listed exam out of those that are left, by stem."""
    for listed in entry.images:
        wanted = Path(listed.file_stem)
        for file in left.get(wanted.name, ()):
            if is_listed_as(file.path, listed.file_stem, list_path):
                left[wanted.name].remove(file)
                evidence = replace(file.image.evidence, mirrored=entry.mirrored)
                image = replace(file.image, view=listed.view, evidence=evidence)
                yield FoundImage(image=image, path=file.path, order=_order(file))
                break


def is_listed_as(path: Path, file_stem: str, list_path: Path) -> bool:
    """Whether a file lies where an exam list says, below the list's folder.

    file_stem: as the list writes it; the file's own stem is not looked at.
    """
    folders, wanted = path.parent.parts, Path(file_stem).parts
    at_place = folders[len(folders) - len(wanted) + 1 :] == wanted[:-1]
    return at_place and path.is_relative_to(list_path.parent)


def _exam_of_list(entry: ListedExam, images: Sequence[FoundImage]) -> FoundExam:
    labels = {}
    for image in images:
        side = image.image.view.laterality
        if side is not None and side in entry.labels:
            labels[image.image.stack.image_id] = entry.labels[side]
    named = named_view(stem_of(images[0].path))
    return replace(_exam(named.exam if named else "", tuple(images)), labels=labels)


def _exams_by_name(files: Iterable[ImageFile]) -> Iterator[FoundExam]:
    """One exam for each exam name in a folder, and one for the nameless pictures of a folder."""
    groups: defaultdict[tuple[Path, str | None], list[ImageFile]] = defaultdict(list)
    for file in files:
        named = named_view(file.stem)
        groups[file.path.parent, named.exam if named else None].append(file)
    for (_, name), members in groups.items():
        yield _exam(name or "", tuple(_named_image(file) for file in members))


def _named_image(file: ImageFile) -> FoundImage:
    named = named_view(file.stem)
    view = named.view if named else UNKNOWN_VIEW
    return FoundImage(image=replace(file.image, view=view), path=file.path, order=_order(file))


def _order(file: ImageFile) -> tuple[int, str]:
    named = named_view(file.stem)
    return (named.number if named else 1, file.stem)


def _exam(name: str, images: tuple[FoundImage, ...]) -> FoundExam:
    exam_id = short_hash(*sorted(image.image.stack.image_id for image in images))
    number = published_number(name)
    alias = f"Exam {number}" if number is not None else f"Exam {exam_id[:6].upper()}"
    return FoundExam(exam_id=exam_id, alias=alias, images=images)
