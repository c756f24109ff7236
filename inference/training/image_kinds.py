"""The kinds of image a phantom view is imaged as, and which networks read them."""

from __future__ import annotations

from enum import Enum

INPUT_SIZES = {"gmic3d": (2116, 1339), "gmic": (2944, 1920)}
"""Rows and columns of a network's input."""


class ImageKind(Enum):
    """Which image of a view."""

    DBT = "DBT"
    SYNTHETIC = "synthetic 2D"
    FFDM = "FFDM"

    @property
    def architecture(self) -> str:
        """The network that reads it."""
        return "gmic3d" if self is ImageKind.DBT else "gmic"

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of that network's input."""
        return INPUT_SIZES[self.architecture]
