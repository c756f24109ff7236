"""Whole sessions through the real window, and what the journal holds of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from reading_driver import KeeperHere, ReadingDriver, Said
from reading_study import with_design, with_training

from inference.types import Laterality
from viewer.commands.keep_seals import Wanted
from viewer.domain.hanging import Slot
from viewer.session.study_state import Page, Saving
from viewer.session.study_steps import Step
from viewer.study.event import Event, EventKind
from viewer.study.projection import reading_states
from viewer.study.protocol import Design, Phase, Protocol, Questions, StudySession

Start = Callable[..., ReadingDriver]
R, L = Laterality.RIGHT, Laterality.LEFT


def kinds(events: list[Event]) -> list[EventKind]:
    return [event.kind for event in events]


def test_a_session_goes_from_training_with_feedback_to_its_end(
    start: Start,
    make: Callable[[Protocol], Path],
    protocol: Protocol,
    events: Callable[[Path], list[Event]],
) -> None:
    study = make(with_training(protocol))
    driver = start(study)
    assert "1 training case first" in driver.program.page.words
    driver.begin()
    assert driver.state.progress.words == "training case 1 of 1"
    driver.read_case({R: Said(), L: Said(pom="40")}, {R: Said(), L: Said(pom="85")})
    assert driver.state.truth is not None
    assert driver.session.overlay.truth
    driver.go_on()
    assert driver.state.page is Page.GATE
    driver.key(Qt.Key.Key_Return)
    driver.wait_for_step()
    assert driver.state.progress.words == "case 1 of 1"
    assert driver.state.truth is None
    driver.read_case()
    assert driver.state.truth is None
    driver.go_on()
    assert driver.state.page is Page.FINISHED
    driver.close()
    written = events(study)
    assert written[-1].kind is EventKind.SESSION_FINISHED
    assert written[-1].payload["head"] == written[-2].hash
    counted = Counter(kinds(written))
    assert counted[EventKind.ANSWER_SUBMITTED] == 4
    assert counted[EventKind.READING_FINISHED] == 2
    assert counted[EventKind.AI_REVEALED] == 2
    assert counted[EventKind.FEEDBACK_SHOWN] == 1
    assert counted[EventKind.FIRST_VIEW] == 4
    assert counted[EventKind.ACTIVITY] >= 4
    assert counted[EventKind.LOOKED] >= 4
    training = next(s for s in reading_states(written).values() if s.planned.training)
    alone = training.locked[Phase.ALONE].answers
    aided = training.locked[Phase.AIDED].answers
    assert [a.pom_percent for a in alone] == [3.5, 40.0]
    assert [a.pom_percent for a in aided] == [3.5, 85.0]
    assert [locked.ai_seen for locked in training.locked.values()] == [False, True]


def test_the_ai_is_asked_for_only_after_the_lock_and_then_seen(start: Start, study: Path) -> None:
    driver = start(study)
    driver.begin()
    driver.answer()
    keeper = driver.keeper
    assert isinstance(keeper, KeeperHere)
    assert keeper.asked == []
    assert driver.session.ai == {}
    assert all(pane.scene.ai is None for pane in driver.program.hanging.panes.values())
    assert driver.program.band.phase == "ALONE: the AI is hidden"
    driver.key(Qt.Key.Key_A)
    assert "the AI is hidden" in driver.program.status.said
    driver.go_on()
    assert keeper.asked == [Wanted.AI]
    assert len(driver.session.ai) == 12
    assert driver.session.overlay_is_drawn
    assert driver.program.band.phase == "WITH AI: your first answer is locked"
    assert "AI" in driver.program.panel.boxes[L].words
    assert "hybrid" in driver.program.panel.boxes[L].words
    driver.wait_for_images()
    scene = driver.program.hanging.panes[Slot.RCC].scene
    assert scene.ai is not None


def test_the_ai_comes_from_a_process_of_its_own(start: Start, study: Path) -> None:
    driver = start(study, own_keeper_process=True)
    driver.begin()
    driver.answer()
    driver.go_on()
    assert driver.state.ai_is_shown
    assert driver.state.ai_percent[R].keys() == {"Small 1"}


def test_a_second_answer_begins_as_the_first_and_the_first_stays(
    start: Start, study: Path, events: Callable[[Path], list[Event]]
) -> None:
    driver = start(study)
    driver.begin()
    driver.answer({R: Said(pom="12.5", birads="4", recall="Y"), L: Said()})
    driver.go_on()
    form = driver.state.form
    assert form.is_as_first(R)
    assert form.breast(R).pom_percent == 12.5
    assert driver.state.can_submit
    driver.answer({R: Said(pom="60")})
    assert not driver.state.form.is_as_first(R)
    driver.go_on()
    driver.close()
    first, second = (e for e in events(study) if e.kind is EventKind.ANSWER_SUBMITTED)
    assert first.payload["answers"][0]["pom_percent"] == 12.5
    assert second.payload["answers"][0]["pom_percent"] == 60.0
    assert first.payload["answers"][0]["birads"] == "4A"


def test_nothing_can_be_submitted_before_every_question_is_answered(
    start: Start, study: Path
) -> None:
    driver = start(study)
    driver.begin()
    button = driver.program.panel.go_on
    assert not button.isEnabled()
    assert "right breast: probability of malignancy" in driver.program.panel.words.text()
    driver.answer({R: Said()})
    assert not button.isEnabled()
    assert "right" not in driver.program.panel.words.text()
    driver.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "not answered yet" in driver.program.status.said
    driver.answer({L: Said()})
    assert button.isEnabled()


def test_next_waits_until_the_answer_is_durable(start: Start, study: Path) -> None:
    driver = start(study)
    driver.begin()
    driver.answer()
    seen = []
    driver.program.study.changed.connect(lambda change: seen.append(change.new.saving))
    driver.go_on()
    order = list(dict.fromkeys(seen))
    assert order.index(Saving.SAVING) < order.index(Saving.SAVED)


def test_on_request_the_reader_decides_whether_the_ai_is_shown(
    start: Start,
    make: Callable[[Protocol], Path],
    protocol: Protocol,
    events: Callable[[Path], list[Event]],
) -> None:
    study = make(with_design(protocol, Design.ON_REQUEST))
    driver = start(study)
    driver.begin()
    driver.answer()
    driver.go_on()
    assert driver.state.step is Step.OFFER_AI
    assert driver.session.ai == {}
    driver.go_on()
    assert driver.state.progress.number == 2
    driver.answer()
    driver.go_on()
    driver.key(Qt.Key.Key_X)
    driver.wait(lambda: driver.state.step is Step.ANSWER)
    assert driver.state.ai_is_shown
    driver.read_case()
    driver.close()
    first, second = (s for k, s in reading_states(events(study)).items() if k.reader_id == "r1")
    assert (first.ai_requested, first.is_finished, set(first.locked)) == (
        False,
        True,
        {Phase.ALONE},
    )
    assert (second.ai_requested, second.ai_revealed, len(second.locked)) == (True, True, 2)


def test_a_crossover_has_one_phase_a_case_and_its_second_session_waits_for_the_washout(
    start: Start, make: Callable[[Protocol], Path], protocol: Protocol
) -> None:
    sessions = (StudySession(session_id="s1"), StudySession(session_id="s2"))
    crossover = with_design(replace(protocol, sessions=sessions), Design.CROSSOVER)
    study = make(crossover)
    driver = start(study)
    driver.begin()
    phases = []
    for _ in range(2):
        phases.append((driver.state.phase, driver.state.ai_is_shown))
        driver.read_case()
        driver.go_on()
    assert sorted(phases, key=str) == [(Phase.AIDED, True), (Phase.ALONE, False)]
    assert driver.state.page is Page.FINISHED
    driver.close()
    again = start(study)
    assert "washout" in again.program.page.words
    with pytest.raises(KeyError):
        again.program.page.button("begin")


def test_only_what_the_protocol_asks_is_there(
    start: Start, make: Callable[[Protocol], Path], protocol: Protocol
) -> None:
    study = make(replace(protocol, questions=Questions(pom=True)))
    driver = start(study)
    driver.begin()
    box = driver.program.panel.boxes[R]
    assert (box.recall, box.note, driver.program.panel.marks) == (None, None, None)
    assert [category.value for category in box.categories] == ["1", "2", "3", "4A", "4B", "4C", "5"]
    driver.answer({R: Said(), L: Said()})
    assert driver.state.can_submit


def test_marks_are_set_changed_and_deleted_and_every_step_is_recorded(
    start: Start, study: Path, events: Callable[[Path], list[Event]]
) -> None:
    driver = start(study)
    driver.begin()
    driver.wait_for_images()
    image = driver.session.image_in(Slot.LCC)
    driver.mark(Slot.LCC, image.rows / 2, image.columns / 4)
    (mark,) = driver.state.form.marks
    assert (mark.view, mark.slice_index, mark.confidence_percent) == ("LCC", 2, 80.0)
    assert mark.row == pytest.approx(image.rows / 2, abs=2)
    assert mark.row_mm == pytest.approx(mark.row * image.spacing.row_mm, abs=0.01)
    shown = driver.program.hanging.panes[Slot.LCC].scene.reader_marks
    assert [one.mark.number for one in shown] == [1]
    driver.mark(Slot.RMLO, 100, 150)
    driver.key(Qt.Key.Key_End)
    driver.key(Qt.Key.Key_G)
    driver.key(Qt.Key.Key_G)
    assert driver.session.active == Slot.RMLO
    assert driver.session.panes[Slot.RMLO].slice_index == 2
    driver.key(Qt.Key.Key_Delete)
    assert [m.view for m in driver.state.form.marks] == ["LCC"]
    driver.answer()
    driver.go_on()
    driver.close()
    written = events(study)
    actions = [e.payload["action"] for e in written if e.kind is EventKind.MARK_CHANGED]
    assert actions.count("added") == 2
    assert actions.count("deleted") == 1
    assert actions.count("changed") >= 1
    assert kinds(written).count(EventKind.FIRST_MARK) == 1
    submitted = next(e for e in written if e.kind is EventKind.ANSWER_SUBMITTED)
    (kept,) = submitted.payload["answers"][1]["marks"]
    assert (kept["finding"], kept["confidence_percent"]) == ("mass", 80.0)


def test_switching_the_ai_off_is_recorded(
    start: Start, study: Path, events: Callable[[Path], list[Event]]
) -> None:
    driver = start(study)
    driver.begin()
    driver.answer()
    driver.go_on()
    driver.wait_for_images()
    driver.key(Qt.Key.Key_B)
    driver.key(Qt.Key.Key_A)
    driver.close()
    toggled = [e.payload for e in events(study) if e.kind is EventKind.AI_TOGGLED]
    assert ("boxes", False) in [(p["layer"], p["visible"]) for p in toggled]
    assert ("overlay", False) in [(p["layer"], p["visible"]) for p in toggled]
