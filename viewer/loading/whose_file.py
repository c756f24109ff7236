"""Whose a DICOM file is, from its first elements: quick, so that files can be read in order."""

from __future__ import annotations

import warnings
from pathlib import Path

from pydicom.filereader import read_partial
from pydicom.tag import BaseTag

from viewer.domain.patient_match import normal_id
from viewer.loading.group_dicom import study_key_of
from viewer.loading.unparsable import UNPARSABLE

_AFTER_STUDY_ID = 0x00200011
"""The first tag after the patient's and study's ids; elements are sorted by tag."""

_UNREADABLE: tuple[type[Exception], ...] = (OSError, *UNPARSABLE)


def whose_file(path: Path) -> str | None:
    """Return what the files of one patient share; None when the file does not say.

    It is for comparing only: a patient's id, or what stands for it. Never shown or logged.
    """
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            dataset = read_partial(file, _is_after, force=True)
            return patient_of(*study_key_of(dataset))
    except _UNREADABLE:
        # Reading the file whole says what is wrong with it.
        return None


def patient_of(study: str, patient: str) -> str | None:
    """Return what stands for a study's patient: the id, else the study; None without either."""
    return normal_id(patient) or study or None


def _is_after(tag: BaseTag, vr: str | None, length: int) -> bool:
    del vr, length
    return int(tag) >= _AFTER_STUDY_ID
