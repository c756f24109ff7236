"""Whole phantom exams on disk: images as DICOM, and a table of what is where."""

from __future__ import annotations

import csv
import os
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import cv2
import numpy as np
from pydicom.filewriter import dcmwrite

from inference.training.breast import FULL_COLUMNS, FULL_ROWS, PixelGrid, View
from inference.training.findings import PlacedLesion, lesion_mask
from inference.training.image_kinds import ImageKind
from inference.training.imaging import FFDM_BITS, TOMO_BITS, ImagedView, Pixels
from inference.training.phantoms import PhantomExam, draw_exam
from inference.types import Laterality
from inference.unfinished_file import is_unfinished
from viewer.export.atomic_write import make_folder, replacing
from viewer.export.phantom_dicom import Codec, PhantomIdentity, image_dataset

Progress = Callable[[int, int], None]
"""Receives (images and slices done, in all); may raise to stop."""

TRUTH_COLUMNS = (
    "exam",
    "lesion",
    "class",
    "kind",
    "view",
    "image_kind",
    "slice",
    "row",
    "column",
    "size_mm",
    "size_pixels",
    "conspicuity",
    "nipple_row",
    "nipple_column",
    "file",
    "mask_file",
)
_FILE_ENDINGS = {
    ImageKind.DBT: "dbt",
    ImageKind.SYNTHETIC: "synthetic",
    ImageKind.FFDM: "ffdm",
}
_LARGEST_POOL = 8
_ITEM = b"\xfe\xff\x00\xe0"
_END_OF_ITEMS = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
_PIXEL_DATA = b"\xe0\x7f\x10\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenExam:
    """One exam on disk."""

    folder: Path
    files: tuple[Path, ...]


class _Stopped(Exception):
    """Another image failed, or the user wants no more of them."""


@dataclass(slots=True)
class _Counter:
    """Counts finished slices and images from any thread."""

    total: int
    progress: Progress | None
    done: int = 0
    lock: Lock = field(default_factory=Lock)
    is_stopped: bool = False

    def one_more(self) -> None:
        """Raises _Stopped once the images are not wanted any more."""
        with self.lock:
            if self.is_stopped:
                raise _Stopped
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ViewTask:
    directory: Path
    exam: PhantomExam
    laterality: Laterality
    view: View
    slices: int | None
    rows: int
    columns: int
    codec: Codec

    @property
    def exam_name(self) -> str:
        return f"exam_{self.exam.number:04d}"

    @property
    def view_name(self) -> str:
        return f"{self.laterality.value}{self.view.value}"


def write_phantom_exams(
    directory: Path,
    *,
    exams: int = 1,
    seed: int = 1,
    slices: int | None = None,
    rows: int = FULL_ROWS,
    columns: int = FULL_COLUMNS,
    codec: Codec = Codec.J2K,
    progress: Progress | None = None,
) -> list[WrittenExam]:
    """Make exams as directory/exam_0001 ..., directory/truth.csv and masks in directory/truth.

    slices: per tomosynthesis volume; None gives one a millimetre. rows, columns: of a slice; the
    breast keeps its millimetres. The same arguments give the same bytes, however many threads
    work. Raises CannotWrite, ValueError for sizes too small, and whatever `progress` raises.
    """
    _check_sizes(exams, slices, rows, columns)
    make_folder(directory)
    tasks = [
        _ViewTask(
            directory=directory,
            exam=draw_exam(seed, number),
            laterality=laterality,
            view=view,
            slices=slices,
            rows=rows,
            columns=columns,
            codec=codec,
        )
        for number in range(1, exams + 1)
        for view in View
        for laterality in (Laterality.RIGHT, Laterality.LEFT)
    ]
    for task in tasks:
        make_folder(directory / task.exam_name)
        make_folder(directory / "truth" / task.exam_name)
    counter = _Counter(total=sum(_steps(task) for task in tasks), progress=progress)
    pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _LARGEST_POOL))
    try:
        truth = list(pool.map(lambda task: _write_view(task, counter), tasks))
    except BaseException:
        # Ctrl+C comes here, while the threads know nothing of it.
        counter.is_stopped = True
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    _write_truth(directory / "truth.csv", [row for rows_ in truth for row in rows_])
    names = dict.fromkeys(task.exam_name for task in tasks)
    return [WrittenExam(folder=directory / n, files=_images_in(directory / n)) for n in names]


def _images_in(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.glob("*.dcm") if not is_unfinished(path)))


def _check_sizes(exams: int, slices: int | None, rows: int, columns: int) -> None:
    if exams < 1:
        raise ValueError(f"at least 1 exam must be made, got {exams}")
    if slices is not None and slices < 1:
        raise ValueError(f"a volume needs at least 1 slice, got {slices}")
    if rows < 64 or columns < 52:
        raise ValueError(f"images need at least 64 rows and 52 columns, got {rows} x {columns}")
    if not 0.9 < columns / rows * FULL_ROWS / FULL_COLUMNS < 1.5:
        raise ValueError(
            f"{rows} rows and {columns} columns are not shaped like a detector; "
            f"for {rows} rows take {round(rows * FULL_COLUMNS / FULL_ROWS)} columns"
        )


def _steps(task: _ViewTask) -> int:
    return 2 + _compressed_slices(task)


def _compressed_slices(task: _ViewTask) -> int:
    return task.exam.compressed(task.laterality, task.view, slices=task.slices).slices


def _write_view(task: _ViewTask, counter: _Counter) -> list[dict[str, object]]:
    imaged = task.exam.image_view(
        task.laterality, task.view, slices=task.slices, rows=task.rows, columns=task.columns
    )
    identity = PhantomIdentity(seed=task.exam.seed, exam_number=task.exam.number)
    truth: list[dict[str, object]] = []
    for kind in ImageKind:
        name = f"{task.view_name}_{_FILE_ENDINGS[kind]}"
        path = task.directory / task.exam_name / f"{name}.dcm"
        with replacing(path) as temporary, temporary.open("wb") as file:
            header = image_dataset(identity, imaged, kind, task.codec)
            dcmwrite(file, header, enforce_file_format=True)
            count = imaged.view.slices if kind is ImageKind.DBT else 1
            bits = FFDM_BITS if kind is ImageKind.FFDM else TOMO_BITS
            frames = _encoded(imaged, kind, task.codec, bits, counter)
            if task.codec is Codec.RAW:
                _append_raw(file, frames, count, imaged, kind)
            else:
                _append_encapsulated(file, frames, count)
        truth += [_truth_row(task, imaged, kind, placed, name) for placed in imaged.lesions]
    return truth


def _frames(imaged: ImagedView, kind: ImageKind) -> Iterator[Pixels]:
    if kind is ImageKind.DBT:
        for slice_index in range(imaged.view.slices):
            yield imaged.tomosynthesis_slice(slice_index)
    elif kind is ImageKind.FFDM:
        yield imaged.ffdm()
    else:
        yield imaged.synthetic_2d()


def _encoded(
    imaged: ImagedView, kind: ImageKind, codec: Codec, bits: int, counter: _Counter
) -> Iterator[bytes]:
    for pixels in _frames(imaged, kind):
        yield codec.encode(pixels, bits)
        counter.one_more()


def _append_raw(
    file: BinaryIO, frames: Iterator[bytes], count: int, imaged: ImagedView, kind: ImageKind
) -> None:
    grid = imaged.ffdm_grid if kind is ImageKind.FFDM else imaged.view.grid
    length = count * grid.rows * grid.columns * 2
    file.write(_PIXEL_DATA + b"OW\x00\x00" + struct.pack("<I", length))
    for frame in frames:
        file.write(frame)


def _append_encapsulated(file: BinaryIO, frames: Iterator[bytes], count: int) -> None:
    """Write one fragment a frame, and fill in the basic offset table afterwards."""
    file.write(_PIXEL_DATA + b"OB\x00\x00\xff\xff\xff\xff" + _ITEM + struct.pack("<I", 4 * count))
    table_at = file.tell()
    file.write(bytes(4 * count))
    first_item = file.tell()
    offsets = []
    for frame in frames:
        offsets.append(file.tell() - first_item)
        padded = frame + b"\x00" * (len(frame) % 2)
        file.write(_ITEM + struct.pack("<I", len(padded)) + padded)
    file.write(_END_OF_ITEMS)
    file.seek(table_at)
    file.write(struct.pack(f"<{count}I", *offsets))


def _truth_row(
    task: _ViewTask, imaged: ImagedView, kind: ImageKind, placed: PlacedLesion, name: str
) -> dict[str, object]:
    grid = imaged.ffdm_grid if kind is ImageKind.FFDM else imaged.view.grid
    lesion = placed.lesion
    label = f"{task.laterality.value}{lesion.number}"
    mask = lesion_mask(imaged.view, placed, grid)
    is_right = task.laterality is Laterality.RIGHT
    if is_right:
        mask = np.ascontiguousarray(mask[:, ::-1])
    mask_path = task.directory / "truth" / task.exam_name / f"mask-{name}-{label}.png"
    with replacing(mask_path) as temporary:
        _, encoded = cv2.imencode(".png", mask)
        temporary.write_bytes(encoded.tobytes())
    view = imaged.view
    return {
        "exam": task.exam_name,
        "lesion": label,
        "class": lesion.class_name,
        "kind": lesion.kind.value,
        "view": task.view_name,
        "image_kind": kind.value,
        "slice": placed.slice_index(view) if kind is ImageKind.DBT else 0,
        "row": round(grid.row_of(placed.row_mm), 1),
        "column": round(_shown_column(grid, placed.column_mm, is_right), 1),
        "size_mm": round(lesion.size_mm, 2),
        "size_pixels": round(lesion.size_mm / grid.pixel_mm, 1),
        "conspicuity": round(lesion.conspicuity, 3),
        "nipple_row": round(grid.row_of(view.nipple_row_mm), 1),
        "nipple_column": round(_shown_column(grid, view.chest_to_nipple_mm, is_right), 1),
        "file": f"{task.exam_name}/{name}.dcm",
        "mask_file": mask_path.relative_to(task.directory).as_posix(),
    }


def _shown_column(grid: PixelGrid, column_mm: float, is_right: bool) -> float:
    column = grid.column_of(column_mm)
    return grid.columns - 1 - column if is_right else column


def _write_truth(path: Path, rows: list[dict[str, object]]) -> None:
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TRUTH_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
