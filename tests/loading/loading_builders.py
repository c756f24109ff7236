"""Mammographic files written for the tests, in every transfer syntax."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom.pixels.encoders.native as rle
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.sequence import Sequence as Items
from pydicom.uid import (
    JPEG2000,
    UID,
    BreastTomosynthesisImageStorage,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
    generate_uid,
)

from viewer.domain.image_stack import ImageStack
from viewer.domain.slice_depth import slice_depth
from viewer.loading.find_exams import find_exams
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import SilentScan
from viewer.loading.scan_result import ScanResult

FFDM = DigitalMammographyXRayImageStorageForPresentation
DBT = BreastTomosynthesisImageStorage
CT = CTImageStorage

NATIVE = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
LOSSLESS = (
    RLELossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEG2000Lossless,
    HTJ2KLossless,
    UID("1.2.840.10008.1.2.4.110"),
    UID("1.2.840.10008.1.2.8.1"),
)
LOSSY = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000)

Cells = NDArray[Any]

VIEWS = (("R", "CC", "PL"), ("L", "CC", "AR"), ("R", "MLO", "PF"), ("L", "MLO", "AF"))
"""Side, view, Patient Orientation as displayed, of the four standard images."""

VIEW_CODES = {
    "CC": "399162004",
    "MLO": "399368009",
    "ML": "399260004",
    "XCCL": "399192008",
}


def breast(
    *, rows: int = 96, columns: int = 80, slices: int = 1, top: int = 900, seed: int = 0
) -> NDArray[np.uint16]:
    """A left breast as displayed, chest wall at column 0, air 0; (slices, rows, columns).

    A bright mark near the upper chest wall tells all eight orientations apart.
    """
    noise = np.random.default_rng(seed).integers(0, top // 4, (slices, rows, columns))
    row, column = np.mgrid[:rows, :columns]
    outline = ((row - rows / 2) / (rows * 0.4)) ** 2 + (column / (columns * 0.6)) ** 2 < 1
    pixels = np.where(outline, top // 2 + noise, 0).astype(np.uint16)
    pixels[:, rows // 4 : rows // 4 + 4, 2:8] = top
    return pixels


def encode(cells: Cells, syntax: UID, *, bits: int = 12) -> bytes:
    """Encode one frame."""
    encoders: dict[str, Callable[[Cells], bytes]] = {
        RLELossless: _run_lengths,
        JPEGLossless: lambda a: _jpeg(a, lossless=True, predictor=4, bitspersample=bits),
        JPEGLosslessSV1: lambda a: _jpeg(a, lossless=True, predictor=1, bitspersample=bits),
        JPEGLSLossless: imagecodecs.jpegls_encode,
        JPEGLSNearLossless: lambda a: imagecodecs.jpegls_encode(a, level=2),
        JPEG2000Lossless: lambda a: imagecodecs.jpeg2k_encode(
            a, level=0, codecformat="j2k", reversible=True, bitspersample=bits
        ),
        JPEG2000: lambda a: imagecodecs.jpeg2k_encode(
            a, level=80, codecformat="j2k", reversible=False, bitspersample=bits
        ),
        HTJ2KLossless: lambda a: imagecodecs.htj2k_encode(a, reversible=True),
        JPEGBaseline8Bit: lambda a: _jpeg(a.astype(np.uint8), level=98),
        JPEGExtended12Bit: lambda a: _jpeg(a, level=98, bitspersample=12),
        "1.2.840.10008.1.2.4.110": lambda a: imagecodecs.jpegxl_encode(a, lossless=True),
        "1.2.840.10008.1.2.8.1": _deflated,
    }
    return bytes(encoders[syntax](np.ascontiguousarray(cells)))


def _jpeg(cells: Cells, **options: Any) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(cells, **options))


def _deflated(cells: Cells) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(cells.tobytes()) + packer.flush()


def _run_lengths(cells: Cells) -> bytes:
    """One segment for each byte of a sample, the high byte first (PS3.5 G)."""
    planes = (
        [
            plane
            for sample in (cells[..., i] for i in range(cells.shape[2]))
            for plane in _byte_planes(sample)
        ]
        if cells.ndim == 3
        else _byte_planes(cells)
    )
    segments = []
    for plane in planes:
        packed = b"".join(bytes(rle._encode_row(row)) for row in plane)
        segments.append(packed + b"\0" * (len(packed) % 2))
    offsets = np.cumsum([64, *(len(segment) for segment in segments)])[:-1].tolist()
    header = [len(segments), *offsets, *([0] * (15 - len(segments)))]
    return np.array(header, "<u4").tobytes() + b"".join(segments)


def _byte_planes(cells: Cells) -> list[Cells]:
    size = cells.dtype.itemsize
    bytes_of = np.ascontiguousarray(cells).view(np.uint8).reshape(*cells.shape, size)
    return [bytes_of[..., index] for index in reversed(range(size))]


def code(value: str, scheme: str = "SCT") -> Dataset:
    """A coded concept."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, "meaning"
    return item


def group(**attributes: Any) -> Items[Dataset]:
    """A sequence of one item."""
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return Items([item])


def header(
    cells: Cells,
    *,
    laterality: str | None = "L",
    view: str | None = "CC",
    orientation: Sequence[str] | None = ("A", "R"),
    sop_class: UID = FFDM,
    bits: int = 12,
    study: str = "1.2.3.4",
    **attributes: Any,
) -> Dataset:
    """A data set without pixels for frames of cells, (frames, rows, columns)."""
    dataset = Dataset()
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, generate_uid()
    dataset.Modality = "CT" if sop_class == CT else "MG"
    dataset.BodyPartExamined = "BREAST"
    dataset.PatientName, dataset.PatientID = "Secret^Name", "SECRET-ID"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    if sop_class == DBT:
        dataset.ImageType = ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"]
        dataset.NumberOfFrames = len(cells)
    dataset.Rows, dataset.Columns = cells.shape[1:3]
    dataset.SamplesPerPixel = cells.shape[3] if cells.ndim == 4 else 1
    dataset.PhotometricInterpretation = "RGB" if cells.ndim == 4 else "MONOCHROME2"
    dataset.BitsAllocated = 8 * cells.dtype.itemsize
    dataset.BitsStored = min(bits, dataset.BitsAllocated)
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(cells.dtype.kind == "i")
    if laterality:
        dataset.ImageLaterality = laterality
    if orientation:
        dataset.PatientOrientation = list(orientation)
    if view:
        dataset.ViewCodeSequence = Items([code(VIEW_CODES[view])])
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def write(
    path: Path,
    cells: Cells,
    *,
    syntax: UID = ExplicitVRLittleEndian,
    offsets: str = "basic",
    fragments: int = 1,
    coded_bits: int | None = None,
    **options: Any,
) -> Path:
    """Write frames of cells as DICOM.

    offsets: "basic", "extended" or "none"; fragments: of each frame. The pixels are of 0.1 mm
    unless the options say something of them.
    """
    cells = cells[None] if cells.ndim == 2 else cells
    spacing = {} if options.get("sop_class") == CT else {"ImagerPixelSpacing": [0.1, 0.1]}
    dataset = header(cells, **(spacing | options))
    if dataset.SamplesPerPixel > 1:
        dataset.PlanarConfiguration = 0
    bits = coded_bits or dataset.BitsStored
    if syntax in NATIVE:
        order = ">" if syntax == ExplicitVRBigEndian else "<"
        dataset.PixelData = cells.astype(cells.dtype.newbyteorder(order)).tobytes()
        dataset["PixelData"].VR = "OW"
    else:
        _put_frames(dataset, [encode(c, syntax, bits=bits) for c in cells], offsets, fragments)
    return save(path, dataset, syntax)


def _put_frames(dataset: Dataset, frames: list[bytes], offsets: str, fragments: int) -> None:
    if offsets == "extended":
        extended = encapsulate_extended(frames)
        dataset.PixelData, dataset.ExtendedOffsetTable = extended[:2]
        dataset.ExtendedOffsetTableLengths = extended[2]
    else:
        dataset.PixelData = encapsulate(
            frames, fragments_per_frame=fragments, has_bot=offsets == "basic"
        )
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


def save(path: Path, dataset: Dataset, syntax: UID = ExplicitVRLittleEndian) -> Path:
    """Write a data set as a DICOM file."""
    known = syntax.is_private or syntax.is_transfer_syntax
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax if known else JPEG2000Lossless
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(
        path,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=True,
    )
    if not known:
        _relabel(path, syntax)
    return path


def _relabel(path: Path, syntax: UID) -> None:
    """Write a transfer syntax that pydicom does not know yet over JPEG 2000 Lossless."""
    new = syntax.encode() + b"\0" * (len(syntax) % 2)
    old = JPEG2000Lossless.encode()
    content = path.read_bytes()
    length = int.from_bytes(content[140:144], "little") + len(new) - len(old)
    content = content[:140] + length.to_bytes(4, "little") + content[144:]
    element = b"UI" + len(old).to_bytes(2, "little") + old
    path.write_bytes(content.replace(element, b"UI" + len(new).to_bytes(2, "little") + new, 1))


def scan(*paths: Path) -> ScanResult:
    """Search without progress."""
    return find_exams(paths, SilentScan())


def only_exam(*paths: Path) -> LocatedExam:
    """The one exam under the paths."""
    result = scan(*paths)
    assert len(result.exams) == 1, result.summary()
    return result.exams[0]


def shown(located: LocatedExam, index: int = 0) -> list[NDArray[np.uint16]]:
    """All slices of one image as displayed."""
    image = located.exam.images[index]
    source = located.frames[image.image_id]
    return [source.read_frame(slice_index) for slice_index in range(image.slices)]


def write_exam(folder: Path, study: str, **attributes: Any) -> None:
    """The four standard views of one study."""
    for laterality, view, letters in VIEWS:
        pixels = breast() if laterality == "L" else breast()[..., ::-1]
        write(
            folder / f"{laterality}{view}-{study}",
            pixels,
            laterality=laterality,
            view=view,
            orientation=tuple(letters),
            study=study,
            **attributes,
        )


def first_image(
    folder: Path, cells: NDArray[Any], **attributes: Any
) -> tuple[ImageStack, NDArray[np.uint16]]:
    """Write one file with these attributes; the image as opened, and its first frame as shown."""
    located = only_exam(write(folder / "a.dcm", cells, **attributes))
    return located.exam.images[0], shown(located)[0]


def said(image: ImageStack, words: str) -> bool:
    """Whether an image warns in these words."""
    return any(words in warning for warning in image.warnings)


def multi_frame(folder: Path, heights_mm: Sequence[float], **stated: object) -> ImageStack:
    """A volume in one file, its frames at these heights."""
    frames = [
        group(PlanePositionSequence=group(ImagePositionPatient=[0, 0, height]))[0]
        for height in heights_mm
    ]
    pixels = breast(slices=len(heights_mm))
    groups = Items(frames)
    write(folder / "a", pixels, sop_class=DBT, PerFrameFunctionalGroupsSequence=groups, **stated)
    return only_exam(folder).exam.images[0]


def depths(image: ImageStack) -> list[float]:
    """The stated depths of a volume's slices in millimetres."""
    found = [slice_depth(image, index) for index in range(image.slices)]
    return [depth.mm for depth in found if depth is not None]
