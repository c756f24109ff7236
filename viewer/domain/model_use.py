"""What models are used for: kinds of image, a breast, a CT series; and which model serves which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from inference.architecture import Architecture
from inference.model_card import ModelCard


class ModelUse(Enum):
    """What a model is asked to score; the value is what the screen and the settings say.

    For images the value is that of their ImageKind.
    """

    DBT = "DBT"
    FFDM = "FFDM"
    SYNTHETIC_2D = "Synthetic 2D"
    FILM = "Secondary capture"
    BREAST = "Breast"
    CT = "CT"

    @property
    def is_image(self) -> bool:
        """Whether it is one image or volume."""
        return self not in (ModelUse.BREAST, ModelUse.CT)

    @property
    def has_ensembles(self) -> bool:
        """Whether several models may serve it as one, their mean."""
        return self is not ModelUse.CT


_IMAGES = (ModelUse.FFDM, ModelUse.SYNTHETIC_2D, ModelUse.FILM)

_BY_INPUT: Mapping[str, tuple[ModelUse, ...]] = {
    "volume": (ModelUse.DBT,),
    "2D image": _IMAGES,
    "breast": (ModelUse.BREAST,),
    "CT series": (ModelUse.CT,),
}
"""By the value of the architecture's Takes."""


def uses_of(card: ModelCard) -> tuple[ModelUse, ...]:
    """What a model serves: all that its architecture takes, or those of them its card names.

    A card whose kinds of image are all unknown or of another architecture serves nothing.
    """
    taken = _BY_INPUT.get(card.architecture.spec.takes.value, ())
    if not card.images or len(taken) == 1:
        return taken
    named = {image.casefold() for image in card.images}
    # Digitised film counts as a 2D mammogram, which FFDM models are trained on.
    if ModelUse.FFDM.value.casefold() in named:
        named.add(ModelUse.FILM.value.casefold())
    return tuple(use for use in taken if use.value.casefold() in named)


def uses_there_are() -> tuple[ModelUse, ...]:
    """What any architecture of this program serves."""
    served = {use for each in Architecture for use in _BY_INPUT.get(each.spec.takes.value, ())}
    return tuple(use for use in ModelUse if use in served)
