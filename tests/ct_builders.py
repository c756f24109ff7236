"""CT series written for the tests: a chest-like phantom, sampled wherever slices lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    generate_uid,
)

from inference.series import SeriesPrediction, WindowScore
from inference.types import ModelIdentity
from viewer.loading.find_exams import find_exams
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import SilentScan

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
SPACING_MM = 10.0
SIDE = 32


def hounsfield(points: NDArray[np.float64]) -> NDArray[np.int16]:
    """The phantom at points (..., 3) in millimetres: x to the left, y to the back, z to the head.

    A body of 300 x 200 mm, lungs, a spine, a bright rib on the patient's right, and below z = -40
    a liver on the right: no two orientations look alike.
    """
    x, y, z = np.moveaxis(points, -1, 0)
    values = np.full(x.shape, -1000.0)
    values[(x / 150) ** 2 + (y / 100) ** 2 < 1] = 40
    for side in (-70, 70):
        values[((x - side) / 50) ** 2 + (y / 65) ** 2 + (z / 200) ** 2 < 1] = -850
    values[x**2 + (y - 75) ** 2 < 20**2] = 500
    values[(x + 120) ** 2 + (y + 40) ** 2 < 15**2] = 900
    values[(x < 0) & (z < -40) & (((x + 70) / 50) ** 2 + (y / 65) ** 2 < 1)] = 110
    return values.astype(np.int16)


@dataclass(frozen=True, kw_only=True)
class Series:
    """How a series is written; each change of a test is one of these."""

    plane: tuple[float, ...] = AXIAL
    slices: int = 12
    slice_mm: float = 10.0
    rows: int = SIDE
    columns: int = SIDE
    pixel_mm: float = SPACING_MM
    first_mm: float = -60.0
    """Of the first written slice along the normal."""

    def position(self, index: int) -> NDArray[np.float64]:
        """The first pixel of a slice."""
        across, down = np.array(self.plane[:3]), np.array(self.plane[3:])
        normal = np.cross(across, down)
        depth = self.first_mm + index * self.slice_mm
        corner = across * (self.columns - 1) / 2 + down * (self.rows - 1) / 2
        return np.asarray(normal * depth - corner * self.pixel_mm)

    def pixels(self, index: int) -> NDArray[np.int16]:
        """Hounsfield units of a slice as stored, (rows, columns)."""
        across, down = np.array(self.plane[:3]), np.array(self.plane[3:])
        row, column = np.mgrid[: self.rows, : self.columns]
        points = self.position(index) + self.pixel_mm * (
            column[..., None] * across + row[..., None] * down
        )
        return hounsfield(points)


def ct_header(series: Series, index: int, **attributes: Any) -> Dataset:
    """One slice without its pixels."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.9", "1.2.3.9.1"
    dataset.Modality, dataset.BodyPartExamined = "CT", "CHEST"
    dataset.PatientName, dataset.PatientID = "Secret^Name", "SECRET-ID"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImageOrientationPatient = list(series.plane)
    dataset.ImagePositionPatient = [float(n) for n in series.position(index)]
    dataset.PixelSpacing = [series.pixel_mm, series.pixel_mm]
    dataset.SliceThickness = series.slice_mm
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.InstanceNumber, dataset.SeriesNumber = index + 1, 3
    dataset.Rows, dataset.Columns = series.rows, series.columns
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0
    for keyword, value in attributes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def write_slice(path: Path, series: Series, index: int, **attributes: Any) -> Path:
    """Write one slice; attributes replace those of the header, None takes one away."""
    dataset = ct_header(series, index, **attributes)
    slope = float(dataset.get("RescaleSlope", 1))
    intercept = float(dataset.get("RescaleIntercept", -1024))
    stored = np.rint((series.pixels(index) - intercept) / slope)
    kind = "<i2" if dataset.PixelRepresentation else "<u2"
    dataset.PixelData = stored.astype(kind).tobytes()
    dataset["PixelData"].VR = "OW"
    return save(path, dataset)


def write_series(
    folder: Path,
    series: Series | None = None,
    *,
    skip: Sequence[int] = (),
    name: str = "slice",
    **attributes: Any,
) -> Path:
    """Write a series, one file a slice, under names that say nothing of the order."""
    series = series or Series()
    for index in range(series.slices):
        if index not in skip:
            scrambled = (index * 7 + 3) % 1009
            write_slice(folder / f"{name}{scrambled:04d}.dcm", series, index, **attributes)
    return folder


def write_enhanced(
    path: Path, series: Series | None = None, *, rescale: Sequence[tuple[float, float]] = ()
) -> Path:
    """Write a series as one Enhanced CT object, from feet to head.

    rescale: slope and intercept of each frame; by default 1 and -1024 shared by all.
    """
    series = series or Series()
    dataset = ct_header(series, 0)
    for keyword in ("ImageOrientationPatient", "ImagePositionPatient", "PixelSpacing"):
        delattr(dataset, keyword)
    for keyword in ("SliceThickness", "RescaleSlope", "RescaleIntercept"):
        delattr(dataset, keyword)
    dataset.SOPClassUID = EnhancedCTImageStorage
    dataset.NumberOfFrames = series.slices
    shared, frames, cells = Dataset(), [], []
    shared.PixelMeasuresSequence = group(
        PixelSpacing=[series.pixel_mm, series.pixel_mm], SliceThickness=series.slice_mm
    )
    shared.PlaneOrientationSequence = group(ImageOrientationPatient=list(series.plane))
    if not rescale:
        shared.PixelValueTransformationSequence = group(
            RescaleSlope=1, RescaleIntercept=-1024, RescaleType="HU"
        )
    for index in range(series.slices):
        frame = Dataset()
        position = [float(n) for n in series.position(index)]
        frame.PlanePositionSequence = group(ImagePositionPatient=position)
        slope, intercept = rescale[index] if rescale else (1.0, -1024.0)
        if rescale:
            frame.PixelValueTransformationSequence = group(
                RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="HU"
            )
        frames.append(frame)
        cells.append(np.rint((series.pixels(index) - intercept) / slope).astype("<u2"))
    dataset.SharedFunctionalGroupsSequence = Items([shared])
    dataset.PerFrameFunctionalGroupsSequence = Items(frames)
    dataset.PixelData = np.stack(cells).tobytes()
    dataset["PixelData"].VR = "OW"
    return save(path, dataset)


def ct_exam(*paths: Path) -> LocatedExam:
    """The one exam under the paths."""
    result = find_exams(paths, SilentScan())
    assert len(result.exams) == 1, result.summary()
    return result.exams[0]


def group(**attributes: Any) -> Items[Dataset]:
    """A sequence of one item."""
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return Items([item])


def save(path: Path, dataset: Dataset) -> Path:
    """Write a data set as a DICOM file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return path


def make_series(
    *windows: tuple[int, int, float], slices: int = 12, notices: tuple[str, ...] = ()
) -> SeriesPrediction:
    """A prediction of these windows: first slice, last slice, score."""
    return SeriesPrediction(
        model=ModelIdentity(name="small CT", version="1", architecture="ct_windows", sha256="ab"),
        windows=tuple(WindowScore(first_slice=a, last_slice=b, score=s) for a, b, s in windows),
        slices=slices,
        repeated_slices=0,
        seconds=2.4,
        device="CPU, 1 thread",
        notices=notices,
    )
