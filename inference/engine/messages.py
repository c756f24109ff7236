"""What a program and its engine process say to one another."""

from __future__ import annotations

from dataclasses import dataclass

from inference.engine.work import Work
from inference.types import ImageSource


@dataclass(frozen=True, slots=True)
class NamedSource:
    """An image that stays with the program: what is known of it without its pixels."""

    number: int
    """Among the images of one piece of work."""
    slices: int
    rows: int
    columns: int

    @classmethod
    def of(cls, source: ImageSource, number: int = 0) -> NamedSource:
        """Name an image."""
        return cls(number, source.slices, source.rows, source.columns)


@dataclass(frozen=True, slots=True)
class Ask:
    """To the engine: do this, after what was asked before."""

    job: int
    work: Work
    sources: tuple[NamedSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """To the engine: this job and those before it are not wanted any more."""

    job: int


@dataclass(frozen=True, slots=True)
class SliceComes:
    """To the engine: a slice that it wanted; its pixels follow."""

    ticket: int
    rows: int
    columns: int
    dtype: str


@dataclass(frozen=True, slots=True)
class SliceRefused:
    """To the engine: a slice cannot be read; the program knows why."""

    ticket: int


@dataclass(frozen=True, slots=True)
class WantSlice:
    """From the engine: the pixels of a slice, please."""

    job: int
    ticket: int
    source: int
    slice_index: int


@dataclass(frozen=True, slots=True)
class Step:
    """From the engine: progress."""

    job: int
    done: int
    total: int
    stage: str


@dataclass(frozen=True, slots=True)
class Answer:
    """From the engine: what came of a job."""

    job: int
    value: object


@dataclass(frozen=True, slots=True)
class Failure:
    """From the engine: why nothing came of a job."""

    job: int
    error: Exception


@dataclass(frozen=True, slots=True)
class Said:
    """From the engine: a line for the log."""

    logger: str
    level: int
    text: str


class SourceRefused(Exception):
    """A slice could not be read where the pixels are."""
