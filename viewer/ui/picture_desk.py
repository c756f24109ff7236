"""Keeps pictures of what is on screen: files and clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from viewer.commands.shots import shot_of, shots_of
from viewer.domain.frame import Frame
from viewer.domain.hanging import Slot as PaneSlot
from viewer.errors import Problem
from viewer.export.file_names import picture_name
from viewer.export.shot import Shot, ShotGrid
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.task import Task, TaskProgress
from viewer.jobs.truth_outlines import TruthOutlines
from viewer.rendering.marks import TruthOutline
from viewer.session.session import Session
from viewer.ui.file_chooser import FileChooser
from viewer.ui.pictures import copy_picture, hanging_picture, pane_picture, save_picture
from viewer.ui.pictures_animation import write_figure_scroll, write_pane_scroll
from viewer.ui.pictures_figure import FIGURE_PANEL, Figure, NothingToShow
from viewer.ui.text_size import text_factor

_AS_ON_SCREEN = "PNG, as on screen (*.png)"
_NATIVE = "PNG, native resolution (*.png)"
_PNG = "PNG (*.png)"
_GIF = "GIF of the pane (*.gif)"
_MP4 = "MP4 of the pane (*.mp4)"
_FIGURE_GIF = "GIF of the figure (*.gif)"
_FIGURE_MP4 = "MP4 of the figure (*.mp4)"


class PictureDesk(QObject):
    """Makes pictures from the session's state; writing and painting happen in a thread."""

    kept = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(Problem)
    progressed = Signal(int, int)
    ended = Signal()

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        truth: TruthOutlines,
        chooser: FileChooser,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._files = files
        self._truth = truth
        self._chooser = chooser
        self._window = window
        self._task: Task[str] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a picture is being written."""
        return self._task is not None

    def save_pane(self) -> None:
        """Ask for a file and write the active pane."""
        shot = self._active_shot()
        chosen = self._ask("Save picture", _name_of(shot), (_AS_ON_SCREEN, _NATIVE))
        if chosen is not None:
            path, kind = chosen
            self._run(lambda _: _saved(((shot,),), path, native=kind == _NATIVE))

    def save_hanging(self) -> None:
        """Ask for a file and write all panes on screen."""
        grid = self._grid()
        name = picture_name(grid[0][0].exam_alias, what="hanging")
        chosen = self._ask("Save picture of all panes", name, (_AS_ON_SCREEN, _NATIVE))
        if chosen is not None:
            path, kind = chosen
            self._run(lambda _: _saved(grid, path, native=kind == _NATIVE))

    def copy_pane(self) -> None:
        """Put the active pane on the clipboard."""
        copy_picture(pane_picture(self._active_shot()))
        self.kept.emit("Picture copied.")

    def copy_hanging(self) -> None:
        """Put all panes on screen on the clipboard."""
        copy_picture(hanging_picture(self._grid()))
        self.kept.emit("Picture of all panes copied.")

    def save_figure(self) -> None:
        """Ask for a file and write the papers' figure of the active image."""
        shot = self._active_shot()
        chosen = self._ask("Save figure", _name_of(shot, what="figure"), (_PNG,))
        if chosen is None:
            return
        path, frame_of = chosen[0], self._frames_of(shot)
        # Where the screen has more pixels for an inch, so has the figure: as sharp when seen there.
        height = round(FIGURE_PANEL * self._window.devicePixelRatioF())

        def work(_: TaskProgress) -> str:
            figure = Figure(shot, frame_of, panel_height=height)
            save_picture(figure.picture(shot.state.slice_index), path)
            return f"Figure written to {path.name}."

        self._run(work)

    def save_animation(self) -> None:
        """Ask for a file and write the active image's slices."""
        shot = self._active_shot()
        formats = (_GIF, _MP4, _FIGURE_GIF, _FIGURE_MP4)
        chosen = self._ask("Save animation", _name_of(shot, what="scroll"), formats)
        if chosen is None:
            return
        path, kind = chosen
        frame_of = self._frames_of(shot)
        write = write_figure_scroll if kind in (_FIGURE_GIF, _FIGURE_MP4) else write_pane_scroll

        def work(progress: TaskProgress) -> str:
            write(path, shot, frame_of, report=progress.update)
            return f"Animation written to {path.name}."

        self._run(work)

    def cancel(self) -> None:
        """Stop writing; there will be no file."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.cancel()
        if self._task is not None:
            self._task.join()

    def _ask(self, title: str, name: str, formats: tuple[str, ...]) -> tuple[Path, str] | None:
        if self._task is not None:
            self.kept.emit("A picture is being written; wait for it or cancel it.")
            return None
        return self._chooser.file_to_save(self._window, title=title, name=name, formats=formats)

    def _run(self, work: Callable[[TaskProgress], str]) -> None:
        self._task = Task(_named(work), name="picture", parent=self)
        self._task.succeeded.connect(self._say_kept)
        self._task.failed.connect(self.failed)
        self._task.cancelled.connect(self._say_cancelled)
        self._task.progressed.connect(self.progressed)
        self._task.ended.connect(self._end)
        self.progressed.emit(0, 0)
        self._task.start()

    @Slot(object)
    def _say_kept(self, words: str) -> None:
        self.kept.emit(words)

    @Slot()
    def _say_cancelled(self) -> None:
        self.kept.emit("Cancelled; no file was written.")

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self.ended.emit()

    def _grid(self) -> ShotGrid:
        state, scale = self._session.state, self._text_scale
        return shots_of(state, self._files.frame, self._outlines, text_scale=scale)

    def _active_shot(self) -> Shot:
        state = self._session.state
        slot: PaneSlot = state.active
        scale = self._text_scale
        return shot_of(state, slot, self._files.frame, self._outlines, text_scale=scale)

    @property
    def _text_scale(self) -> float:
        """Words are as large as on screen, the reader's size of words included."""
        return self._window.devicePixelRatioF() * text_factor()

    def _outlines(self, image_id: str, slice_index: int) -> tuple[TruthOutline, ...]:
        state = self._session.state
        if state.exam is None or not state.overlay.truth:
            return ()
        return self._truth.of(state.exam, image_id, slice_index)

    def _frames_of(self, shot: Shot) -> Callable[[int], Frame]:
        """The slices of the shot's image; decodes and waits, so for a thread only."""
        if shot.stack is None:
            raise KeyError("an empty pane has no slices")
        frames = self._files.frames_for_ai(shot.stack.image_id)
        return lambda slice_index: Frame.cropped(frames.read_frame(slice_index))


def _saved(grid: ShotGrid, path: Path, *, native: bool) -> str:
    save_picture(hanging_picture(grid, native=native), path)
    return f"Picture written to {path.name}."


def _named(work: Callable[[TaskProgress], str]) -> Callable[[TaskProgress], str]:
    """Turn what a picture's own errors say into problems the user can act on."""

    def named(progress: TaskProgress) -> str:
        try:
            return work(progress)
        except NothingToShow as error:
            raise PictureRefused(str(error)) from error
        except ValueError as error:
            raise PictureRefused(str(error)) from error

    return named


class PictureRefused(Exception):
    """A picture that cannot be made of what is shown, or not in that format."""

    hint = "Run the AI on this image first, or choose another format."


def _name_of(shot: Shot, *, what: str = "") -> str:
    stack = shot.stack
    if stack is None:
        return picture_name(shot.exam_alias, what=what)
    view = "unknown-view" if stack.lacks_view else stack.title
    is_volume = stack.slices > 1 and what != "scroll"
    return picture_name(
        shot.exam_alias,
        view=view,
        slice_index=shot.state.slice_index if is_volume else None,
        what=what,
    )
