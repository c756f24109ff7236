"""Saliency maps of a predictions folder against masks, and what lies under its patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.types import BENIGN, CLASS_NAMES, MALIGNANT, Box
from viewer.analysis.evaluation_table import LeftOut, MapAgreement
from viewer.commands.evaluation_cases import series_names
from viewer.commands.evaluation_labels import KnownTruth, images_meant, rows_in_words
from viewer.export.file_names import safe_name
from viewer.loading.errors import LoadingError
from viewer.loading.prediction_arrays import PredictionArrays, read_arrays
from viewer.loading.read_masks import NamedMask, WindowMask, mask_in_window, max_projected_mask
from viewer.loading.read_predictions import PredictedImage, PredictedPatch, Predictions
from viewer.loading.table_errors import TableError
from viewer.rendering.model_frame import CellGrid
from viewer.statistics.map_overlap import (
    count_under_cells,
    dice_at,
    pixel_average_precision,
    soft_dice,
)

Bools = NDArray[np.bool_]
ImageAndModel = tuple[str, str]
MOST_EXAMPLES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleMap:
    """A max-projected map with its mask, in the network's window, facing right."""

    image: str
    series: str
    finding: str
    saliency: NDArray[np.float32]
    """(rows, columns)."""
    mask: WindowMask
    soft_dice: float


@dataclass(slots=True)
class MapReading:
    """What one pass over the arrays gives."""

    agreement: list[tuple[int, str, PredictedImage, float, float, float]] = field(
        default_factory=list
    )
    """Class, series, image, soft Dice, Dice at the threshold, pixel average precision."""
    examples: list[ExampleMap] = field(default_factory=list)
    strongest: dict[ImageAndModel, NDArray[np.float64]] = field(default_factory=dict)
    """(patch, class) the strongest cell under each patch of the table, in its order."""
    left_out: list[LeftOut] = field(default_factory=list)
    fewest_rows: int | None = None
    """Of the displayed images; None without arrays."""


def read_maps(
    predictions: Predictions,
    masks: Sequence[NamedMask],
    *,
    threshold: float,
) -> MapReading:
    """Go through all arrays once; raises LoadingError for a mask of a wrong size.

    threshold: from which a cell counts as salient in the Dice similarity of sets. Images whose
    arrays are absent or of another version are left out, with the reason.
    """
    reading = MapReading()
    if not (predictions.folder / "arrays").is_dir():
        reading.left_out.append(
            LeftOut(
                what="all maps",
                reason="the folder has no arrays (predict --arrays writes them); patches are "
                "ranked by the image's score times their attention",
            )
        )
        return reading
    series = series_names(predictions.images)
    of_image = _masks_by_image(masks, predictions, reading)
    patches = patches_by_image(predictions)
    serving = _models_of_images(predictions)
    for image in predictions.images:
        if not image.is_scored:
            continue
        try:
            arrays = read_arrays(_arrays_path(predictions.folder, image, serving[image.image]))
        except LoadingError as error:
            reading.left_out.append(
                LeftOut(what=f"map of {image.image}, {image.model}", reason=str(error))
            )
            continue
        rows = arrays.placement.image_rows
        reading.fewest_rows = min(rows, reading.fewest_rows or rows)
        own = patches.get((image.image, image.model), ())
        reading.strongest[image.image, image.model] = _strongest_under(arrays, own)
        for finding_class in (MALIGNANT, BENIGN):
            own_masks = of_image.get((image.image, finding_class), ())
            if own_masks:
                name = series[image.model, image.kind]
                _measure(reading, image, name, finding_class, arrays, own_masks, threshold)
    return reading


def agreements(reading: MapReading, truth: KnownTruth) -> tuple[MapAgreement, ...]:
    """The measures as arrays, malignant first."""
    found = []
    for finding_class in (MALIGNANT, BENIGN):
        own = [entry for entry in reading.agreement if entry[0] == finding_class]
        if not own:
            continue
        series = tuple(dict.fromkeys(entry[1] for entry in own))
        images = {entry[2].image: entry[2] for entry in own}
        place = {name: index for index, name in enumerate(images)}
        values = np.full((3, len(series), len(images)), np.nan)
        for _, name, image, *measures in own:
            values[:, series.index(name), place[image.image]] = measures
        found.append(
            MapAgreement(
                finding_class=finding_class,
                series=series,
                images=tuple(images),
                patients=tuple(truth.patient_of(image.exam) for image in images.values()),
                soft_dice=values[0],
                dice=values[1],
                average_precision=values[2],
            )
        )
    return tuple(found)


def patches_by_image(
    predictions: Predictions,
) -> Mapping[ImageAndModel, tuple[PredictedPatch, ...]]:
    """The patches of each image and model, the most attended first."""
    found: dict[ImageAndModel, list[PredictedPatch]] = {}
    for patch in predictions.patches:
        found.setdefault((patch.image, patch.model), []).append(patch)
    return {name: tuple(patches) for name, patches in found.items()}


def chosen_examples(
    examples: Sequence[ExampleMap], *, each: int = 3, most: int = MOST_EXAMPLES
) -> tuple[ExampleMap, ...]:
    """For every series and class the best, the middle and the worst agreement, malignant first.

    More than `most` are cut.
    """
    groups: dict[tuple[str, str], list[ExampleMap]] = {}
    for example in examples:
        groups.setdefault((example.finding, example.series), []).append(example)
    chosen = []
    for _, group in sorted(groups.items(), reverse=True):
        ranked = sorted(group, key=lambda example: -example.soft_dice)
        places = np.unique(np.linspace(0, len(ranked) - 1, each).round().astype(int))
        chosen += [ranked[place] for place in places]
    return tuple(chosen[:most])


def _measure(
    reading: MapReading,
    image: PredictedImage,
    series: str,
    finding_class: int,
    arrays: PredictionArrays,
    masks: Sequence[NamedMask],
    threshold: float,
) -> None:
    mask = _joined(masks, arrays)
    saliency = arrays.max_projected[finding_class]
    counts = count_under_cells(saliency, mask.marked, mask.seen, missed=mask.missed)
    if not counts.mask_pixels:
        reading.left_out.append(LeftOut(what=f"mask of {image.image}", reason="marks nothing"))
        return
    agreement = soft_dice(counts)
    reading.agreement.append(
        (
            finding_class,
            series,
            image,
            agreement,
            dice_at(counts, threshold),
            pixel_average_precision(counts),
        )
    )
    reading.examples.append(
        ExampleMap(
            image=image.image,
            series=series,
            finding=CLASS_NAMES[finding_class],
            saliency=saliency,
            mask=WindowMask(
                marked=_thinned(mask.marked), seen=_thinned(mask.seen), missed=mask.missed
            ),
            soft_dice=agreement,
        )
    )


def _joined(masks: Sequence[NamedMask], arrays: PredictionArrays) -> WindowMask:
    """All findings of one class on one image as one mask."""
    laid = []
    for mask in masks:
        try:
            laid.append(mask_in_window(max_projected_mask(mask.path), arrays.placement))
        except LoadingError as error:
            raise TableError(f"{mask.place}: {error.message}", hint=error.hint) from error
    marked = np.any([mask.marked for mask in laid], axis=0)
    return WindowMask(marked=marked, seen=laid[0].seen, missed=sum(mask.missed for mask in laid))


def _thinned(pixels: Bools) -> Bools:
    """Fewer pixels, enough for a small picture; hundreds of examples stay in memory."""
    step = max(1, max(pixels.shape) // 400)
    return pixels[::step, ::step].copy()


def _strongest_under(
    arrays: PredictionArrays, patches: Sequence[PredictedPatch]
) -> NDArray[np.float64]:
    rows, columns = arrays.saliency.shape[2:]
    grid = CellGrid(placement=arrays.placement, rows=rows, columns=columns)
    found = np.zeros((len(patches), len(CLASS_NAMES)))
    for place, patch in enumerate(patches):
        box = Box(top=patch.top, left=patch.left, height=patch.height, width=patch.width)
        if box.is_empty or patch.slice_index >= arrays.saliency.shape[0]:
            continue
        under = arrays.saliency[patch.slice_index][:, *grid.cells_under(box)]
        if under.size:
            found[place] = under.max(axis=(1, 2))
    return found


def _masks_by_image(
    masks: Sequence[NamedMask], predictions: Predictions, reading: MapReading
) -> Mapping[tuple[str, int], tuple[NamedMask, ...]]:
    found: dict[tuple[str, int], list[NamedMask]] = {}
    unknown: list[NamedMask] = []
    for mask in masks:
        names = {image.image for image in images_meant(mask.key, predictions.images)}
        if len(names) != 1:
            unknown.append(mask)
            continue
        finding_class = MALIGNANT if mask.malignant else BENIGN
        found.setdefault((names.pop(), finding_class), []).append(mask)
    if unknown:
        lines = [mask.key.line for mask in unknown if mask.key.line]
        which = rows_in_words(lines) if lines else ", ".join(mask.place for mask in unknown[:5])
        reading.left_out.append(
            LeftOut(what=f"{len(unknown)} masks ({which})", reason="fit no or several images")
        )
    return {name: tuple(own) for name, own in found.items()}


def _models_of_images(predictions: Predictions) -> Mapping[str, int]:
    """How many models were to score each image; then its arrays carry the model's name."""
    serving: dict[str, set[str]] = {}
    for image in predictions.images:
        serving.setdefault(image.image, set()).add(image.model)
    return {name: len(models) for name, models in serving.items()}


def _arrays_path(folder: Path, image: PredictedImage, models: int) -> Path:
    name = image.image if models == 1 else f"{image.image}.{safe_name(image.model)}"
    return folder / "arrays" / f"{name}.npz"
