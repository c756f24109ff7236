"""Small exams and predictions made in memory, for tests that need no files."""

from __future__ import annotations

from collections.abc import Sequence

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
from viewer.domain.exam import Exam
from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind, View, ViewModifier, ViewPosition
from viewer.domain.windowing import GreyScale, Voi, Window

WINDOWS = (
    Window(center=2000.0, width=2000.0, explanation="normal"),
    Window(center=2000.0, width=1000.0, explanation="harder"),
)
SPACING = PixelSpacing(row_mm=0.1, column_mm=0.1, origin=SpacingOrigin.PIXEL_MEASURES)


def make_view(name: str) -> View:
    """The view of an abbreviation such as "RCC" or "LMLO-S"; "" is unknown."""
    if not name:
        return View(laterality=None, position=None)
    base, *modifiers = name.split("-")
    return View(
        laterality=Laterality(base[0]),
        position=ViewPosition(base[1:]),
        modifiers=frozenset(ViewModifier(m) for m in modifiers),
    )


def make_image(
    view: str,
    *,
    kind: ImageKind = ImageKind.DBT,
    slices: int | None = None,
    rows: int = 200,
    columns: int = 150,
    image_id: str | None = None,
    vois: tuple[Voi, ...] = WINDOWS,
    grey_scale: GreyScale | None = None,
    spacing: PixelSpacing | None = SPACING,
) -> ImageStack:
    """An image without pixels; DBT has 11 slices unless said."""
    return ImageStack(
        image_id=image_id or f"{view}-{kind.name}",
        name=f"{view or 'unknown view'} {kind.value}",
        kind=kind,
        view=make_view(view),
        slices=slices if slices is not None else (11 if kind is ImageKind.DBT else 1),
        rows=rows,
        columns=columns,
        grey_scale=grey_scale or GreyScale(largest_code=4095),
        vois=vois,
        spacing=spacing,
        stored_rows=rows,
        stored_columns=columns,
    )


def make_exam(alias: str = "Exam 1", images: Sequence[ImageStack] | None = None) -> Exam:
    """An exam; without images given, DBT and synthetic 2D of the four views."""
    if images is None:
        images = [
            make_image(view, kind=kind, image_id=f"{alias}-{view}-{kind.name}")
            for view in ("RCC", "LCC", "RMLO", "LMLO")
            for kind in (ImageKind.DBT, ImageKind.SYNTHETIC_2D)
        ]
    return Exam(exam_id=f"id of {alias}", alias=alias, images=tuple(images))


def make_prediction(
    image: ImageStack,
    *,
    patches: Sequence[tuple[int, float]] = ((2, 0.2), (7, 0.5), (4, 0.3)),
    benign: float = 0.2,
    malignant: float = 0.7,
    salient: bool = True,
) -> Prediction:
    """A prediction whose patches are (slice, attention), 20 x 20 pixels each."""
    mirrored = image.view.laterality is Laterality.RIGHT
    rng = np.random.default_rng(5)
    saliency = rng.random((image.slices, 2, 8, 6)).astype(np.float32)
    return Prediction(
        model=ModelIdentity(name="test", version="1", architecture="gmic3d", sha256="0" * 64),
        scores=ClassScores(benign=benign, malignant=malignant),
        global_scores=ClassScores(benign=benign, malignant=malignant),
        local_scores=ClassScores(benign=benign, malignant=malignant),
        saliency=saliency,
        patches=tuple(
            Patch(
                slice_index=slice_index,
                box=Box(top=10 * n, left=10 * n, height=20, width=20),
                attention=attention,
                input_top=10 * n,
                input_left=10 * n,
            )
            for n, (slice_index, attention) in enumerate(patches)
        ),
        placement=Placement(
            input_rows=image.rows,
            input_columns=image.columns,
            image_rows=image.rows,
            image_columns=image.columns,
            row_offset=0,
            column_offset=0,
            mirrored=mirrored,
        ),
        has_salient_region=salient,
        outside_training_views=False,
        seconds=1.0,
        device="cpu",
    )
