"""How stored pixels are laid, from letters, exam lists and the chest wall."""

from __future__ import annotations

import numpy as np
import pytest
from builders import make_view
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.geometry import AS_STORED, ROTATED_180, Orientation
from viewer.domain.orientation import OrientationEvidence, Side, orientation_of, side_after

orientations = st.builds(
    Orientation,
    transposed=st.booleans(),
    rows_reversed=st.booleans(),
    columns_reversed=st.booleans(),
)
views = st.sampled_from(["LCC", "RCC", "LMLO", "RMLO", "LML", "RLM", "LXCCL", "RFB"])

SHOWN = {
    "LCC": "AR",
    "RCC": "PL",
    "LMLO": "AF",
    "RMLO": "PF",
    "LML": "AF",
    "RLM": "PF",
    "LXCCL": "AR",
    "RFB": "PL",
}
OPPOSITE = {"A": "P", "P": "A", "L": "R", "R": "L", "H": "F", "F": "H"}
EDGES = {
    Side.LEFT: np.s_[:, 0],
    Side.RIGHT: np.s_[:, -1],
    Side.TOP: np.s_[0, :],
    Side.BOTTOM: np.s_[-1, :],
}


def letters_as_stored(view: str, orientation: Orientation) -> tuple[str, str]:
    """Patient Orientation of a grid that this orientation turns into the shown one."""
    across, down = SHOWN[view]
    if orientation.columns_reversed:
        across = OPPOSITE[across]
    if orientation.rows_reversed:
        down = OPPOSITE[down]
    return (down, across) if orientation.transposed else (across, down)


@given(view=views, orientation=orientations)
def test_letters_lead_back_to_the_anatomical_hanging(view: str, orientation: Orientation) -> None:
    evidence = OrientationEvidence(patient_orientation=letters_as_stored(view, orientation))
    assert orientation_of(make_view(view), evidence) == (orientation, ())


@given(side=st.sampled_from(Side), orientation=orientations)
def test_an_edge_is_followed_through_every_orientation(
    side: Side, orientation: Orientation
) -> None:
    pixels = np.zeros((4, 6), np.uint8)
    pixels[EDGES[side]] = 1
    assert orientation.apply(pixels)[EDGES[side_after(side, orientation)]].all()


@given(view=views, orientation=orientations, side=st.sampled_from([Side.LEFT, Side.RIGHT]))
def test_the_chest_wall_never_lies_silently_on_the_wrong_side(
    view: str, orientation: Orientation, side: Side
) -> None:
    evidence = OrientationEvidence(
        patient_orientation=letters_as_stored(view, orientation), chest_wall=side
    )
    chosen, doubts = orientation_of(make_view(view), evidence)
    wanted = Side.RIGHT if view[0] == "R" else Side.LEFT
    assert doubts or side_after(side, chosen) is wanted


def test_compound_letters_are_understood() -> None:
    evidence = OrientationEvidence(patient_orientation=("P", "FL"))
    assert orientation_of(make_view("RMLO"), evidence) == (AS_STORED, ())
    evidence = OrientationEvidence(patient_orientation=("A", "HR"))
    assert orientation_of(make_view("RMLO"), evidence) == (ROTATED_180, ())


@pytest.mark.parametrize(
    ("view", "letters"),
    [
        ("LMLO", ("P", "FL")),
        ("LMLO", ("A", "HR")),
        ("RMLO", ("A", "FR")),
        ("RLMO", ("P", "RF")),
        ("RMLO", ("HL", "P")),
    ],
)
def test_oblique_letters_of_the_other_breast_are_said(view: str, letters: tuple[str, str]) -> None:
    _, doubts = orientation_of(make_view(view), OrientationEvidence(patient_orientation=letters))
    assert doubts == (
        "Laterality and Patient Orientation are of different breasts: check left and right.",
    )


@pytest.mark.parametrize(
    ("view", "letters"),
    [
        ("RMLO", ("P", "FL")),
        ("RMLO", ("A", "HR")),
        ("LMLO", ("A", "FR")),
        ("LMLO", ("FR", "A")),
        ("LLMO", ("A", "FR")),
        ("LML", ("A", "F")),
        ("LMLO", ("AL", "F")),
        ("LSIO", ("A", "FL")),
        ("LCC", ("A", "R")),
    ],
)
def test_letters_of_the_same_breast_raise_no_doubt(view: str, letters: tuple[str, str]) -> None:
    evidence = OrientationEvidence(patient_orientation=letters)
    assert orientation_of(make_view(view), evidence)[1] == ()


def test_a_missing_second_direction_is_taken_as_turned_not_mirrored() -> None:
    evidence = OrientationEvidence(patient_orientation=("P", "F"))
    assert orientation_of(make_view("LCC"), evidence) == (ROTATED_180, ())


def test_when_header_and_pixels_disagree_the_pixels_win_and_a_sentence_says_so() -> None:
    evidence = OrientationEvidence(patient_orientation=("P", "L"), chest_wall=Side.LEFT)
    orientation, doubts = orientation_of(make_view("LCC"), evidence)
    assert orientation == AS_STORED
    assert "disagree" in doubts[0]


def test_without_a_header_the_pixels_turn_the_image_and_a_sentence_says_so() -> None:
    evidence = OrientationEvidence(chest_wall=Side.RIGHT)
    orientation, doubts = orientation_of(make_view("LMLO"), evidence)
    assert orientation == ROTATED_180
    assert "does not state" in doubts[0]


def test_pictures_on_the_wrong_side_are_mirrored_not_turned() -> None:
    evidence = OrientationEvidence(chest_wall=Side.RIGHT, wrong_side_is_mirrored=True)
    assert orientation_of(make_view("LMLO"), evidence)[0] == Orientation(columns_reversed=True)


@pytest.mark.parametrize("mirrored", [True, False])
def test_an_exam_list_says_whether_pictures_are_mirrored(mirrored: bool) -> None:
    stored_side = Side.RIGHT if mirrored else Side.LEFT
    evidence = OrientationEvidence(mirrored=mirrored, chest_wall=stored_side)
    orientation, doubts = orientation_of(make_view("LCC"), evidence)
    assert orientation == Orientation(columns_reversed=mirrored)
    assert doubts == ()


def test_a_chest_wall_at_the_top_is_only_said() -> None:
    evidence = OrientationEvidence(chest_wall=Side.TOP)
    orientation, doubts = orientation_of(make_view("LCC"), evidence)
    assert orientation == AS_STORED
    assert "upper edge" in doubts[0]


@pytest.mark.parametrize("view", ["", "LSPEC"])
def test_unknown_sides_and_specimens_stay_as_stored(view: str) -> None:
    evidence = OrientationEvidence(patient_orientation=("P", "L"), chest_wall=Side.RIGHT)
    assert orientation_of(make_view(view), evidence) == (AS_STORED, ())


@pytest.mark.parametrize("letters", [("L", "F"), ("A", ""), ("", ""), ("X", "Y")])
def test_letters_that_do_not_fit_a_mammogram_are_not_used(letters: tuple[str, str]) -> None:
    evidence = OrientationEvidence(patient_orientation=letters)
    assert orientation_of(make_view("LCC"), evidence) == (AS_STORED, ())
