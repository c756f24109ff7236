"""What goes into a network and what comes out: frozen, numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BENIGN = 0
MALIGNANT = 1
CLASS_NAMES = ("benign", "malignant")


class Laterality(Enum):
    """Which breast."""

    LEFT = "L"
    RIGHT = "R"


class CropRule(Enum):
    """How the window of a projection is placed (facts: CC-like centred, MLO-like from below)."""

    CC = "CC"
    MLO = "MLO"


class ImageSource(Protocol):
    """One image, slice by slice, so that a volume never has to be in memory as a whole.

    Slices stand as displayed: anatomically up, left breasts facing right (chest wall at column
    0), right breasts facing left. Background air is 0, brighter is denser, any real dtype.
    """

    @property
    def slices(self) -> int:
        """How many slices; 1 for a 2D image."""
        ...

    @property
    def rows(self) -> int:
        """Rows of every slice."""
        ...

    @property
    def columns(self) -> int:
        """Columns of every slice."""
        ...

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, (rows, columns). May be called from any thread, more than once."""
        ...


@dataclass(frozen=True, slots=True)
class ArraySource:
    """An ImageSource over an array (slices, rows, columns) that is already in memory."""

    volume: NDArray[Any]

    def __post_init__(self) -> None:
        if self.volume.ndim != 3 or 0 in self.volume.shape:
            raise ValueError(f"expected (slices, rows, columns), got shape {self.volume.shape}")

    @property
    def slices(self) -> int:
        """How many slices."""
        return int(self.volume.shape[0])

    @property
    def rows(self) -> int:
        """Rows of every slice."""
        return int(self.volume.shape[1])

    @property
    def columns(self) -> int:
        """Columns of every slice."""
        return int(self.volume.shape[2])

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice as a view on the array."""
        view: NDArray[Any] = self.volume[slice_index]
        return view


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInput:
    """Everything a prediction depends on besides the model."""

    source: ImageSource
    laterality: Laterality
    crop_rule: CropRule
    outside_training_views: bool = False
    """True for views such as spot, ML or XCCL, which the networks were not trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Image pixels: rows top..top+height and columns left..left+width, ends excluded."""

    top: int
    left: int
    height: int
    width: int

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel at all."""
        return self.height <= 0 or self.width <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a network's input window lies in the displayed image.

    Input pixel (row, column) shows the facing-right image pixel
    (row + row_offset, column + column_offset); offsets are negative where the window was padded
    at the top or left. A right breast was mirrored: its displayed column is
    image_columns - 1 - (column + column_offset).
    """

    input_rows: int
    input_columns: int
    image_rows: int
    image_columns: int
    row_offset: int
    column_offset: int
    mirrored: bool

    def box_in_image(self, *, top: int, left: int, height: int, width: int) -> Box | None:
        """Map a rectangle of the input to displayed image pixels, clipped to the image.

        Returns None when no pixel of the rectangle lies in the image.
        """
        first_row = max(0, top + self.row_offset)
        last_row = min(self.image_rows, top + height + self.row_offset)
        first_column = max(0, left + self.column_offset)
        last_column = min(self.image_columns, left + width + self.column_offset)
        if first_row >= last_row or first_column >= last_column:
            return None
        if self.mirrored:
            first_column, last_column = (
                self.image_columns - last_column,
                self.image_columns - first_column,
            )
        return Box(
            top=first_row,
            left=first_column,
            height=last_row - first_row,
            width=last_column - first_column,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A region the local network looked at, on the slice it was cut from."""

    slice_index: int
    box: Box
    """The displayed image pixels really used; empty when there was only padding."""
    attention: float
    """Share of the local score's attention, 0..1; all patches of an image sum to 1."""
    input_top: int
    input_left: int
    """Upper-left corner in the network's input frame."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.attention <= 1.0 + 1e-6:
            raise ValueError(f"attention must be 0..1, got {self.attention}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """A probability for each class, higher is more suspicious."""

    benign: float
    malignant: float

    def __post_init__(self) -> None:
        for name, score in (("benign", self.benign), ("malignant", self.malignant)):
            if not 0.0 <= score <= 1.0:
                raise ValueError(f"{name} score must be 0..1, got {score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model gave a prediction."""

    name: str
    version: str
    architecture: str
    """As model cards say it, such as "gmic3d"."""
    sha256: str
    """Of the weights file."""
    members: int = 1
    augmentations: int = 0
    """How many shifted and resized windows its scores are means over; 0: the window as it is."""
    seed: int = 0
    """Of the augmentations."""

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()

    @property
    def passes(self) -> str:
        """Such as "mean of 8 augmented passes"; empty without augmentations."""
        if self.augmentations == 0:
            return ""
        seed = f", seed {self.seed}" if self.seed else ""
        passes = "pass" if self.augmentations == 1 else "passes"
        return f"mean of {self.augmentations} augmented {passes}{seed}"

    @property
    def words(self) -> str:
        """Everything but the hash: name, version and how its scores are averaged."""
        return ", ".join(part for part in (self.title, self.passes) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a network says about one image, and where it looked."""

    model: ModelIdentity
    scores: ClassScores
    global_scores: ClassScores
    local_scores: ClassScores
    saliency: NDArray[np.float32]
    """(slices, class, rows, columns), 0..1, in the network's input frame (facing right)."""
    patches: tuple[Patch, ...]
    """In the order the network chose them; empty when nothing is salient."""
    placement: Placement
    has_salient_region: bool
    """False when the saliency map is constant: no patch means anything."""
    outside_training_views: bool
    seconds: float
    device: str
    notices: tuple[str, ...] = ()
    """What a reader should know of how it came about, such as memory that ran out."""

    @property
    def patches_by_attention(self) -> tuple[Patch, ...]:
        """Patches from the most to the least attended; their position + 1 is their number."""
        return tuple(sorted(self.patches, key=lambda patch: -patch.attention))
