"""Masks of findings for an evaluation: which there are, and one laid into a network's window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.types import Placement
from viewer.loading.case_key import CaseKey, CaseKeys
from viewer.loading.errors import LoadingError, UnreadableFile
from viewer.loading.file_name_view import masked_image, stem_of
from viewer.loading.phantom_truth import PHANTOM_COLUMNS, is_malignant, row_without_exam
from viewer.loading.read_raster import read_raster
from viewer.loading.read_volume import read_volume
from viewer.loading.sniff import FileKind, kind_of_file
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import header_of, read_text, rows_of

Bools = NDArray[np.bool_]

_HINT = "columns: image (or exam, laterality, view), class, mask_file relative to the table"
_READ_LIKE_PICTURES = (FileKind.PNG, FileKind.TIFF)
_READ_LIKE_VOLUMES = (FileKind.NIFTI, FileKind.NRRD, FileKind.META_IMAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMask:
    """A mask file and the image it belongs to."""

    key: CaseKey
    malignant: bool
    path: Path
    place: str
    """Where it is stated, for messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowMask:
    """A mask in a network's window, facing right."""

    marked: Bools
    """(input rows, input columns)."""
    seen: Bools
    """Where the image is; the rest is padding."""
    missed: int
    """Marked pixels outside the window."""


def read_masks(path: Path) -> tuple[NamedMask, ...]:
    """List the masks of a table, or of a folder with files IMAGE_benign.png, IMAGE_malignant.png.

    IMAGE is the name in predictions.csv. Raises TableError.
    """
    if path.is_dir():
        return _of_folder(path)
    text = read_text(path)
    header = frozenset(header_of(text))
    try:
        lacking = [name for name in ("class", "mask_file") if name not in header]
        if lacking:
            raise TableError(f"it has no column {lacking[0]}", hint=_HINT)
        keys, is_phantom = CaseKeys(path), header >= PHANTOM_COLUMNS
        return tuple(
            NamedMask(
                key=keys.key_of(row_without_exam(row) if is_phantom else row),
                malignant=is_malignant(row),
                path=path.parent / row.text("mask_file"),
                place=f"{path.name}: {at(row.number, 'mask_file')}",
            )
            for row in rows_of(text)
        )
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error


def max_projected_mask(path: Path) -> Bools:
    """Read a mask and project it over its slices, (rows, columns); raises LoadingError."""
    if not path.is_file():
        raise UnreadableFile(f"there is no file {path.name}")
    kind = kind_of_file(path)
    if kind not in (*_READ_LIKE_PICTURES, *_READ_LIKE_VOLUMES):
        raise UnreadableFile(f"{path.name} is neither a picture nor a volume")
    stored = (read_raster if kind in _READ_LIKE_PICTURES else read_volume)(path, kind)
    projected = np.zeros((stored.stack.rows, stored.stack.columns), dtype=np.bool_)
    for slice_index in range(stored.stack.slices):
        projected |= stored.frames.read_numbers(slice_index) > 0
    return projected


def mask_in_window(mask: Bools, placement: Placement) -> WindowMask:
    """Lay a mask into the window: of the displayed image's size, or of the window's own.

    Raises LoadingError for any other size.
    """
    window = (placement.input_rows, placement.input_columns)
    image = (placement.image_rows, placement.image_columns)
    if mask.shape not in (image, window):
        raise LoadingError(
            f"the mask has {mask.shape[0]} x {mask.shape[1]} pixels, its image has "
            f"{image[0]} x {image[1]} and the network's window {window[0]} x {window[1]}",
            hint="give masks of the displayed image, or of the window facing right",
        )
    top, left = placement.row_offset, placement.column_offset
    rows = slice(max(0, top), max(0, min(image[0], top + window[0])))
    columns = slice(max(0, left), max(0, min(image[1], left + window[1])))
    inside = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    seen = np.zeros(window, dtype=np.bool_)
    seen[inside] = True
    if mask.shape == image:
        facing_right = mask[:, ::-1] if placement.mirrored else mask
        marked = np.zeros(window, dtype=np.bool_)
        marked[inside] = facing_right[rows, columns]
        missed = int(mask.sum()) - int(marked.sum())
        return WindowMask(marked=marked, seen=seen, missed=missed)
    return WindowMask(marked=mask & seen, seen=seen, missed=0)


def _of_folder(folder: Path) -> tuple[NamedMask, ...]:
    found = []
    for path in sorted(folder.iterdir()):
        named = masked_image(stem_of(path)) if path.is_file() else None
        if named is not None:
            key = CaseKey(line=0, image=named[0])
            found.append(NamedMask(key=key, malignant=named[1], path=path, place=path.name))
    if not found:
        raise TableError(
            f"the folder {folder.name} has no mask",
            hint="masks are called IMAGE_benign.png and IMAGE_malignant.png, with the image's name "
            "in predictions.csv; or give a table",
        )
    return tuple(found)
