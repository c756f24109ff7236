"""Exams as found: headers and file names only, before any pixel was decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from viewer.domain.exam import BreastLabel, Exam, PatientIdentity, TruthMask
from viewer.loading.lay_image import StoredImage


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImage:
    """An image, before its pixels were looked at, and the file it comes from."""

    image: StoredImage
    path: Path
    order: tuple[int | float | str, ...] = ()
    """Sorts several images of one view, as they were acquired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundExam:
    """An exam before its images' pixels were looked at."""

    exam_id: str
    alias: str
    images: tuple[FoundImage, ...]
    identity: PatientIdentity = field(default_factory=PatientIdentity)
    truth_masks: tuple[TruthMask, ...] = ()
    study_uid: str = ""
    """Of DICOM exams; never shown or logged."""
    labels: Mapping[str, BreastLabel] = field(default_factory=dict)
    """By image id."""


def header_exam(found: FoundExam) -> Exam:
    """The exam as its headers describe it: views, kinds and counts, images not laid or checked."""
    return Exam(
        exam_id=found.exam_id,
        alias=found.alias,
        images=tuple(replace(i.image.stack, view=i.image.view) for i in found.images),
        identity=found.identity,
    )


def same_reading(one: FoundExam, other: FoundExam) -> bool:
    """Whether two readings of an exam would show the same: images, sides, views, labels, masks."""
    first, second = (_shown_of(exam) for exam in (one, other))
    return first == second


def _shown_of(exam: FoundExam) -> tuple[object, ...]:
    laid = {i.image.stack.image_id: (i.image.view, i.image.evidence) for i in exam.images}
    return laid, dict(exam.labels), frozenset(exam.truth_masks)
