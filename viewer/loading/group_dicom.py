"""DICOM files to exams: one exam for each study of a patient."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from viewer.domain.view import ImageKind
from viewer.loading.ct_series import series_of
from viewer.loading.dicom_header import text
from viewer.loading.dicom_kind import is_secondary_capture
from viewer.loading.found_exam import FoundExam, FoundImage
from viewer.loading.legacy_tomosynthesis import volumes_of
from viewer.loading.read_dicom import DicomFile, identity_of
from viewer.loading.stable_hash import short_hash

_IMAGE_IN_PATIENT_ID = re.compile(r"(?P<patient>.+)_(?:LEFT|RIGHT)_(?:CC|MLO)", re.IGNORECASE)
_REGROUPED = "This collection stores every image as a study of its own; grouped by the patient ID."


def group_dicom(files: Sequence[DicomFile]) -> tuple[FoundExam, ...]:
    """Group files by study and patient; never by the patient's name.

    Collections like CBIS-DDSM store each image as a study of its own, with a patient ID such as
    P_00173_LEFT_CC; these are grouped by the part before the side, and every image says so.
    """
    groups: defaultdict[tuple[str, str], list[DicomFile]] = defaultdict(list)
    for file in files:
        groups[_study_key(file)].append(file)
    exam_ids: set[str] = set()
    exams = []
    for (study, patient), members in groups.items():
        exam_id = short_hash(study)
        if exam_id in exam_ids or not study:
            exam_id = short_hash(study, patient, members[0].image.stack.image_id)
        exam_ids.add(exam_id)
        exams.append(_exam(exam_id, members))
    return tuple(exams)


def _study_key(file: DicomFile) -> tuple[str, str]:
    dataset = file.header.dataset
    patient = text(dataset, "PatientID")
    match = _IMAGE_IN_PATIENT_ID.fullmatch(patient)
    if match is not None and is_secondary_capture(dataset):
        return f"{text(dataset, 'StudyID')} {match['patient']}", match["patient"]
    return file.study_uid, patient


def _exam(exam_id: str, files: Sequence[DicomFile]) -> FoundExam:
    images = [
        FoundImage(image=file.image, path=file.path, order=file.order)
        for file in files
        if not file.single_slice and not _is_ct(file)
    ]
    images += volumes_of(file for file in files if file.single_slice)
    images += series_of([file for file in files if _is_ct(file)])
    if len({file.study_uid for file in files}) > 1:
        images = [_regrouped(image) for image in images]
    return FoundExam(
        exam_id=exam_id,
        alias=f"Exam {exam_id[:6].upper()}",
        images=tuple(images),
        identity=identity_of(files[0].header.dataset),
        study_uid=files[0].study_uid,
    )


def _is_ct(file: DicomFile) -> bool:
    return file.image.stack.kind is ImageKind.CT


def _regrouped(found: FoundImage) -> FoundImage:
    stack = found.image.stack
    stack = replace(stack, warnings=(*stack.warnings, _REGROUPED))
    return replace(found, image=replace(found.image, stack=stack))
