"""How a mammogram is laid: anatomically up, left breasts facing right, right ones facing left.

Source: IHE RAD TF-2 4.16.4.2.2.1.1.2: CC-like views read A\\R (left) and P\\L (right), lateral
views A\\F and P\\F; the first letter says where columns increase to, the second where rows do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from inference.types import Laterality
from viewer.domain.geometry import AS_STORED, Orientation
from viewer.domain.view import View, ViewPosition

_MEDIAL_IS_DOWN = (ViewPosition.MLO, ViewPosition.LMO)
"""Obliques whose rows go to the feet and to the middle of the body."""
_OPPOSITE = {"A": "P", "P": "A", "L": "R", "R": "L", "H": "F", "F": "H"}


class Side(Enum):
    """An edge of the stored pixel grid."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientationEvidence:
    """What is known of how the stored pixels lie."""

    patient_orientation: tuple[str, str] | None = None
    """DICOM Patient Orientation: where columns increase to and where rows do, such as P and FL."""
    chest_wall: Side | None = None
    """The edge on which tissue lies, as the pixels show; None when they do not tell."""
    mirrored: bool | None = None
    """True or False when an exam list says whether the pixels are mirrored; None: not said."""
    known: Orientation | None = None
    """When nothing is to be found out, as of CT, whose planes are stated."""
    wrong_side_is_mirrored: bool = False
    """When the chest wall lies on the wrong side: True if files of this kind are then mirrored
    (the published sample layout), False if they are turned by 180 degrees (DICOM: BCS-DBT)."""


def orientation_of(
    view: View, evidence: OrientationEvidence
) -> tuple[Orientation, tuple[str, ...]]:
    """Return how to lay stored pixels, and sentences about what could not be relied on.

    The header (or the exam list) decides, the pixels confirm it; where they disagree about the
    side of the chest wall the pixels win and a sentence says so.
    """
    if evidence.known is not None:
        return evidence.known, ()
    if view.laterality is None or view.position is ViewPosition.SPECIMEN:
        return AS_STORED, ()
    stated = _stated_orientation(view, evidence)
    orientation = stated or AS_STORED
    other_breast = _other_breast_words(view, evidence.patient_orientation)
    if evidence.chest_wall is None or side_after(evidence.chest_wall, orientation) is _wanted(view):
        return orientation, other_breast
    corrected, doubts = _corrected(view, evidence, orientation, stated=stated is not None)
    return corrected, (*other_breast, *doubts)


def lies_transposed(letters: tuple[str, str] | None) -> bool:
    """Return whether Patient Orientation says that rows, not columns, run front to back."""
    if letters is None:
        return False
    first, second = (text.strip().upper()[:1] for text in letters)
    return first not in ("A", "P") and second in ("A", "P")


def side_after(side: Side, orientation: Orientation) -> Side:
    """Return where an edge of the stored grid comes to lie."""
    if orientation.transposed:
        side = _TRANSPOSED[side]
    if orientation.rows_reversed and side in (Side.TOP, Side.BOTTOM):
        side = Side.BOTTOM if side is Side.TOP else Side.TOP
    if orientation.columns_reversed and side in (Side.LEFT, Side.RIGHT):
        side = Side.RIGHT if side is Side.LEFT else Side.LEFT
    return side


_TRANSPOSED = {
    Side.LEFT: Side.TOP,
    Side.TOP: Side.LEFT,
    Side.RIGHT: Side.BOTTOM,
    Side.BOTTOM: Side.RIGHT,
}


def _wanted(view: View) -> Side:
    return Side.RIGHT if view.laterality is Laterality.RIGHT else Side.LEFT


def _corrected(
    view: View, evidence: OrientationEvidence, orientation: Orientation, *, stated: bool
) -> tuple[Orientation, tuple[str, ...]]:
    seen = side_after(evidence.chest_wall or Side.LEFT, orientation)
    if seen in (Side.TOP, Side.BOTTOM):
        where = "upper" if seen is Side.TOP else "lower"
        return orientation, (
            f"The chest wall seems to lie on the {where} edge: check the orientation.",
        )
    if evidence.wrong_side_is_mirrored:
        turned = replace(orientation, columns_reversed=not orientation.columns_reversed)
        how = "mirrored"
    else:
        turned = _rotated(orientation)
        how = "turned by 180 degrees"
    if not stated:
        return turned, (
            f"The file does not state its orientation; {how} so that the chest wall "
            "is where this side has it: check left and right.",
        )
    return turned, (
        f"Header and pixels disagree about the side of the chest wall; {how} as the pixels "
        "show: check left and right, up and down.",
    )


def _rotated(orientation: Orientation) -> Orientation:
    return replace(
        orientation,
        rows_reversed=not orientation.rows_reversed,
        columns_reversed=not orientation.columns_reversed,
    )


def _stated_orientation(view: View, evidence: OrientationEvidence) -> Orientation | None:
    if evidence.patient_orientation is not None:
        return _from_letters(view, evidence.patient_orientation)
    if evidence.mirrored is not None:
        return Orientation(columns_reversed=evidence.mirrored)
    return None


def _from_letters(view: View, letters: tuple[str, str]) -> Orientation | None:
    """Lay the grid so that Patient Orientation reads as the table has it; None: not possible."""
    wanted_columns = "P" if view.laterality is Laterality.RIGHT else "A"
    first, second = (text.strip().upper() for text in letters)
    transposed = lies_transposed(letters)
    if transposed:
        first, second = second, first
    if first[:1] not in ("A", "P") or not second:
        return None
    columns_reversed = first[0] != wanted_columns
    points_up = _points_up(view, second)
    return Orientation(
        transposed=transposed,
        columns_reversed=columns_reversed,
        # Scanners turn images but do not mirror them.
        rows_reversed=columns_reversed if points_up is None else points_up,
    )


def _other_breast_words(view: View, letters: tuple[str, str] | None) -> tuple[str, ...]:
    """Return a sentence when the letters of an oblique view are those of the other breast.

    Its rows go to the feet and to the middle of the body, which is left of a right breast: FL, and
    FR of a left one.
    """
    if letters is None or view.position not in _MEDIAL_IS_DOWN:
        return ()
    down = letters[0] if lies_transposed(letters) else letters[1]
    found = {letter for letter in down.upper() if letter in "FHRL"}
    medial = "R" if view.laterality is Laterality.LEFT else "L"
    if found not in ({"F", _OPPOSITE[medial]}, {"H", medial}):
        return ()
    return ("Laterality and Patient Orientation are of different breasts: check left and right.",)


def _points_up(view: View, letters: str) -> bool | None:
    """Return whether rows increase to the top of the displayed image; None: not said."""
    cc_like = view.position is not None and not view.position.is_lateral
    medial = "R" if view.laterality is Laterality.LEFT else "L"
    for wanted in (medial,) if cc_like else ("F", medial):
        if wanted in letters:
            return False
        if _OPPOSITE[wanted] in letters:
            return True
    return None
