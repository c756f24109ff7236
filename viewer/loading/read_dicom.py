"""One DICOM file to one image as stored, or one slice of a tomosynthesis in many files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from viewer.domain.exam import PatientIdentity
from viewer.domain.image_stack import ImageStack
from viewer.domain.orientation import OrientationEvidence
from viewer.domain.view import ImageKind, View
from viewer.loading.decode_frame import is_uncompressed, require_readable
from viewer.loading.dicom_aspect import aspect_doubts, pixel_aspect
from viewer.loading.dicom_frames import DicomFrames, SliceFiles
from viewer.loading.dicom_grey_scale import grey_scale_of, pixel_layout
from viewer.loading.dicom_header import (
    DicomHeader,
    items,
    read_header,
    text,
    whole,
)
from viewer.loading.dicom_kind import energy_of, is_for_processing, is_single_slice, kind_of
from viewer.loading.dicom_partial import is_partial_view, partial_words
from viewer.loading.dicom_spacing import pixel_spacing, spacing_doubts
from viewer.loading.dicom_support import support_is_first
from viewer.loading.dicom_technique import technique_of
from viewer.loading.dicom_view import patient_orientation, view_of
from viewer.loading.dicom_voi import vois_of
from viewer.loading.errors import UnreadableFile
from viewer.loading.file_name_view import contradicted_view
from viewer.loading.file_stamp import file_stamp
from viewer.loading.frame_depths import FrameDepths, frame_depths
from viewer.loading.frame_index import NO_PIXELS, FrameIndex, PixelElement, index_frames
from viewer.loading.frame_order import frame_order, with_frames_in_order
from viewer.loading.lay_image import StoredImage
from viewer.loading.stable_hash import short_hash

MISLABELLED = "The header says that the pixels are uncompressed; they are compressed."
_OVERLAY_GROUPS = range(0x6000, 0x6020, 2)
_GROUPING = (
    "SOPClassUID",
    "StudyInstanceUID",
    "StudyID",
    "StudyDate",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "AccessionNumber",
    "InstitutionName",
)
NO_VIEW = View(laterality=None, position=None)
OVERLAY = "The file has an overlay, which is not drawn."
BURNED_IN = (
    "Words are burned into the pixels, perhaps the patient's name: saved pictures show them."
)
FOR_PROCESSING = "For Processing: raw pixels, not meant for reading."


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomFile:
    """A DICOM file that holds a mammographic image, or a slice of one, or slices of a CT series."""

    header: DicomHeader
    image: StoredImage
    frames: DicomFrames
    study_uid: str
    series_uid: str
    single_slice: bool
    concatenation: str
    """Identifies the object that this file is a part of; empty for a whole one."""
    order: tuple[str, int]
    """Acquisition time and instance number: sorts images of one view."""

    @property
    def path(self) -> Path:
        """The file that was opened."""
        return self.header.path


def read_dicom_file(path: Path) -> DicomFile:
    """Read a file's header and find its frames; raises UnreadableFile with the reason if not."""
    stamp = file_stamp(path)
    header = read_header(path)
    dataset = header.dataset
    if not header.has_pixels or "Rows" not in dataset:
        raise UnreadableFile(NO_PIXELS)
    kind = kind_of(dataset)
    require_readable(header.transfer_syntax)
    layout = pixel_layout(dataset)
    frames = DicomFrames(
        path=path,
        pixel_path=header.pixel_path,
        copy=header.copy,
        transfer_syntax=header.transfer_syntax,
        layout=layout,
        index=_index(header, frame_bytes=layout.frame_bytes),
        stamp=stamp,
    )
    image = stored_image(dataset, kind, (frames,))
    concatenation = _concatenation(dataset) if kind is ImageKind.DBT else ""
    single_slice = not concatenation and is_single_slice(dataset)
    belong_together = kind is ImageKind.CT or single_slice or bool(concatenation)
    return DicomFile(
        header=header if belong_together else _for_grouping(header),
        image=image,
        frames=frames,
        study_uid=text(dataset, "StudyInstanceUID"),
        series_uid=text(dataset, "SeriesInstanceUID"),
        single_slice=single_slice,
        concatenation=concatenation,
        order=(_acquired(dataset) or "", whole(dataset, "InstanceNumber", 0)),
    )


def _concatenation(dataset: Dataset) -> str:
    """(DICOM PS3.3 C.7.6.16.2.2.4)"""
    source = text(dataset, "SOPInstanceUIDOfConcatenationSource")
    return source or text(dataset, "ConcatenationUID")


def _for_grouping(header: DicomHeader) -> DicomHeader:
    """The header with what groups and names exams; everything else was read.

    A thousand headers wait until all files are grouped; their elements would be most of the
    program's objects, and collecting garbage among them holds up the window.
    """
    kept = Dataset()
    for keyword in _GROUPING:
        if keyword in header.dataset:
            kept[keyword] = header.dataset[keyword]
    return replace(header, dataset=kept)


def identity_of(dataset: Dataset) -> PatientIdentity:
    """Return who the patient is."""
    return PatientIdentity(
        name=text(dataset, "PatientName"),
        patient_id=text(dataset, "PatientID"),
        birth_date=text(dataset, "PatientBirthDate"),
        study_date=text(dataset, "StudyDate"),
        accession_number=text(dataset, "AccessionNumber"),
        institution=text(dataset, "InstitutionName"),
    )


def _index(header: DicomHeader, *, frame_bytes: int) -> FrameIndex:
    dataset = header.dataset
    table = dataset.get("ExtendedOffsetTable")
    offsets = np.frombuffer(table, "<u8").tolist() if isinstance(table, bytes) else []
    return index_frames(
        PixelElement(
            path=header.pixel_path,
            offset=header.pixel_offset,
            little_endian=header.transfer_syntax != ExplicitVRBigEndian,
            explicit=header.transfer_syntax != ImplicitVRLittleEndian,
            frames=max(1, whole(dataset, "NumberOfFrames", 1)),
            frame_bytes=frame_bytes,
            frame_offsets=tuple(offsets),
        )
    )


def stored_image(
    dataset: Dataset, kind: ImageKind, files: Sequence[DicomFrames], *, is_whole: bool = True
) -> StoredImage:
    """Return the image that a header describes.

    files: of its frames, one after the other; several where the image came in parts.
    is_whole: whether no part is missing; where one is, nothing is said of depth.
    """
    slices = sum(file.slices for file in files)
    first = files[0]
    frames: DicomFrames | SliceFiles = first if len(files) == 1 else SliceFiles.of_all(files)
    is_ct = kind is ImageKind.CT
    view, view_doubts = (NO_VIEW, ()) if is_ct else view_of(dataset)
    named = None if is_ct else contradicted_view(first.path, view)
    grey_scale, grey_doubts = grey_scale_of(dataset, first.layout)
    volume = kind is ImageKind.DBT
    depths = FrameDepths(spacing_mm=None)
    order_doubts: tuple[str, ...] = ()
    if volume:
        order, order_doubts = frame_order(dataset, slices=slices)
        dataset, frames = with_frames_in_order(dataset, order), frames.in_order(order)
        if is_whole:
            depths = frame_depths(dataset, slices=slices)
    vois = vois_of(dataset, slices=slices)
    for_processing = is_for_processing(dataset)
    doubts = (
        *((FOR_PROCESSING,) if for_processing else ()),
        *view_doubts,
        *((named,) if named is not None else ()),
        *(doubt for file in files for doubt in file.index.doubts),
        *_count_doubts(dataset, slices),
        *_storage_doubts(first),
        *((OVERLAY,) if _has_overlay(dataset) else ()),
        *((BURNED_IN,) if text(dataset, "BurnedInAnnotation").upper() == "YES" else ()),
        *grey_doubts,
        *vois.doubts,
        *order_doubts,
        *depths.doubts,
        *(() if is_ct else spacing_doubts(dataset)),
        *aspect_doubts(dataset),
    )
    stack = ImageStack(
        image_id=short_hash(text(dataset, "SOPInstanceUID") or str(first.path)),
        name="",
        kind=kind,
        view=view,
        slices=slices,
        rows=first.layout.rows,
        columns=first.layout.columns,
        grey_scale=grey_scale,
        vois=vois.vois,
        slice_vois=vois.slice_vois,
        spacing=pixel_spacing(dataset),
        pixel_aspect=pixel_aspect(dataset) or 1.0,
        slice_spacing_mm=depths.spacing_mm,
        places=depths.places,
        support_is_first=support_is_first(dataset, view) if volume else None,
        for_processing=for_processing,
        energy=None if is_ct else energy_of(dataset),
        implant=text(dataset, "BreastImplantPresent").upper() == "YES",
        partial_view=is_partial_view(dataset),
        partial_words=partial_words(dataset),
        acquired=_acquired(dataset),
        technique=technique_of(dataset),
        warnings=tuple(dict.fromkeys(doubts)),
    )
    return StoredImage(
        stack=stack,
        view=view,
        evidence=OrientationEvidence(patient_orientation=patient_orientation(dataset)),
        frames=frames,
    )


def _count_doubts(dataset: Dataset, slices: int) -> tuple[str, ...]:
    described = len(items(dataset, "PerFrameFunctionalGroupsSequence"))
    if described in (0, slices):
        return ()
    return (f"The header describes {described} slices, the file holds {slices}.",)


def _has_overlay(dataset: Dataset) -> bool:
    """Return whether a group 6000 to 601E brings graphics, inside the pixels or beside them."""
    tags = dataset.keys()
    return any(tag.group in _OVERLAY_GROUPS and tag.element == 0x0010 for tag in tags)


def _storage_doubts(frames: DicomFrames) -> Iterator[str]:
    if frames.index.encapsulated and is_uncompressed(frames.transfer_syntax):
        yield MISLABELLED
    if frames.layout.samples > 1:
        yield "A colour image, drawn in grey."


def _acquired(dataset: Dataset) -> str | None:
    """Return acquisition (or content, or study) date and time as the header writes them."""
    moment = text(dataset, "AcquisitionDateTime")
    if moment:
        return moment
    for event in ("Acquisition", "Content", "Study"):
        date, time = text(dataset, f"{event}Date"), text(dataset, f"{event}Time")
        if date:
            return f"{date} {time}".strip()
    return None
