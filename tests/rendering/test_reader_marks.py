"""A reader's marks on slices: their own, and dimmed on three to each side."""

from __future__ import annotations

from builders import make_image

from viewer.domain.ai_state import NotRun
from viewer.domain.pane_state import PaneState
from viewer.domain.reader_mark import ReaderMark
from viewer.rendering.captions import TextSettings
from viewer.rendering.marks import marks_on_slice
from viewer.rendering.scene import PaneContext, build_scene


def mark(number: int, slice_index: int, image_id: str = "a") -> ReaderMark:
    return ReaderMark(
        mark_id=f"m{number}",
        number=number,
        image_id=image_id,
        slice_index=slice_index,
        row=10.0,
        column=20.0,
        words="mass 80 %",
    )


def test_marks_show_on_their_slice_and_dimmed_on_three_around_it() -> None:
    marks = [mark(1, 10), mark(2, 12), mark(3, 10, "b"), mark(4, 14)]
    shown = marks_on_slice(marks, "a", 10)
    assert [(one.mark.number, one.dimmed, one.label) for one in shown] == [
        (2, True, "2"),
        (1, False, "1  mass 80 %"),
    ]
    assert [one.mark.number for one in marks_on_slice(marks, "a", 13)] == [1, 2, 4]


def test_a_pane_shows_its_marks_and_can_keep_silent_about_the_ai() -> None:
    image = make_image("RCC")
    scene = build_scene(
        stack=image,
        state=PaneState(image_id=image.image_id, slice_index=3),
        frame=None,
        fit_scale=1.0,
        pane_width=200,
        pane_height=200,
        ai=NotRun(),
        context=PaneContext(
            text=TextSettings(ai=False), reader_marks=(mark(1, 3, image.image_id),)
        ),
    )
    assert [one.mark.number for one in scene.reader_marks] == [1]
    assert scene.ai is None
    assert "AI" not in scene.description
