"""Two programs that mark one exam lose nothing of each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_image

from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.mark_layout import layout_of
from viewer.domain.merged_marks import merged

IMAGE = make_image("LCC")


def mark(name: str, row: float = 5.0) -> Mark:
    return Mark(
        mark_id=name,
        image_id=IMAGE.image_id,
        shape=MarkShape.POINT,
        points=(ImagePoint(row, 5.0),),
        slice_index=0,
        first_slice=0,
        last_slice=0,
    )


def kept(*marks: Mark) -> KeptMarks:
    return KeptMarks(marks=marks, layouts={IMAGE.image_id: layout_of(IMAGE)})


A, B, C = mark("a"), mark("b"), mark("c")


def ids(marks: KeptMarks) -> list[str]:
    return [mark.mark_id for mark in marks.marks]


def test_what_both_added_is_there() -> None:
    assert sorted(ids(merged(kept(A), kept(A, B), kept(A, C)))) == ["a", "b", "c"]


def test_what_one_deleted_is_gone_and_the_rest_stays() -> None:
    assert ids(merged(kept(A, B, C), kept(B, C), kept(A, B))) == ["b"]


def test_what_one_changed_is_changed() -> None:
    moved = mark("a", row=9.0)
    assert merged(kept(A), kept(A), kept(moved)).marks == (moved,)
    assert merged(kept(A), kept(moved), kept(A)).marks == (moved,)


def test_where_both_changed_a_mark_this_program_s_stands() -> None:
    mine, theirs = mark("a", row=9.0), replace(A, mark_class=MarkClass.MASS)
    assert merged(kept(A), kept(mine), kept(theirs)).marks == (mine,)


def test_a_mark_that_was_changed_in_one_and_deleted_in_the_other_stays() -> None:
    moved = mark("a", row=9.0)
    assert merged(kept(A), kept(moved), kept()).marks == (moved,)
    assert merged(kept(A), kept(), kept(moved)).marks == (moved,)


def test_both_programs_come_to_the_same_order() -> None:
    written = merged(kept(A), kept(A, B), kept(A, C))
    assert ids(merged(kept(A, C), kept(A, C), written)) == ids(written)


def test_marks_of_an_image_laid_otherwise_stand_on_the_same_tissue() -> None:
    now = layout_of(IMAGE)
    turned = replace(now, orientation=replace(now.orientation, rows_reversed=True))
    other = KeptMarks(marks=(B,), layouts={IMAGE.image_id: turned})
    found = merged(kept(), kept(A), other)
    rows = {mark.mark_id: mark.points[0].row for mark in found.marks}
    reversed_before = now.orientation.rows_reversed
    assert rows == {"a": 5.0, "b": 5.0 if reversed_before else IMAGE.rows - 5.0}
    with pytest.raises(ValueError, match="is none of"):
        merged(kept(), kept(A), replace(other, layouts={IMAGE.image_id: replace(now, rows=7)}))
