"""The marks of an exam as a table: what was drawn where and what it measures, without words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from viewer.domain.exam import Exam
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import Mark, MarkShape
from viewer.domain.mark_measures import measure
from viewer.domain.mark_regions import probed_value, region_values
from viewer.export.csv_rows import csv_of, write_text

FrameOf = Callable[[str, int], Frame]
"""A slice of an image id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedExam:
    """An exam and what a reader left on it."""

    exam: Exam
    kept: KeptMarks


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One mark; the fields are the columns, in order. Slices count from 1, rows and columns of
    points from the upper-left edge of the displayed image."""

    exam: str
    mark: int
    image: str
    laterality: str
    view: str
    kind: str
    slice: int
    first_slice: int
    last_slice: int
    shape: str
    mark_class: str
    points: str
    """Row and column of each point, such as "12.5 40.0; 13.0 88.5"."""
    length: float | None = None
    area: float | None = None
    angle_degrees: float | None = None
    unit: str = ""
    """mm or px of a length, mm² or px² of an area."""
    derivation: str = ""
    """Where the pixel spacing comes from."""
    pixels: int | None = None
    """Of a region: those that count, padding left out."""
    mean: float | None = None
    """Of `slice`, the one it was drawn on, as all values here: never of a slab."""
    deviation: float | None = None
    value: float | None = None
    """Of a probe: the modality value."""
    code: int | None = None


def mark_rows(marked: MarkedExam, frame_of: FrameOf) -> tuple[MarkRow, ...]:
    """The marks on the images of the exam, numbered as on screen.

    frame_of: decodes the slice that a region or probe was drawn on.
    """
    rows = []
    for image in marked.exam.images:
        for mark in marked.kept.marks_on(image):
            frame = frame_of(image.image_id, mark.slice_index) if has_values(mark) else None
            rows.append(_row(marked, image, mark, frame))
    return tuple(sorted(rows, key=lambda row: row.mark))


def write_marks_table(path: Path, marked: MarkedExam, frame_of: FrameOf) -> None:
    """Write the table as CSV, whole or not at all; raises CannotWrite.

    Nothing in it says who the patient is: the exam is named by its alias, and what the reader
    typed is left out.
    """
    write_text(path, csv_of(MarkRow, mark_rows(marked, frame_of)))


def has_values(mark: Mark) -> bool:
    """Whether a mark's row says what pixels hold, not only where it lies and how large it is."""
    return mark.shape.is_region or mark.shape is MarkShape.PROBE


def _row(marked: MarkedExam, image: ImageStack, mark: Mark, frame: Frame | None) -> MarkRow:
    region = probe = None
    if frame is not None and mark.shape.is_region:
        region = region_values(mark, frame, image.grey_scale)
    elif frame is not None:
        probe = probed_value(mark.points[0], frame, image.grey_scale)
    found = measure(image, mark)
    value = None if found is None else found.value
    return MarkRow(
        exam=marked.exam.alias,
        mark=marked.kept.number(mark.mark_id),
        image=image.name,
        laterality="" if mark.laterality is None else mark.laterality.value,
        view=mark.view,
        kind=image.kind.value,
        slice=mark.slice_index + 1,
        first_slice=mark.first_slice + 1,
        last_slice=mark.last_slice + 1,
        shape=mark.shape.value,
        mark_class=mark.mark_class.value,
        points="; ".join(f"{point.row:.2f} {point.column:.2f}" for point in mark.points),
        length=value if mark.shape is MarkShape.LENGTH else None,
        area=value if mark.shape.is_region else None,
        angle_degrees=value if mark.shape is MarkShape.ANGLE else None,
        unit="" if found is None else found.unit,
        derivation="" if found is None else found.derivation,
        pixels=None if region is None else region.pixels,
        mean=None if region is None else region.mean,
        deviation=None if region is None else region.deviation,
        value=None if probe is None else probe.value,
        code=None if probe is None else probe.code,
    )
