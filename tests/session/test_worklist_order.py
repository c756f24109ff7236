"""The order of the worklist: by priority where a list gives any, by any column at a click."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.worklist import ReadingStatus, WorklistRow
from viewer.domain.worklist_order import OrderBy, WorklistOrder, priority_key
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.session.worklist import neighbour, rows_added, status_set
from viewer.session.worklist_order import list_ordered


def exam(name: str, *, views: tuple[str, ...] = ("RCC",)) -> Exam:
    images = [make_image(view, image_id=f"{name}-{view}") for view in views]
    identity = PatientIdentity(patient_id=name, study_date="20240101")
    return replace(make_exam(name, images), identity=identity, alias=name)


def row(name: str, priority: str = "", **details: object) -> WorklistRow:
    return replace(WorklistRow(title=name, exam=exam(name), priority=priority), **details)


def titles(state: SessionState) -> list[str]:
    return [row.title for row in state.worklist.rows]


def test_rows_with_a_priority_come_first_whenever_they_arrive() -> None:
    state = rows_added(SessionState(), [row("a"), row("b", "routine"), row("c", "2")])
    state = rows_added(state, [row("d", "10"), row("e", "urgent"), row("f", "zebra")])
    assert titles(state) == ["c", "d", "e", "b", "f", "a"]


@pytest.mark.parametrize("word", ["nan", "inf", "", "1e400", "٣", "²"])
def test_odd_priorities_still_have_a_place(word: str) -> None:
    keys = [priority_key(word), priority_key("1"), priority_key("low")]
    assert sorted(sorted(keys)) == sorted(reversed(keys))


def test_without_priorities_rows_stay_as_found() -> None:
    state = rows_added(SessionState(), [row("b"), row("a")])
    assert titles(state) == ["b", "a"]


def test_a_title_sorts_up_then_down_then_as_found() -> None:
    state = rows_added(SessionState(), [row("case 10"), row("case 9"), row("Case 1")])
    for expected in (
        ["Case 1", "case 9", "case 10"],
        ["case 10", "case 9", "Case 1"],
        ["case 10", "case 9", "Case 1"],
    ):
        state = list_ordered(state, state.worklist.order.clicked(OrderBy.EXAM))
        assert titles(state) == expected
    assert state.worklist.order == WorklistOrder(by=None)


def test_empty_cells_come_last_either_way() -> None:
    state = rows_added(SessionState(), [row("a"), row("b", note="z"), row("c", note="y")])
    up = list_ordered(state, WorklistOrder(by=OrderBy.NOTE))
    assert titles(up) == ["c", "b", "a"]
    down = list_ordered(state, WorklistOrder(by=OrderBy.NOTE, descending=True))
    assert titles(down) == ["b", "c", "a"]


def test_next_follows_the_order() -> None:
    rows = [row("a"), row("b", "2"), row("c", "1")]
    state = rows_added(opened(SessionState(), [rows[2].exam]), rows)
    assert neighbour(state, 1) == rows[1].exam_id


def test_reading_an_exam_does_not_move_it_in_a_list_sorted_by_status() -> None:
    rows = [row("a"), row("b"), row("c")]
    state = status_set(rows_added(SessionState(), rows), "id of a", ReadingStatus.READ)
    state = list_ordered(state, WorklistOrder(by=OrderBy.STATUS))
    assert titles(state) == ["b", "c", "a"]
    state = status_set(state, rows[1].exam_id, ReadingStatus.READ)
    assert titles(rows_added(state, [row("d")])) == ["b", "c", "a", "d"]


def test_steps_go_through_every_column_and_as_found_and_come_back() -> None:
    order = WorklistOrder(by=OrderBy.STATUS, descending=True)
    seen = []
    for _ in range(len(OrderBy) + 1):
        order = order.stepped(1)
        seen.append(order.by)
        assert not order.descending
    assert seen == [*list(OrderBy)[1:], None, OrderBy.STATUS]
    assert order.stepped(-1).by is None
    assert order.stepped(-1).stepped(-1).by is OrderBy.NOTE


def test_turning_an_order_around_twice_changes_nothing() -> None:
    order = WorklistOrder(by=OrderBy.EXAM)
    assert order.turned == WorklistOrder(by=OrderBy.EXAM, descending=True)
    assert order.turned.turned == order
