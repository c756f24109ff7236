"""What sets an image apart from a standard view, in words: modifiers, implant, partial view."""

from __future__ import annotations

from viewer.domain.image_stack import ImageStack
from viewer.domain.view import View, ViewModifier

_WORDS = {
    ViewModifier.NIPPLE_IN_PROFILE: "nipple in profile",
    ViewModifier.INFRAMAMMARY_FOLD: "inframammary fold",
}


def modifier_words(view: View) -> tuple[str, ...]:
    """The view's modifiers in words, such as "spot", "magnification", in order of the alphabet."""
    return tuple(sorted(_word(modifier) for modifier in view.modifiers))


def marks_of(image: ImageStack) -> tuple[str, ...]:
    """Everything a list of images must mark: modifiers, then implant and partial view."""
    others = (
        "implant" * image.implant,
        "partial view" * image.partial_view,
        "for processing" * image.for_processing,
        "" if image.energy is None else image.energy.value,
    )
    return (*modifier_words(image.view), *(word for word in others if word))


def _word(modifier: ViewModifier) -> str:
    return _WORDS.get(modifier, modifier.name.lower().replace("_", " "))
