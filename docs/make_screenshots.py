"""Makes every picture of docs/screenshots again: the real window on a phantom exam.

Run it as `make screenshots`. It opens the demonstration exam, lets the shipped models read it,
drives the window by its own commands and grabs what it shows.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QDialog
from screenshots_reading import show_reading, two_studies

from inference.training.phantoms import DEMO_SEED
from viewer.app import Program
from viewer.commands.command import Context
from viewer.commands.table import by_id, perform
from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.ai_results import unfinished
from viewer.session.breast_results import unfinished_breasts
from viewer.storage.places import places
from viewer.ui.file_chooser import FileChooser
from viewer.ui.theme import apply_theme

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "screenshots"
WEIGHTS = HERE.parent / "resources" / "weights"
WINDOW = (1920, 1080)
SLICES = 32
MINUTES = 10


class PicturesFolder(FileChooser):
    """Answers every question for a file name with one in docs/screenshots."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""

    def file_to_save(
        self, parent: object, *, title: str, name: str, formats: tuple[str, ...]
    ) -> tuple[Path, str]:
        """The file that is to be made."""
        path = PICTURES / self.name
        kind = next(kind for kind in formats if path.suffix in kind)
        return path, kind


class Photographer:
    """Drives one window and grabs it."""

    def __init__(self, app: QApplication, home: Path) -> None:
        self._app = app
        self.chooser = PicturesFolder()
        self.dialog_name = ""
        self.program = Program(
            where=places({**os.environ, "TOMOLENS_HOME": str(home)}),
            run_ai=True,
            chooser=self.chooser,
            show_dialog=self._grab_dialog,
        )
        self._context = Context(session=self.program.session, desk=self.program.desk)
        self._commands = by_id()
        self.program.window.resize(*WINDOW)
        self.program.window.show()

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the program work until a condition holds."""
        deadline = QDeadlineTimer(MINUTES * 60_000)
        while not until():
            if deadline.hasExpired():
                raise TimeoutError("the window did not get there in time")
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

    def settle(self) -> None:
        """Wait until frames, AI and antialiased pictures are on screen."""
        self.wait(lambda: not self.program.search.is_running)
        self.wait(lambda: not unfinished(self.program.session.state))
        self.wait(lambda: not unfinished_breasts(self.program.session.state))
        self.wait(self._is_drawn)
        self.wait(lambda: self.program.pool.idle())
        for pane in self.program.hanging.panes.values():
            pane.finish_rendering()
        # Words beside the images follow the state a moment later.
        rest = QDeadlineTimer(500)
        self.wait(rest.hasExpired)

    def do(self, command_id: str) -> None:
        """Run a command as its key would."""
        refused = perform(self._commands[command_id], self._context)
        if refused is not None:
            raise RuntimeError(f"{command_id}: {refused}")

    def grab(self, name: str) -> None:
        """Keep a picture of the window."""
        self.settle()
        _keep(self.program.window.grab(), name)

    def ask(self, command_id: str, name: str) -> None:
        """Keep a picture of the dialog that a command shows."""
        self.dialog_name = name
        self.do(command_id)

    def save(self, command_id: str, name: str) -> None:
        """Let a command write a picture of its own."""
        path = PICTURES / name
        path.unlink(missing_ok=True)
        self.chooser.name = name
        self.do(command_id)
        self.wait(lambda: not self.program.pictures.is_running)
        if not path.is_file():
            raise RuntimeError(f"{command_id} wrote no {name}")

    def _grab_dialog(self, dialog: QDialog) -> bool:
        dialog.show()
        library = self.program.library
        self.wait(lambda: not library.is_running)
        for _ in range(10):
            self._app.processEvents()
        _keep(dialog.grab(), self.dialog_name)
        dialog.close()
        dialog.deleteLater()
        return False

    def _is_drawn(self) -> bool:
        shown = self.program.session.state.shown_slots
        scenes = [self.program.hanging.panes[slot].scene for slot in shown]
        return all(
            scene is not None and (scene.viewport is None or scene.image is not None)
            for scene in scenes
        )


def _keep(picture: QPixmap, name: str) -> None:
    path = PICTURES / name
    if not picture.save(str(path)):
        raise OSError(f"cannot write {path.name}")


def _exam(folder: Path) -> Path:
    """The demonstration exam."""
    made = write_phantom_exams(folder, exams=1, seed=DEMO_SEED, slices=SLICES)[0]
    return made.folder


def _read_exam(photographer: Photographer, exam: Path) -> None:
    program = photographer.program
    photographer.grab("start.png")
    program.desk.use_demonstration()
    program.open([exam])
    photographer.wait(lambda: program.session.state.exam is not None)
    photographer.settle()
    photographer.do("ai.next_finding")
    photographer.grab("hanging.png")
    photographer.do("view.maximise")
    photographer.grab("finding.png")
    photographer.do("image.actual_pixels")
    photographer.grab("actual-pixels.png")
    photographer.do("image.fit")
    photographer.do("ai.palette")
    photographer.grab("colour-blind-safe.png")
    photographer.do("ai.palette")
    photographer.do("view.kind")
    photographer.grab("synthetic.png")
    photographer.do("view.kind")
    photographer.grab("ffdm.png")
    photographer.do("view.kind")
    photographer.do("view.maximise")
    for command in ("screen.left_panel", "screen.right_panel", "screen.strip"):
        photographer.do(command)
    photographer.grab("images-only.png")
    for command in ("screen.left_panel", "screen.right_panel", "screen.strip"):
        photographer.do(command)


def _show_dialogs(photographer: Photographer) -> None:
    photographer.ask("help.keys", "keys.png")
    photographer.ask("help.about", "about.png")
    photographer.ask("exam.settings", "settings.png")
    photographer.ask("ai.models", "models.png")


def _show_trouble(photographer: Photographer, folder: Path) -> None:
    """A folder with a view nobody knows, and files that cannot be used."""
    from PIL import Image

    folder.mkdir()
    grey = Image.linear_gradient("L").resize((600, 900))
    grey.save(folder / "scan.png")
    (folder / "notes.txt").write_text("not an image\n")
    (folder / "cut_L-CC.png").write_bytes((folder / "scan.png").read_bytes()[:200])
    photographer.program.open([folder])
    photographer.wait(lambda: photographer.program.search.is_running)
    photographer.grab("unknown-view.png")
    photographer.ask("exam.skipped", "skipped.png")
    photographer.ask("exam.assign_views", "assign-views.png")


def _save_pictures(photographer: Photographer) -> None:
    photographer.save("picture.save_hanging", "annotated-hanging.png")
    photographer.save("picture.save_pane", "annotated-pane.png")
    photographer.save("picture.figure", "figure.png")


def main() -> None:
    """Make all pictures."""
    app = QApplication(sys.argv[:1])
    apply_theme(app)
    PICTURES.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="tomolens-screenshots-"))
    photographer = Photographer(app, home / "home")
    try:
        _read_exam(photographer, _exam(home / "exam"))
        _save_pictures(photographer)
        _show_dialogs(photographer)
        show_reading(photographer, two_studies(home / "exam" / "exam_0001", home / "studies"))
        _show_trouble(photographer, home / "trouble")
    finally:
        photographer.program.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main()
