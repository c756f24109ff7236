"""Which image hangs where: RCC LCC over RMLO LMLO, chest walls touching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from inference.types import Laterality
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind, View, ViewPosition


class Slot(Enum):
    """A place of the four-view hanging; the value is the view it is for."""

    RCC = "RCC"
    LCC = "LCC"
    RMLO = "RMLO"
    LMLO = "LMLO"


_VIEW_OF = {
    Slot.RCC: (Laterality.RIGHT, ViewPosition.CC),
    Slot.LCC: (Laterality.LEFT, ViewPosition.CC),
    Slot.RMLO: (Laterality.RIGHT, ViewPosition.MLO),
    Slot.LMLO: (Laterality.LEFT, ViewPosition.MLO),
}
_KIND_ORDER = (
    ImageKind.DBT,
    ImageKind.SYNTHETIC_2D,
    ImageKind.FFDM,
    ImageKind.SECONDARY_CAPTURE,
    ImageKind.CT,
)


def slot_of(view: View) -> Slot | None:
    """The slot a standard view hangs in; None for modified, other and unknown views."""
    if not view.is_standard:
        return None
    for slot, (laterality, position) in _VIEW_OF.items():
        if (view.laterality, view.position) == (laterality, position):
            return slot
    return None


def images_by_slot(images: Iterable[ImageStack]) -> Mapping[Slot, tuple[ImageStack, ...]]:
    """All images of each slot, DBT first, then synthetic 2D, then FFDM; file order within."""
    hung: dict[Slot, list[ImageStack]] = {slot: [] for slot in Slot}
    for image in images:
        slot = slot_of(image.view)
        if slot is not None:
            hung[slot].append(image)
    return {
        slot: tuple(sorted(stack, key=lambda image: _KIND_ORDER.index(image.kind)))
        for slot, stack in hung.items()
    }


def unhung(images: Iterable[ImageStack]) -> tuple[ImageStack, ...]:
    """Images outside the standard four: modified, other and unknown views."""
    return tuple(image for image in images if slot_of(image.view) is None)
