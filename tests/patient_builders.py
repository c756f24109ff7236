"""Further studies of a patient, made by relabelling the files of an exam."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.uid import generate_uid


def relabelled(source: Path, target: Path, *, study: str, **attributes: str) -> Path:
    """Copy an exam's DICOM files as another study; attributes such as StudyDate="20220705".

    study: what the new UIDs are made from.
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.rglob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.StudyInstanceUID = generate_uid(entropy_srcs=["study", study])
        dataset.SeriesInstanceUID = generate_uid(
            entropy_srcs=["series", study, str(dataset.SeriesInstanceUID)]
        )
        dataset.SOPInstanceUID = generate_uid(
            entropy_srcs=["image", study, str(dataset.SOPInstanceUID)]
        )
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        dataset.save_as(target / path.name, enforce_file_format=True)
    return target
