"""DICOM files to exams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viewer.loading.group_files import FileGroups


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomFile:
    """One DICOM file."""


def group_dicom(files: Sequence[DicomFile]) -> FileGroups:
    """Group files into exams."""
    return FileGroups(exams=(), skipped=())
