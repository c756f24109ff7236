"""Pictures of how exams are read: priors, stages, marks, the worklist, the display check."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
from pydicom.uid import generate_uid

from viewer.domain.mark import ImagePoint, MarkShape
from viewer.session.mark_drawing import new_mark
from viewer.session.marks import mark_added
from viewer.session.state import SessionState

if TYPE_CHECKING:
    from make_screenshots import Photographer

_PATIENT = {"PatientID": "phantom", "PatientName": "Phantom", "PatientBirthDate": "19610203"}
_DATES = {"current": "20260610", "prior": "20240705"}


def two_studies(exam: Path, folder: Path) -> Path:
    """The exam, and the same pixels as an earlier study of the same patient."""
    for study, date in _DATES.items():
        (folder / study).mkdir(parents=True)
        for path in sorted(exam.glob("*.dcm")):
            dataset = pydicom.dcmread(path)
            for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
                sources = [study, str(dataset[keyword].value)]
                dataset[keyword].value = generate_uid(entropy_srcs=sources)
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            dataset.StudyDate = date
            for keyword, value in _PATIENT.items():
                setattr(dataset, keyword, value)
            dataset.save_as(folder / study / path.name)
    return folder


def show_reading(photographer: Photographer, studies: Path) -> None:
    """Step through stages, mark, list."""
    program = photographer.program
    program.runner.cancel()
    program.open([studies])
    photographer.wait(lambda: len(program.session.state.exams) > 1)
    photographer.settle()
    program.session.apply(_measured)
    photographer.grab("marks.png")
    photographer.do("hanging.next_stage")
    photographer.grab("prior.png")
    photographer.ask("hanging.edit", "hangings.png")
    photographer.ask("help.palette", "palette.png")
    photographer.ask("screen.display_check", "display-check.png")
    photographer.do("exam.worklist")
    photographer.grab("worklist.png")
    photographer.do("exam.worklist")


def _measured(state: SessionState) -> SessionState:
    """A length across the middle of the active image, and a region below."""
    image = state.active_image
    if image is None:
        return state
    slice_index = state.active_pane.slice_index
    shapes = {
        MarkShape.LENGTH: ((0.45, 0.65), (0.5, 0.8)),
        MarkShape.ELLIPSE: ((0.55, 0.7), (0.65, 0.82)),
    }
    for number, (shape, at) in enumerate(shapes.items(), start=1):
        points = tuple(
            ImagePoint(row=down * image.rows, column=across * image.columns) for down, across in at
        )
        mark = new_mark(image, slice_index, shape, points[0], f"picture-{number}")
        state = mark_added(state, replace(mark, points=points))
    return state
