"""Exam, side and view in the file names of the published sample layout."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from inference.types import Laterality
from viewer.domain.view import View, ViewPosition

UNKNOWN_VIEW = View(laterality=None, position=None)

_EXTENSIONS = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".png", ".tif", ".tiff")
_NAME = re.compile(
    r"(?:(?P<exam>.+?)[_\-. ])?(?P<side>[LR])[-_ ]?(?P<view>CC|MLO)(?:[_-](?P<number>\d{1,3}))?",
    re.IGNORECASE,
)
_MASK = re.compile(r"(?P<image>.+)_(?P<finding>benign|malignant)", re.IGNORECASE)
_PUBLISHED_NUMBER = re.compile(r"\d{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedView:
    """What a file's name says of its image."""

    exam: str
    """What stands before the side; may be a name, so it is never shown or logged."""
    view: View
    number: int = 1
    """Of several images of a view."""


def stem_of(path: Path) -> str:
    """Return the file name without its image extension, .nii.gz taken as one."""
    lowered = path.name.lower()
    for extension in _EXTENSIONS:
        if lowered.endswith(extension):
            return path.name[: -len(extension)]
    return path.name


def named_view(stem: str) -> NamedView | None:
    """Read `<exam>_<L|R>-<CC|MLO>[_<n>]`; None when the name says no view.

    Also understands RCC, r_mlo and the like for the side and view.
    """
    match = _NAME.fullmatch(stem)
    if match is None:
        return None
    view = View(
        laterality=Laterality(match["side"].upper()), position=ViewPosition(match["view"].upper())
    )
    return NamedView(exam=match["exam"] or "", view=view, number=int(match["number"] or 1))


def contradicted_view(path: Path, view: View) -> str | None:
    """Say that a DICOM file's name names another side or projection than its header.

    Nothing is repeated of the name but the view; None where one of the two does not say.
    """
    stem = path.stem if path.suffix.lower() in (".dcm", ".dicom", ".ima") else path.name
    named = named_view(stem)
    if named is None or not view.is_known:
        return None
    header = replace(view, modifiers=frozenset())
    if named.view == header:
        return None
    what = "left and right" if named.view.laterality is not view.laterality else "the view"
    return (
        f"The file's name says {named.view.abbreviation}, the header {header.abbreviation}: "
        f"check {what}."
    )


def masked_image(stem: str) -> tuple[str, bool] | None:
    """Read `<image>_benign` or `<image>_malignant`: the image's stem and whether malignant."""
    match = _MASK.fullmatch(stem)
    if match is None:
        return None
    return match["image"], match["finding"].lower() == "malignant"


def published_number(exam: str) -> str | None:
    """Return the exam's part of a name if it is a short number, which cannot identify anyone."""
    return exam if _PUBLISHED_NUMBER.fullmatch(exam) else None
