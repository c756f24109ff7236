"""Coded views, modifiers and sections of mammography (DICOM CID 4014, CID 4015, CID 4005).

A code means the same under the schemes SCT, SRT, SNM3 and 99SDM, so the scheme is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from viewer.domain.view import ViewModifier, ViewPosition

POSITION_OF_CODE: Mapping[str, ViewPosition] = {
    "399162004": ViewPosition.CC,
    "R-10242": ViewPosition.CC,
    "399368009": ViewPosition.MLO,
    "R-10226": ViewPosition.MLO,
    "399260004": ViewPosition.ML,
    "R-10224": ViewPosition.ML,
    "399352003": ViewPosition.LM,
    "R-10228": ViewPosition.LM,
    "399099002": ViewPosition.LMO,
    "R-10230": ViewPosition.LMO,
    "399196006": ViewPosition.FB,
    "R-10244": ViewPosition.FB,
    "399192008": ViewPosition.XCCL,
    "R-1024A": ViewPosition.XCCL,
    "399101009": ViewPosition.XCCM,
    "R-1024B": ViewPosition.XCCM,
    "399265009": ViewPosition.XCC,
    "R-102CF": ViewPosition.XCC,
    "399188001": ViewPosition.SIO,
    "R-102D0": ViewPosition.SIO,
    "441555000": ViewPosition.ISO,
    "R-40AAA": ViewPosition.ISO,
    "127457009": ViewPosition.SPECIMEN,
    "G-8310": ViewPosition.SPECIMEN,
}

MODIFIER_OF_CODE: Mapping[str, ViewModifier] = {
    "399055006": ViewModifier.SPOT,
    "R-102D7": ViewModifier.SPOT,
    "399163009": ViewModifier.MAGNIFICATION,
    "R-102D6": ViewModifier.MAGNIFICATION,
    "399209000": ViewModifier.IMPLANT_DISPLACED,
    "R-102D5": ViewModifier.IMPLANT_DISPLACED,
    "399161006": ViewModifier.CLEAVAGE,
    "R-102D2": ViewModifier.CLEAVAGE,
    "399011000": ViewModifier.AXILLARY_TAIL,
    "R-102D1": ViewModifier.AXILLARY_TAIL,
    "399197002": ViewModifier.ROLLED_LATERAL,
    "R-102D3": ViewModifier.ROLLED_LATERAL,
    "399226006": ViewModifier.ROLLED_MEDIAL,
    "R-102D4": ViewModifier.ROLLED_MEDIAL,
    "414493004": ViewModifier.ROLLED_INFERIOR,
    "R-102CA": ViewModifier.ROLLED_INFERIOR,
    "415670009": ViewModifier.ROLLED_SUPERIOR,
    "R-102C9": ViewModifier.ROLLED_SUPERIOR,
    "399110001": ViewModifier.TANGENTIAL,
    "R-102C2": ViewModifier.TANGENTIAL,
    "442581004": ViewModifier.NIPPLE_IN_PROFILE,
    "R-40AB3": ViewModifier.NIPPLE_IN_PROFILE,
    "441752004": ViewModifier.ANTERIOR_COMPRESSION,
    "P2-00161": ViewModifier.ANTERIOR_COMPRESSION,
    "442593008": ViewModifier.INFRAMAMMARY_FOLD,
    "R-40ABE": ViewModifier.INFRAMAMMARY_FOLD,
    "442580003": ViewModifier.AXILLARY_TISSUE,
    "R-40AB2": ViewModifier.AXILLARY_TISSUE,
}
"""Codes of CID 4015."""

_STEREO = ViewModifier.STEREOTACTIC
_MINUS, _PLUS = ViewModifier.MINUS_ANGLE, ViewModifier.PLUS_ANGLE
_PHASES = {
    "PREFIRE": ViewModifier.PREFIRE,
    "POSTFIRE": ViewModifier.POSTFIRE,
    "POSTBIOPSY": ViewModifier.POST_BIOPSY,
    "POSTMARKER": ViewModifier.POST_MARKER,
}
MODIFIERS_OF_IMAGE_TYPE: Mapping[str, frozenset[ViewModifier]] = {
    "TOMO_SCOUT": frozenset({ViewModifier.SCOUT}),
    "STEREO_SCOUT": frozenset({_STEREO, ViewModifier.SCOUT}),
    "STEREO_MINUS": frozenset({_STEREO, _MINUS}),
    "STEREO_PLUS": frozenset({_STEREO, _PLUS}),
    **{word: frozenset({phase}) for word, phase in _PHASES.items()},
    **{f"{word}_MINUS": frozenset({_STEREO, phase, _MINUS}) for word, phase in _PHASES.items()},
    **{f"{word}_PLUS": frozenset({_STEREO, phase, _PLUS}) for word, phase in _PHASES.items()},
}
"""Value 3 of a mammogram's Image Type (DICOM PS3.3 C.8.11.7.1.4) where it guides a biopsy."""

PART_OF_CODE: Mapping[str, str] = {
    "255549009": "anterior",
    "R-404CC": "anterior",
    "26216008": "central",
    "G-A110": "central",
    "261089000": "inferior",
    "R-4094A": "inferior",
    "49370004": "lateral",
    "G-A104": "lateral",
    "255561001": "medial",
    "R-404D5": "medial",
    "255551008": "posterior",
    "R-404CE": "posterior",
    "264217000": "superior",
    "R-42191": "superior",
}
"""Codes of CID 4005: the section of the breast that a partial view shows."""
