"""Training images on disk: the pixels a network's window shows, and where findings lie in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from inference.prepare import PreparedInput, prepare
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.crops_near_findings import crops_near_findings
from inference.training.crops_of_images import Crops, crops_of
from inference.training.drawn_breasts import DrawnBreast, drawn_breast, labels_of
from inference.training.findings import PlacedLesion
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView, Pixels
from inference.training.stored_arrays import read_arrays
from inference.training.stored_view import StoredImages
from inference.types import ArraySource, ModelInput

_MEASURED_SLICES = 8
_NEAR_MM, _GHOST_MM = 3.0, (4.0, 9.0)
_OTHER_SLICES = 3
_HEALTHY_SLICES = 7


def store_view(
    folder: Path,
    seed: int,
    number: int,
    view: View,
    *,
    finding_sets: int,
    whole_sets: int,
    kinds: tuple[ImageKind, ...] = tuple(ImageKind),
) -> list[Path]:
    """Image one view of a breast with several sets of findings, and cut crops from the images.

    A file of crops for every set, and for the first `whole_sets` one of whole images. Files that
    are there already are left as they are.
    """
    paths = [crops_path(folder, number, own, view.value) for own in range(finding_sets)]
    whole = [view_path(folder, number, own, view.value) for own in range(whole_sets)]
    if all(path.exists() for path in (*paths, *whole)):
        return [*paths, *whole]
    drawn = drawn_breast(seed, number)
    healthy = ImagedView.build(drawn.views[view], ())
    frames = {kind: _frame(healthy, kind) for kind in kinds}
    for own in range(max(finding_sets, whole_sets)):
        generator = np.random.default_rng([seed, number, 8, own])
        crops: Crops | None
        if own < whole_sets:
            images = _images(drawn, healthy, frames, own)
            _write(whole[own], dict(entry for one in images for entry in one.entries().items()))
            crops = crops_of(images, generator)
        else:
            crops = crops_near_findings(healthy, drawn.findings(own), frames, generator)
        if own < finding_sets:
            _write(paths[own], (crops or Crops.none()).entries())
    return [*paths, *whole]


def crops_path(folder: Path, number: int, finding_set: int, view: str) -> Path:
    """Where the crops of one view of one breast with one set of findings lie."""
    return folder / f"{number:05d}_{finding_set}_{view}.crops"


def view_path(folder: Path, number: int, finding_set: int, view: str) -> Path:
    """Where one view of one breast with one set of findings lies."""
    return folder / f"{number:05d}_{finding_set}_{view}.safetensors"


def read_stored(path: Path, kind: ImageKind) -> StoredImages:
    """Read one kind of image of a stored view. Raises OSError if the file is gone."""
    return StoredImages.of_entries(kind, read_arrays(path, f"{kind.name}_"))


def _write(path: Path, entries: Mapping[str, NDArray[Any]]) -> None:
    # Not npz: reading one with its checksums is several times slower than the networks learn.
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    save_file(dict(entries), temporary)
    temporary.replace(path)


def _frame(healthy: ImagedView, kind: ImageKind) -> PreparedInput:
    """Place the network's window and measure it; a volume is judged by a few of its slices."""
    if kind is ImageKind.DBT:
        chosen = np.linspace(0, healthy.view.slices - 1, _MEASURED_SLICES).astype(int)
        pixels = np.stack([healthy.tomosynthesis_slice(int(index)) for index in chosen])
    else:
        pixels = _flat(healthy, kind)
    rows, columns = kind.input_size
    return prepare(
        ModelInput(
            source=ArraySource(pixels),
            laterality=healthy.view.breast.laterality,
            crop_rule=healthy.view.view.crop_rule,
        ),
        input_rows=rows,
        input_columns=columns,
        progress=SilentProgress(),
    )


def _flat(imaged: ImagedView, kind: ImageKind) -> Pixels:
    image = imaged.ffdm() if kind is ImageKind.FFDM else imaged.synthetic_2d()
    return image[None]


def _images(
    drawn: DrawnBreast,
    healthy: ImagedView,
    frames: Mapping[ImageKind, PreparedInput],
    finding_set: int,
) -> list[StoredImages]:
    lesions = drawn.findings(finding_set)
    imaged = healthy.with_lesions(lesions)
    generator = np.random.default_rng([drawn.seed, drawn.number, 7, finding_set])
    chosen = _chosen_slices(generator, imaged)
    stored = []
    for kind, frame in frames.items():
        if kind is ImageKind.DBT:
            pixels = np.stack([imaged.tomosynthesis_slice(index) for index in chosen])
            depths = (np.array(chosen) + 0.5) * imaged.view.slice_mm
        else:
            pixels, depths = _flat(imaged, kind), np.zeros(1)
        shown = pixels[:, frame.shown_rows, frame.shown_columns]
        # Columns without tissue are what padding is: zero.
        used = int(np.flatnonzero(shown.any(axis=(0, 1)))[-1]) + 1
        stored.append(
            StoredImages(
                kind=kind,
                pixels=np.ascontiguousarray(shown[:, :, :used]),
                top=frame.shown_rows.start - frame.placement.row_offset,
                left=frame.shown_columns.start - frame.placement.column_offset,
                mean=frame.mean,
                deviation=frame.deviation,
                findings=_in_input(imaged, kind, frame),
                depths_mm=depths.astype(np.float32),
                labels=labels_of(lesions),
            )
        )
    return stored


def _chosen_slices(generator: np.random.Generator, imaged: ImagedView) -> list[int]:
    """Slices in and near the focus of every finding, one of its ghosts, and some others."""
    last = imaged.view.slices - 1
    slice_mm = imaged.view.slice_mm
    chosen: list[float] = []
    for placed in imaged.lesions:
        focus = placed.slice_index(imaged.view)
        chosen.append(focus)
        chosen.append(focus + generator.uniform(-_NEAR_MM, _NEAR_MM) / slice_mm)
        ghost = generator.uniform(*_GHOST_MM) * generator.choice((-1, 1))
        chosen.append(focus + ghost / slice_mm)
    others = _OTHER_SLICES if imaged.lesions else _HEALTHY_SLICES
    chosen += generator.uniform(0, last, others).tolist()
    return sorted({int(np.clip(round(index), 0, last)) for index in chosen})


def _in_input(imaged: ImagedView, kind: ImageKind, frame: PreparedInput) -> NDArray[np.float32]:
    grid = imaged.ffdm_grid if kind is ImageKind.FFDM else imaged.view.grid

    def row(placed: PlacedLesion) -> tuple[float, ...]:
        return (
            placed.lesion.kind.finding_class,
            grid.row_of(placed.row_mm) - frame.placement.row_offset,
            grid.column_of(placed.column_mm) - frame.placement.column_offset,
            placed.lesion.size_mm / 2 / grid.pixel_mm,
            placed.depth_mm,
        )

    return np.array([row(placed) for placed in imaged.lesions], np.float32).reshape(-1, 5)
