"""An exam without who, when, where and what is known of it: what a study's reader may have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from viewer.domain.exam import PatientIdentity
from viewer.domain.image_stack import ImageStack
from viewer.domain.technique import Technique
from viewer.domain.windowing import without_free_text
from viewer.loading.located_exam import NO_ORIGINALS, LocatedExam


def blind_exam(located: LocatedExam, *, alias: str, kinds: Collection[str] = ()) -> LocatedExam:
    """The exam behind a blind number.

    Gone are names, ids, dates, devices, known findings, labels, the header's own words for its
    windows, and images of other kinds. kinds: ImageKind values that stay; empty: all.
    Ids of images and exam are hashes and stay, so that marks and sealed results find them.
    """
    images = tuple(
        _blind_image(image)
        for image in located.exam.images
        if not kinds or image.kind.value in kinds
    )
    kept = {image.image_id for image in images}
    exam = replace(
        located.exam,
        alias=alias,
        images=images,
        identity=PatientIdentity(),
        truth_masks=(),
        labels={},
    )
    frames = {i: source for i, source in located.frames.items() if i in kept}
    return replace(located, exam=exam, frames=frames, originals=NO_ORIGINALS, mask_stamps=())


def _blind_image(image: ImageStack) -> ImageStack:
    return replace(
        image,
        acquired=None,
        technique=Technique(),
        vois=tuple(without_free_text(voi) for voi in image.vois),
        slice_vois={
            index: tuple(without_free_text(voi) for voi in vois)
            for index, vois in image.slice_vois.items()
        },
    )
