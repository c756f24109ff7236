"""Phantom images: what a reader of an exam and a network may rely on."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from inference.training.breast import View
from inference.training.findings import PlacedLesion
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView
from inference.training.lesions import LesionKind
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.types import Laterality

ROWS, COLUMNS = 820, 666
SLICES = 40


@cache
def imaged(seed: int, laterality: Laterality, view: View) -> ImagedView:
    """A clearly visible mass in each breast, at a third of the full resolution."""
    return draw_exam(seed, 1).image_view(
        laterality, view, slices=SLICES, rows=ROWS, columns=COLUMNS
    )


def shown_center(view: ImagedView, placed: PlacedLesion) -> tuple[int, int]:
    """Row and column of a finding in a displayed slice."""
    row = round(view.view.grid.row_of(placed.row_mm))
    column = round(view.view.grid.column_of(placed.column_mm))
    if view.view.breast.laterality is Laterality.RIGHT:
        column = COLUMNS - 1 - column
    return row, column


def contrast(view: ImagedView, slice_index: int) -> float:
    """How much brighter the finding's middle is than the ring around it."""
    placed = view.lesions[0]
    row, column = shown_center(view, placed)
    image = view.tomosynthesis_slice(slice_index).astype(float)
    radius = placed.lesion.size_mm / 2 / view.view.grid.pixel_mm
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    distance = np.hypot(rows - row, columns - column)
    ring = (distance > 1.6 * radius) & (distance < 2.6 * radius) & (image > 0)
    return float(image[distance < 0.5 * radius].mean() - image[ring].mean())


def malignant_side(seed: int) -> Laterality:
    """The side of exam 1 that holds the malignant mass."""
    exam = draw_exam(seed, 1)
    is_right = exam.right.lesions[0].class_name == "malignant"
    return Laterality.RIGHT if is_right else Laterality.LEFT


def test_the_first_exam_of_a_seed_shows_a_malignant_and_a_benign_mass() -> None:
    for seed in range(1, 20):
        exam = draw_exam(seed, 1)
        found = {side.lesions[0].class_name for side in (exam.left, exam.right)}
        assert found == {"benign", "malignant"}
        assert min(side.lesions[0].conspicuity for side in (exam.left, exam.right)) >= 0.8


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("seed", [DEMO_SEED, 3])
def test_a_malignant_mass_is_bright_in_focus_and_gone_far_from_it(seed: int, view: View) -> None:
    phantom = imaged(seed, malignant_side(seed), view)
    focus = phantom.lesions[0].slice_index(phantom.view)
    far = 2 if focus > SLICES / 2 else SLICES - 3
    in_focus = contrast(phantom, focus)
    assert in_focus > 30
    assert in_focus > 2 * abs(contrast(phantom, far) - _healthy_contrast(phantom, far))


def _healthy_contrast(phantom: ImagedView, slice_index: int) -> float:
    """The same measure where the tissue holds no finding: what the background does there."""
    healthy = ImagedView(view=phantom.view, tissue=phantom.tissue, lesions=())
    placed = phantom.lesions[0]
    row, column = shown_center(phantom, placed)
    image = healthy.tomosynthesis_slice(slice_index).astype(float)
    radius = placed.lesion.size_mm / 2 / phantom.view.grid.pixel_mm
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    distance = np.hypot(rows - row, columns - column)
    ring = (distance > 1.6 * radius) & (distance < 2.6 * radius) & (image > 0)
    return float(image[distance < 0.5 * radius].mean() - image[ring].mean())


@pytest.mark.parametrize("laterality", list(Laterality))
def test_a_finding_is_as_far_from_the_nipple_in_cc_as_in_mlo(laterality: Laterality) -> None:
    distances = []
    for view in View:
        phantom = imaged(DEMO_SEED, laterality, view)
        placed = phantom.lesions[0]
        distances.append(
            (
                phantom.view.chest_to_nipple_mm - placed.column_mm,
                np.hypot(
                    phantom.view.chest_to_nipple_mm - placed.column_mm,
                    phantom.view.nipple_row_mm - placed.row_mm,
                ),
            )
        )
    assert distances[0][0] == pytest.approx(distances[1][0], abs=0.01)
    assert distances[0][1] == pytest.approx(distances[1][1], abs=5)


@pytest.mark.parametrize("laterality", list(Laterality))
@pytest.mark.parametrize("kind", list(ImageKind))
def test_air_is_exactly_zero_and_the_chest_wall_is_on_its_side(
    laterality: Laterality, kind: ImageKind
) -> None:
    phantom = imaged(DEMO_SEED, laterality, View.MLO)
    image = {
        ImageKind.DBT: lambda: phantom.tomosynthesis_slice(SLICES // 2),
        ImageKind.SYNTHETIC: phantom.synthetic_2d,
        ImageKind.FFDM: phantom.ffdm,
    }[kind]()
    towards_air = image if laterality is Laterality.LEFT else image[:, ::-1]
    assert (towards_air[:, -20:] == 0).all()
    assert (towards_air[image.shape[0] // 2, :20] > 0).all()
    # One breast, no islands and no holes: every row is breast up to the skin and then air.
    assert all(not row[np.argmin(row > 0) :].any() for row in towards_air if row[0] > 0)


def test_left_and_right_are_mirrors_with_other_seeds() -> None:
    left = imaged(DEMO_SEED, Laterality.LEFT, View.CC).tomosynthesis_slice(20)
    right = imaged(DEMO_SEED, Laterality.RIGHT, View.CC).tomosynthesis_slice(20)
    mirrored = right[:, ::-1]
    assert not np.array_equal(left, mirrored)
    overlap = ((left > 0) & (mirrored > 0)).sum() / ((left > 0) | (mirrored > 0)).sum()
    assert overlap > 0.85


def test_the_outline_is_smaller_in_the_first_slice_than_in_the_middle() -> None:
    phantom = imaged(DEMO_SEED, Laterality.LEFT, View.CC)
    first, middle = (phantom.tomosynthesis_slice(index) > 0 for index in (0, SLICES // 2))
    assert 0.7 < first.sum() / middle.sum() < 0.97
    assert not (first & ~middle).any()


def test_slices_do_not_depend_on_the_order_in_which_they_are_made() -> None:
    exam = draw_exam(5, 1)
    size = {"slices": 8, "rows": 205, "columns": 167}
    forth = exam.image_view(Laterality.LEFT, View.CC, **size)
    back = exam.image_view(Laterality.LEFT, View.CC, **size)
    forwards = [forth.tomosynthesis_slice(index) for index in range(8)]
    backwards = [back.tomosynthesis_slice(index) for index in reversed(range(8))][::-1]
    assert all(np.array_equal(*pair) for pair in zip(forwards, backwards, strict=True))


def test_the_breast_keeps_its_millimetres_when_pixels_are_larger() -> None:
    exam = draw_exam(5, 1)
    areas = []
    for rows, columns in ((410, 333), (820, 666)):
        phantom = exam.image_view(Laterality.LEFT, View.CC, slices=8, rows=rows, columns=columns)
        covered = (phantom.tomosynthesis_slice(4) > 0).sum()
        areas.append(covered * phantom.view.grid.pixel_mm**2)
    assert areas[0] == pytest.approx(areas[1], rel=0.01)


def test_every_kind_of_finding_changes_the_slice_it_is_in_focus_in() -> None:
    healthy = ImagedView.build(imaged(5, Laterality.LEFT, View.CC).view, ())
    first = draw_exam(5, 1).left.lesions[0]
    for kind in LesionKind:
        lesion = type(first)(number=9, kind=kind, place=first.place, size_mm=12, conspicuity=0.9)
        phantom = healthy.with_lesions([lesion])
        focus = phantom.lesions[0].slice_index(phantom.view)
        change = phantom.tomosynthesis_slice(focus).astype(int) - healthy.tomosynthesis_slice(focus)
        row, column = shown_center(phantom, phantom.lesions[0])
        changed = np.argwhere(np.abs(change) > 25)
        assert len(changed) > 0, kind
        reach = np.hypot(*(changed - (row, column)).T).max() * phantom.view.grid.pixel_mm
        assert reach < 45, kind
