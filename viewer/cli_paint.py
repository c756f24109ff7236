"""The part of `tomolens screenshot` that needs Qt and the models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import typer
from PySide6.QtGui import QGuiApplication, QImage

from viewer.cli_errors import UserError
from viewer.cli_progress import RunBars
from viewer.commands.headless_exam import HeadlessExam
from viewer.commands.model_set import ModelSet, load_models
from viewer.commands.screenshot import (
    ShotRequest,
    hung_alone,
    hung_for,
    shown_images,
    with_ai,
    with_panes_in,
    with_slices,
    with_voi,
)
from viewer.commands.shots import shots_of
from viewer.domain.ai_state import AiState
from viewer.loading.find_exams import find_exams
from viewer.loading.located_exam import LocatedExam
from viewer.rendering.scene import display_table, shown_voi
from viewer.session.state import SessionState
from viewer.ui.fonts import load_fonts
from viewer.ui.pictures import hanging_picture, save_picture
from viewer.ui.pictures_caption import strip_of


def qt_application() -> QGuiApplication:
    """The one Qt application, made if there is none; keep it while painting."""
    application = QGuiApplication.instance()
    if not isinstance(application, QGuiApplication):
        application = QGuiApplication([])
    load_fonts()
    return application


def paint_screenshot(
    path: Path, output: Path, weights: Sequence[Path], request: ShotRequest
) -> None:
    """Write the picture that was asked for; raises what a user can put right."""
    with RunBars() as bars:
        models = load_models(weights) if weights else ModelSet(())
        located = only_exam(path, bars)
        with HeadlessExam(located) as exam:
            state = hung_for(exam.exam, request)
            if weights:
                state = with_ai(state, _ai(exam, state, models, bars))
            state = with_voi(with_slices(state, request), request)
            keep_alive = qt_application()
            save_picture(picture_of(state, exam, request.size), output)
            del keep_alive


def picture_of(state: SessionState, exam: HeadlessExam, size: tuple[int, int]) -> QImage:
    """The shown panes and their caption, together exactly of this size."""
    width, height = size
    measured = with_panes_in(state, width, height)
    shots = shots_of(measured, exam.frame)
    strip = strip_of(shots, width=width, scale=1.0)
    panes_height = height - strip.height
    if panes_height < strip.height:
        raise UserError(f"the caption leaves no room in {width}x{height}", "choose a larger --size")
    return hanging_picture(shots_of(with_panes_in(state, width, panes_height), exam.frame))


def paint_plain(
    path: Path, output: Path, weights: Sequence[Path], request: ShotRequest, *, native: bool
) -> None:
    """Write one frame through its window: 8 bits, its own resolution, nothing drawn on it.

    native: in the file's rows and columns instead of anatomically up.
    """
    with RunBars() as bars, HeadlessExam(only_exam(path, bars)) as exam:
        state = hung_alone(exam.exam, request)
        if weights:
            state = with_ai(state, _ai(exam, state, load_models(weights), bars))
        state = with_voi(with_slices(state, request), request)
        image, pane = state.active_image, state.active_pane
        if image is None:
            raise UserError("the exam has no such image")
        table = display_table(image.grey_scale, shown_voi(image, pane), inverted=False)
        grey = table[exam.frame(image.image_id, pane.slice_index).whole()]
        if native:
            grey = np.ascontiguousarray(image.orientation.undo(grey))
        rows, columns = grey.shape
        picture = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        save_picture(picture, output)


def only_exam(path: Path, bars: RunBars) -> LocatedExam:
    """The exam under a path; of several the first, saying so. Raises UserError without any."""
    scan = find_exams([path], bars.search)
    if not scan.exams:
        reasons = "; ".join(reason for reason, _ in scan.reasons()[:3])
        raise UserError(
            f"no exam was found: {reasons}" if reasons else "no exam was found: no file there",
            "give a DICOM, NIfTI, NRRD, MHA, PNG or TIFF file, or a folder with some",
        )
    if len(scan.exams) > 1:
        alias = scan.exams[0].exam.alias
        typer.echo(f"{len(scan.exams)} exams found; this is {alias}", err=True)
    return scan.exams[0]


def _ai(
    exam: HeadlessExam, state: SessionState, models: ModelSet, bars: RunBars
) -> dict[str, AiState]:
    images = shown_images(state)
    said = {}
    for number, image in enumerate(images, start=1):
        bars.image_started(image.name, number, len(images))
        said[image.image_id] = exam.ai_of(image, models, bars.inference)
    return said
