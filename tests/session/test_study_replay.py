"""A reading as a film: looks and words in the order they happened, long gaps shortened."""

from __future__ import annotations

from builders import make_exam
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.overlay_settings import OverlaySettings
from viewer.session.framing import pane_measured, viewport_of, zoomed_at
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState
from viewer.session.study_events import ReadingEvents
from viewer.session.study_looking import look_of
from viewer.session.study_marks import mark_at
from viewer.session.study_replay import (
    LONGEST_GAP_MS,
    Replay,
    clock_words,
    replay_of,
    shown_at,
)
from viewer.study.event import Event, NewEvent
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Phase

KEY = ReadingKey("r1", "s1", 0)
SAY = ReadingEvents(KEY)


def at(new: NewEvent, second: float) -> Event:
    return Event(
        sequence=1,
        utc=f"2026-01-01T10:00:{second:09.6f}Z",
        monotonic_ns=0,
        kind=new.kind,
        actor=new.actor,
        session_id=new.session_id,
        payload=new.payload,
        previous_hash="",
        hash="",
    )


def hung() -> SessionState:
    state = opened(SessionState(), [make_exam()])
    for slot in STANDARD_SLOTS:
        state = pane_measured(state, slot, 300, 200)
    return state


def film() -> tuple[Replay, SessionState]:
    """Opened, looked at three times, a mark between the last two, and answered."""
    state = hung()
    first = look_of(state, Slot.LCC).sample(0)
    state = to_slice(state, Slot.LCC, 8)
    second = look_of(state, Slot.LCC).sample(700)
    state = zoomed_at(state, Slot.LCC, 3.0, 120, 90)
    third = look_of(state, Slot.LCC).sample(2000)
    image = state.image_in(Slot.LCC)
    mark = mark_at(image, mark_id="m", slice_index=8, row=30.0, column=40.0)
    events = [
        at(SAY.opened(), 0),
        at(SAY.phase_opened(Phase.ALONE), 1),
        at(SAY.mark_changed(Phase.ALONE, "added", mark), 2.5),
        at(SAY.looked(Phase.ALONE, [first, second, third]), 4),
        at(SAY.mark_changed(Phase.ALONE, "deleted", mark), 5),
        at(SAY.time_limit_reached(Phase.ALONE), 50),
        at(ReadingEvents(ReadingKey("r2", "s1", 0)).opened(), 3),
    ]
    return replay_of(events, KEY), state


def test_looks_written_later_stand_where_they_happened() -> None:
    replay, _ = film()
    order = [(m.since_ms, m.look.slice_index if m.look else m.words) for m in replay.moments]
    assert [ms for ms, _ in order] == sorted(ms for ms, _ in order)
    assert [ms for ms, what in order if isinstance(what, int)] == [1000, 1700, 3000]
    assert not any("r2" in m.words for m in replay.moments)
    assert replay.moments[0].words == "reading opened"


def test_marks_are_there_from_setting_to_deleting() -> None:
    replay, _ = film()
    marked = {moment.since_ms: len(moment.marks) for moment in replay.moments}
    assert (marked[1700], marked[2500], marked[3000], marked[5000]) == (0, 1, 1, 0)


def test_long_gaps_are_short_in_the_film() -> None:
    replay, _ = film()
    assert replay.moments[-1].since_ms == 50_000
    assert replay.length_ms == 5_000 + LONGEST_GAP_MS


def test_the_panes_show_what_the_reader_saw() -> None:
    replay, left = film()
    shown = shown_at(hung(), replay.moments, OverlaySettings())
    assert shown.panes[Slot.LCC].slice_index == 8
    assert shown.active == Slot.LCC
    expected, found = viewport_of(left, Slot.LCC), viewport_of(shown, Slot.LCC)
    assert abs(found.left - expected.left) < 0.5
    assert abs(found.top - expected.top) < 0.5
    assert abs(found.zoom - expected.zoom) < 1e-3
    assert not shown.overlay.visible
    early = shown_at(hung(), replay.upto(1000), OverlaySettings())
    assert early.panes[Slot.LCC].slice_index == 5


@given(st.integers(0, 10_000))
def test_scrubbing_never_shows_what_comes_later(ms: int) -> None:
    replay, _ = film()
    assert all(moment.shown_ms <= ms for moment in replay.upto(ms))
    following = replay.following(ms)
    assert following is None or following.shown_ms > ms


def test_times_are_told_in_minutes_and_seconds() -> None:
    assert clock_words(127_430) == "2:07.4"
    assert clock_words(-5) == "0:00.0"
