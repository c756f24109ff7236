"""What files are read in a row, because they may make an exam together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFiles:
    """The DICOM files of one patient."""

    patient: str = field(repr=False)
    """The patient's id, or what stands for it; for comparing only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFiles:
    """The pictures or volumes of one exam of an exam list, and their truth masks."""

    list_path: Path
    entry: int
    """The exam's place in the list, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFiles:
    """The pictures or volumes of a folder whose names begin alike, and their truth masks."""

    folder: Path
    exam: str | None = field(repr=False)
    """What stands before side and view; None: the files whose names say no view."""


FileGroup = PatientFiles | ListedFiles | NamedFiles
