"""Where headings and thumbnails stand in the list of images; no painting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viewer.domain.image_marks import marks_of
from viewer.domain.image_stack import ImageStack
from viewer.session.series import SeriesSection

PICTURE = 84
_WORDS = 40
_LINE = 14
_HEADING_PADDING = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The words above a study's images."""

    exam_id: str
    title: str
    between: str
    doubt: str | None
    needs_confirming: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """One image."""

    image: ImageStack
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A heading or a thumbnail, and where it stands in logical pixels."""

    top: int
    height: int
    content: Heading | Thumbnail

    @property
    def image(self) -> ImageStack | None:
        """The image, where it is a thumbnail."""
        return self.content.image if isinstance(self.content, Thumbnail) else None


def cells_of(sections: Iterable[SeriesSection]) -> tuple[Cell, ...]:
    """All cells below each other."""
    cells: list[Cell] = []
    top = 0
    for content in (item for section in sections for item in _contents(section)):
        cells.append(Cell(top=top, height=_height(content), content=content))
        top += cells[-1].height
    return tuple(cells)


def cell_at(cells: Iterable[Cell], top: float) -> Cell | None:
    """The cell under a height; None below the last."""
    return next((cell for cell in cells if cell.top <= top < cell.top + cell.height), None)


def _contents(section: SeriesSection) -> list[Heading | Thumbnail]:
    contents: list[Heading | Thumbnail] = []
    if section.title:
        contents.append(
            Heading(
                exam_id=section.exam_id,
                title=section.title,
                between=section.between,
                doubt=section.doubt,
                needs_confirming=section.doubt is not None and not section.images,
            )
        )
    contents += [Thumbnail(image=image, marks=marks_of(image)) for image in section.images]
    return contents


def _height(content: Heading | Thumbnail) -> int:
    if isinstance(content, Thumbnail):
        return PICTURE + _WORDS + _LINE * len(content.marks)
    lines = 1 + bool(content.between) + 3 * bool(content.doubt) + content.needs_confirming
    return _HEADING_PADDING + (_LINE + 1) * lines
