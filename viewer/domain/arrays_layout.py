"""The layout of arrays/IMAGE.npz, shared by what writes and what reads it."""

from __future__ import annotations

ARRAYS_VERSION = 2
"""Version 1 had no `version` and no `placement`."""
PLACEMENT_FIELDS = (
    "input_rows",
    "input_columns",
    "image_rows",
    "image_columns",
    "row_offset",
    "column_offset",
    "mirrored",
)
"""The order of `placement`; see inference.types.Placement."""
