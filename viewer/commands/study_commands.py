"""The commands of the locked-down reading window: those of the viewer that cannot lead out of the
study or unblind, and the study's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol as Interface
from typing import cast

from viewer.commands.command import Command, Context, Desk, Group, transition
from viewer.commands.table import COMMANDS
from viewer.session.options import marking_toggled
from viewer.session.state import Tool
from viewer.study.protocol import AiLayer

_VIEWER = (
    *("slice.next", "slice.previous", "slice.forward", "slice.back", "slice.first", "slice.last"),
    *("slice.cine", "slice.cine_faster", "slice.cine_slower", "slice.link"),
    *("view.next", "view.previous", "view.next_pane", "view.previous_pane", "view.maximise"),
    *("view.back", "view.kind", "view.kind_all", "view.dbt", "view.synthetic", "view.ffdm"),
    *("view.extra", "view.extra_back"),
    *("image.zoom_in", "image.zoom_out", "image.fit", "image.actual_pixels", "image.reset"),
    *("image.invert", "image.flip_horizontally", "image.flip_vertically", "image.tool"),
    *("image.link_windows", *(f"image.preset_{number}" for number in range(1, 10))),
    *("loupe.toggle", "loupe.zoom_in", "loupe.zoom_out", "loupe.larger", "loupe.smaller"),
    *("screen.text", "screen.left_panel", "screen.strip", "screen.full"),
)
_LOUPE_KEYS = ("K",)
"""Held for the loupe; the viewer's own key sets marks here."""
_ANY_LAYER = ("ai.overlay", "ai.peek")
_SALIENCY = (
    *("ai.benign", "ai.malignant", "ai.smooth", "ai.stronger", "ai.fainter"),
    *("ai.threshold_up", "ai.threshold_down"),
)
_PATCHES = ("ai.boxes", "ai.next_finding", "ai.previous_finding")
_COLOURS = ("ai.palette", "ai.patterns")


def locked_desk() -> Desk:
    """The desk of a locked window: nothing beside the session can be reached.

    None of the window's commands asks a desk for anything; one that did would fail at once.
    """
    return cast(Desk, object())


class StudyDesk(Interface):
    """What the study's own commands do."""

    def why_no_form(self) -> str | None:
        """Why no question can be answered now; None when one can."""

    def why_no_mark(self) -> str | None:
        """Why no mark can be set now; None when one can."""

    def why_no_selected_mark(self) -> str | None:
        """Why no mark can be acted on; None when one is selected."""

    def why_not_on(self) -> str | None:
        """Why there is no submitting and no next case now; None when there is."""

    def why_no_ai_request(self) -> str | None:
        """Why the AI cannot be asked for now; None when it can."""

    def why_no_overlay(self) -> str | None:
        """Why nothing of the AI can be switched now; None when it can."""

    def why_no_pause(self) -> str | None:
        """Why there is nothing to pause or to go on with; None when there is."""

    def to_form(self) -> None:
        """Give the keyboard to the first question that is not answered."""

    def step_mark(self, by: int) -> None:
        """Go to the next or previous mark."""

    def delete_mark(self) -> None:
        """Take the selected mark away."""

    def go_on(self) -> None:
        """Submit the form; when it is locked, go to the next case."""

    def request_ai(self) -> None:
        """Ask for the AI, where the design leaves it to the reader."""

    def pause(self) -> None:
        """Cover the images; when they are covered, go on."""

    def show_finished(self) -> None:
        """List the finished readings, to amend one with a reason."""

    def show_keys(self) -> None:
        """Show every key."""

    def quit(self) -> None:
        """Pause and close the window."""


def study_commands(desk: StudyDesk, layers: Iterable[AiLayer] | None) -> tuple[Command, ...]:
    """Every command of the reading window; the others do not exist there.

    layers: what may be shown of the AI in some phase; None where no phase shows it.
    """
    known = {command.id: command for command in COMMANDS}
    own = [known[command_id] for command_id in _VIEWER]
    shown = None if layers is None else frozenset(layers)
    ai = [replace(known[i], why_not=_asking(desk.why_no_overlay)) for i in _ai_ids(shown)]
    loupe = replace(known["loupe.hold"], keys=_LOUPE_KEYS)
    return (*_reading_commands(desk, asks_ai=shown is not None), *own, loupe, *ai, *_help(desk))


def _ai_ids(layers: frozenset[AiLayer] | None) -> tuple[str, ...]:
    drawn = () if layers is None else layers & {AiLayer.SALIENCY, AiLayer.PATCHES}
    if not drawn:
        return ()
    return (
        *_ANY_LAYER,
        *(_SALIENCY if AiLayer.SALIENCY in drawn else ()),
        *(_PATCHES if AiLayer.PATCHES in drawn else ()),
        *_COLOURS,
    )


def _asking(reason: Callable[[], str | None]) -> Callable[[Context], str | None]:
    return lambda _: reason()


def _reading_commands(desk: StudyDesk, *, asks_ai: bool) -> tuple[Command, ...]:
    request = Command(
        id="study.request_ai",
        title="Show the AI",
        help="After the answer alone is locked, where the study leaves it to you; it is recorded.",
        group=Group.STUDY,
        keys=("X",),
        why_not=_asking(desk.why_no_ai_request),
        run=lambda _: desk.request_ai(),
    )
    return (
        Command(
            id="study.form",
            title="To the questions",
            help="Give the keyboard to the first open question; Tab goes on, Esc goes back.",
            group=Group.STUDY,
            keys=("Space",),
            why_not=_asking(desk.why_no_form),
            run=lambda _: desk.to_form(),
        ),
        Command(
            id="study.go_on",
            title="Submit / next case",
            help="Submit and lock the answer; once it is saved, go to the next case.",
            group=Group.STUDY,
            keys=("Ctrl+Return",),
            why_not=_asking(desk.why_not_on),
            run=lambda _: desk.go_on(),
        ),
        *((request,) if asks_ai else ()),
        Command(
            id="study.mark",
            title="Mark tool",
            help="A click sets a mark; again: a click does nothing. Dragging changes the window.",
            group=Group.STUDY,
            keys=("M",),
            mouse=("click with the mark tool",),
            icon="mdi6.target",
            why_not=_asking(desk.why_no_mark),
            checked=lambda state: state.options.tool is Tool.MARK,
            run=transition(marking_toggled),
        ),
        Command(
            id="study.next_mark",
            title="Next mark",
            help="Go to the image and slice of the next mark.",
            group=Group.STUDY,
            keys=("G",),
            why_not=_asking(desk.why_no_form),
            run=lambda _: desk.step_mark(1),
        ),
        Command(
            id="study.previous_mark",
            title="Previous mark",
            help="Go to the image and slice of the previous mark.",
            group=Group.STUDY,
            keys=("Shift+G",),
            why_not=_asking(desk.why_no_form),
            run=lambda _: desk.step_mark(-1),
        ),
        Command(
            id="study.delete_mark",
            title="Delete mark",
            help="Take the selected mark away.",
            group=Group.STUDY,
            keys=("Del",),
            why_not=_asking(desk.why_no_selected_mark),
            run=lambda _: desk.delete_mark(),
        ),
        Command(
            id="study.pause",
            title="Pause / go on",
            help="Cover the images; nothing is lost, the time stops.",
            group=Group.STUDY,
            keys=("Ctrl+P", "Pause"),
            icon="mdi6.pause",
            why_not=_asking(desk.why_no_pause),
            run=lambda _: desk.pause(),
        ),
        Command(
            id="study.finished",
            title="Finished readings…",
            help="List what you have submitted; an answer can be amended with a reason.",
            group=Group.STUDY,
            keys=("Ctrl+L",),
            icon="mdi6.format-list-checks",
            run=lambda _: desk.show_finished(),
        ),
        Command(
            id="study.quit",
            title="Pause and close",
            help="Close the window; everything is kept, and comes back as it was.",
            group=Group.STUDY,
            keys=("Ctrl+Q",),
            icon="mdi6.exit-to-app",
            run=lambda _: desk.quit(),
        ),
    )


def _help(desk: StudyDesk) -> tuple[Command, ...]:
    return (
        Command(
            id="help.keys",
            title="Keys and mouse",
            help="Show every key and mouse gesture.",
            group=Group.HELP,
            keys=("F1", "?"),
            icon="mdi6.keyboard-outline",
            run=lambda _: desk.show_keys(),
        ),
    )
