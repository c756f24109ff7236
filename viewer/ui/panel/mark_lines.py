"""Marks and key images in words: a line each for the list."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import Mark
from viewer.domain.pane_state import PaneState
from viewer.rendering.mark_words import mark_title, measure_lines, slice_words
from viewer.session.key_images import is_key_image, open_key_images
from viewer.session.marks import all_marks, marks_of_exam, open_marks
from viewer.session.state import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """One mark or key image in the list."""

    mark_id: str | None = None
    key: PaneState | None = None
    """Of a key image."""
    number: str
    where: str
    words: str
    detail: str = ""
    """On hover: how a length was derived."""
    is_current: bool = False

    @property
    def spoken(self) -> str:
        """The line as a sentence."""
        kind = "key image" if self.mark_id is None else f"mark {self.number}"
        return ", ".join(part for part in (kind, self.where, self.words, self.detail) if part)


def mark_lines(state: SessionState) -> tuple[MarkLine, ...]:
    """The marks of the exam, as they are numbered, then its key images; open images only."""
    found = marks_of_exam(state)
    if found is None:
        return ()
    marks = [_mark_line(state, mark, found.kept.number(mark.mark_id)) for mark in open_marks(state)]
    return (*marks, *(_key_line(state, key) for key in open_key_images(state)))


def absent_words(state: SessionState) -> str:
    """Says of marks that cannot be listed, because their images are not open; else empty."""
    absent = len(all_marks(state)) - len(open_marks(state))
    if absent == 0:
        return ""
    return f"{absent} mark{'s' if absent > 1 else ''} on images that are not open"


def _mark_line(state: SessionState, mark: Mark, number: int) -> MarkLine:
    image = state.image(mark.image_id)
    measured, derived = ((), ()) if image is None else measure_lines(mark, image)
    text = " ".join(mark.text.split())
    return MarkLine(
        mark_id=mark.mark_id,
        number=str(number),
        where=_where(image, slice_words(mark)),
        words="  ".join([mark_title(mark), *measured[:1], *([text] if text else [])]),
        detail=", ".join([*measured[1:], *derived]),
        is_current=mark.mark_id == state.marks.selected,
    )


def _key_line(state: SessionState, key: PaneState) -> MarkLine:
    image = None if key.image_id is None else state.image(key.image_id)
    shown = state.active_pane
    is_current = (key.image_id, key.slice_index) == (shown.image_id, shown.slice_index)
    return MarkLine(
        key=key,
        number="K",
        where=_where(image, str(key.slice_index + 1)),
        words="key image" if image is None else f"key image  {image.kind.value}",
        is_current=is_current and is_key_image(state, shown),
    )


def _where(image: ImageStack | None, slices: str) -> str:
    if image is None:
        return ""
    return image.title if image.slices == 1 else f"{image.title} {slices}"
