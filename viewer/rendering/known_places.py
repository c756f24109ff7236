"""Known findings drawn after a training case: a circle where one lies, and a sentence for each
breast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from inference.types import Laterality
from viewer.domain.image_stack import ImageStack
from viewer.domain.viewport import spacing_of
from viewer.rendering.marks import MARK_NEIGHBOUR_SLICES, TruthOutline
from viewer.study.truth import TruthEntry

UNKNOWN_SIZE_MM = 15.0
"""Drawn where the truth says a place but no size."""
_POINTS = 48


def known_outlines(
    entries: Iterable[TruthEntry], images: Iterable[ImageStack]
) -> Mapping[tuple[str, int], tuple[TruthOutline, ...]]:
    """Circles by (image id, slice index), on the finding's slice and those next to it."""
    shown = tuple(images)
    found: dict[tuple[str, int], tuple[TruthOutline, ...]] = {}
    for entry in entries:
        for image in shown:
            if not _is_placed_in(entry, image):
                continue
            outline = _circle(entry, image)
            for slice_index in _slices(entry, image):
                key = (image.image_id, slice_index)
                found[key] = (*found.get(key, ()), outline)
    return found


def truth_words(
    entries: Iterable[TruthEntry], sides: Iterable[Laterality]
) -> Mapping[Laterality, str]:
    """What is known of each breast, in a sentence."""
    listed = tuple(entries)
    return {side: _words_of([e for e in listed if e.laterality is side]) for side in sides}


def _words_of(entries: list[TruthEntry]) -> str:
    if not entries:
        return "nothing is recorded of this breast"
    malignant = any(entry.malignant for entry in entries)
    verdict = "malignant" if malignant else "not malignant"
    if not malignant and any(entry.benign for entry in entries):
        verdict = "benign finding"
    lesions: dict[str, list[str]] = {}
    for entry in entries:
        if entry.lesion_id:
            parts = lesions.setdefault(entry.lesion_id, [entry.lesion_kind or "finding"])
            if entry.view and entry.view not in parts:
                parts.append(entry.view)
    told = "; ".join(", ".join(parts) for parts in lesions.values())
    return f"{verdict}: {told}" if told else verdict


def _is_placed_in(entry: TruthEntry, image: ImageStack) -> bool:
    if entry.row is None or entry.column is None:
        return False
    if entry.image_id:
        return entry.image_id == image.image_id
    same_kind = not entry.image_kind or entry.image_kind == image.kind.value
    return bool(entry.view) and entry.view == image.view.abbreviation and same_kind


def _slices(entry: TruthEntry, image: ImageStack) -> range:
    if image.slices == 1:
        return range(1)
    if entry.slice_index is None:
        return range(image.slices)
    first = max(0, entry.slice_index - MARK_NEIGHBOUR_SLICES)
    return range(first, min(image.slices, entry.slice_index + MARK_NEIGHBOUR_SLICES + 1))


def _circle(entry: TruthEntry, image: ImageStack) -> TruthOutline:
    row_mm, column_mm = spacing_of(image)
    radius_mm = (entry.size_mm or UNKNOWN_SIZE_MM) / 2 + 1.0
    angles = np.linspace(0.0, 2 * np.pi, _POINTS, endpoint=False)
    rows = (entry.row or 0.0) + 0.5 + np.sin(angles) * radius_mm / row_mm
    columns = (entry.column or 0.0) + 0.5 + np.cos(angles) * radius_mm / column_mm
    contour = np.stack([rows, columns], axis=1).astype(np.float32)
    return TruthOutline(malignant=entry.malignant, contours=(contour,))
