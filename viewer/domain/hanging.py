"""The places that images hang in, and which image belongs where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from inference.types import Laterality
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind, View, ViewPosition


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """The name of a place on the screen, unique within a stage, such as "RCC" or "RCC prior"."""

    value: str

    RCC: ClassVar[Slot]
    LCC: ClassVar[Slot]
    RMLO: ClassVar[Slot]
    LMLO: ClassVar[Slot]


Slot.RCC, Slot.LCC = Slot("RCC"), Slot("LCC")
Slot.RMLO, Slot.LMLO = Slot("RMLO"), Slot("LMLO")

STANDARD_SLOTS = (Slot.RCC, Slot.LCC, Slot.RMLO, Slot.LMLO)
"""The places of the four screening views in reading order, each named by its view."""

_VIEW_OF = {
    Slot.RCC: (Laterality.RIGHT, ViewPosition.CC),
    Slot.LCC: (Laterality.LEFT, ViewPosition.CC),
    Slot.RMLO: (Laterality.RIGHT, ViewPosition.MLO),
    Slot.LMLO: (Laterality.LEFT, ViewPosition.MLO),
}
KIND_ORDER = (
    ImageKind.DBT,
    ImageKind.SYNTHETIC_2D,
    ImageKind.FFDM,
    ImageKind.SECONDARY_CAPTURE,
    ImageKind.CT,
)


def wanted_first(image: ImageStack) -> tuple[bool, bool]:
    """Sorts images of one view, before their kind does.

    A part of a breast never stands for the whole, and raw pixels or a subtraction never for the
    mammogram.
    """
    return image.partial_view, image.unlike_mammogram is not None


def slot_of(view: View) -> Slot | None:
    """The slot a standard view hangs in; None for modified, other and unknown views."""
    if not view.is_standard:
        return None
    for slot, (laterality, position) in _VIEW_OF.items():
        if (view.laterality, view.position) == (laterality, position):
            return slot
    return None


def related_slot(view: View) -> Slot | None:
    """The standard view whose projection a modified or other view shares; None when unknown."""
    if view.laterality is None or view.position is None:
        return None
    position = ViewPosition.MLO if view.position.is_lateral else ViewPosition.CC
    return Slot(view.laterality.value + position.value)


def images_by_slot(images: Iterable[ImageStack]) -> Mapping[Slot, tuple[ImageStack, ...]]:
    """All images of each slot: whole mammograms, then raw or combined ones, then parts.

    Of these DBT first, then synthetic 2D, then FFDM; file order within.
    """
    hung: dict[Slot, list[ImageStack]] = {slot: [] for slot in STANDARD_SLOTS}
    for image in images:
        slot = slot_of(image.view)
        if slot is not None:
            hung[slot].append(image)
    return {
        slot: tuple(sorted(stack, key=lambda i: (*wanted_first(i), KIND_ORDER.index(i.kind))))
        for slot, stack in hung.items()
    }


def unhung(images: Iterable[ImageStack]) -> tuple[ImageStack, ...]:
    """Images outside the standard four: modified, other and unknown views."""
    return tuple(image for image in images if slot_of(image.view) is None)
