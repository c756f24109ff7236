"""Phantom images as DICOM: tomosynthesis volumes, synthetic and plain mammograms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    BreastTomosynthesisImageStorage,
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    generate_uid,
)

from inference.training.breast import View
from inference.training.image_kinds import ImageKind
from inference.training.imaging import FFDM_BITS, TOMO_BITS, ImagedView, Pixels
from inference.types import Laterality
from viewer.export.phantom_geometry import PlaneGeometry, plane_geometry

_STUDY_DATE, _STUDY_TIME = "20200101", "090000"
_SOFTWARE = "Tomolens phantom 1"
_VIEW_CODES = {
    View.CC: ("399162004", "cranio-caudal"),
    View.MLO: ("399368009", "medio-lateral oblique"),
}
_SERIES = {ImageKind.DBT: 1, ImageKind.SYNTHETIC: 2, ImageKind.FFDM: 3}


class Codec(Enum):
    """How pixels are stored; all are lossless."""

    J2K = "j2k"
    JPEGLS = "jpegls"
    RAW = "raw"

    @property
    def transfer_syntax(self) -> UID:
        """The DICOM transfer syntax."""
        return {
            Codec.J2K: JPEG2000Lossless,
            Codec.JPEGLS: JPEGLSLossless,
            Codec.RAW: ExplicitVRLittleEndian,
        }[self]

    def encode(self, pixels: Pixels, bits: int) -> bytes:
        """Encode one frame."""
        if self is Codec.RAW:
            return pixels.astype("<u2").tobytes()
        if self is Codec.JPEGLS:
            return bytes(imagecodecs.jpegls_encode(pixels, level=0))
        return bytes(
            imagecodecs.jpeg2k_encode(
                pixels,
                level=0,
                codecformat="j2k",
                reversible=True,
                bitspersample=bits,
                numthreads=1,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomIdentity:
    """Who and what an image belongs to; everything follows from seed and exam number."""

    seed: int
    exam_number: int

    def uid(self, *parts: str) -> UID:
        """Return the unique identifier of a part of this exam, the same each time."""
        return generate_uid(
            entropy_srcs=["tomolens-phantom", str(self.seed), str(self.exam_number), *parts]
        )

    @property
    def patient_id(self) -> str:
        """An identifier that nobody takes for a person's."""
        return f"PHANTOM-{self.seed}-{self.exam_number:04d}"

    @property
    def patient_name(self) -> str:
        """A name that nobody takes for a person's."""
        return f"Phantom^{self.exam_number:04d}"


def image_dataset(
    identity: PhantomIdentity, imaged: ImagedView, kind: ImageKind, codec: Codec
) -> Dataset:
    """Return everything of a DICOM file but its pixel data."""
    dataset = Dataset()
    _add_patient_and_study(dataset, identity)
    _add_series_and_equipment(dataset, identity, kind)
    _add_breast(dataset, imaged)
    geometry = plane_geometry(imaged)
    if kind is ImageKind.DBT:
        _add_tomosynthesis(dataset, identity, imaged, geometry)
    else:
        _add_mammogram(dataset, imaged, kind)
    dataset.PatientOrientation = list(geometry.patient_orientation)
    dataset.SOPInstanceUID = identity.uid(_view_name(imaged), kind.value, "instance")
    dataset.InstanceNumber = 1 + list(View).index(imaged.view.view) * 2 + _is_left(imaged)
    dataset.file_meta = _file_meta(dataset, codec)
    return dataset


def _file_meta(dataset: Dataset, codec: Codec) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = codec.transfer_syntax
    meta.ImplementationClassUID = generate_uid(entropy_srcs=["tomolens"])
    meta.ImplementationVersionName = "TOMOLENS_1"
    return meta


def _is_left(imaged: ImagedView) -> bool:
    return imaged.view.breast.laterality is Laterality.LEFT


def _view_name(imaged: ImagedView) -> str:
    return f"{imaged.view.breast.laterality.value}{imaged.view.view.value}"


def _add_patient_and_study(dataset: Dataset, identity: PhantomIdentity) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName = identity.patient_name
    dataset.PatientID = identity.patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "F"
    dataset.PatientComments = "Computer-made phantom, not a person"
    dataset.StudyInstanceUID = identity.uid("study")
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = _STUDY_DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = _STUDY_TIME
    dataset.AcquisitionDate, dataset.AcquisitionTime = _STUDY_DATE, _STUDY_TIME
    dataset.StudyID = f"{identity.exam_number:04d}"
    dataset.AccessionNumber = f"PH{identity.exam_number:04d}"
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = "Phantom mammography and tomosynthesis"


def _add_series_and_equipment(dataset: Dataset, identity: PhantomIdentity, kind: ImageKind) -> None:
    dataset.Modality = "MG"
    dataset.SeriesInstanceUID = identity.uid("series", kind.value)
    dataset.SeriesNumber = _SERIES[kind]
    dataset.SeriesDescription = f"Phantom {kind.value}"
    dataset.Manufacturer = "Tomolens"
    dataset.ManufacturerModelName = "Phantom"
    dataset.DeviceSerialNumber = "0"
    dataset.SoftwareVersions = _SOFTWARE
    dataset.BodyPartExamined = "BREAST"
    dataset.ContentQualification = "RESEARCH"


def _add_breast(dataset: Dataset, imaged: ImagedView) -> None:
    code, meaning = _VIEW_CODES[imaged.view.view]
    view = _code(code, meaning)
    view.ViewModifierCodeSequence = Sequence()
    dataset.ViewCodeSequence = Sequence([view])
    dataset.ViewPosition = imaged.view.view.value
    dataset.BreastImplantPresent = "NO"
    dataset.AcquisitionContextSequence = Sequence()
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.QualityControlImage = "NO"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 16
    dataset.PixelRepresentation = 0
    dataset.PixelPaddingValue = 0


def _add_tomosynthesis(
    dataset: Dataset, identity: PhantomIdentity, imaged: ImagedView, geometry: PlaneGeometry
) -> None:
    grid = imaged.view.grid
    dataset.SOPClassUID = BreastTomosynthesisImageStorage
    dataset.ImageType = ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"]
    dataset.FrameOfReferenceUID = identity.uid(_view_name(imaged), "frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.PixelPresentation = "MONOCHROME"
    dataset.VolumetricProperties = "VOLUME"
    dataset.VolumeBasedCalculationTechnique = "TOMOSYNTHESIS"
    dataset.Rows, dataset.Columns = grid.rows, grid.columns
    dataset.NumberOfFrames = imaged.view.slices
    dataset.BitsStored, dataset.HighBit = TOMO_BITS, TOMO_BITS - 1
    dataset.XRay3DAcquisitionSequence = Sequence([_acquisition(imaged)])
    dataset.SharedFunctionalGroupsSequence = Sequence([_shared_groups(imaged, geometry)])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        [_frame_groups(index, imaged, geometry) for index in range(imaged.view.slices)]
    )


def _acquisition(imaged: ImagedView) -> Dataset:
    projection = Dataset()
    projection.PositionerPrimaryAngle = "0.0"
    projection.RelativeXRayExposure = 100
    projection.KVP = "30"
    projection.XRayTubeCurrentInmA = 100.0
    projection.ExposureTimeInms = 200.0
    projection.ExposureInmAs = 20.0
    item = Dataset()
    item.DistanceSourceToDetector, item.DistanceSourceToPatient = "700", "700"
    item.EstimatedRadiographicMagnificationFactor = "1.0"
    item.AnodeTargetMaterial = "TUNGSTEN"
    item.FocalSpots = "0.3"
    item.FilterType, item.FilterMaterial = "STRIP", "ALUMINUM"
    item.FilterThicknessMinimum = item.FilterThicknessMaximum = "0.7"
    item.HalfValueLayer = "0.5"
    item.OrganDose, item.EntranceDoseInmGy = "0.0", "0.0"
    item.BodyPartThickness = _decimal(round(imaged.view.thickness_mm, 1))
    item.CompressionForce = "100"
    item.PaddleDescription = "COMPUTER-MADE"
    item.ExposureControlMode = "AUTOMATIC"
    item.ExposureControlModeDescription = "Computer-made phantom"
    item.XRayReceptorType = "DIGITAL_DETECTOR"
    item.DetectorTemperature = "25"
    item.DetectorBinning = ["1", "1"]
    item.FieldOfViewShape = "RECTANGLE"
    item.FieldOfViewOrigin = ["0.0", "0.0"]
    item.FieldOfViewRotation = "0.0"
    item.FieldOfViewHorizontalFlip = "NO"
    item.PerProjectionAcquisitionSequence = Sequence([projection])
    return item


def _shared_groups(imaged: ImagedView, geometry: PlaneGeometry) -> Dataset:
    view = imaged.view
    shared = Dataset()
    anatomy = Dataset()
    anatomy.AnatomicRegionSequence = Sequence([_code("76752008", "Breast")])
    anatomy.FrameLaterality = view.breast.laterality.value
    shared.FrameAnatomySequence = Sequence([anatomy])
    measures = Dataset()
    measures.PixelSpacing = [_decimal(view.grid.pixel_mm)] * 2
    measures.SliceThickness = _decimal(view.slice_mm)
    measures.SpacingBetweenSlices = _decimal(view.slice_mm)
    shared.PixelMeasuresSequence = Sequence([measures])
    orientation = Dataset()
    orientation.ImageOrientationPatient = [
        _decimal(number) for number in (*geometry.along_row, *geometry.along_column)
    ]
    shared.PlaneOrientationSequence = Sequence([orientation])
    window = Dataset()
    window.WindowCenter, window.WindowWidth = ["512.0", "470.0"], ["512.0", "330.0"]
    window.WindowCenterWidthExplanation = ["NORMAL", "HIGH CONTRAST"]
    window.VOILUTFunction = "LINEAR"
    shared.FrameVOILUTSequence = Sequence([window])
    rescale = Dataset()
    rescale.RescaleIntercept, rescale.RescaleSlope, rescale.RescaleType = "0.0", "1.0", "US"
    shared.PixelValueTransformationSequence = Sequence([rescale])
    derivation = Dataset()
    derivation.DerivationDescription = "Tomosynthesis of a computer-made phantom"
    derivation.DerivationCodeSequence = Sequence(
        [_code("113072", "Multiplanar reformatting", scheme="DCM")]
    )
    derivation.SourceImageSequence = Sequence()
    shared.DerivationImageSequence = Sequence([derivation])
    return shared


def _frame_groups(slice_index: int, imaged: ImagedView, geometry: PlaneGeometry) -> Dataset:
    groups = Dataset()
    content = Dataset()
    content.FrameAcquisitionNumber = 1
    content.StackID = "1"
    content.InStackPositionNumber = slice_index + 1
    groups.FrameContentSequence = Sequence([content])
    position = Dataset()
    position.ImagePositionPatient = [
        _decimal(number) for number in geometry.slice_origin(slice_index, imaged.view.slice_mm)
    ]
    groups.PlanePositionSequence = Sequence([position])
    frame_type = Dataset()
    frame_type.FrameType = ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"]
    frame_type.PixelPresentation = "MONOCHROME"
    frame_type.VolumetricProperties = "VOLUME"
    frame_type.VolumeBasedCalculationTechnique = "TOMOSYNTHESIS"
    groups.XRay3DFrameTypeSequence = Sequence([frame_type])
    return groups


def _add_mammogram(dataset: Dataset, imaged: ImagedView, kind: ImageKind) -> None:
    grid = imaged.ffdm_grid if kind is ImageKind.FFDM else imaged.view.grid
    bits = FFDM_BITS if kind is ImageKind.FFDM else TOMO_BITS
    dataset.SOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.ImageLaterality = imaged.view.breast.laterality.value
    dataset.AnatomicRegionSequence = Sequence([_code("76752008", "Breast")])
    dataset.OrganExposed = "BREAST"
    dataset.Rows, dataset.Columns = grid.rows, grid.columns
    dataset.BitsStored, dataset.HighBit = bits, bits - 1
    dataset.ImagerPixelSpacing = dataset.PixelSpacing = [_decimal(grid.pixel_mm)] * 2
    dataset.EstimatedRadiographicMagnificationFactor = 1.0
    dataset.PositionerType = "MAMMOGRAPHIC"
    dataset.PositionerPrimaryAngle = 0 if imaged.view.view is View.CC else 45
    dataset.BodyPartThickness = round(imaged.view.thickness_mm, 1)
    dataset.DetectorType = "DIRECT"
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    if kind is ImageKind.FFDM:
        dataset.ImageType = ["ORIGINAL", "PRIMARY"]
        dataset.WindowCenter = ["2150", "2350", "1900"]
        dataset.WindowWidth = ["3000", "2200", "3600"]
        dataset.WindowCenterWidthExplanation = ["NORMAL", "HARDER", "SOFTER"]
        dataset.VOILUTFunction = "SIGMOID"
        return
    dataset.ImageType = ["DERIVED", "PRIMARY", "", "GENERATED_2D"]
    dataset.DerivationDescription = "Synthetic mammogram from tomosynthesis slices"
    dataset.WindowCenter, dataset.WindowWidth = ["512", "540"], ["560", "360"]
    dataset.WindowCenterWidthExplanation = ["NORMAL", "HIGH CONTRAST"]
    dataset.VOILUTFunction = "LINEAR"


def _code(value: str, meaning: str, *, scheme: str = "SCT") -> Dataset:
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item


def _decimal(number: float) -> str:
    """Write a number as a DICOM decimal string, never negative zero."""
    return str(float(np.round(number, 6)) + 0.0)
