"""Readings told line by line."""

from __future__ import annotations

from dataclasses import replace

from journal_builders import adopted, chain, in_reading, make_answer, make_planned, order, submitted

from viewer.study.answer import BiRads, FindingClass, Mark
from viewer.study.answer_json import answer_to_json, mark_to_json
from viewer.study.event import EventKind
from viewer.study.protocol import Phase
from viewer.study.replay_text import answer_words, replay_lines

MARK = Mark(
    mark_id="m", image_id="i", view="RCC", slice_index=11, row=10.4, column=5.0,
    row_mm=None, column_mm=None, confidence_percent=8.0, finding=FindingClass.MASS,
)  # fmt: skip
ANSWER = make_answer(pom=3.0)


def test_a_reading_is_told_with_the_seconds_since_it_was_opened() -> None:
    sample = [0, "image", 4, 1.5, 0.0, 0.0, 2000, 1000, False]
    events = chain(
        [
            adopted(),
            order([make_planned(0), make_planned(1)]),
            in_reading(EventKind.READING_OPENED),
            in_reading(EventKind.PHASE_OPENED, phase="unaided"),
            in_reading(
                EventKind.MARK_CHANGED, action="added", phase="unaided", mark=mark_to_json(MARK)
            ),
            in_reading(
                EventKind.LOOKED,
                phase="unaided",
                samples=[sample, [*sample[:2], 5, 3.0, *sample[4:]]],
            ),
            in_reading(EventKind.ACTIVITY, phase="unaided", active_ms=4200, idle_ms=0),
            submitted(0, Phase.ALONE, ANSWER),
            in_reading(EventKind.AI_TOGGLED, layer="saliency", visible=True),
            in_reading(
                EventKind.ANSWER_AMENDED,
                phase="unaided",
                old=answer_to_json(ANSWER),
                new=answer_to_json(make_answer(pom=4.0)),
                reason="slip",
            ),
            in_reading(EventKind.READING_OPENED, 1),
        ]
    )
    assert list(replay_lines(events, reader_id="R1")) == [
        "R1 S1 C-0000, place 1, since 2026-03-02 10:00:03 UTC",
        "      +0.0 s        3  reading opened",
        "      +1.0 s        4  phase opened (unaided)",
        "      +2.0 s        5  mark added: mass in RCC, slice 12, row 10, column 5, 8 % (unaided)",
        "      +3.0 s        6  looked: 2 samples, 2 slices, zoom 1.5 to 3 (unaided)",
        "      +4.0 s        7  active 4.2 s, idle 0.0 s (unaided)",
        "      +5.0 s        8  answer locked: R: 3 % (unaided)",
        "      +6.0 s        9  AI saliency shown",
        "      +7.0 s       10  answer amended: R: 3 % -> R: 4 %, because: slip (unaided)",
        "R1 S1 C-0001, place 2, since 2026-03-02 10:00:11 UTC",
        "      +0.0 s       11  reading opened",
    ]


def test_only_the_wanted_reader_session_and_case_are_told() -> None:
    events = chain(
        [
            adopted(),
            order([make_planned(0), make_planned(1)]),
            order([make_planned(0, reader="R2")]),
            in_reading(EventKind.READING_OPENED),
            in_reading(EventKind.READING_OPENED, 1),
        ]
    )
    assert len(list(replay_lines(events, reader_id="R1"))) == 4
    assert len(list(replay_lines(events, reader_id="R1", alias="C-0001"))) == 2
    assert list(replay_lines(events, reader_id="R1", session_id="S2")) == []
    assert list(replay_lines(events, reader_id="R2")) == []


def test_the_case_behind_a_blind_number_is_not_told() -> None:
    events = chain([adopted(), order([make_planned(0)]), in_reading(EventKind.READING_OPENED)])
    assert not [line for line in replay_lines(events, reader_id="R1") if "case0" in line]


def test_an_answer_is_told_on_one_line() -> None:
    whole = replace(ANSWER, birads=BiRads.SUSPICIOUS_LOW, recall=True, marks=(MARK,), text="a\nb")
    assert answer_words(whole) == 'R: 3 % BI-RADS 4A recall 1 marks "a b"'
    assert answer_words(replace(ANSWER, pom_percent=None)) == "R: no answer"
    assert answer_words(replace(ANSWER, recall=False)) == "R: 3 % no recall"


def test_a_mark_is_told_before_its_class_and_confidence_are_given() -> None:
    unfinished = {**mark_to_json(MARK), "finding": None, "confidence_percent": None}
    events = chain(
        [
            adopted(),
            order([make_planned(0)]),
            in_reading(EventKind.READING_OPENED),
            in_reading(EventKind.MARK_CHANGED, action="added", phase="unaided", mark=unfinished),
        ]
    )
    told = list(replay_lines(events, reader_id="R1"))[-1]
    assert "mark added: no class yet in RCC, slice 12, row 10, column 5, no confidence yet" in told
