"""Builders of images and predictions for what leaves the program."""

from __future__ import annotations

import numpy as np

from inference.types import (
    Box,
    ClassScores,
    Laterality,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.domain.windowing import GreyScale, Window


def make_image(
    name: str = "RCC DBT",
    laterality: Laterality | None = Laterality.RIGHT,
    position: ViewPosition | None = ViewPosition.CC,
    kind: ImageKind = ImageKind.DBT,
    slices: int = 3,
) -> ImageStack:
    return ImageStack(
        image_id=f"id-{name}",
        name=name,
        kind=kind,
        view=View(laterality=laterality, position=position),
        slices=slices,
        rows=400,
        columns=300,
        grey_scale=GreyScale(largest_code=4095),
        vois=(Window(center=2000.0, width=1500.0),),
    )


def make_prediction(
    malignant: float = 0.8712345678901234,
    benign: float = 0.1,
    has_salient_region: bool = True,
    name: str = "3D-GMIC",
) -> Prediction:
    patches = (
        _patch(slice_index=1, top=10, left=20, attention=0.25),
        _patch(slice_index=2, top=30, left=40, attention=0.75),
    )
    return Prediction(
        model=ModelIdentity(name=name, version="1.2", architecture="gmic3d", sha256="00"),
        scores=ClassScores(benign=benign, malignant=malignant),
        global_scores=ClassScores(benign=0.2, malignant=0.9),
        local_scores=ClassScores(benign=0.0, malignant=0.1 + 0.2),
        saliency=np.linspace(0, 1, 3 * 2 * 4 * 5, dtype=np.float32).reshape(3, 2, 4, 5),
        patches=patches if has_salient_region else (),
        placement=Placement(
            input_rows=400,
            input_columns=300,
            image_rows=400,
            image_columns=300,
            row_offset=0,
            column_offset=0,
            mirrored=True,
        ),
        has_salient_region=has_salient_region,
        outside_training_views=False,
        seconds=1.5,
        device="CPU",
    )


def _patch(*, slice_index: int, top: int, left: int, attention: float) -> Patch:
    return Patch(
        slice_index=slice_index,
        box=Box(top=top, left=300 - left - 64, height=64, width=64),
        attention=attention,
        input_top=top,
        input_left=left,
    )
