"""A newer reading of an open exam: what reads the same stays the very same object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.loading.file_stamp import are_unchanged
from viewer.loading.frame_source import FrameSource, LaidFrames
from viewer.loading.located_exam import LocatedExam, assign_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """An exam as it was read last, and what of it does not hold any more."""

    located: LocatedExam
    anew: frozenset[str] = frozenset()
    """Ids of images that were open: with other pixels now, laid or described otherwise."""
    other_masks: bool = False
    """Whether what is known of the findings may be other than before."""


def reread(exam: LocatedExam, before: LocatedExam | None) -> Reread:
    """Return a newer reading with the old sources of all images whose files are unchanged.

    So that what is decoded of them stays. They keep the view that a reader assigned, too.
    before: the exam as it is open; None: it is not.
    """
    if before is None:
        return Reread(located=exam)
    exam = _as_assigned(exam, before)
    old = {image.image_id: image for image in before.exam.images}
    same = {
        image.image_id
        for image in exam.exam.images
        if image.image_id in old
        and _is_same(old[image.image_id], image)
        and _has_same_pixels(before.frames[image.image_id], exam.frames[image.image_id])
    }
    images = tuple(
        old[image.image_id] if image.image_id in same and old[image.image_id] == image else image
        for image in exam.exam.images
    )
    return Reread(
        located=_joined(exam, before, images, same),
        anew=frozenset(image.image_id for image in images if image.image_id in old) - same,
        other_masks=bool(before.exam.truth_masks or exam.exam.truth_masks)
        and not are_unchanged(before.mask_stamps, exam.mask_stamps),
    )


def _as_assigned(exam: LocatedExam, before: LocatedExam) -> LocatedExam:
    for image_id in before.assigned & before.originals.keys() & exam.originals.keys():
        # A file that was written since may have a header that was put right.
        if _has_same_pixels(before.frames[image_id], exam.frames[image_id]):
            exam = assign_view(exam, image_id, before.originals[image_id].view)
    return exam


def _joined(
    exam: LocatedExam, before: LocatedExam, images: tuple[ImageStack, ...], same: set[str]
) -> LocatedExam:
    kept = {i: before.originals[i] for i in same & before.originals.keys()}
    return replace(
        exam,
        exam=_unless_equal(replace(exam.exam, images=images), before.exam),
        frames=MappingProxyType({**exam.frames, **{i: before.frames[i] for i in same}}),
        originals=MappingProxyType({**exam.originals, **kept}),
    )


def _unless_equal(exam: Exam, before: Exam) -> Exam:
    """The exam, or the object that is open if that is the same in every image and word."""
    images_are_same = len(exam.images) == len(before.images) and all(
        image is other for image, other in zip(exam.images, before.images, strict=True)
    )
    return before if images_are_same and exam == before else exam


def _is_same(old: ImageStack, new: ImageStack) -> bool:
    """Whether two readings are laid and described alike; the name counts images of a view."""
    return replace(old, name=new.name) == new


def _has_same_pixels(old: FrameSource, new: FrameSource) -> bool:
    if old is new:
        return True
    if not (isinstance(old, LaidFrames) and isinstance(new, LaidFrames)):
        return False
    return are_unchanged(old.stamps, new.stamps)
