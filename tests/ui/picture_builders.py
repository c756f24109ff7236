"""A small volume with a prediction, and shots of it, for tests of pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.types import (
    Box,
    ClassScores,
    Laterality,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)
from viewer.domain.ai_state import Done
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.domain.viewport import fitting_scale
from viewer.domain.windowing import GreyScale, VoiFunction, Window
from viewer.export.shot import Shot

ROWS, COLUMNS, SLICES = 600, 400, 5
PATCH = Box(top=200, left=100, height=128, width=128)
CELLS = (12, 8)

Pixels = NDArray[np.uint8]


def make_stack(side: Laterality = Laterality.LEFT) -> ImageStack:
    return ImageStack(
        image_id=f"id-{side.value}",
        name=f"{side.value}CC DBT",
        kind=ImageKind.DBT,
        view=View(laterality=side, position=ViewPosition.CC),
        slices=SLICES,
        rows=ROWS,
        columns=COLUMNS,
        grey_scale=GreyScale(largest_code=255),
        # Grey is the code itself.
        vois=(
            Window(
                center=127.5,
                width=255.0,
                function=VoiFunction.LINEAR_EXACT,
                explanation="DOE^JANE",
            ),
        ),
    )


def make_frame(slice_index: int, side: Laterality = Laterality.LEFT) -> Frame:
    """Noise over a disc at the chest wall, different on every slice."""
    row, column = np.mgrid[:ROWS, :COLUMNS]
    inside = (row - ROWS / 2) ** 2 + column**2 < 280**2
    noise = np.random.default_rng(slice_index).integers(60, 120, (ROWS, COLUMNS))
    codes = np.where(inside, noise + 10 * slice_index, 0).astype(np.uint16)
    return Frame.cropped(codes if side is Laterality.LEFT else codes[:, ::-1])


def make_prediction(side: Laterality = Laterality.LEFT) -> Prediction:
    """Malignant saliency in one cell of slice 2, benign in another cell of slice 3."""
    saliency = np.zeros((SLICES, 2, *CELLS), np.float32)
    saliency[2, 1, 5, 3] = 0.9
    saliency[3, 0, 8, 1] = 0.8
    placement = Placement(
        input_rows=ROWS,
        input_columns=COLUMNS,
        image_rows=ROWS,
        image_columns=COLUMNS,
        row_offset=0,
        column_offset=0,
        mirrored=side is Laterality.RIGHT,
    )
    shares = ((2, PATCH.top, PATCH.left, 0.7), (3, 350, 20, 0.3))
    return Prediction(
        model=ModelIdentity(name="3D-GMIC", version="1.2", architecture="gmic3d", sha256=""),
        scores=ClassScores(benign=0.22, malignant=0.71),
        global_scores=ClassScores(benign=0.2, malignant=0.7),
        local_scores=ClassScores(benign=0.2, malignant=0.7),
        saliency=saliency,
        patches=tuple(
            Patch(
                slice_index=slice_index,
                box=placement.box_in_image(top=top, left=left, height=128, width=128)
                or Box(top=0, left=0, height=0, width=0),
                attention=attention,
                input_top=top,
                input_left=left,
            )
            for slice_index, top, left, attention in shares
        ),
        placement=placement,
        has_salient_region=True,
        outside_training_views=False,
        seconds=1.0,
        device="CPU",
    )


def make_shot(side: Laterality = Laterality.LEFT, slice_index: int = 2) -> Shot:
    stack = make_stack(side)
    return Shot(
        stack=stack,
        state=PaneState(image_id=stack.image_id, slice_index=slice_index),
        frame=make_frame(slice_index, side),
        pane_width=500,
        pane_height=450,
        fit_scale=fitting_scale(stack, 500, 450),
        exam_alias="Exam 4F2A91",
        ai=Done(make_prediction(side)),
    )


def frames(side: Laterality = Laterality.LEFT) -> Callable[[int], Frame]:
    return lambda slice_index: make_frame(slice_index, side)


def redness(pixels: Pixels) -> NDArray[np.int16]:
    signed = pixels.astype(np.int16)
    return signed[..., 0] - (signed[..., 1] + signed[..., 2]) // 2


def greenness(pixels: Pixels) -> NDArray[np.int16]:
    signed = pixels.astype(np.int16)
    return signed[..., 1] - (signed[..., 0] + signed[..., 2]) // 2
