"""An exam together with where its pixels are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import View
from viewer.loading.file_stamp import FileStamp
from viewer.loading.frame_source import FrameSource
from viewer.loading.lay_image import StoredImage, laid, unique_name

NO_ORIGINALS: Mapping[str, StoredImage] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedExam:
    """An exam, the source of each image's pixels, and the images as they are stored."""

    exam: Exam
    frames: Mapping[str, FrameSource]
    """By image id."""
    originals: Mapping[str, StoredImage] = field(default_factory=lambda: NO_ORIGINALS)
    """By image id: what an image was before it was laid, needed to assign another view."""
    assigned: frozenset[str] = frozenset()
    """Ids of the images whose view the reader assigned."""
    mask_stamps: tuple[FileStamp, ...] = ()
    """How the exam's truth masks stood when they were found; empty when not known."""


def assign_view(located: LocatedExam, image_id: str, view: View) -> LocatedExam:
    """Return the exam with another view of one image, laid anew; every id stays.

    Raises KeyError when the exam has no such image.
    """
    original = replace(located.originals[image_id], view=view)
    image, frames = laid(original)
    others = [other.name for other in located.exam.images if other.image_id != image_id]
    image = replace(image, name=unique_name(image, others))
    images = tuple(_swapped(other, image) for other in located.exam.images)
    return replace(
        located,
        exam=replace(located.exam, images=images),
        frames=MappingProxyType({**located.frames, image_id: frames}),
        originals=MappingProxyType({**located.originals, image_id: original}),
        assigned=located.assigned | {image_id},
    )


def _swapped(old: ImageStack, new: ImageStack) -> ImageStack:
    return new if old.image_id == new.image_id else old
