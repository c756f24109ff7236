"""From exams as found to exams as shown: checked against their pixels, laid, named, ordered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType

from inference.process import yield_to_window
from inference.types import Laterality
from viewer.domain.exam import Exam
from viewer.domain.hanging import wanted_first
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.loading.errors import UnreadableImage
from viewer.loading.file_stamp import all_known, file_stamp
from viewer.loading.found_exam import FoundExam, FoundImage
from viewer.loading.frame_source import FrameSource
from viewer.loading.lay_image import StoredImage, laid, unique_name
from viewer.loading.located_exam import LocatedExam
from viewer.loading.pixel_check import check_pixels
from viewer.loading.scan_result import SkippedFile

WORKERS = 2

_KINDS = tuple(ImageKind)
_POSITIONS = tuple(ViewPosition)
_SIDES = (Laterality.RIGHT, Laterality.LEFT, None)


def finish_exam(
    found: FoundExam, *, keep_frames: bool, step: Callable[[], None]
) -> tuple[LocatedExam | None, tuple[SkippedFile, ...]]:
    """Decode one frame of each image, lay the images and name them.

    keep_frames: keep the decoded frames for the first picture.
    step: called after each image; may raise ScanCancelled.
    Returns None instead of an exam when no image is readable, and the images left out.
    """
    images: list[StoredImage] = []
    skipped: list[SkippedFile] = []
    ordered = sorted(found.images, key=_shown_order)
    with ThreadPoolExecutor(WORKERS, "check", initializer=yield_to_window) as pool:
        try:
            for image, checked in zip(ordered, pool.map(_checked, ordered), strict=True):
                if isinstance(checked, UnreadableImage):
                    skipped.append(SkippedFile(path=image.path, reason=str(checked)))
                else:
                    images.append(checked if keep_frames else replace(checked, first_frame=None))
                step()
        finally:
            pool.shutdown(cancel_futures=True)
    return (_located(found, images) if images else None), tuple(skipped)


def _checked(image: FoundImage) -> StoredImage | UnreadableImage:
    try:
        return check_pixels(image.image)
    except UnreadableImage as error:
        return error
    except MemoryError:
        return UnreadableImage("Not enough memory to decode this image")


def _located(found: FoundExam, images: Sequence[StoredImage]) -> LocatedExam:
    stacks: list[ImageStack] = []
    frames: dict[str, FrameSource] = {}
    for image in images:
        stack, source = laid(image)
        stacks.append(replace(stack, name=unique_name(stack, [s.name for s in stacks])))
        frames[stack.image_id] = source
    ids = frames.keys()
    masks = tuple(mask for mask in found.truth_masks if mask.image_id in ids)
    return LocatedExam(
        exam=Exam(
            exam_id=found.exam_id,
            alias=found.alias,
            images=tuple(stacks),
            identity=found.identity,
            truth_masks=masks,
            labels={i: label for i, label in found.labels.items() if i in ids},
        ),
        frames=MappingProxyType(frames),
        # Without the frames, which LaidFrames hands out once.
        originals=MappingProxyType(
            {i.stack.image_id: replace(i, first_frame=None) for i in images}
        ),
        mask_stamps=all_known(file_stamp(mask.path) for mask in masks),
    )


def _shown_order(found: FoundImage) -> tuple[object, ...]:
    view: View = found.image.view
    position = len(_POSITIONS) if view.position is None else _POSITIONS.index(view.position)
    return (
        not view.is_known,
        bool(view.modifiers),
        position,
        _SIDES.index(view.laterality),
        _KINDS.index(found.image.stack.kind),
        # As they hang, so that a part of a breast never has the name of the whole.
        wanted_first(found.image.stack),
        found.order,
        found.image.stack.image_id,
    )


def distinct(exams: Iterable[FoundExam]) -> tuple[FoundExam, ...]:
    """Give exams with the same alias a number, so that the screen tells them apart."""
    taken: dict[str, int] = {}
    numbered = []
    for exam in exams:
        taken[exam.alias] = taken.get(exam.alias, 0) + 1
        count = taken[exam.alias]
        numbered.append(exam if count == 1 else replace(exam, alias=f"{exam.alias} ({count})"))
    return tuple(numbered)
