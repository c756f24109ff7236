"""Places a reader points at while the form is still open: class and confidence may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inference.types import Laterality
from viewer.domain.image_stack import ImageStack
from viewer.session.placing import brought_up
from viewer.session.scrolling import to_slice
from viewer.session.state import SLOTS, SessionState
from viewer.study.answer import FindingClass, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMark:
    """A mark before it is whole; positions as in viewer.study.answer.Mark."""

    mark_id: str
    image_id: str
    view: str
    slice_index: int
    row: float
    column: float
    row_mm: float | None
    column_mm: float | None
    confidence_percent: float | None = None
    finding: FindingClass | None = None

    @property
    def is_whole(self) -> bool:
        """Whether class and confidence are given."""
        return self.confidence_percent is not None and self.finding is not None

    @property
    def mark(self) -> Mark:
        """The whole mark; raises ValueError while something is missing."""
        if self.confidence_percent is None or self.finding is None:
            raise ValueError("the mark has no class or no confidence yet")
        return Mark(
            mark_id=self.mark_id,
            image_id=self.image_id,
            view=self.view,
            slice_index=self.slice_index,
            row=self.row,
            column=self.column,
            row_mm=self.row_mm,
            column_mm=self.column_mm,
            confidence_percent=self.confidence_percent,
            finding=self.finding,
        )


def draft_of(mark: Mark) -> DraftMark:
    """An answered mark, to be looked at again."""
    return DraftMark(
        mark_id=mark.mark_id,
        image_id=mark.image_id,
        view=mark.view,
        slice_index=mark.slice_index,
        row=mark.row,
        column=mark.column,
        row_mm=mark.row_mm,
        column_mm=mark.column_mm,
        confidence_percent=mark.confidence_percent,
        finding=mark.finding,
    )


def mark_at(
    image: ImageStack, *, mark_id: str, slice_index: int, row: float, column: float
) -> DraftMark | None:
    """A new mark at image pixel edges (row, column); None outside the image."""
    if not (0.0 <= row < image.rows and 0.0 <= column < image.columns):
        return None
    spacing = image.spacing
    return DraftMark(
        mark_id=mark_id,
        image_id=image.image_id,
        view=image.view.abbreviation,
        slice_index=slice_index,
        row=round(row, 2),
        column=round(column, 2),
        row_mm=None if spacing is None else round(row * spacing.row_mm, 3),
        column_mm=None if spacing is None else round(column * spacing.column_mm, 3),
    )


def breast_of(image: ImageStack, asked: Iterable[Laterality]) -> Laterality | None:
    """The breast a mark on an image belongs to; None where it is unknown or not asked about."""
    side = image.view.laterality
    return side if side in tuple(asked) else None


def mark_shown(state: SessionState, mark: DraftMark) -> SessionState:
    """Bring up the image and the slice of a mark."""
    if state.image(mark.image_id) is None:
        return state
    state = brought_up(state, mark.image_id)
    slot = next(slot for slot in SLOTS if state.panes[slot].image_id == mark.image_id)
    return to_slice(state, slot, mark.slice_index)
