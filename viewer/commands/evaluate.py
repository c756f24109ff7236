"""Evaluation of predictions and of detections: files in, one table for `analysis.evaluation`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from viewer.analysis.evaluation_table import EvaluationTable, LeftOut, LocatedDetections
from viewer.commands.evaluation_cases import breast_cases, image_cases, left_out_of_scores
from viewer.commands.evaluation_examples import ExampleMap, example_maps
from viewer.commands.evaluation_labels import known_truth, rows_in_words, truth_of_predictions
from viewer.commands.evaluation_maps import (
    MapFiles,
    MapReading,
    Progress,
    agreements,
    read_maps,
    unseen,
)
from viewer.commands.evaluation_patches import PatchTruth, detections_of, lesions_of
from viewer.loading.phantom_truth import PHANTOM_COLUMNS
from viewer.loading.read_boxes import LesionBox, read_boxes
from viewer.loading.read_labels import read_labels
from viewer.loading.read_masks import read_masks
from viewer.loading.read_predictions import Predictions, read_predictions
from viewer.loading.read_submission import (
    ListedVolume,
    SubmittedBox,
    VolumeName,
    read_submission,
    read_volumes,
)
from viewer.loading.table_errors import TableError
from viewer.loading.table_text import header_of, read_text, rows_of

EVERY_BOX = "every box"
"""Every box counts as a lesion, as in the challenge."""
FULL_SIZE_ROWS = 1500
"""Images with fewer rows are smaller than those that the detection rules were made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the files give."""

    table: EvaluationTable
    examples: tuple[ExampleMap, ...] = ()


def gather_predictions(
    folder: Path,
    *,
    labels: Path | None,
    masks: Path | None = None,
    boxes: Path | None = None,
    saliency_threshold: float = 0.5,
    progress: Progress = unseen,
) -> Gathered:
    """Read predictions and their truth; raises TableError and LoadingError with file and row.

    labels: None takes the labels that predictions.csv has. A phantom folder's truth table serves
    as labels, masks and boxes at once.
    """
    predictions = read_predictions(folder)
    if labels is None:
        truth = truth_of_predictions(predictions)
    else:
        truth = known_truth(read_labels(labels), predictions, labels.name)
        if frozenset(header_of(read_text(labels))) >= PHANTOM_COLUMNS:
            masks, boxes = masks or labels, boxes or labels
    cases = [breast_cases(predictions, truth), image_cases(predictions, truth)]
    if cases == [None, None]:
        raise TableError(
            "no image with a score has a label", hint="check the exams and images of the labels"
        )
    files = MapFiles(predictions, read_masks(masks) if masks is not None else ())
    reading = MapReading()
    if masks is not None or boxes is not None:
        reading = read_maps(predictions, files, threshold=saliency_threshold, progress=progress)
    patches = PatchTruth(
        predictions, read_boxes(boxes) if boxes is not None else (), truth, reading.strongest
    )
    table = EvaluationTable(
        cases=tuple(case for case in cases if case is not None),
        maps=agreements(reading, truth),
        notes=_notes(predictions, has_patients=bool(truth.patients)),
        left_out=(
            *truth.left_out,
            *left_out_of_scores(predictions, truth),
            *reading.left_out,
        ),
    )
    if boxes is not None:
        table = replace(
            table,
            hits=patches.hits(),
            detections=patches.detections(),
            notes=(*table.notes, *_size_notes(reading)),
            left_out=(*table.left_out, *patches.left_out),
        )
    return Gathered(table=table, examples=example_maps(reading.measured, files))


def gather_submission(
    submission: Path, *, boxes: Path, labels: Path, volume_slices: int | None
) -> Gathered:
    """Read detections, boxes and which volumes there are, in the layout of BCS-DBT.

    volume_slices: taken for every volume where the boxes have no column VolumeSlices; without
    either the published rule cannot be applied, which raises TableError.
    """
    marks = read_submission(submission)
    listed = read_volumes(labels)
    known = tuple(zip(read_boxes(boxes), _volumes_of(boxes), strict=True))
    place = {volume.volume: index for index, volume in enumerate(listed)}
    left_out = [
        *_unknown("detections", submission.name, [m.line for m in marks if m.volume not in place]),
        *_unknown("boxes", boxes.name, [b.key.line for b, name in known if name not in place]),
    ]
    inside = tuple((box, place[name]) for box, name in known if name in place)
    slices, note = _slices(inside, len(listed), volume_slices, boxes.name)
    located = _located(marks, inside, place, listed, slices, submission.stem)
    notes = [f"{len(marks)} detections, {len(inside)} boxes and {len(listed)} volumes were read."]
    return Gathered(
        table=EvaluationTable(
            detections=(located,),
            notes=(*notes, *([note] if note else [])),
            left_out=tuple(left_out),
        )
    )


def _notes(predictions: Predictions, *, has_patients: bool) -> tuple[str, ...]:
    scored = sum(image.is_scored for image in predictions.images)
    read = f"{scored} scores of images and {len(predictions.breasts)} of breasts were read."
    if has_patients:
        return (read,)
    return (
        read,
        "The labels name no patients: every exam counts as a patient of its own in resampling.",
    )


def _size_notes(reading: MapReading) -> tuple[str, ...]:
    rows = reading.fewest_rows
    if rows is None or rows >= FULL_SIZE_ROWS:
        return ()
    return (
        f"Images have as few as {rows} rows: the 100 pixels within which a detection hits are "
        "meant for images of about 2,400 rows and are generous here.",
    )


def _volumes_of(boxes: Path) -> tuple[VolumeName, ...]:
    text = read_text(boxes)
    missing = [name for name in ("studyuid", "view") if name not in header_of(text)]
    if missing:
        raise TableError(
            f"{boxes.name} has no column {missing[0]}",
            hint="a submission is judged by a box table in the layout of BCS-DBT",
        )
    return tuple((row.text("studyuid"), row.text("view").lower()) for row in rows_of(text))


def _slices(
    boxes: tuple[tuple[LesionBox, int], ...], volumes: int, stated: int | None, table: str
) -> tuple[dict[int, int], str]:
    """How many slices each volume with a box has, and what was assumed."""
    slices: dict[int, int] = {}
    for box, volume in boxes:
        number = box.volume_slices or stated
        if number is None:
            raise TableError(
                f"{table} has no number of slices in row {box.key.line}; a hit must lie within a "
                "quarter of the volume's slices",
                hint="add the column VolumeSlices, or say --volume-slices for all volumes",
            )
        if box.slice_index >= number:
            raise TableError(
                f"{table}: row {box.key.line} lies on slice {box.slice_index:g} of a volume of "
                f"{number} slices",
                hint="slices count from 0; correct the box or the number of slices",
            )
        slices[volume] = number
    assumed = stated is not None and any(box.volume_slices is None for box, _ in boxes)
    note = f"The boxes do not say it: every volume was taken to have {stated} slices."
    return slices, note if assumed else ""


def _located(
    marks: tuple[SubmittedBox, ...],
    boxes: tuple[tuple[LesionBox, int], ...],
    place: dict[VolumeName, int],
    listed: tuple[ListedVolume, ...],
    slices: dict[int, int],
    series: str,
) -> LocatedDetections:
    return LocatedDetections(
        series=series,
        finding=EVERY_BOX,
        detections=detections_of(
            [
                (place[mark.volume], mark.row, mark.column, mark.slice_index, mark.score)
                for mark in marks
                if mark.volume in place
            ]
        ),
        lesions=lesions_of(
            [(volume, box.row, box.column, box.diagonal, box.slice_index) for box, volume in boxes]
        ),
        volume_slices=np.array([float(slices.get(volume, 1)) for volume in range(len(listed))]),
        volumes=tuple(" ".join(volume.volume) for volume in listed),
        patients=tuple(volume.patient for volume in listed),
        elsewhere=sum(mark.volume not in place for mark in marks),
    )


def _unknown(what: str, table: str, lines: list[int]) -> list[LeftOut]:
    if not lines:
        return []
    return [
        LeftOut(
            what=f"{len(lines)} {what} of {table} ({rows_in_words(lines)})",
            reason="lie in volumes that the labels do not list",
        )
    ]
