"""What a command is: a name, keys, when it can be used and why not, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from viewer.session.session import Session, Transition
from viewer.session.state import SessionState


class Group(Enum):
    """A menu and a block of the cheat sheet; the value is its title."""

    STUDY = "Study"
    EXAM = "Exam"
    SLICES = "Slices"
    VIEWS = "Views"
    IMAGE = "Image"
    MARKS = "Marks"
    AI = "AI"
    PICTURE = "Picture"
    SCREEN = "Screen"
    HELP = "Help"


class MarkDesk(Protocol):
    """What commands about marks reach beside the session."""

    def edit_words(self) -> None:
        """Ask for class, words and slices of the selected mark."""

    def to_list(self) -> None:
        """Give the keyboard to the list of marks and key images."""

    def save(self) -> None:
        """Ask for a file and write the marks of the exam as a table."""

    def say(self, sentence: str) -> None:
        """Show a passing message."""


class AccessDesk(Protocol):
    """What commands about keys and text size reach."""

    def show_palette(self) -> None:
        """Let the user find and run a command by typing."""

    def step_region(self, by: int) -> None:
        """Give the keyboard to another part of the window: 1 the next, -1 the one before."""

    def why_no_text_step(self, by: int) -> str | None:
        """Why the words cannot be larger (1) or smaller (-1); None when they can."""

    def step_text(self, by: int) -> None:
        """Make the words a step larger (1) or smaller (-1)."""

    def plain_text(self) -> None:
        """Make the words as large as at first: 100 %."""


class HangingDesk(Protocol):
    """What commands about hangings and screens reach."""

    def choose(self) -> None:
        """Show the hanging protocols and their stages to choose from."""

    def edit(self) -> None:
        """Show the editor of hanging protocols."""

    def switch_second_screen(self) -> None:
        """Open another window for a second screen, or close it."""


class Desk(Protocol):
    """What commands reach beside the session: files, dialogs, the AI queue, the window."""

    @property
    def access(self) -> AccessDesk:
        """The palette, the keyboard's place, the size of words."""

    @property
    def hangings(self) -> HangingDesk:
        """Hanging protocols and screens."""

    @property
    def marks(self) -> MarkDesk:
        """Dialogs and list of the reader's marks."""

    def open_files(self) -> None:
        """Ask for files and open them."""

    def open_folder(self) -> None:
        """Ask for a folder and open what is in it."""

    def open_demo(self) -> None:
        """Make a phantom exam and open it."""

    def show_skipped(self) -> None:
        """List the files of the last search that were not shown, and why."""

    def assign_views(self) -> None:
        """Let the user say which view an unidentified image is."""

    def next_quadrant(self) -> None:
        """Show the next quarter of the active image's breast."""

    def previous_quadrant(self) -> None:
        """Show the quarter before."""

    def pick_point(self) -> None:
        """Pick the point under the pointer, or forget the one that is picked."""

    def offer_same_spot(self) -> None:
        """Show the next slice of the volume that is offered for the picked point."""

    def put_image(self) -> None:
        """Let the user choose an image for the active pane."""

    def confirm_patient(self) -> None:
        """Compare a study of the same patient id whose name or birth date differs."""

    def why_no_ai(self) -> str | None:
        """Why the AI cannot run on the exam that hangs; None when it can."""

    def run_ai(self) -> None:
        """Queue every image of the exam that a model serves and that has no result."""

    def cancel_ai(self) -> None:
        """Stop the running prediction and empty the queue."""

    def choose_models(self) -> None:
        """Show which weights are used, and let the user choose others."""

    def save_pane_picture(self) -> None:
        """Ask for a file and write the active pane as it is on screen."""

    def save_hanging_picture(self) -> None:
        """Ask for a file and write all panes as they are on screen."""

    def copy_pane_picture(self) -> None:
        """Put the active pane on the clipboard."""

    def copy_hanging_picture(self) -> None:
        """Put all panes on the clipboard."""

    def save_figure(self) -> None:
        """Ask for a file and write the papers' figure of the active image."""

    def save_animation(self) -> None:
        """Ask for a file and write the active image's slices as an animation."""

    def design_study(self) -> None:
        """Show the study wizard."""

    def read_study(self) -> None:
        """Ask for a study and a reader, and start the reading window."""

    def analyse_study(self) -> None:
        """Show the analysis window."""

    def clear_image_cache(self) -> None:
        """Ask, then delete the decoded slices on disk."""

    def measure_screen(self) -> None:
        """Ask how wide the screen of the active pane is."""

    def show_settings(self) -> None:
        """Show the settings."""

    def show_cheat_sheet(self) -> None:
        """Show every key."""

    def show_about(self) -> None:
        """Show version, licence and intended use."""

    def check_display(self) -> None:
        """Show the test pattern and the calibration of the screen."""

    def show_diagnostics(self) -> None:
        """Show how quickly the window answered."""

    def quit(self) -> None:
        """Close the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a command works on."""

    session: Session
    desk: Desk
    noted: Callable[[str], None] = lambda command_id: None
    """Told the id of every command before it runs."""

    @property
    def state(self) -> SessionState:
        """The newest state of the session."""
        return self.session.state


Reason = Callable[[Context], str | None]
"""Why a command cannot be used now, as a short sentence; None when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing a user can do."""

    id: str
    title: str
    help: str
    group: Group
    run: Callable[[Context], None]
    keys: tuple[str, ...] = ()
    """Default keys, each such as "Ctrl+Shift+Up"; every one can be rebound."""
    keys_then: tuple[str, ...] = ()
    """Keys that mean it at its moment only, before what they mean else; see KeyDispatch."""
    mouse: tuple[str, ...] = ()
    """Mouse gestures on a pane that do the same, for the cheat sheet."""
    why_not: Reason | None = None
    """None: it can be used at any time."""
    checked: Callable[[SessionState], bool] | None = None
    """For switches: whether it is on."""
    release: Callable[[Context], None] | None = None
    """For keys that act while they are held."""
    repeats: bool = False
    """Whether holding the key repeats it."""
    icon: str = ""
    in_menu: bool = True

    def obstacle(self, context: Context) -> str | None:
        """Why it cannot be used now; None when it can."""
        return None if self.why_not is None else self.why_not(context)


def transition(change: Transition) -> Callable[[Context], None]:
    """Make a command's function of a transition of the session."""

    def run(context: Context) -> None:
        context.session.apply(change)

    return run
