"""Whether images can teach and measure both classes."""

from __future__ import annotations

from collections.abc import Sequence

from inference.training_runs.errors import TrainingDataError
from inference.training_runs.examples import KnownImage, Part
from inference.types import CLASS_NAMES


def check_images(images: Sequence[KnownImage], kind: str) -> None:
    """Raise TrainingDataError where a part is empty or a class is all alike.

    kind: of the images, for the message.
    """
    if not images:
        raise TrainingDataError(f"there are no {kind} images", "check [data] images and paths")
    for part in Part:
        own = [image for image in images if image.part is part]
        if not own:
            raise TrainingDataError(
                f"the {part.value} part holds no {kind} image",
                "add exams, or change validation_share or the table's column split",
            )
        for index, name in enumerate(CLASS_NAMES):
            count = sum(int(image.labels[index]) for image in own)
            if count == 0 or count == len(own):
                which = "no" if count == 0 else "only"
                raise TrainingDataError(
                    f"the {part.value} part holds {which} {kind} images with a {name} finding",
                    f"it needs images with and without one: add exams, or change "
                    f"validation_share or the table's column split ({len(own)} images are there)",
                )
