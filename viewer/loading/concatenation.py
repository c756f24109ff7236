"""Tomosynthesis objects that were cut into parts, a concatenation: files to a volume.

The parts of one object say which part they are and with which frame they begin; what they describe
and hold, put one after the other, is the object they were made of. (DICOM PS3.3 C.7.6.16.2.2.4)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from viewer.domain.image_stack import ImageStack
from viewer.loading.dicom_grey_scale import PixelLayout
from viewer.loading.dicom_header import items, replaced, text, whole
from viewer.loading.dicom_spacing import NO_DEPTH
from viewer.loading.found_exam import FoundImage
from viewer.loading.read_dicom import DicomFile, stored_image
from viewer.loading.stable_hash import short_hash

_PER_FRAME = "PerFrameFunctionalGroupsSequence"
_TWICE = "A part of the volume is there twice: one is shown."
_LONGEST = 10_000
"""Frames: an offset beyond tells nothing."""


def concatenated(files: Iterable[DicomFile]) -> list[FoundImage]:
    """Return one image for each object whose parts are among the files; missing parts are said."""
    objects: defaultdict[tuple[str, PixelLayout], list[DicomFile]] = defaultdict(list)
    for file in files:
        objects[file.concatenation, file.frames.layout].append(file)
    return [_joined(sorted(parts, key=_number)) for parts in objects.values()]


def _number(file: DicomFile) -> int:
    return whole(file.header.dataset, "InConcatenationNumber", 0)


def _offset(file: DicomFile) -> int:
    return whole(file.header.dataset, "ConcatenationFrameOffsetNumber", -1)


def _joined(files: Sequence[DicomFile]) -> FoundImage:
    by_number = {_number(file): file for file in reversed(files)}
    parts = [by_number[number] for number in sorted(by_number)]
    first = parts[0]
    missing = _missing(parts)
    image = stored_image(
        _whole_header(parts),
        first.image.stack.kind,
        [part.frames for part in parts],
        is_whole=not missing.parts,
    )
    stack = image.stack
    doubts = [*_count_doubts(parts), *((_TWICE,) if len(parts) < len(files) else ())]
    stack = replace(stack, warnings=(*doubts, *stack.warnings))
    if missing.parts:
        ids = (part.image.stack.image_id for part in parts)
        stack = _incomplete(stack, missing, image_id=short_hash(*ids))
    return FoundImage(image=replace(image, stack=stack), path=first.path, order=first.order)


def _whole_header(parts: Sequence[DicomFile]) -> Dataset:
    """The header of the object that was cut: the first part's, describing the frames of all."""
    header = parts[0].header.dataset
    source = text(header, "SOPInstanceUIDOfConcatenationSource")
    changes: dict[str, object] = {"SOPInstanceUID": source} if source else {}
    described = [list(items(part.header.dataset, _PER_FRAME)) for part in parts]
    # The header of one part may describe too few or too many frames; those of others stay theirs.
    if any(described):
        every: list[Dataset] = []
        for part, found in zip(parts, described, strict=True):
            every += _as_many(part, found)
        changes[_PER_FRAME] = Items(every)
    return replaced(header, **changes)


def _as_many(part: DicomFile, described: Sequence[Dataset]) -> list[Dataset]:
    """As many descriptions as the part has frames."""
    lacking = part.frames.slices - len(described)
    return [*described[: part.frames.slices], *(Dataset() for _ in range(lacking))]


def _count_doubts(parts: Sequence[DicomFile]) -> list[str]:
    counts = [(len(items(p.header.dataset, _PER_FRAME)), p.frames.slices) for p in parts]
    if not any(described for described, _ in counts):
        return []
    return [
        f"The header of a part describes {described} slices, the part holds {held}."
        for described, held in counts
        if described != held
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    parts: int
    of_parts: int
    slices: int
    """As far as offsets tell, and one for each part of which nothing tells."""
    at_least: bool


def _missing(parts: Sequence[DicomFile]) -> _Missing:
    numbers = [_number(part) for part in parts]
    stated = max(whole(p.header.dataset, "InConcatenationTotalNumber", 0) for p in parts)
    total = max(stated, numbers[-1], len(parts))
    behind = total - max(numbers[-1], len(parts))
    missing = total - len(parts)
    offsets = [_offset(part) for part in parts]
    ends = [0, *(offset + part.frames.slices for offset, part in zip(offsets, parts, strict=True))]
    gaps = [offset - end for offset, end in zip(offsets, ends, strict=False)]
    is_told = offsets[0] >= 0 and all(0 <= gap <= _LONGEST for gap in gaps)
    found = sum(gaps) if is_told else missing - behind
    return _Missing(
        parts=missing,
        of_parts=total,
        slices=found + behind,
        at_least=behind > 0 or not is_told,
    )


def _incomplete(stack: ImageStack, missing: _Missing, *, image_id: str) -> ImageStack:
    """Without depth: what comes before a slice may be missing."""
    verb = "is" if missing.parts == 1 else "are"
    words = f"{missing.parts} of {missing.of_parts} parts of the volume {verb} missing."
    return replace(
        stack,
        image_id=image_id,
        missing_slices=missing.slices,
        missing_at_least=missing.at_least,
        warnings=(
            words,
            *stack.warnings,
            f"Parts of the volume are missing: {NO_DEPTH}.",
        ),
    )
