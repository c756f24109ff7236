"""What the instance numbers of one-slice files tell of slices that are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from viewer.loading.dicom_header import whole
from viewer.loading.read_dicom import DicomFile


def instance_of(file: DicomFile) -> int:
    """Return Instance Number; 0 where absent."""
    return whole(file.header.dataset, "InstanceNumber", 0)


def stated_slices(series: Sequence[Sequence[DicomFile]]) -> list[int]:
    """Return how many slices each series of an exam had by Images in Acquisition, 0 if not told.

    Not told either where the number counts several views together, through which the instance
    numbers run on without a gap.
    """
    stated = [whole(files[0].header.dataset, "ImagesInAcquisition", 0) for files in series]
    alike: defaultdict[int, list[Sequence[DicomFile]]] = defaultdict(list)
    for files, total in zip(series, stated, strict=True):
        alike[total].append(files)
    joint = {total for total, together in alike.items() if _runs_on(together, total)}
    return [0 if total in joint else total for total in stated]


def missing_slices(files: Sequence[DicomFile], stated: int) -> int:
    """Count slices that are not there: gaps in the numbers, or fewer than were acquired."""
    counted = {instance_of(file) for file in files}
    gaps = max(counted) - min(counted) + 1 - len(counted)
    return max(gaps, stated - len(files), 0)


def _runs_on(series: Sequence[Sequence[DicomFile]], total: int) -> bool:
    views = {files[0].image.view for files in series}
    if len(series) < 2 or len(views) < len(series) or sum(map(len, series)) != total:
        return False
    counted = sorted(instance_of(file) for files in series for file in files)
    return counted == list(range(1, total + 1))
