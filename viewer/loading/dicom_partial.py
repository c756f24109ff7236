"""What a partial view shows of the breast (DICOM PS3.3 C.8.11.7: Partial View, its codes)."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from viewer.domain.view_codes import PART_OF_CODE
from viewer.loading.dicom_header import items, text

_PART = re.compile(r"[A-Za-z][A-Za-z \-]{0,39}")


def is_partial_view(dataset: Dataset) -> bool:
    """Return whether the image is one of several that make up a view."""
    return text(dataset, "PartialView").upper() == "YES"


def partial_words(dataset: Dataset) -> str:
    """Return which part a partial view shows, such as "lateral, superior, mosaic", or nothing.

    The code decides; its meaning serves where the code is not known. Free text is not repeated,
    since it may hold anything; only that it calls the view a mosaic.
    """
    if not is_partial_view(dataset):
        return ""
    coded = items(dataset, "PartialViewCodeSequence")
    parts = [part for item in coded if (part := _part(item))]
    if "MOSAIC" in text(dataset, "PartialViewDescription").upper():
        parts.append("mosaic")
    return ", ".join(dict.fromkeys(parts))


def _part(item: Dataset) -> str:
    known = PART_OF_CODE.get(text(item, "CodeValue").upper())
    meaning = text(item, "CodeMeaning")
    return known or (meaning.lower() if _PART.fullmatch(meaning) else "")
