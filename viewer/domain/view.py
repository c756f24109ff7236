"""What a mammographic image shows: laterality, view position, modifiers, kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inference.types import CropRule, Laterality


class ViewPosition(Enum):
    """A mammographic projection; the value is its standard abbreviation (DICOM CID 4014)."""

    CC = "CC"
    MLO = "MLO"
    ML = "ML"
    LM = "LM"
    LMO = "LMO"
    FB = "FB"
    XCC = "XCC"
    XCCL = "XCCL"
    XCCM = "XCCM"
    SIO = "SIO"
    ISO = "ISO"
    SPECIMEN = "SPEC"

    @property
    def is_lateral(self) -> bool:
        """True for projections seen from the side, which hang and crop like an MLO."""
        return self in _LATERAL


_LATERAL = frozenset(
    {
        ViewPosition.MLO,
        ViewPosition.ML,
        ViewPosition.LM,
        ViewPosition.LMO,
        ViewPosition.SIO,
        ViewPosition.ISO,
    }
)


class ViewModifier(Enum):
    """How a projection was modified; the value is the ACR letter code (DICOM CID 4015).

    The last ones say how an image guides a biopsy (DICOM PS3.3 C.8.11.7.1.4, Image Type value 3);
    no letters are standard for them.
    """

    SPOT = "S"
    MAGNIFICATION = "M"
    IMPLANT_DISPLACED = "ID"
    CLEAVAGE = "CV"
    AXILLARY_TAIL = "AT"
    ROLLED_LATERAL = "RL"
    ROLLED_MEDIAL = "RM"
    ROLLED_INFERIOR = "RI"
    ROLLED_SUPERIOR = "RS"
    TANGENTIAL = "TAN"
    NIPPLE_IN_PROFILE = "NP"
    ANTERIOR_COMPRESSION = "AC"
    INFRAMAMMARY_FOLD = "IMF"
    AXILLARY_TISSUE = "AX"
    STEREOTACTIC = "ST"
    SCOUT = "SC"
    MINUS_ANGLE = "NEG"
    PLUS_ANGLE = "POS"
    PREFIRE = "PRE"
    POSTFIRE = "POST"
    POST_BIOPSY = "PB"
    POST_MARKER = "PM"


BIOPSY_STEPS = (
    ViewModifier.PREFIRE,
    ViewModifier.POSTFIRE,
    ViewModifier.POST_BIOPSY,
    ViewModifier.POST_MARKER,
)
GUIDANCE_ANGLES = (ViewModifier.SCOUT, ViewModifier.MINUS_ANGLE, ViewModifier.PLUS_ANGLE)
GUIDANCE = frozenset({ViewModifier.STEREOTACTIC, *GUIDANCE_ANGLES, *BIOPSY_STEPS})
"""Of images that guide a biopsy."""
_OF_A_PART = GUIDANCE | {ViewModifier.SPOT, ViewModifier.MAGNIFICATION}


class ImageKind(Enum):
    """How the image was made; the value is what the screen says."""

    FFDM = "FFDM"
    SYNTHETIC_2D = "Synthetic 2D"
    DBT = "DBT"
    CT = "CT"
    SECONDARY_CAPTURE = "Secondary capture"


class Energy(Enum):
    """What one of several exposures, or a combination of them, shows; the value is what is said.

    Image Type values 4 and 5 of contrast mammography (DICOM PS3.3 C.8.11.7.1.4).
    """

    LOW = "low energy"
    HIGH = "high energy"
    SUBTRACTION = "subtraction"
    ADDITION = "addition"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Laterality and projection of one image; None where it could not be identified."""

    laterality: Laterality | None
    position: ViewPosition | None
    modifiers: frozenset[ViewModifier] = frozenset()

    @property
    def is_known(self) -> bool:
        """True when both the side and the projection are identified."""
        return self.laterality is not None and self.position is not None

    @property
    def is_standard(self) -> bool:
        """True for the four screening views without modifiers."""
        return (
            self.laterality is not None
            and self.position in (ViewPosition.CC, ViewPosition.MLO)
            and not self.modifiers
        )

    @property
    def shows_a_part(self) -> bool:
        """True where a small field shows a part of the breast, often without any chest wall."""
        return bool(self.modifiers & _OF_A_PART)

    @property
    def abbreviation(self) -> str:
        """Standard short name such as RCC or LMLO-S; "unknown view" when not identified."""
        if self.laterality is None or self.position is None:
            return "unknown view"
        suffix = "".join(f"-{m.value}" for m in sorted(self.modifiers, key=lambda m: m.value))
        return f"{self.laterality.value}{self.position.value}{suffix}"

    @property
    def crop_rule(self) -> CropRule:
        """How a network's window is placed on this view (facts of the papers: CC or MLO)."""
        lateral = self.position is not None and self.position.is_lateral
        return CropRule.MLO if lateral else CropRule.CC
