"""Which stage and place a view outside the standard four hangs in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_image
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.image_stack import ImageStack
from viewer.domain.modified_views import ExtraStage, extra_stages, full_view_of
from viewer.domain.view import ImageKind


def image(view: str, kind: ImageKind = ImageKind.FFDM, number: int = 1) -> ImageStack:
    return make_image(view, kind=kind, image_id=f"{view}-{kind.name}-{number}")


STANDARD = [image(view) for view in ("RCC", "LCC", "RMLO", "LMLO")]


def laid(*views: str) -> list[tuple[str, list[list[str]]]]:
    """Title and views of each stage of an exam with the standard four and these views."""
    images = [*STANDARD, *(image(view, number=n) for n, view in enumerate(views, start=2))]
    return [
        (stage.title, [[i.view.abbreviation for i in row] for row in stage.rows])
        for stage in extra_stages(images)
    ]


def test_the_standard_four_make_no_extra_stage() -> None:
    assert laid() == []


@pytest.mark.parametrize(
    ("view", "title", "row"),
    [
        ("RCC-M", "RCC, magnification", ["RCC", "RCC-M"]),
        ("LMLO-M-S", "LMLO, magnification, spot", ["LMLO", "LMLO-M-S"]),
        ("LML-S", "LMLO, ML, spot", ["LMLO", "LML-S"]),
        ("RXCCL", "RCC, XCCL", ["RCC", "RXCCL"]),
        ("RCC-RL", "RCC, rolled lateral", ["RCC", "RCC-RL"]),
        ("LCC-TAN", "LCC, tangential", ["LCC", "LCC-TAN"]),
        ("LCC-ID-S", "LCC, implant displaced, spot", ["LCC", "LCC-ID-S"]),
    ],
)
def test_a_modified_view_hangs_beside_the_full_view_of_its_side_and_projection(
    view: str, title: str, row: list[str]
) -> None:
    assert laid(view) == [(title, [row])]


def test_other_projections_of_both_sides_hang_as_a_pair_right_beside_left() -> None:
    assert laid("LML", "RML") == [("ML pair", [["RML", "LML"]])]


def test_implant_displaced_views_hang_as_the_standard_four_do() -> None:
    assert laid("LMLO-ID", "RCC-ID", "LCC-ID", "RMLO-ID") == [
        ("Implant displaced", [["RCC-ID", "LCC-ID"], ["RMLO-ID", "LMLO-ID"]])
    ]
    assert laid("LMLO-ID") == [("Implant displaced", [["LMLO-ID"]])]


def test_specimens_hang_by_themselves_and_last() -> None:
    stages = laid("RSPEC", "RCC-S", "RSPEC")
    assert [title for title, _ in stages] == ["RCC, spot", "Specimen"]
    assert stages[1][1] == [["RSPEC", "RSPEC"]]


def test_many_modified_views_make_several_stages_each_with_the_full_view() -> None:
    stages = laid(*["RCC-S"] * 7)
    assert [len(rows[0]) for _, rows in stages] == [4, 4, 2]
    assert all(rows[0][0] == "RCC" for _, rows in stages)


def test_without_a_full_view_a_modified_one_hangs_alone_and_unknown_views_hang_nowhere() -> None:
    (stage,) = extra_stages([image("LCC-M"), image("")])
    assert [i.view.abbreviation for i in stage.rows[0]] == ["LCC-M"]


def test_the_full_view_is_of_the_same_kind_where_there_is_one_and_never_a_part() -> None:
    part = replace(image("RCC", number=9), partial_view=True)
    dbt = image("RCC", ImageKind.DBT)
    images = [part, dbt, image("RCC")]
    assert full_view_of(image("RCC-M"), images) is images[2]
    assert full_view_of(image("RCC-M", ImageKind.DBT), images) is dbt
    assert full_view_of(image("RCC-M"), [part, dbt]) is dbt
    assert full_view_of(image(""), images) is None


@given(
    st.lists(
        st.sampled_from(
            ["RCC-S", "RCC-M", "LCC-ID", "RMLO-ID", "LML", "RML", "LSPEC", "RXCCL", "LMLO-RS", ""]
        ),
        max_size=25,
    )
)
def test_every_image_of_a_known_view_hangs_exactly_once(views: list[str]) -> None:
    extras = [image(view, number=n) for n, view in enumerate(views, start=2)]
    stages: tuple[ExtraStage, ...] = extra_stages([*STANDARD, *extras])
    hung = [i.image_id for stage in stages for row in stage.rows for i in row]
    hung = [i for i in hung if i not in {s.image_id for s in STANDARD}]
    known = [i.image_id for i in extras if i.view.is_known]
    assert sorted(hung) == sorted(known)
    assert all(1 <= len(row) <= 4 for stage in stages for row in stage.rows)
    assert all(1 <= len(stage.rows) <= 2 for stage in stages)


def test_a_stereotactic_pair_hangs_beside_the_full_view_scout_minus_plus() -> None:
    assert laid("LCC-POS-ST", "LCC-NEG-ST", "LCC-SC-ST") == [
        ("LCC, stereotactic", [["LCC", "LCC-SC-ST", "LCC-NEG-ST", "LCC-POS-ST"]])
    ]


def test_each_step_of_a_biopsy_is_a_stage_after_the_views_of_the_diagnosis() -> None:
    steps = laid("RML-NEG-POST-ST", "RML-NEG-PRE-ST", "RML-POS-PRE-ST", "RCC-M", "RML-PM")
    assert steps == [
        ("RCC, magnification", [["RCC", "RCC-M"]]),
        ("RMLO, prefire", [["RMLO", "RML-NEG-PRE-ST", "RML-POS-PRE-ST"]]),
        ("RMLO, postfire", [["RMLO", "RML-NEG-POST-ST"]]),
        ("RMLO, post marker", [["RMLO", "RML-PM"]]),
    ]
