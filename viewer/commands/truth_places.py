"""Places of lesions tied to the images they were measured in, before the truth is sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind
from viewer.loading.errors import LoadingError
from viewer.study.check_truth import TruthProblem, breast_words
from viewer.study.truth import TruthEntry

ExamOf = Callable[[str], Exam]
"""The exam of a case by its id; raises LoadingError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTruth:
    """The entries with images, and what stays open."""

    entries: tuple[TruthEntry, ...]
    remarks: tuple[str, ...]
    """Such as cases whose images could not be opened."""


def place_truth(entries: Sequence[TruthEntry], exam_of: ExamOf) -> PlacedTruth:
    """Find the image of every place; raises TruthProblem naming those that are in no image.

    A place without a kind of image belongs to the volume where a slice is given, else to every
    image of its view; that is refused where those differ in size.
    """
    placed: list[TruthEntry] = []
    problems: list[str] = []
    remarks: list[str] = []
    for case_id, rows in _by_case(entries).items():
        if not any(_has_place(row) for row in rows):
            placed += rows
            continue
        try:
            exam = exam_of(case_id)
        except LoadingError as error:
            remarks.append(f"case {case_id}: places of lesions were not checked: {error.message}")
            placed += rows
            continue
        for row in rows:
            try:
                placed.append(_placed(row, exam) if _has_place(row) else row)
            except ValueError as error:
                problems.append(f"{breast_words(row.breast)}, lesion {row.lesion_id}: {error}")
    if problems:
        raise TruthProblem(
            "places of lesions do not fit the images:\n  " + "\n  ".join(problems),
            "slices, rows (cy) and columns (cx) count from 0 in the displayed image: upright, "
            "left breasts facing right, right breasts facing left",
        )
    return PlacedTruth(entries=tuple(placed), remarks=tuple(remarks))


def _placed(entry: TruthEntry, exam: Exam) -> TruthEntry:
    """The entry with its image, if it is one; raises ValueError when it is in none."""
    images = [image for image in exam.images if image.view.abbreviation == entry.view]
    if entry.image_kind:
        images = [image for image in images if image.kind.value == entry.image_kind]
    elif entry.slice_index is not None:
        images = [image for image in images if image.kind is ImageKind.DBT]
    if not images:
        what = entry.image_kind or ("DBT" if entry.slice_index is not None else "")
        raise ValueError(f"there is no image {entry.view} {what}".rstrip())
    if len({(image.rows, image.columns) for image in images}) > 1:
        kinds = ", ".join(sorted({image.kind.value for image in images}))
        raise ValueError(f"{entry.view} has images of several sizes ({kinds}): say image_kind")
    for image in images:
        _check_inside(entry, image)
    return replace(entry, image_id=images[0].image_id) if len(images) == 1 else entry


def _check_inside(entry: TruthEntry, image: ImageStack) -> None:
    size = f"{image.rows} rows, {image.columns} columns, {image.slices} slices"
    if entry.row is not None and entry.row > image.rows - 0.5:
        raise ValueError(f"row {entry.row:g} is outside the image ({size})")
    if entry.column is not None and entry.column > image.columns - 0.5:
        raise ValueError(f"column {entry.column:g} is outside the image ({size})")
    if entry.slice_index is not None and entry.slice_index >= image.slices:
        raise ValueError(f"slice {entry.slice_index} is outside the image ({size})")


def _has_place(entry: TruthEntry) -> bool:
    return bool(entry.lesion_id and entry.view) and entry.row is not None


def _by_case(entries: Iterable[TruthEntry]) -> dict[str, list[TruthEntry]]:
    cases: dict[str, list[TruthEntry]] = {}
    for entry in entries:
        cases.setdefault(entry.case_id, []).append(entry)
    return cases
