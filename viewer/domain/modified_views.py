"""Where views outside the standard four hang: in stages after those of the protocol.

A magnification, spot, rolled or other modified view stands beside the full view of its side and
projection, so that what it enlarges is seen in place. Implant-displaced views make a set like the
standard four. Other projections stand right beside left. Images that guide a biopsy hang by their
step, the scout and the stereotactic pair beside the full view. Specimens hang by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from inference.types import Laterality
from viewer.domain.hanging import (
    KIND_ORDER,
    STANDARD_SLOTS,
    Slot,
    related_slot,
    slot_of,
    unhung,
    wanted_first,
)
from viewer.domain.hanging_protocol import Place, Stage
from viewer.domain.image_marks import modifier_words
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import (
    BIOPSY_STEPS,
    GUIDANCE,
    GUIDANCE_ANGLES,
    ViewModifier,
    ViewPosition,
)

MOST_BESIDE = 3
"""Modified images beside one full view; more of them make further stages."""
MOST_SPECIMENS = 4
_SET = frozenset({ViewModifier.IMPLANT_DISPLACED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraStage:
    """Images that hang together after the standard stages."""

    title: str
    rows: tuple[tuple[ImageStack, ...], ...]
    """From the top, each from the left."""

    @property
    def stage(self) -> Stage:
        """The same as a stage of a hanging, whose places hold these very images."""
        return Stage(
            title=self.title,
            screens=(tuple(tuple(_place(image) for image in row) for row in self.rows),),
        )


def extra_stages(images: Iterable[ImageStack]) -> tuple[ExtraStage, ...]:
    """The stages of everything that is outside the standard four and of a known view.

    In order: other projections, implant-displaced views, views beside their full view, the steps of
    a biopsy, specimens.
    """
    exam = tuple(images)
    known = [image for image in unhung(exam) if image.ct is None and image.view.is_known]
    specimens = [image for image in known if image.view.position is ViewPosition.SPECIMEN]
    guiding = [i for i in known if i.view.modifiers & GUIDANCE and i not in specimens]
    left = [image for image in known if image not in specimens and image not in guiding]
    displaced = [i for i in left if i.view.modifiers == _SET and _standard_place(i) is not None]
    plain = [image for image in left if not image.view.modifiers]
    pairs, alone = _pairs(plain)
    beside = [i for i in left if i.view.modifiers and i not in displaced] + alone
    return (
        *pairs,
        *_displaced_stage(displaced),
        *_beside_full(beside, _full_views(exam)),
        *_guiding_stages(guiding, _full_views(exam)),
        *_in_rows("Specimen", specimens, MOST_SPECIMENS),
    )


def _place(image: ImageStack) -> Place:
    """A place for one image; further images of its side and projection can be stepped through."""
    return Place(
        view=slot_of(image.view) or related_slot(image.view),
        image_id=image.image_id,
        image_title=image.title,
    )


def full_view_of(image: ImageStack, images: Iterable[ImageStack]) -> ImageStack | None:
    """The standard view of a modified image's side and projection family, the same kind if any."""
    slot = related_slot(image.view)
    fitting = [i for i in images if slot is not None and slot_of(i.view) == slot]
    return min(
        fitting,
        key=lambda i: (*wanted_first(i), i.kind is not image.kind, KIND_ORDER.index(i.kind)),
        default=None,
    )


def _pairs(plain: Sequence[ImageStack]) -> tuple[list[ExtraStage], list[ImageStack]]:
    """Right beside left of each other projection; and those without an opposite."""
    by_position: dict[ViewPosition, list[ImageStack]] = {}
    for image in plain:
        if image.view.position is not None:
            by_position.setdefault(image.view.position, []).append(image)
    stages: list[ExtraStage] = []
    alone: list[ImageStack] = []
    for position, found in by_position.items():
        sides = {side: _first(found, side) for side in (Laterality.RIGHT, Laterality.LEFT)}
        pair = tuple(image for image in sides.values() if image is not None)
        if len(pair) == len(sides):
            stages.append(ExtraStage(title=f"{position.value} pair", rows=(pair,)))
            alone += [image for image in found if image not in pair]
        else:
            alone += found
    return stages, alone


def _displaced_stage(displaced: Sequence[ImageStack]) -> list[ExtraStage]:
    """The implant-displaced views as the standard four hang; repeats make further stages."""
    stages = []
    left = sorted(displaced, key=_place_in_row)
    while left:
        first: dict[Slot, ImageStack] = {}
        for image in left:
            place = _standard_place(image)
            if place is not None:
                first.setdefault(place, image)
        rows = (STANDARD_SLOTS[:2], STANDARD_SLOTS[2:])
        shown = tuple(tuple(first[slot] for slot in row if slot in first) for row in rows)
        stages.append(
            ExtraStage(title="Implant displaced", rows=tuple(row for row in shown if row))
        )
        left = [image for image in left if image not in first.values()]
    return stages


def _beside_full(
    images: Iterable[ImageStack], full: Mapping[Slot, Sequence[ImageStack]]
) -> list[ExtraStage]:
    """Each side and projection: its full view, and beside it what is modified."""
    by_slot: dict[Slot, list[ImageStack]] = {}
    for image in images:
        slot = related_slot(image.view)
        if slot is not None:
            by_slot.setdefault(slot, []).append(image)
    stages = []
    for slot in STANDARD_SLOTS:
        found = sorted(by_slot.get(slot, ()), key=_place_in_row)
        for start in range(0, len(found), MOST_BESIDE):
            some = found[start : start + MOST_BESIDE]
            whole = full_view_of(some[0], full.get(slot, ()))
            row = (*((whole,) if whole else ()), *some)
            stages.append(ExtraStage(title=f"{slot.value}, {_what(some)}", rows=(row,)))
    return stages


def _guiding_stages(
    images: Sequence[ImageStack], full: Mapping[Slot, Sequence[ImageStack]]
) -> list[ExtraStage]:
    """Each side, projection and step of a biopsy: the full view, the scout, minus, plus."""
    stages = []
    for step in (None, *BIOPSY_STEPS):
        of_step = [i for i in images if _step_of(i) is step]
        found = _beside_full(sorted(of_step, key=_angle_place), full)
        what = "stereotactic" if step is None else step.name.lower().replace("_", " ")
        stages += [replace(s, title=f"{s.title.split(',')[0]}, {what}") for s in found]
    return stages


def _step_of(image: ImageStack) -> ViewModifier | None:
    return next((step for step in BIOPSY_STEPS if step in image.view.modifiers), None)


def _angle_place(image: ImageStack) -> int:
    """The scout before the two angles, and what has none of them first."""
    angles = [place for place, angle in enumerate(GUIDANCE_ANGLES) if angle in image.view.modifiers]
    return angles[0] + 1 if angles else 0


def _in_rows(title: str, images: Sequence[ImageStack], most: int) -> list[ExtraStage]:
    return [
        ExtraStage(title=title, rows=(tuple(images[start : start + most]),))
        for start in range(0, len(images), most)
    ]


def _full_views(images: Iterable[ImageStack]) -> Mapping[Slot, Sequence[ImageStack]]:
    by_slot: dict[Slot, list[ImageStack]] = {}
    for image in images:
        slot = slot_of(image.view)
        if slot is not None:
            by_slot.setdefault(slot, []).append(image)
    return by_slot


def _standard_place(image: ImageStack) -> Slot | None:
    """The place of the view that an implant-displaced image would be without its modifier."""
    is_screening = image.view.position in (ViewPosition.CC, ViewPosition.MLO)
    return related_slot(image.view) if is_screening else None


def _first(images: Iterable[ImageStack], side: Laterality) -> ImageStack | None:
    found = [image for image in images if image.view.laterality is side]
    return min(found, key=_place_in_row, default=None)


def _place_in_row(image: ImageStack) -> tuple[bool, bool, int]:
    return (*wanted_first(image), KIND_ORDER.index(image.kind))


def _what(images: Sequence[ImageStack]) -> str:
    """What is beside the full view, such as "spot, magnification" or "ML"."""
    words: dict[str, None] = {}
    for image in images:
        position = image.view.position
        if position is not None and position not in (ViewPosition.CC, ViewPosition.MLO):
            words[position.value] = None
        words |= dict.fromkeys(modifier_words(image.view))
    return ", ".join(words)
