"""How a pane shows its image, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from viewer.domain.pane_state import PaneState
from viewer.domain.viewport import Framing
from viewer.domain.windowing import VoiFunction, Window


def pane_to_json(pane: PaneState) -> dict[str, Any]:
    """Write a pane's state; a dragged window as function, center and width."""
    window = pane.window if isinstance(pane.window, Window) else None
    return {
        "image_id": pane.image_id,
        "slice_index": pane.slice_index,
        "preset": pane.preset,
        "window": None
        if window is None
        else {"function": window.function.value, "center": window.center, "width": window.width},
        "inverted": pane.inverted,
        "flipped_horizontally": pane.flipped_horizontally,
        "flipped_vertically": pane.flipped_vertically,
        "framing": {
            "scale": pane.framing.scale,
            "chest_mm": pane.framing.chest_mm,
            "vertical_mm": pane.framing.vertical_mm,
        },
    }


def pane_from_json(entry: Mapping[str, Any]) -> PaneState:
    """Read a pane's state; raises KeyError, TypeError or ValueError for anything else."""
    framing, window = entry["framing"], entry["window"]
    scale = framing["scale"]
    return PaneState(
        image_id=text(entry["image_id"]),
        slice_index=whole(entry["slice_index"]),
        preset=whole(entry["preset"]),
        window=None if window is None else _window(window),
        inverted=truth(entry["inverted"]),
        flipped_horizontally=truth(entry["flipped_horizontally"]),
        flipped_vertically=truth(entry["flipped_vertically"]),
        framing=Framing(
            scale=None if scale is None else number(scale),
            chest_mm=number(framing["chest_mm"]),
            vertical_mm=number(framing["vertical_mm"]),
        ),
    )


def text(value: object) -> str:
    """A text; raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, got {type(value).__name__}")
    return value


def number(value: object) -> float:
    """A finite number; raises TypeError or ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, got {type(value).__name__}")
    if not isfinite(value):
        raise ValueError("expected a finite number")
    return float(value)


def whole(value: object) -> int:
    """A number from 0 on without a fraction; raises TypeError or ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected a whole number, got {type(value).__name__}")
    if value < 0:
        raise ValueError(f"expected a number from 0 on, got {value}")
    return value


def truth(value: object) -> bool:
    """True or false; raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {type(value).__name__}")
    return value


def _window(entry: Mapping[str, Any]) -> Window:
    return Window(
        center=number(entry["center"]),
        width=number(entry["width"]),
        function=VoiFunction(entry["function"]),
    )
