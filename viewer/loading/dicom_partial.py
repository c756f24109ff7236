"""What a partial view shows of the breast (DICOM PS3.3 C.8.11.7: Partial View, its codes)."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from viewer.loading.dicom_header import items, text

_PART = re.compile(r"[A-Za-z][A-Za-z \-]{0,39}")


def is_partial_view(dataset: Dataset) -> bool:
    """Return whether the image is one of several that make up a view."""
    return text(dataset, "PartialView").upper() == "YES"


def partial_words(dataset: Dataset) -> str:
    """Return which part a partial view shows, such as "lateral, superior, mosaic", or nothing.

    Free text is not repeated, since it may hold anything; only that it calls the view a mosaic.
    """
    if not is_partial_view(dataset):
        return ""
    meanings = (text(item, "CodeMeaning") for item in items(dataset, "PartialViewCodeSequence"))
    parts = [meaning.lower() for meaning in meanings if _PART.fullmatch(meaning)]
    if "MOSAIC" in text(dataset, "PartialViewDescription").upper():
        parts.append("mosaic")
    return ", ".join(dict.fromkeys(parts))
