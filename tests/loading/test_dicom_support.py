"""Which end of a volume lies at the breast support."""

from __future__ import annotations

import pytest
from builders import make_view
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from viewer.loading.dicom_support import support_is_first

ORIENTATION_CC = [0, 1, 0, 1, 0, 0]


def volume(
    step: tuple[float, float, float], orientation: list[float], *, slices: int = 5
) -> Dataset:
    """Planes that follow each other by a step in patient coordinates."""
    dataset, frames = Dataset(), []
    for index in range(slices):
        frame, position = Dataset(), Dataset()
        position.ImagePositionPatient = [index * along for along in step]
        frame.PlanePositionSequence = Sequence([position])
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    shared, oriented = Dataset(), Dataset()
    oriented.ImageOrientationPatient = orientation
    shared.PlaneOrientationSequence = Sequence([oriented])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    return dataset


@pytest.mark.parametrize(
    ("view", "step", "orientation", "expected"),
    [
        ("LCC", (0, 0, 1), ORIENTATION_CC, True),
        ("LCC", (0, 0, -1), ORIENTATION_CC, False),
        ("LML", (1, 0, 0), [0, 1, 0, 0, 0, -1], False),
        ("RML", (1, 0, 0), [0, 1, 0, 0, 0, -1], True),
        ("LLM", (1, 0, 0), [0, 1, 0, 0, 0, -1], True),
        ("LMLO", (-0.7071, 0, 0.7071), [0, 1, 0, 0.7071, 0, 0.7071], True),
        ("RMLO", (0.7071, 0, 0.7071), [0, 1, 0, 0.7071, 0, -0.7071], True),
    ],
)
def test_the_support_is_where_the_projection_puts_it(
    view: str, step: tuple[float, float, float], orientation: list[float], expected: bool
) -> None:
    assert support_is_first(volume(step, orientation), make_view(view)) is expected


@pytest.mark.parametrize(
    ("view", "step", "orientation"),
    [
        ("LCC", (0, 0, 0), ORIENTATION_CC),
        ("LCC", (1, 0, 0), ORIENTATION_CC),
        ("LCC", (1, 0, 0), [0, 1, 0, 0, 0, -1]),
        ("", (0, 0, 1), ORIENTATION_CC),
        ("LCC", (0, 0, 1), [0, 0, 0, 0, 0, 0]),
    ],
)
def test_planes_that_do_not_tell_are_not_guessed(
    view: str, step: tuple[float, float, float], orientation: list[float]
) -> None:
    assert support_is_first(volume(step, orientation), make_view(view)) is None
