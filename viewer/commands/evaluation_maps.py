"""Saliency maps of a predictions folder against masks, and what lies under its patches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.types import BENIGN, CLASS_NAMES, MALIGNANT, Box
from viewer.analysis.evaluation_table import LeftOut, MapAgreement
from viewer.commands.evaluation_cases import series_names
from viewer.commands.evaluation_labels import ImageIndex, KnownTruth, rows_in_words
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

ImageAndModel = tuple[str, str]
Progress = Callable[[int, int], None]
"""Receives images done and in all."""


def unseen(done: int, total: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredMap:
    """One class's map of one image against its mask."""

    finding_class: int
    series: str
    image: PredictedImage
    soft_dice: float
    dice: float
    average_precision: float


@dataclass(slots=True)
class MapReading:
    """What one pass over the arrays gives."""

    measured: list[MeasuredMap] = field(default_factory=list)
    strongest: dict[ImageAndModel, NDArray[np.float64]] = field(default_factory=dict)
    """(patch, class) the strongest cell under each patch of the table, in its order."""
    left_out: list[LeftOut] = field(default_factory=list)
    fewest_rows: int | None = None
    """Of the displayed images; None without arrays."""


class MapFiles:
    """The arrays of a predictions folder with the masks of its images."""

    def __init__(self, predictions: Predictions, masks: Sequence[NamedMask]) -> None:
        self._predictions = predictions
        self._models = _models_of_images(predictions)
        self._masks: dict[tuple[str, int], list[NamedMask]] = {}
        self.unknown_masks: list[NamedMask] = []
        index = ImageIndex(predictions.images)
        for mask in masks:
            names = {image.image for image in index.meant(mask.key)}
            if len(names) != 1:
                self.unknown_masks.append(mask)
                continue
            finding_class = MALIGNANT if mask.malignant else BENIGN
            self._masks.setdefault((names.pop(), finding_class), []).append(mask)

    @property
    def has_arrays(self) -> bool:
        """Whether the folder was written with arrays."""
        return (self._predictions.folder / "arrays").is_dir()

    def arrays(self, image: PredictedImage) -> PredictionArrays:
        """Raises LoadingError."""
        several = self._models[image.image] > 1
        name = f"{image.image}.{safe_name(image.model)}" if several else image.image
        return read_arrays(self._predictions.folder / "arrays" / f"{name}.npz")

    def mask(
        self, image: PredictedImage, finding_class: int, arrays: PredictionArrays
    ) -> WindowMask | None:
        """All findings of one class on one image as one mask; None where there is none.

        Raises TableError for one that cannot be read or has a wrong size.
        """
        laid = []
        for mask in self._masks.get((image.image, finding_class), ()):
            try:
                laid.append(mask_in_window(max_projected_mask(mask.path), arrays.placement))
            except LoadingError as error:
                raise TableError(f"{mask.place}: {error.message}", hint=error.hint) from error
        if not laid:
            return None
        marked = np.any([mask.marked for mask in laid], axis=0)
        missed = sum(mask.missed for mask in laid)
        return WindowMask(marked=marked, seen=laid[0].seen, missed=missed)


def read_maps(
    predictions: Predictions,
    files: MapFiles,
    *,
    threshold: float,
    progress: Progress = unseen,
) -> MapReading:
    """Go through all arrays once; raises TableError for a mask of a wrong size.

    threshold: from which a cell counts as salient in the Dice similarity of sets. Images whose
    arrays are absent or of another version are left out, with the reason.
    """
    reading = MapReading(left_out=_unknown(files.unknown_masks))
    if not files.has_arrays:
        reading.left_out.append(
            LeftOut(
                what="all maps",
                reason="the folder has no arrays (predict --arrays writes them); patches are "
                "ranked by the image's score times their attention",
            )
        )
        return reading
    series = series_names(predictions.images)
    patches = patches_by_image(predictions)
    scored = [image for image in predictions.images if image.is_scored]
    for done, image in enumerate(scored):
        progress(done, len(scored))
        try:
            arrays = files.arrays(image)
        except LoadingError as error:
            what = f"map of {image.image}, {image.model}"
            reading.left_out.append(LeftOut(what=what, reason=str(error)))
            continue
        rows = arrays.placement.image_rows
        reading.fewest_rows = min(rows, reading.fewest_rows or rows)
        own = patches.get((image.image, image.model), ())
        reading.strongest[image.image, image.model] = _strongest_under(arrays, own)
        for finding_class in (MALIGNANT, BENIGN):
            mask = files.mask(image, finding_class, arrays)
            if mask is not None:
                name = series[image.model, image.kind]
                _measure(reading, image, name, finding_class, arrays, mask, threshold)
    return reading


def agreements(reading: MapReading, truth: KnownTruth) -> tuple[MapAgreement, ...]:
    """The measures as arrays, malignant first."""
    found = []
    for finding_class in (MALIGNANT, BENIGN):
        own = [entry for entry in reading.measured if entry.finding_class == finding_class]
        if not own:
            continue
        series = tuple(dict.fromkeys(entry.series for entry in own))
        images = {entry.image.image: entry.image for entry in own}
        place = {name: index for index, name in enumerate(images)}
        values = np.full((3, len(series), len(images)), np.nan)
        for entry in own:
            measures = (entry.soft_dice, entry.dice, entry.average_precision)
            values[:, series.index(entry.series), place[entry.image.image]] = measures
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


def _measure(
    reading: MapReading,
    image: PredictedImage,
    series: str,
    finding_class: int,
    arrays: PredictionArrays,
    mask: WindowMask,
    threshold: float,
) -> None:
    saliency = arrays.max_projected[finding_class]
    counts = count_under_cells(saliency, mask.marked, mask.seen, missed=mask.missed)
    if not counts.mask_pixels:
        reading.left_out.append(LeftOut(what=f"mask of {image.image}", reason="marks nothing"))
        return
    reading.measured.append(
        MeasuredMap(
            finding_class=finding_class,
            series=series,
            image=image,
            soft_dice=soft_dice(counts),
            dice=dice_at(counts, threshold),
            average_precision=pixel_average_precision(counts),
        )
    )


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


def _unknown(masks: Sequence[NamedMask]) -> list[LeftOut]:
    if not masks:
        return []
    lines = [mask.key.line for mask in masks if mask.key.line]
    # Names of the user's files may say who a patient is; the page must not.
    which = rows_in_words(lines) if lines else "by their file names"
    return [LeftOut(what=f"{len(masks)} masks ({which})", reason="fit no or several images")]


def _models_of_images(predictions: Predictions) -> Mapping[str, int]:
    """How many models were to score each image; then its arrays carry the model's name."""
    serving: dict[str, set[str]] = {}
    for image in predictions.images:
        serving.setdefault(image.image, set()).add(image.model)
    return {name: len(models) for name, models in serving.items()}
