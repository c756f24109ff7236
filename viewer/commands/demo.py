"""The demonstration without a window: how well the shipped models did on the phantom."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from inference.errors import WeightsError
from inference.types import Prediction
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack

DEMO_IMAGE_WEIGHTS = ("demo_gmic3d.safetensors", "demo_gmic.safetensors")
DEMO_WEIGHTS = (*DEMO_IMAGE_WEIGHTS, "demo_two_view.safetensors")
_NEAR_SLICES = 10
"""The network itself treats slices within so many of a patch as the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueLesion:
    """A row of a phantom's truth table."""

    malignant: bool
    kind: str
    slice_index: int
    row: float
    column: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the model said of an image, beside what is in it."""

    image: ImageStack
    prediction: Prediction
    lesions: tuple[TrueLesion, ...]

    def patch_on(self, lesion: TrueLesion) -> int | None:
        """The number of the most attended patch over a lesion's centre; None: there is none."""
        for number, patch in enumerate(self.prediction.patches_by_attention, start=1):
            box = patch.box
            if (
                abs(patch.slice_index - lesion.slice_index) <= _NEAR_SLICES
                and 0 <= lesion.row - box.top < box.height
                and 0 <= lesion.column - box.left < box.width
            ):
                return number
        return None

    @property
    def sentence(self) -> str:
        """One line for the terminal."""
        scores = self.prediction.scores
        said = f"{self.image.name:<18} malignant {scores.malignant:.2f}  benign {scores.benign:.2f}"
        there = [self._found(lesion) for lesion in self.lesions] or ["nothing there"]
        return f"{said}  |  truth: {'; '.join(there)}"

    def _found(self, lesion: TrueLesion) -> str:
        number = self.patch_on(lesion)
        name = f"{'malignant' if lesion.malignant else 'benign'} {lesion.kind}"
        if self.image.slices > 1:
            name += f" in slice {lesion.slice_index + 1}"
        return f"{name}, {'no patch on it' if number is None else f'patch {number} on it'}"


def demo_weights(kept_open: ExitStack, names: tuple[str, ...] = DEMO_WEIGHTS) -> tuple[Path, ...]:
    """The shipped weights files, as long as `kept_open` is; raises WeightsError without them."""
    folder = resources.files("resources") / "weights"
    if not all((folder / name).is_file() for name in names):
        raise WeightsError(
            "The demonstration weights are missing from this installation; install it again."
        )
    root = kept_open.enter_context(resources.as_file(folder))
    return tuple(root / name for name in names)


def read_truth(table: Path) -> dict[tuple[str, str], tuple[TrueLesion, ...]]:
    """Read a phantom's truth table: lesions by (view, kind of image), both in small letters."""
    lesions: dict[tuple[str, str], tuple[TrueLesion, ...]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["view"].lower(), row["image_kind"].lower()
            lesion = TrueLesion(
                malignant=row["class"] == "malignant",
                kind=row["kind"],
                slice_index=int(row["slice"]),
                row=float(row["row"]),
                column=float(row["column"]),
            )
            lesions[key] = (*lesions.get(key, ()), lesion)
    return lesions


def compare(
    exam: Exam,
    predictions: Mapping[str, Prediction],
    truth: Mapping[tuple[str, str], Sequence[TrueLesion]],
) -> tuple[Comparison, ...]:
    """Put what was predicted beside the truth, for every image that has a prediction."""
    return tuple(
        Comparison(
            image=image,
            prediction=predictions[image.image_id],
            lesions=tuple(
                truth.get((image.view.abbreviation.lower(), image.kind.value.lower()), ())
            ),
        )
        for image in exam.images
        if image.image_id in predictions
    )
