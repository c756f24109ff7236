"""Breasts that no stage of training has seen: all their images, whole, on disk."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from inference.training.breast import View
from inference.training.drawn_breasts import drawn_breast, labels_of
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView
from inference.types import (
    MALIGNANT,
    ArraySource,
    CropRule,
    Laterality,
    ModelInput,
)

UNSEEN_SEED = 9400
"""Breasts of this seed are only ever measured on."""


_PARTS = ("low", "high", "place", "shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenView:
    """All images of one view of one breast, and the places of its malignant findings."""

    number: int
    view: View
    labels: tuple[int, int]
    images: Mapping[ImageKind, NDArray[np.uint16]]
    """(slices, rows, columns) each."""
    malignant: Mapping[ImageKind, NDArray[np.float64]]
    """(findings, 3): row and column in the image, slice."""

    def model_input(self, kind: ImageKind) -> ModelInput:
        """One of its images as a network is given it."""
        return ModelInput(
            source=ArraySource(self.images[kind]),
            laterality=Laterality.LEFT,
            crop_rule=CropRule(self.view.value),
        )


def unseen_view(number: int, view: View, kinds: Collection[ImageKind]) -> UnseenView:
    """Make some of the images of one view of one breast."""
    cv2.setNumThreads(1)
    drawn = drawn_breast(UNSEEN_SEED, number)
    lesions = drawn.findings(0)
    imaged = ImagedView.build(drawn.views[view], lesions)
    return UnseenView(
        number=number,
        view=view,
        labels=labels_of(lesions),
        images={kind: _image(imaged, kind) for kind in kinds},
        malignant={kind: _malignant(imaged, kind) for kind in kinds},
    )


def _image(imaged: ImagedView, kind: ImageKind) -> NDArray[np.uint16]:
    if kind is ImageKind.DBT:
        slices = range(imaged.view.slices)
        return np.stack([imaged.tomosynthesis_slice(index) for index in slices])
    return (imaged.ffdm() if kind is ImageKind.FFDM else imaged.synthetic_2d())[None]


def _malignant(imaged: ImagedView, kind: ImageKind) -> NDArray[np.float64]:
    grid = imaged.ffdm_grid if kind is ImageKind.FFDM else imaged.view.grid
    places = [
        (
            grid.row_of(placed.row_mm),
            grid.column_of(placed.column_mm),
            placed.slice_index(imaged.view) if kind is ImageKind.DBT else 0,
        )
        for placed in imaged.lesions
        if placed.lesion.kind.finding_class == MALIGNANT
    ]
    return np.array(places, np.float64).reshape(-1, 3)


def unseen_path(folder: Path, number: int, view: View) -> Path:
    """Where the images of one view lie when they were made ahead."""
    return folder / f"unseen_{number:05d}_{view.value}.safetensors"


def store_unseen(folder: Path, number: int, view: View) -> None:
    """Make all images of one view ahead, unless the file is there already."""
    path = unseen_path(folder, number, view)
    if path.exists():
        return
    made = unseen_view(number, view, tuple(ImageKind))
    entries: dict[str, NDArray[Any]] = {"labels": np.array(made.labels)}
    for kind, pixels in made.images.items():
        entries |= {f"{kind.name}_{name}": part for name, part in _packed(pixels).items()}
        entries[f"{kind.name}_malignant"] = made.malignant[kind]
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    save_file({name: np.ascontiguousarray(value) for name, value in entries.items()}, temporary)
    temporary.replace(path)


def read_unseen(path: Path) -> UnseenView:
    """Read what store_unseen wrote."""
    _, number, view = path.stem.split("_")
    images, malignant = {}, {}
    with safe_open(path, framework="numpy") as entries:
        benign, malign = entries.get_tensor("labels").tolist()
        for kind in ImageKind:
            parts = {name: entries.get_tensor(f"{kind.name}_{name}") for name in _PARTS}
            images[kind] = _unpacked(parts)
            malignant[kind] = entries.get_tensor(f"{kind.name}_malignant")
    return UnseenView(
        number=int(number),
        view=View(view),
        labels=(benign, malign),
        images=images,
        malignant=malignant,
    )


def _packed(pixels: NDArray[np.uint16]) -> dict[str, NDArray[Any]]:
    """Leave out the air around the breast, and store 12 bits a pixel: 200 breasts must fit."""
    tissue = np.asarray(pixels.any(axis=0))
    rows, columns = np.flatnonzero(tissue.any(axis=1)), np.flatnonzero(tissue.any(axis=0))
    top, bottom, end = int(rows[0]), int(rows[-1]) + 1, 2 * (int(columns[-1]) // 2 + 1)
    used = pixels[:, top:bottom, :end]
    high = (used >> 8).astype(np.uint8)
    return {
        "low": (used & 255).astype(np.uint8),
        "high": high[:, :, 0::2] | (high[:, :, 1::2] << 4),
        "place": np.array([top, bottom, end]),
        "shape": np.array(pixels.shape),
    }


def _unpacked(parts: dict[str, NDArray[Any]]) -> NDArray[np.uint16]:
    top, bottom, end = parts["place"].tolist()
    pixels = np.zeros(parts["shape"].tolist(), np.uint16)
    used = pixels[:, top:bottom, :end]
    used[:] = parts["low"]
    used[:, :, 0::2] |= (parts["high"] & 15).astype(np.uint16) << 8
    used[:, :, 1::2] |= (parts["high"] >> 4).astype(np.uint16) << 8
    return pixels
