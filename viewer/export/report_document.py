"""What a report consists of, before it is a web page or a PDF: blocks in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; level 1 opens a section that the table of contents lists, level 2 a part of one."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if self.level not in (1, 2):
            raise ValueError(f"level must be 1 or 2, got {self.level}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Caution:
    """Text that must not be overlooked, such as a refused analysis and what serves instead."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells, already in words and figures; the first column is left-aligned text."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    text_columns: frozenset[int] = frozenset({0})
    """Columns set as text; the others are figures, set to the right."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"{self.caption}: {len(row)} cells under {len(self.header)} heads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture in both forms, with the sentence that stands for it where it cannot be seen."""

    name: str
    """File name without suffix."""
    caption: str
    alternative: str
    svg: bytes
    png: bytes
    width_mm: float = 165.0


Block = Heading | Paragraph | Caution | Items | Table | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures in order."""
        return tuple(block for block in self.blocks if isinstance(block, Figure))
