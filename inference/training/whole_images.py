"""Whole phantom images as a network sees them, with what is true of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.prepare import PreparedInput, prepare
from inference.progress import SilentProgress
from inference.training.crops import INPUT_SIZES, ImageKind, phantom_view
from inference.training.imaging import ImagedView, Pixels
from inference.training.lesions import draw_lesion
from inference.types import BENIGN, MALIGNANT, ArraySource, Laterality, ModelInput

WHOLE_TRAINING_SEED = 9002
UNSEEN_SEED = 9100
"""Exams of this seed are only ever measured on."""
_APART_MM = 22.0
_FINDINGS = ((), (BENIGN,), (MALIGNANT,), (BENIGN, MALIGNANT))


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeImage:
    """One image, or some slices of a volume, prepared for a network."""

    kind: ImageKind
    imaged: ImagedView
    slice_indices: tuple[int, ...]
    """Which slices of the phantom these are; (0,) for a 2D image."""
    pixels: NDArray[np.uint16]
    """(slices, rows, columns)."""
    prepared: PreparedInput

    @property
    def labels(self) -> tuple[int, int]:
        """1 where the breast holds a benign, a malignant finding."""
        found = {placed.lesion.kind.finding_class for placed in self.imaged.lesions}
        return int(BENIGN in found), int(MALIGNANT in found)

    def input_slices(self) -> Iterator[NDArray[np.float32]]:
        """Yield every slice as the network's input."""
        for index in range(len(self.pixels)):
            yield self.prepared.read_slice(index)


def view_with_findings(seed: int, number: int) -> ImagedView:
    """Return a left view that holds nothing, a benign, a malignant finding, or both, in turn."""
    healthy = phantom_view(seed, number)
    generator = np.random.default_rng([seed, number, 4])
    classes = _FINDINGS[(number // 2) % len(_FINDINGS)]
    while True:
        lesions = [
            draw_lesion(generator, healthy.view.breast, number=1 + own, finding_class=own)
            for own in classes
        ]
        places = [healthy.view.locate(lesion.place)[:2] for lesion in lesions]
        if len(places) < 2 or np.hypot(*np.subtract(places[0], places[1]).tolist()) > _APART_MM:
            return healthy.with_lesions(lesions)


def every_nth_slice(imaged: ImagedView, step: int) -> tuple[int, ...]:
    """Return every `step`-th slice and those in which a finding is in focus, in order."""
    slices = set(range(step // 2, imaged.view.slices, step))
    slices |= {placed.slice_index(imaged.view) for placed in imaged.lesions}
    return tuple(sorted(slices))


def whole_image(imaged: ImagedView, kind: ImageKind, slice_indices: Sequence[int]) -> WholeImage:
    """Make and prepare one image of a view; slice_indices are for tomosynthesis only."""
    images: list[Pixels]
    if kind is ImageKind.DBT:
        images = [imaged.tomosynthesis_slice(index) for index in slice_indices]
    elif kind is ImageKind.FFDM:
        images = [imaged.ffdm()]
    else:
        images = [imaged.synthetic_2d()]
    pixels = np.stack(images)
    rows, columns = INPUT_SIZES[kind.architecture]
    prepared = prepare(
        ModelInput(
            source=ArraySource(pixels),
            laterality=Laterality(imaged.view.breast.laterality),
            crop_rule=imaged.view.view.crop_rule,
        ),
        input_rows=rows,
        input_columns=columns,
        progress=SilentProgress(),
    )
    return WholeImage(
        kind=kind,
        imaged=imaged,
        slice_indices=tuple(slice_indices) if kind is ImageKind.DBT else (0,),
        pixels=pixels,
        prepared=prepared,
    )
