"""Of which images a score over several images is, and where the others stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inference.types import ModelIdentity
from viewer.domain.ai_state import AiState, Done, Failed, NotRun, Queued, Running
from viewer.domain.image_stack import ImageStack


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many of the images that count for a score have one, and what became of the rest."""

    scored: int
    open: int
    """Queued or running."""
    failed: int
    not_run: int
    share: float
    """How much is done, 0..1, with the parts of images that run."""

    @property
    def wanted(self) -> int:
        """How many images count."""
        return self.scored + self.open + self.failed + self.not_run

    @property
    def is_whole(self) -> bool:
        """Whether every image that counts is scored."""
        return self.scored == self.wanted

    @property
    def words(self) -> str:
        """What the score would be of: "3 of 4 images, 1 failed"; what is open needs no word."""
        rest = [
            f"{count} {what}"
            for count, what in ((self.failed, "failed"), (self.not_run, "not run"))
            if count
        ]
        images = "" if len(rest) > 1 else " images"
        return ", ".join((f"{self.scored} of {self.wanted}{images}", *rest))


def counting_images(
    images: Iterable[ImageStack], states: Mapping[str, AiState], model: ModelIdentity
) -> tuple[ImageStack, ...]:
    """The images that a model's scores of breasts and exam rest on, scored yet or not.

    Those of a standard view and of a kind that the model has scored. Which model serves a kind
    is known once it has scored one; until then an image of the same sort, a volume or a single
    slice, counts as soon as it was asked for, so that nothing looks whole too early.
    """
    standard = [i for i in images if i.view.is_standard and i.view.laterality is not None]
    scorers = {
        image.image_id: ai.prediction.model
        for image in standard
        if isinstance(ai := states.get(image.image_id), Done)
    }
    own = [image for image in standard if scorers.get(image.image_id) == model]
    kinds = {image.kind for image in own}
    foreign = {image.kind for image in standard if image.image_id in scorers} - kinds
    sorts = {image.slices > 1 for image in own}

    def counts(image: ImageStack) -> bool:
        if image.image_id in scorers:
            return scorers[image.image_id] == model
        if image.kind in kinds:
            return True
        is_asked = not isinstance(states.get(image.image_id, NotRun()), NotRun)
        return is_asked and image.kind not in foreign and (image.slices > 1) in sorts

    return tuple(image for image in standard if counts(image))


def coverage_of(images: Iterable[ImageStack], states: Mapping[str, AiState]) -> Coverage:
    """Where images that count stand."""
    found = [states.get(image.image_id, NotRun()) for image in images]
    scored = sum(isinstance(ai, Done) for ai in found)
    parts = [min(1.0, ai.done / max(ai.total, 1)) for ai in found if isinstance(ai, Running)]
    return Coverage(
        scored=scored,
        open=sum(isinstance(ai, Queued | Running) for ai in found),
        failed=sum(isinstance(ai, Failed) for ai in found),
        not_run=sum(isinstance(ai, NotRun) for ai in found),
        share=(scored + sum(parts)) / max(len(found), 1),
    )
