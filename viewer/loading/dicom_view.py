"""Side, view and modifiers from a DICOM header, by a fixed precedence.

Coded attributes come first. What stands only in free text or in an identifier is used as a last
resort, with a sentence that says where it came from.
"""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from inference.types import Laterality
from viewer.domain.view import View, ViewModifier, ViewPosition
from viewer.domain.view_codes import MODIFIER_OF_CODE, MODIFIERS_OF_IMAGE_TYPE, POSITION_OF_CODE
from viewer.loading.dicom_header import (
    any_group,
    first_item,
    frame_groups,
    items,
    shared_group,
    text,
    words,
)

_SIDES = {"L": Laterality.LEFT, "R": Laterality.RIGHT}
_POSITIONS = {position.value: position for position in ViewPosition} | {
    "SPECIMEN": ViewPosition.SPECIMEN
}
_TEXTS = (
    ("SeriesDescription", "the series description"),
    ("ProtocolName", "the protocol name"),
    ("AcquisitionDeviceProcessingDescription", "the processing description"),
    ("ImageComments", "the image comments"),
    ("PatientID", "the patient ID"),
    ("PatientName", "the patient's name field"),
)
_IN_TEXT = re.compile(
    r"(?:^|[^A-Z])(?P<side>L|R|LEFT|RIGHT)[\s_\-]*(?P<view>CC|MLO|XCCL|XCCM|ML|LM)(?![A-Z])"
)
_LONG_SIDES = {"L": "L", "LEFT": "L", "R": "R", "RIGHT": "R"}


def view_of(dataset: Dataset) -> tuple[View, tuple[str, ...]]:
    """Return the view, with None for what the header does not say, and sentences about doubts."""
    laterality, side_doubts = _laterality(dataset)
    position, position_doubts = _position(dataset)
    doubts = [*side_doubts, *position_doubts]
    if laterality is None or position is None:
        hinted = _hinted(dataset)
        if hinted is not None:
            side, projection, where = hinted
            contradicts = (laterality not in (None, side)) or (position not in (None, projection))
            if contradicts:
                doubts.append(f"{where} names another view than the coded attributes.")
            else:
                laterality, position = side, projection
                doubts.append(f"The view is not coded: it is taken from {where}.")
    view = View(laterality=laterality, position=position, modifiers=_modifiers(dataset))
    return view, tuple(_sentence(doubt) for doubt in doubts)


def text_view(written: str) -> tuple[Laterality, ViewPosition] | None:
    """Find a side and view such as "R MLO", "LCC" or "LEFT_CC" in free text."""
    match = _IN_TEXT.search(written.upper())
    if match is None:
        return None
    return _SIDES[_LONG_SIDES[match["side"]]], _POSITIONS[match["view"]]


def patient_orientation(dataset: Dataset) -> tuple[str, str] | None:
    """Return the two values of Patient Orientation; None when absent or not usable.

    The image plane is no substitute: tomosynthesis objects carry constant, unrotated planes.
    """
    letters = words(dataset, "PatientOrientation")
    if len(letters) == 2 and all(re.fullmatch("[APRLHF]{1,3}", word) for word in letters):
        return letters[0], letters[1]
    return None


def _laterality(dataset: Dataset) -> tuple[Laterality | None, list[str]]:
    stated = [(name, _SIDES[value]) for name, value in _lateralities(dataset) if value in _SIDES]
    if not stated:
        return None, []
    first = stated[0][1]
    other = [name for name, side in stated if side is not first]
    if not other:
        return first, []
    return first, [f"{stated[0][0]} and {other[0]} name different sides: check left and right."]


def _lateralities(dataset: Dataset) -> list[tuple[str, str]]:
    found = [
        ("Image Laterality", text(dataset, "ImageLaterality").upper()),
        ("Laterality", text(dataset, "Laterality").upper()),
    ]
    groups = [shared_group(dataset, "FrameAnatomySequence")]
    groups += list(frame_groups(dataset, "FrameAnatomySequence"))
    found += [
        ("Frame Laterality", text(group, "FrameLaterality").upper())
        for group in groups
        if group is not None
    ]
    return found


def _position(dataset: Dataset) -> tuple[ViewPosition | None, list[str]]:
    code = first_item(dataset, "ViewCodeSequence")
    coded = POSITION_OF_CODE.get(text(code, "CodeValue").upper()) if code is not None else None
    named = _POSITIONS.get(text(dataset, "ViewPosition").upper())
    if coded is not None and named is not None and coded is not named:
        doubt = f"The view code says {coded.value}, View Position says {named.value}."
        return coded, [doubt]
    if coded is not None or named is not None:
        return coded or named, []
    misused = words(dataset, "PatientOrientation")
    if len(misused) == 1 and misused[0] in _POSITIONS:
        return _POSITIONS[misused[0]], ["The view is taken from Patient Orientation."]
    return None, []


def _modifiers(dataset: Dataset) -> frozenset[ViewModifier]:
    code = first_item(dataset, "ViewCodeSequence")
    coded = list(items(dataset, "ViewModifierCodeSequence"))
    if code is not None:
        coded += items(code, "ViewModifierCodeSequence")
    found = (MODIFIER_OF_CODE.get(text(item, "CodeValue").upper()) for item in coded)
    guidance = words(dataset, "ImageType")[2:3]
    by_type = MODIFIERS_OF_IMAGE_TYPE.get(guidance[0], frozenset()) if guidance else frozenset()
    return frozenset(modifier for modifier in found if modifier is not None) | by_type


def _hinted(dataset: Dataset) -> tuple[Laterality, ViewPosition, str] | None:
    for keyword, where in _TEXTS:
        found = text_view(text(dataset, keyword))
        if found is not None:
            return *found, where
    return None


def _sentence(doubt: str) -> str:
    return doubt[:1].upper() + doubt[1:]


def shows_breast(dataset: Dataset) -> bool:
    """Return whether the header says that a breast is shown."""
    if text(dataset, "BodyPartExamined").upper() == "BREAST":
        return True
    group = any_group(dataset, "FrameAnatomySequence")
    regions = [
        *items(dataset, "AnatomicRegionSequence"),
        *(items(group, "AnatomicRegionSequence") if group is not None else ()),
    ]
    return any(text(region, "CodeValue") in ("76752008", "T-04000") for region in regions)
