"""DICOM files to exams: one exam for each study of a patient."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from pydicom.dataset import Dataset

from viewer.domain.exam import PatientIdentity
from viewer.domain.view import ImageKind
from viewer.loading.concatenation import concatenated
from viewer.loading.ct_series import series_of
from viewer.loading.dicom_header import text
from viewer.loading.dicom_kind import is_secondary_capture
from viewer.loading.found_exam import FoundExam, FoundImage
from viewer.loading.legacy_tomosynthesis import volumes_of
from viewer.loading.read_dicom import DicomFile, identity_of
from viewer.loading.stable_hash import short_hash

_IMAGE_IN_PATIENT_ID = re.compile(r"(?P<patient>.+)_(?:LEFT|RIGHT)_(?:CC|MLO)", re.IGNORECASE)
StudyKey = tuple[str, str]
"""A study's UID, or what stands for it, and the patient's id; never shown or logged."""
_REGROUPED = "This collection stores every image as a study of its own; grouped by the patient ID."


def group_dicom(
    files: Sequence[DicomFile], *, taken: Set[str] = frozenset()
) -> tuple[FoundExam, ...]:
    """Group files by study and patient; never by the patient's name.

    taken: the ids of exams of other files, which share a study's UID if it is not one.

    Collections like CBIS-DDSM store each image as a study of its own, with a patient ID such as
    P_00173_LEFT_CC; these are grouped by the part before the side, and every image says so. Where
    an image of such a patient comes with several study dates, each date is an exam.
    """
    groups: defaultdict[StudyKey, list[DicomFile]] = defaultdict(list)
    for file in files:
        groups[study_key(file)].append(file)
    exam_ids = set(taken)
    exams = []
    for (study, patient), members in _by_date(groups):
        exam_id = short_hash(study)
        if exam_id in exam_ids or not study:
            exam_id = short_hash(study, patient, members[0].image.stack.image_id)
        exam_ids.add(exam_id)
        exams.append(_exam(exam_id, members))
    return tuple(exams)


def _by_date(
    groups: Mapping[tuple[str, str], Sequence[DicomFile]],
) -> Iterator[tuple[tuple[str, str], Sequence[DicomFile]]]:
    """Split regrouped studies by date where the same image was made on several days."""
    for (study, patient), members in groups.items():
        days: defaultdict[str, set[str]] = defaultdict(set)
        for file in members:
            days[text(file.header.dataset, "PatientID")].add(_day(file))
        if not _is_regrouped(members) or all(len(found) == 1 for found in days.values()):
            yield (study, patient), members
            continue
        for day in sorted(set().union(*days.values())):
            yield (f"{study} {day}", patient), [m for m in members if _day(m) == day]


def _day(file: DicomFile) -> str:
    return text(file.header.dataset, "StudyDate")


def _is_regrouped(files: Sequence[DicomFile]) -> bool:
    return len({file.study_uid for file in files}) > 1


def study_key(file: DicomFile) -> StudyKey:
    """What files of one exam share: its study and its patient, as far as exams are grouped by."""
    return study_key_of(file.header.dataset)


def study_key_of(dataset: Dataset) -> StudyKey:
    """The same, of a header or its beginning."""
    patient = text(dataset, "PatientID")
    match = _IMAGE_IN_PATIENT_ID.fullmatch(patient)
    if match is not None and is_secondary_capture(dataset):
        return f"{text(dataset, 'StudyID')} {match['patient']}", match["patient"]
    return text(dataset, "StudyInstanceUID"), patient


def _exam(exam_id: str, files: Sequence[DicomFile]) -> FoundExam:
    images = [
        FoundImage(image=file.image, path=file.path, order=file.order)
        for file in files
        if not (file.single_slice or file.concatenation or _is_ct(file))
    ]
    images += concatenated(file for file in files if file.concatenation)
    images += volumes_of(file for file in files if file.single_slice)
    images += series_of([file for file in files if _is_ct(file)])
    identity = identity_of(files[0].header.dataset)
    if _is_regrouped(files):
        images = [_regrouped(image) for image in images]
    if is_secondary_capture(files[0].header.dataset):
        identity = _without_view(identity)
    return FoundExam(
        exam_id=exam_id,
        alias=f"Exam {exam_id[:6].upper()}",
        images=tuple(images),
        identity=identity,
        study_uid=files[0].study_uid,
    )


def _without_view(identity: PatientIdentity) -> PatientIdentity:
    """The patient of an image whose id, and often name, ends with its side and view."""
    found = (_IMAGE_IN_PATIENT_ID.fullmatch(t) for t in (identity.patient_id, identity.name))
    patient_id, name = (match["patient"] if match else None for match in found)
    return replace(
        identity,
        patient_id=patient_id or identity.patient_id,
        name=name or identity.name,
    )


def _is_ct(file: DicomFile) -> bool:
    return file.image.stack.kind is ImageKind.CT


def _regrouped(found: FoundImage) -> FoundImage:
    stack = found.image.stack
    stack = replace(stack, warnings=(*stack.warnings, _REGROUPED))
    return replace(found, image=replace(found.image, stack=stack))
