"""Everything a reader left on one exam: marks and key images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import Mark
from viewer.domain.mark_layout import ImageLayout, laid_anew, layout_of
from viewer.domain.pane_state import PaneState

NO_LAYOUTS: Mapping[str, ImageLayout] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMarks:
    """Marks and key images of one exam, those of images that are not open included."""

    marks: tuple[Mark, ...] = ()
    key_images: tuple[PaneState, ...] = ()
    """Each with its image, slice, window and framing; one at most for a slice of an image."""
    layouts: Mapping[str, ImageLayout] = field(default_factory=lambda: NO_LAYOUTS)
    """How each marked image lay, by image id: what its marks' rows and columns mean."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not self.marks and not self.key_images

    def marks_on(self, image: ImageStack) -> tuple[Mark, ...]:
        """The marks of an image as it is displayed now, none that was laid otherwise."""
        if self.layouts.get(image.image_id) != layout_of(image):
            return ()
        return tuple(mark for mark in self.marks if mark.image_id == image.image_id)

    def number(self, mark_id: str) -> int:
        """What the screen numbers a mark; raises KeyError when it is none of these."""
        for number, mark in enumerate(self.marks, start=1):
            if mark.mark_id == mark_id:
                return number
        raise KeyError(mark_id)


def laid_for(kept: KeptMarks, images: Iterable[ImageStack]) -> KeptMarks:
    """The same marks as the images are displayed now; side and view are those of the image now.

    Marks of an image that is not among these, or whose pixels have another size than those they
    were drawn on, stay as they are; `KeptMarks.marks_on` gives none of them.
    """
    now = {image.image_id: image for image in images}
    layouts = dict(kept.layouts)
    for image_id, before in kept.layouts.items():
        image = now.get(image_id)
        if image is not None and before.stored_shape == layout_of(image).stored_shape:
            layouts[image_id] = layout_of(image)
    marks = tuple(_as_now(mark, kept.layouts, layouts, now) for mark in kept.marks)
    if marks == kept.marks and layouts == kept.layouts:
        return kept
    return replace(kept, marks=marks, layouts=MappingProxyType(layouts))


def _as_now(
    mark: Mark,
    before: Mapping[str, ImageLayout],
    after: Mapping[str, ImageLayout],
    images: Mapping[str, ImageStack],
) -> Mark:
    image = images.get(mark.image_id)
    if image is None or after.get(mark.image_id) != layout_of(image):
        return mark
    laid = laid_anew(mark, before[mark.image_id], after[mark.image_id])
    view = image.view
    if (laid.laterality, laid.view) == (view.laterality, view.abbreviation):
        return laid
    return replace(laid, laterality=view.laterality, view=view.abbreviation)
