"""From files and folders to exams: what is there, then one decoded frame of each image."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from viewer.domain.exam import BreastLabel
from viewer.domain.patient_studies import newest_of, priors_of
from viewer.loading.arrivals import Arrivals, ScanListener
from viewer.loading.errors import UnreadableFile
from viewer.loading.exam_list import ListedExam, read_exam_list
from viewer.loading.file_group import FileGroup
from viewer.loading.file_name_view import stem_of
from viewer.loading.finish_exam import distinct, finish_exam
from viewer.loading.found_exam import FoundExam, FoundImage, header_exam, same_reading
from viewer.loading.group_dicom import group_dicom
from viewer.loading.group_files import ImageFile, group_files
from viewer.loading.label_table import LabelTable, read_label_table
from viewer.loading.located_exam import LocatedExam
from viewer.loading.read_dicom import DicomFile, read_dicom_file
from viewer.loading.read_raster import read_raster
from viewer.loading.read_volume import read_volume
from viewer.loading.reading_order import NextFile, ReadingOrder
from viewer.loading.scan_progress import ScanProgress
from viewer.loading.scan_result import ScanResult, SkippedFile
from viewer.loading.sniff import PICTURES, VOLUMES, FileKind, kind_of_file
from viewer.loading.walk import files_under

__all__ = ["FoundHeaders", "ScanResult", "SkippedFile", "find_exams", "find_headers"]

log = logging.getLogger(__name__)

_REPORT_EVERY = 20
TRUTH_FOLDER = "truth"
"""Phantom exams keep their masks in truth/<exam>/."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundHeaders:
    """Exams as their headers say, before any pixel was decoded."""

    exams: tuple[FoundExam, ...]
    skipped: tuple[SkippedFile, ...]
    files: int
    """How many files were looked at."""


def find_exams(
    paths: Sequence[Path],
    progress: ScanProgress,
    *,
    most: int | None = None,
    listener: ScanListener | None = None,
) -> ScanResult:
    """Find the exams under files and folders, by content and not by extension.

    most: how many exams are looked into; further ones are in the result's headers only. The first
    exam's patient comes first, so that it hangs with its priors.
    listener: hears of exams that are whole while files are still being read.

    One frame of each image is decoded: it confirms the orientation and gives a window where the
    header has none; the frames of the first exam are kept for its first picture.
    Raises ScanCancelled when progress does. Nothing else that a file holds makes it fail.
    """
    harvest = _Harvest()
    announced = None if listener is None else _Announced(listener, harvest.lists)
    harvest.announced = announced
    headers = _headers(paths, progress, harvest)
    return _finished(headers, progress, most=most, announced=announced)


def find_headers(paths: Sequence[Path], progress: ScanProgress) -> FoundHeaders:
    """Find exams by their headers alone; raises ScanCancelled when progress does."""
    return _headers(paths, progress, _Harvest())


def _headers(paths: Sequence[Path], progress: ScanProgress, harvest: _Harvest) -> FoundHeaders:
    files = list(files_under(paths, progress))
    steps = _Steps(progress, len(files))
    with warnings.catch_warnings():
        # pydicom warns of odd values and quotes them; those that matter are in the results.
        warnings.simplefilter("ignore", UserWarning)
        for file in _in_order(files, harvest, steps):
            steps.report()
            if harvest.announced is not None and file.whole:
                harvest.announced.tell(file.whole, harvest.tables, steps.repeat)
            read = _read_one(file.path, harvest)
            steps.done += 1
            if harvest.announced is not None and file.group is not None and read is not None:
                harvest.announced.arrivals.take(file.group, read)
        found, skipped = _grouped(harvest)
    return FoundHeaders(exams=tuple(found), skipped=tuple(skipped), files=len(files))


def _in_order(files: Sequence[Path], harvest: _Harvest, steps: _Steps) -> Iterable[NextFile]:
    """As they lie, unless somebody hears of exams while they are read."""
    if harvest.announced is None:
        return (NextFile(path=path) for path in files)
    return ReadingOrder(files, lists=harvest.lists, looked=steps.look)


class _Steps:
    """Counts files, and reports a few of the counts: each may cancel."""

    def __init__(self, progress: ScanProgress, total: int) -> None:
        self.done = 0
        self._looks = 0
        self._progress = progress
        self._total = total

    def report(self) -> None:
        """Before a file is read."""
        if self.done % _REPORT_EVERY == 0:
            self.repeat()

    def look(self) -> None:
        """Before a file is looked at, which is not counted."""
        self._looks += 1
        if self._looks % _REPORT_EVERY == 0:
            self.repeat()

    def repeat(self) -> None:
        """Report the count as it is."""
        self._progress.update(self.done, self._total)


@dataclass(slots=True)
class _Harvest:
    """What the files read so far hold."""

    dicom: list[DicomFile] = field(default_factory=list)
    files: list[ImageFile] = field(default_factory=list)
    lists: dict[Path, tuple[ListedExam, ...]] = field(default_factory=dict)
    tables: list[LabelTable] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    announced: _Announced | None = None


class _Announced:
    """Tells a listener of exams that are whole, the first of them ready to hang."""

    def __init__(self, listener: ScanListener, lists: Mapping[Path, Sequence[ListedExam]]) -> None:
        self.listener = listener
        self.arrivals = Arrivals(lists)
        self.first: FoundExam | None = None
        """The exam that hangs already, as it was found."""
        self.unreadable: tuple[SkippedFile, ...] = ()
        """Its images that could not be decoded."""

    def tell(
        self, groups: Iterable[FileGroup], tables: Sequence[LabelTable], step: Callable[[], None]
    ) -> None:
        """Tell of the exams of groups that are whole; step: may cancel."""
        whole = tuple(_labelled(exam, tables) for exam in self.arrivals.exams_of(groups))
        if not whole:
            return
        if self.first is None:
            self._finish_first(whole, step)
        self.listener.listed(whole)

    def is_taken(self, exam: FoundExam) -> bool:
        """Whether an exam needs no further reading: it hung as it is, or was opened meanwhile."""
        if self.first is not None and exam.exam_id == self.first.exam_id:
            return same_reading(exam, self.first)
        return self.listener.is_open(exam.exam_id)

    def _finish_first(self, whole: Sequence[FoundExam], step: Callable[[], None]) -> None:
        known = [exam for exam in whole if _is_known(exam)]
        for exam in _patient_first(known):
            located, unreadable = finish_exam(exam, keep_frames=True, step=step)
            if located is not None:
                self.first, self.unreadable = exam, unreadable
                self.listener.first_whole(located)
                return


def _is_known(exam: FoundExam) -> bool:
    return any(image.image.view.is_known for image in exam.images)


def _read_one(path: Path, harvest: _Harvest) -> DicomFile | ImageFile | None:
    """Read a file into the harvest; returns it when it is an image."""
    try:
        return _read_by_kind(path, kind_of_file(path), harvest)
    except UnreadableFile as error:
        harvest.skipped.append(SkippedFile(path=path, reason=str(error)))
    # The boundary: whatever a file holds, the search goes on with the next one.
    except Exception as error:  # noqa: BLE001
        log.error("a file made the search fail with %s", type(error).__name__)
        reason = f"could not be read (internal error: {type(error).__name__})"
        harvest.skipped.append(SkippedFile(path=path, reason=reason))
    return None


def _read_by_kind(path: Path, kind: FileKind, harvest: _Harvest) -> DicomFile | ImageFile | None:
    if kind is FileKind.DICOM:
        harvest.dicom.append(read_dicom_file(path))
        return harvest.dicom[-1]
    if kind in PICTURES or kind in VOLUMES:
        if TRUTH_FOLDER in (path.parent.name.lower(), path.parent.parent.name.lower()):
            raise UnreadableFile("a truth mask, not an image")
        read = read_raster if kind in PICTURES else read_volume
        harvest.files.append(ImageFile(path=path, image=read(path, kind)))
        return harvest.files[-1]
    if kind is FileKind.PICKLE:
        harvest.lists[path] = read_exam_list(path)
    elif kind is FileKind.TABLE:
        harvest.tables.append(read_label_table(path))
    elif kind is FileKind.UNFINISHED:
        raise UnreadableFile("an unfinished file of a program that was stopped")
    else:
        raise UnreadableFile("not an image file")
    return None


def _grouped(harvest: _Harvest) -> tuple[list[FoundExam], list[SkippedFile]]:
    """Return the exams, those with known views first, and everything left out."""
    from_files = group_files(harvest.files, harvest.lists)
    found, copies = _without_copies((*group_dicom(harvest.dicom), *from_files.exams))
    found.sort(key=lambda exam: not _is_known(exam))
    labelled = [_labelled(exam, harvest.tables) for exam in distinct(found)]
    return labelled, [*harvest.skipped, *from_files.skipped, *copies]


def _finished(
    headers: FoundHeaders,
    progress: ScanProgress,
    *,
    most: int | None,
    announced: _Announced | None,
) -> ScanResult:
    found = _patient_first(headers.exams)[:most]
    skipped = list(headers.skipped)
    if announced is not None:
        wanted = [exam for exam in found if not announced.is_taken(exam)]
        if announced.first is not None and announced.first.exam_id not in {
            exam.exam_id for exam in wanted
        }:
            # It is not decoded again, which would say what is missing in it.
            skipped += announced.unreadable
        found = wanted
    total = headers.files + sum(len(exam.images) for exam in found)
    done = headers.files

    def step() -> None:
        nonlocal done
        done += 1
        progress.update(done, total)

    progress.update(done, total)
    exams: list[LocatedExam] = []
    for exam in found:
        keep_frames = not exams and (announced is None or announced.first is None)
        located, unreadable = finish_exam(exam, keep_frames=keep_frames, step=step)
        skipped += unreadable
        if located is not None:
            exams.append(located)
    log.info(
        "search finished files=%d exams=%d of %d skipped=%d",
        headers.files,
        len(exams),
        len(headers.exams),
        len(skipped),
    )
    # Those that hang or are open already are not among `found` any more.
    failed = {e.exam_id for e in found} - {located.exam.exam_id for located in exams}
    return ScanResult(
        exams=tuple(exams),
        skipped=tuple(skipped),
        headers=tuple(e for e in headers.exams if e.exam_id not in failed),
    )


def _patient_first(found: Sequence[FoundExam]) -> list[FoundExam]:
    """The newest study of the first exam's patient, its priors, then the others as found."""
    if not found:
        return []
    by_id = {exam.exam_id: exam for exam in found}
    exams = [header_exam(exam) for exam in found]
    current = newest_of(exams[0], exams)
    first = [current.exam_id, *(prior.exam_id for prior in priors_of(current, exams))]
    return [by_id[exam_id] for exam_id in dict.fromkeys((*first, *by_id))]


def _without_copies(exams: Iterable[FoundExam]) -> tuple[list[FoundExam], list[SkippedFile]]:
    """Drop images that were found before, under another name or in another folder."""
    seen: set[str] = set()
    kept: list[FoundExam] = []
    copies: list[SkippedFile] = []
    for exam in exams:
        images: list[FoundImage] = []
        for image in exam.images:
            image_id = image.image.stack.image_id
            if image_id in seen:
                copies.append(SkippedFile(path=image.path, reason="a copy of another image"))
            else:
                seen.add(image_id)
                images.append(image)
        if images:
            kept.append(replace(exam, images=tuple(images)))
    return kept, copies


def _labelled(exam: FoundExam, tables: Iterable[LabelTable]) -> FoundExam:
    labels = dict(exam.labels)
    for table in tables:
        for image in exam.images:
            label = _label_of(image, exam, table)
            if label is not None:
                labels[image.image.stack.image_id] = label
    return replace(exam, labels=labels)


def _label_of(image: FoundImage, exam: FoundExam, table: LabelTable) -> BreastLabel | None:
    by_view = table.by_study.get((exam.study_uid, image.image.view))
    return by_view or table.by_stem.get(stem_of(image.path))
