"""Patches as detections: against boxes by the published rules, and the highest of each breast.

A patch's score for a class is the image's score of that class times the strongest saliency of the
class under the patch on its slice; without arrays, times the patch's attention. A patch whose
score is 0 marks nothing of the class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.types import BENIGN, CLASS_NAMES, MALIGNANT
from viewer.analysis.evaluation_table import (
    LESION_IN_PATCH,
    PATCH_ON_LESION,
    LeftOut,
    LocatedDetections,
    PatchHits,
)
from viewer.commands.evaluation_cases import series_names
from viewer.commands.evaluation_labels import ImageIndex, KnownTruth, rows_in_words
from viewer.commands.evaluation_maps import ImageAndModel, patches_by_image
from viewer.loading.read_boxes import LesionBox
from viewer.loading.read_predictions import PredictedImage, PredictedPatch, Predictions
from viewer.statistics.detection import Detections, LesionBoxes

HIT_SLICES = 3
"""How far the highest patch may be from the lesion's slice."""
_Rule = Callable[[PredictedPatch, Sequence[LesionBox]], bool]
_Highest = tuple[PredictedPatch, tuple[LesionBox, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ImageCase:
    """One scored image of a series with its patches and boxes."""

    image: PredictedImage
    patches: tuple[PredictedPatch, ...]
    scores: NDArray[np.float64]
    """(patch,)."""
    boxes: tuple[LesionBox, ...]


class PatchTruth:
    """Patches of a predictions folder beside the boxes of its images."""

    def __init__(
        self,
        predictions: Predictions,
        boxes: Sequence[LesionBox],
        truth: KnownTruth,
        strongest: Mapping[ImageAndModel, NDArray[np.float64]],
    ) -> None:
        """strongest: (patch, class) saliency under the patches, where there are arrays."""
        self._predictions = predictions
        self._truth = truth
        self._strongest = strongest
        self._patches = patches_by_image(predictions)
        self._series = series_names(predictions.images)
        self.left_out: list[LeftOut] = []
        self._boxes = self._boxes_by_image(boxes)
        self._note_missing()

    def detections(self) -> tuple[LocatedDetections, ...]:
        """Every series and class with a box; volumes are the images whose label is known."""
        found = []
        for finding_class in (MALIGNANT, BENIGN):
            for pair, name in self._series.items():
                cases = self._cases(pair, finding_class)
                if any(case.boxes for case in cases):
                    found.append(self._located(name, finding_class, cases))
        return tuple(found)

    def hits(self) -> tuple[PatchHits, ...]:
        """For each class and rule: whether the highest patch of a breast meets a finding."""
        found = []
        for finding_class in (MALIGNANT, BENIGN):
            highest = {
                name: self._highest(pair, finding_class) for pair, name in self._series.items()
            }
            breasts = list(dict.fromkeys(breast for own in highest.values() for breast in own))
            if not breasts:
                continue
            for rule, meets in _RULES.items():
                hit = [
                    [
                        float(_met(own[breast], meets)) if breast in own else np.nan
                        for breast in breasts
                    ]
                    for own in highest.values()
                ]
                found.append(
                    PatchHits(
                        finding_class=finding_class,
                        rule=rule,
                        series=tuple(highest),
                        breasts=tuple(" ".join(breast) for breast in breasts),
                        patients=tuple(self._truth.patient_of(exam) for exam, _ in breasts),
                        hit=np.array(hit),
                    )
                )
        return tuple(found)

    def _highest(
        self, pair: tuple[str, str], finding_class: int
    ) -> dict[tuple[str, str], _Highest | None]:
        """The highest patch of each breast with a box; None where no patch shows the class."""
        by_breast: dict[tuple[str, str], list[_ImageCase]] = {}
        for case in self._cases(pair, finding_class):
            by_breast.setdefault((case.image.exam, case.image.laterality), []).append(case)
        return {
            breast: _highest_of(cases)
            for breast, cases in by_breast.items()
            if any(case.boxes for case in cases)
        }

    def _cases(self, pair: tuple[str, str], finding_class: int) -> tuple[_ImageCase, ...]:
        """Labelled images of a series; those with a finding but no box are not among them."""
        found = []
        for image in self._predictions.images:
            if not image.is_scored or (image.model, image.kind) != pair:
                continue
            boxes = self._boxes.get((image.image, finding_class), ())
            if not boxes and self._truth.of_image(image)[finding_class] is not False:
                continue
            patches = self._patches.get((image.image, image.model), ())
            found.append(
                _ImageCase(
                    image=image,
                    patches=patches,
                    scores=self._scores(image, patches, finding_class),
                    boxes=boxes,
                )
            )
        return tuple(found)

    def _scores(
        self, image: PredictedImage, patches: Sequence[PredictedPatch], finding_class: int
    ) -> NDArray[np.float64]:
        own = (image.benign, image.malignant)[finding_class] or 0.0
        under = self._strongest.get((image.image, image.model))
        if under is None:
            return own * np.array([patch.attention for patch in patches], dtype=np.float64)
        return own * under[:, finding_class]

    def _located(
        self, series: str, finding_class: int, cases: Sequence[_ImageCase]
    ) -> LocatedDetections:
        marks = [
            (volume, p.top + p.height / 2, p.left + p.width / 2, float(p.slice_index), score)
            for volume, case in enumerate(cases)
            for p, score in zip(case.patches, case.scores, strict=True)
            if score > 0
        ]
        known = [
            (volume, box.row, box.column, box.diagonal, box.slice_index)
            for volume, case in enumerate(cases)
            for box in case.boxes
        ]
        return LocatedDetections(
            series=series,
            finding=CLASS_NAMES[finding_class],
            detections=detections_of(marks),
            lesions=lesions_of(known),
            volume_slices=np.array([float(case.image.slices) for case in cases]),
            volumes=tuple(case.image.image for case in cases),
            patients=tuple(self._truth.patient_of(case.image.exam) for case in cases),
        )

    def _boxes_by_image(
        self, boxes: Sequence[LesionBox]
    ) -> Mapping[tuple[str, int], tuple[LesionBox, ...]]:
        found: dict[tuple[str, int], list[LesionBox]] = {}
        unknown = []
        index = ImageIndex(self._predictions.images)
        for box in boxes:
            meant = index.meant(box.key)
            names = {image.image for image in meant}
            if len(names) != 1 or any(box.slice_index >= image.slices for image in meant):
                unknown.append(box.key.line)
                continue
            finding_class = MALIGNANT if box.malignant else BENIGN
            found.setdefault((names.pop(), finding_class), []).append(box)
        if unknown:
            self.left_out.append(
                LeftOut(
                    what=f"{len(unknown)} boxes ({rows_in_words(unknown)})",
                    reason="fit no image, several images, or no slice of theirs",
                )
            )
        return {name: tuple(own) for name, own in found.items()}

    def _note_missing(self) -> None:
        for finding_class in (MALIGNANT, BENIGN):
            names = {
                image.image
                for image in self._predictions.images
                if image.is_scored
                and self._truth.of_image(image)[finding_class]
                and (image.image, finding_class) not in self._boxes
            }
            if names:
                self.left_out.append(
                    LeftOut(
                        what=f"{len(names)} images with a {CLASS_NAMES[finding_class]} finding, "
                        "of patches and detections",
                        reason="have no box",
                    )
                )


def detections_of(marks: Sequence[tuple[int, float, float, float, float]]) -> Detections:
    """(volume, row, column, slice, score) as columns."""
    columns = np.array(marks, dtype=np.float64).reshape(-1, 5).T
    return Detections(
        volume=columns[0].astype(np.intp),
        row=columns[1],
        column=columns[2],
        slice_index=columns[3],
        score=columns[4],
    )


def lesions_of(known: Sequence[tuple[int, float, float, float, float]]) -> LesionBoxes:
    """(volume, row, column, diagonal, slice) as columns."""
    columns = np.array(known, dtype=np.float64).reshape(-1, 5).T
    return LesionBoxes(
        volume=columns[0].astype(np.intp),
        row=columns[1],
        column=columns[2],
        diagonal=columns[3],
        slice_index=columns[4],
    )


def _highest_of(cases: Sequence[_ImageCase]) -> _Highest | None:
    """The highest patch of a breast's images with the boxes near its slice."""
    best: tuple[float, _ImageCase, PredictedPatch] | None = None
    for case in cases:
        for patch, score in zip(case.patches, case.scores, strict=True):
            if score > (best[0] if best is not None else 0.0):
                best = (float(score), case, patch)
    if best is None:
        return None
    _, case, patch = best
    near = [box for box in case.boxes if abs(patch.slice_index - box.slice_index) <= HIT_SLICES]
    return patch, tuple(near)


def _met(highest: _Highest | None, meets: _Rule) -> bool:
    return highest is not None and meets(*highest)


def _is_on_lesion(patch: PredictedPatch, near: Sequence[LesionBox]) -> bool:
    row, column = patch.top + patch.height / 2, patch.left + patch.width / 2
    return any(box.holds(row, column) for box in near)


def _holds_lesion(patch: PredictedPatch, near: Sequence[LesionBox]) -> bool:
    return any(
        patch.top <= box.row <= patch.top + patch.height
        and patch.left <= box.column <= patch.left + patch.width
        for box in near
    )


_RULES = {PATCH_ON_LESION: _is_on_lesion, LESION_IN_PATCH: _holds_lesion}
