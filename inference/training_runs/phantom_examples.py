"""Phantom exams as training images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from inference.training.breast import View
from inference.training.phantoms import draw_exam
from inference.training_runs.config import ImageType, PhantomSettings
from inference.training_runs.examples import KnownImage, TrainingImage, group_of
from inference.types import MALIGNANT, ArraySource, Laterality, ModelInput


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomImage:
    """One image of one phantom; calling it makes the image."""

    settings: PhantomSettings
    exam: int
    laterality: Laterality
    view: View
    kind: ImageType

    def __call__(self) -> ModelInput:
        """Make the image."""
        settings = self.settings
        imaged = draw_exam(settings.seed, self.exam).image_view(
            self.laterality,
            self.view,
            slices=settings.slices,
            rows=settings.rows,
            columns=settings.columns,
        )
        if self.kind is ImageType.DBT:
            slices = [imaged.tomosynthesis_slice(index) for index in range(imaged.view.slices)]
        else:
            slices = [imaged.ffdm() if self.kind is ImageType.FFDM else imaged.synthetic_2d()]
        return ModelInput(
            source=ArraySource(np.stack(slices)),
            laterality=self.laterality,
            crop_rule=self.view.crop_rule,
        )


def phantom_images(
    settings: PhantomSettings, kinds: Iterable[ImageType]
) -> tuple[TrainingImage, ...]:
    """Every image of these kinds; a breast's label holds for each of its images."""
    images = []
    for number in range(1, settings.exams + 1):
        exam = draw_exam(settings.seed, number)
        for laterality in Laterality:
            found = {one.kind.finding_class for one in exam.side(laterality).lesions}
            benign, malignant = bool(found - {MALIGNANT}), MALIGNANT in found
            for view in View:
                for kind in kinds:
                    image = PhantomImage(
                        settings=settings,
                        exam=number,
                        laterality=laterality,
                        view=view,
                        kind=kind,
                    )
                    known = KnownImage(
                        name=f"phantom {number} {laterality.value}{view.value} {kind.value}",
                        key=_key(image),
                        patient=f"phantom-{settings.seed}-{number}",
                        exam=f"phantom-{settings.seed}-{number}",
                        laterality=laterality,
                        view=view.value,
                        kind=kind,
                        benign=benign,
                        malignant=malignant,
                        birads=group_of(benign=benign, malignant=malignant),
                    )
                    images.append(TrainingImage(known=known, open_image=image))
    return tuple(images)


def _key(image: PhantomImage) -> str:
    settings = image.settings
    size = f"{settings.rows}x{settings.columns}x{settings.slices or 'mm'}"
    where = f"{image.laterality.value}{image.view.value}-{image.kind.name}"
    return f"phantom-{settings.seed}-{image.exam}-{where}-{size}"
