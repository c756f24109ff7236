"""The picture of a design: every reader, session and phase, and nothing over anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from protocol_builders import make_cases, make_protocol, protocols

from viewer.export.design_svg import design_svg
from viewer.study.design_picture import BoxRole, DesignPicture, PictureBox, design_picture
from viewer.study.protocol import Arm, Design, Protocol, StudyReader, StudySession


def overlaps(a: PictureBox, b: PictureBox) -> bool:
    apart = (
        a.left + a.width <= b.left
        or b.left + b.width <= a.left
        or a.top + a.height <= b.top
        or b.top + b.height <= a.top
    )
    return not apart


def roles(picture: DesignPicture) -> list[BoxRole]:
    ordered = sorted(picture.boxes, key=lambda box: (box.top, box.left))
    return [box.role for box in ordered]


@settings(max_examples=25, deadline=None)
@given(protocols())
def test_no_box_lies_over_another_or_outside(protocol: Protocol) -> None:
    picture = design_picture(protocol)
    assert not any(overlaps(a, b) for a, b in combinations(picture.boxes, 2))
    for box in picture.boxes:
        assert 0 <= box.left <= box.left + box.width <= picture.width
        assert 0 <= box.top <= box.top + box.height <= picture.height
    for text in picture.texts:
        assert 0 <= text.left <= picture.width
        assert 0 <= text.baseline <= picture.height


@settings(max_examples=25, deadline=None)
@given(protocols())
def test_the_svg_is_well_formed_whatever_the_title(protocol: Protocol) -> None:
    root = ElementTree.fromstring(design_svg(design_picture(protocol)))
    assert root.tag.endswith("svg")


def test_a_crossover_shows_halves_that_swap_after_the_washout() -> None:
    picture = design_picture(make_protocol(Design.CROSSOVER, cases=make_cases(20), readers=2))
    alone, aided, gap = BoxRole.ALONE, BoxRole.AIDED, BoxRole.WASHOUT
    first = [alone, aided, gap, aided, alone]
    second = [aided, alone, gap, alone, aided]
    assert roles(picture) in (first + second, second + first)
    assert {box.detail for box in picture.boxes if box.role is aided} == {
        "half 1: 10",
        "half 2: 10",
    }


def test_a_sequential_reading_shows_its_lock() -> None:
    picture = design_picture(make_protocol(readers=1))
    assert roles(picture) == [BoxRole.TRAINING, BoxRole.ALONE, BoxRole.AIDED]
    assert [box.is_locked for box in picture.boxes] == [False, True, False]


def test_the_ai_on_request_is_a_box_of_its_own() -> None:
    picture = design_picture(make_protocol(Design.ON_REQUEST, readers=1))
    assert roles(picture)[-1] is BoxRole.ON_REQUEST


def test_without_the_ai_there_is_one_box() -> None:
    picture = design_picture(make_protocol(Design.ALONE, readers=1, cases=make_cases(3)))
    assert roles(picture) == [BoxRole.ALONE]


def test_many_readers_share_the_rows_of_their_pattern() -> None:
    protocol = make_protocol(Design.CROSSOVER, cases=make_cases(20), readers=14)
    others = tuple(StudyReader(reader_id=f"X{n}", arm_id="B") for n in range(3))
    protocol = replace(
        protocol,
        arms=(*protocol.arms, Arm(arm_id="B", design=Design.ALONE)),
        readers=(*protocol.readers, *others),
    )
    picture = design_picture(protocol)
    assert len({box.top for box in picture.boxes}) == 3
    words = [text.text for text in picture.texts]
    assert "7 readers (R1, ...)" in words
    assert "3 readers (X0, ...)" in words


def test_a_session_for_training_only_has_only_its_training() -> None:
    cases = make_cases(6, training=2)
    sessions = (
        StudySession(session_id="S0", cases=("P-000", "P-001")),
        StudySession(session_id="S1", cases=tuple(case.case_id for case in cases[2:])),
    )
    picture = design_picture(make_protocol(cases=cases, sessions=sessions, readers=1))
    assert roles(picture) == [BoxRole.TRAINING, BoxRole.ALONE, BoxRole.AIDED]


@given(st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_every_reader_is_named_while_there_is_room(readers: int) -> None:
    picture = design_picture(make_protocol(readers=readers, cases=make_cases(3)))
    rows = len({box.top for box in picture.boxes})
    assert rows == (readers if readers <= 12 else 1)
