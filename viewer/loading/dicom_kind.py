"""How an image was made: FFDM, synthetic 2D, tomosynthesis, capture, CT; or why not shown.

Manufacturers agree on no single attribute; Image Type decides where it says enough, since
synthetic 2D images come under three different SOP classes.
"""

from __future__ import annotations

from pydicom.dataset import Dataset

from viewer.domain.view import Energy, ImageKind
from viewer.loading.dicom_header import text, whole, words
from viewer.loading.dicom_spacing import pixel_spacing
from viewer.loading.dicom_view import shows_breast, text_view, view_of
from viewer.loading.errors import UnreadableFile

BREAST_TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"
_PROJECTIONS = ("1.2.840.10008.5.1.4.1.1.13.1.4", "1.2.840.10008.5.1.4.1.1.13.1.5")
_CT = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.2.2",
)
_FINEST_CT_PIXEL_MM = 0.2
"""Of CT of the trunk or head; tomosynthesis stored as CT has pixels of about 0.1 mm."""
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_FOR_PROCESSING = ("1.2.840.10008.5.1.4.1.1.1.2.1", "1.2.840.10008.5.1.4.1.1.13.1.5")
_HOLOGIC_PRIVATE_GROUP = 0x7E01
_ENERGIES = {
    "SUBTRACTION": Energy.SUBTRACTION,
    "ADDITION": Energy.ADDITION,
    "HIGH_ENERGY": Energy.HIGH,
    "LOW_ENERGY": Energy.LOW,
}
"""What was combined comes first: its exposures may be named too."""
_SYNTHETIC_NAMES = ("C-VIEW", "S-VIEW", "CVIEW", "SVIEW", "INSIGHT 2D", "V-PREVIEW")


def kind_of(dataset: Dataset) -> ImageKind:
    """Return how the image was made; raises UnreadableFile when it is not to be shown, and why."""
    if is_ct(dataset):
        return ImageKind.CT
    _refuse_what_is_no_mammogram(dataset)
    sop_class = text(dataset, "SOPClassUID")
    image_type = words(dataset, "ImageType")
    frames = whole(dataset, "NumberOfFrames", 1)
    if is_secondary_capture(dataset):
        return ImageKind.SECONDARY_CAPTURE
    if _is_synthetic(dataset, image_type, frames):
        return ImageKind.SYNTHETIC_2D
    if "TOMO_PROJ" in image_type or (sop_class in _PROJECTIONS and frames > 1):
        raise UnreadableFile("tomosynthesis projections, not reconstructed slices")
    if sop_class == BREAST_TOMOSYNTHESIS or frames > 1 or sop_class in _CT or "TOMO" in image_type:
        return ImageKind.DBT
    return ImageKind.FFDM


def energy_of(dataset: Dataset) -> Energy | None:
    """Return which exposure, or combination of several, the Image Type names (values 4 and 5)."""
    image_type = words(dataset, "ImageType")
    return next((energy for word, energy in _ENERGIES.items() if word in image_type[3:]), None)


def is_ct(dataset: Dataset) -> bool:
    """Return whether a file of a CT class is computed tomography.

    It is not when it is tomosynthesis that older systems store as CT, one slice a file: that says
    TOMO in its Image Type, names a view, or shows a breast in pixels finer than CT has.
    """
    if text(dataset, "SOPClassUID") not in _CT or text(dataset, "Modality").upper() != "CT":
        return False
    if any("TOMO" in value for value in words(dataset, "ImageType")):
        return False
    view, _ = view_of(dataset)
    if view.position is not None:
        return False
    spacing = pixel_spacing(dataset)
    is_fine = spacing is None or min(spacing.row_mm, spacing.column_mm) < _FINEST_CT_PIXEL_MM
    return not (shows_breast(dataset) and is_fine)


def is_secondary_capture(dataset: Dataset) -> bool:
    """Return whether the file is a Secondary Capture, single- or multi-frame."""
    sop_class = text(dataset, "SOPClassUID")
    return sop_class == SECONDARY_CAPTURE or sop_class.startswith(f"{SECONDARY_CAPTURE}.")


def is_for_processing(dataset: Dataset) -> bool:
    """Return whether the pixels are raw: not meant to be looked at as they are."""
    intent = text(dataset, "PresentationIntentType").upper()
    return intent == "FOR PROCESSING" or text(dataset, "SOPClassUID") in _FOR_PROCESSING


def is_single_slice(dataset: Dataset) -> bool:
    """Return whether the file is one slice of a tomosynthesis stored as one file per slice."""
    if whole(dataset, "NumberOfFrames", 1) > 1 or is_ct(dataset):
        return False
    sop_class, image_type = text(dataset, "SOPClassUID"), words(dataset, "ImageType")
    if sop_class == BREAST_TOMOSYNTHESIS:
        return not _is_synthetic(dataset, image_type, 1)
    return sop_class in _CT or "TOMO" in image_type


def _is_synthetic(dataset: Dataset, image_type: tuple[str, ...], frames: int) -> bool:
    if frames > 1:
        return False
    description = text(dataset, "SeriesDescription").upper()
    if any(name in description for name in _SYNTHETIC_NAMES):
        return True
    if "TOMO_2D" in image_type or any("GENERATED_2D" in value for value in image_type[3:]):
        return True
    # Fuji marks its synthetic images in no other way than these.
    fuji = "FDR-3000AWS" in text(dataset, "ManufacturerModelName").upper()
    derived = image_type[:2] == ("DERIVED", "PRIMARY") and "POST_CONTRAST" not in image_type
    if fuji and derived and "TOMO" not in image_type:
        return True
    maximum = text(dataset, "VolumeBasedCalculationTechnique").upper() in ("MAX_IP", "MEAN_IP")
    return maximum and text(dataset, "SOPClassUID") == BREAST_TOMOSYNTHESIS


def _refuse_what_is_no_mammogram(dataset: Dataset) -> None:
    if is_secondary_capture(dataset) and _is_hologic_secondary_capture(dataset):
        raise UnreadableFile(
            "Hologic tomosynthesis in its private form; "
            "ask the sender for the Breast Tomosynthesis object"
        )
    modality = text(dataset, "Modality").upper()
    named = text_view(text(dataset, "SeriesDescription")) is not None
    if modality == "MG" or shows_breast(dataset) or (modality in ("OT", "SC", "DX") and named):
        return
    said = modality if modality.isalpha() and len(modality) <= 4 else "unknown"
    raise UnreadableFile(f"not a breast image (modality {said})")


def _is_hologic_secondary_capture(dataset: Dataset) -> bool:
    creators = (
        element.value
        for element in dataset.group_dataset(_HOLOGIC_PRIVATE_GROUP)
        if element.tag.is_private_creator
    )
    return any("HOLOGIC" in str(creator).upper() for creator in creators)
