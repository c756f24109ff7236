"""What a scripted reading reads: phantom exams with saliency, patches and marks on every view."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.types import Box, ClassScores, ModelIdentity, Patch, Placement, Prediction
from viewer.app import Program
from viewer.domain.ai_state import Done
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.view import ImageKind
from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.ai_results import ai_stands
from viewer.session.marks import mark_added

_SEED = 4177
_GRID = (67, 42)
_SPOTS, _SPOT_CELLS = 6, 2.5
_PATCHES, _PATCH_PIXELS = 12, 256


def reading_folders(slices: int) -> list[Path]:
    """The folders of two full-size phantom exams, made once."""
    folder = Path("benchmark-output") / f"reading-{slices}"
    if not (folder / "truth.csv").is_file():
        write_phantom_exams(folder, exams=2, seed=_SEED, slices=slices)
    return sorted(path for path in folder.glob("exam_*") if path.is_dir())


def add_results(program: Program, exam: Exam) -> None:
    """Let the volumes of an exam have results, as if the AI had run on them."""
    for image in exam.images:
        if image.kind is ImageKind.DBT:
            done = Done(_prediction(image))
            program.session.apply(lambda state, i=image, d=done: ai_stands(state, i.image_id, d))


def add_marks(program: Program, exam: Exam) -> None:
    """Draw an ellipse and a length through all slices of every volume."""
    for image in exam.images:
        if image.kind is ImageKind.DBT:
            for shape in (MarkShape.ELLIPSE, MarkShape.LENGTH):
                mark = _mark(image, shape)
                program.session.apply(lambda state, m=mark: mark_added(state, m))


def _mark(image: ImageStack, shape: MarkShape) -> Mark:
    row, column = image.rows / 2, image.columns / 2
    return Mark(
        mark_id=f"{image.image_id}-{shape.value}",
        image_id=image.image_id,
        shape=shape,
        points=(ImagePoint(row, column), ImagePoint(row + 180.0, column + 260.0)),
        slice_index=0,
        first_slice=0,
        last_slice=image.slices - 1,
        laterality=image.view.laterality,
        view=image.view.abbreviation,
        mark_class=MarkClass.MASS,
    )


def _prediction(image: ImageStack) -> Prediction:
    """Hot spots that change from slice to slice, and patches down the middle."""
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[: _GRID[0], : _GRID[1]]
    saliency = np.zeros((image.slices, 2, *_GRID), np.float32)
    for number, (row, column) in enumerate(random.uniform((12, 4), (55, 26), (_SPOTS, 2))):
        distance = (rows - row) ** 2 + (columns - column) ** 2
        spot = np.exp(-distance / (2 * _SPOT_CELLS**2))
        strength = random.uniform(0.3, 0.9, (image.slices, 1, 1))
        of_class = saliency[:, number % 2]
        np.maximum(of_class, strength * spot, out=of_class)
    scores = ClassScores(benign=0.2, malignant=0.7)
    return Prediction(
        model=ModelIdentity(name="3D-GMIC", version="1", architecture="gmic3d", sha256=""),
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=saliency,
        patches=tuple(_patch(image, number) for number in range(_PATCHES)),
        placement=Placement(
            input_rows=image.rows,
            input_columns=image.columns,
            image_rows=image.rows,
            image_columns=image.columns,
            row_offset=0,
            column_offset=0,
            mirrored=False,
        ),
        has_salient_region=True,
        outside_training_views=False,
        seconds=0.0,
        device="cpu",
    )


def _patch(image: ImageStack, number: int) -> Patch:
    top = 300 + (image.rows - 900) * number // _PATCHES
    return Patch(
        slice_index=image.slices * number // _PATCHES,
        box=Box(top=top, left=400, height=_PATCH_PIXELS, width=_PATCH_PIXELS),
        attention=1 / _PATCHES,
        input_top=top,
        input_left=400,
    )
