"""What commands reach beside the session: dialogs, files, the AI, pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QWidget

from viewer.commands.cheat_sheet import cheat_sheet
from viewer.commands.command import MarkDesk
from viewer.commands.key_bindings import KeyBindings
from viewer.commands.table import COMMANDS
from viewer.jobs.ai_runner import AiRunner
from viewer.jobs.demo_exam import DemoExam
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.library_work import LibraryWork
from viewer.jobs.model_list import ModelList
from viewer.jobs.preferences import Preferences
from viewer.session.session import Session
from viewer.settings import Settings
from viewer.storage.accepted_licences import AcceptedLicences
from viewer.ui.access_desk import AccessDesk
from viewer.ui.dialogs.about import AboutDialog
from viewer.ui.dialogs.assign_views import AssignViewsDialog
from viewer.ui.dialogs.cheat_sheet import CheatSheet
from viewer.ui.dialogs.diagnostics import DiagnosticsDialog
from viewer.ui.dialogs.models import ModelsDialog
from viewer.ui.dialogs.screen_width import ScreenWidthDialog
from viewer.ui.dialogs.settings import SettingsDialog
from viewer.ui.dialogs.skipped import SkippedDialog
from viewer.ui.file_chooser import FileChooser
from viewer.ui.frame_desk import FrameDesk
from viewer.ui.hanging_desk import HangingDesk
from viewer.ui.licence_desk import LicenceDesk
from viewer.ui.moving_desk import MovingDesk
from viewer.ui.opening import Opening
from viewer.ui.patient_desk import PatientDesk
from viewer.ui.picture_desk import PictureDesk
from viewer.ui.studies_desk import StudiesDesk

Show = Callable[[QDialog], bool]
"""Shows a dialog until it is closed; whether it was accepted."""


def show_modal(dialog: QDialog) -> bool:
    """Show a dialog until it is closed; whether it was accepted."""
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted


class WindowDesk(QObject):
    """The desk of the main window; see viewer.commands.command.Desk."""

    def __init__(
        self,
        *,
        session: Session,
        opening: Opening,
        files: ExamFiles,
        runner: AiRunner,
        demo: DemoExam,
        models: ModelList,
        library: LibraryWork,
        licences: AcceptedLicences,
        licence_desk: LicenceDesk,
        preferences: Preferences,
        pictures: PictureDesk,
        studies: StudiesDesk,
        diagnosis: Callable[[], str],
        check_display: Callable[[], None],
        marks: MarkDesk,
        access: AccessDesk,
        frames: FrameDesk,
        hangings: HangingDesk,
        chooser: FileChooser,
        window: QWidget,
        show: Show = show_modal,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._opening = opening
        self._files = files
        self._runner = runner
        self._demo = demo
        self._models = models
        self._library = library
        self._licences = licences
        self._licence_desk = licence_desk
        self._preferences = preferences
        self._pictures = pictures
        self._studies = studies
        self._diagnosis = diagnosis
        self._check_display = check_display
        self._marks = marks
        self._access = access
        self._frames = frames
        self._hangings = hangings
        self._chooser = chooser
        self._window = window
        self._show = show
        self.moving = MovingDesk(session=session, files=files, parent=self)
        self.patient = PatientDesk(session=session, window=window, show=show)
        demo.made.connect(self._open_made)
        licence_desk.accepted.connect(self._run_accepted)

    @property
    def marks(self) -> MarkDesk:
        """Dialogs and list of the reader's marks."""
        return self._marks

    @property
    def hangings(self) -> HangingDesk:
        """Hanging protocols and screens."""
        return self._hangings

    @property
    def access(self) -> AccessDesk:
        """The palette, the keyboard's place, the size of words."""
        return self._access

    def open_files(self) -> None:
        """Ask for files and open them."""
        paths = self._chooser.files_to_open(self._window)
        if paths:
            self._opening.open(paths)

    def open_folder(self) -> None:
        """Ask for a folder and open what is in it."""
        folder = self._chooser.folder_to_open(self._window)
        if folder is not None:
            self._opening.open([folder])

    def open_demo(self) -> None:
        """Make a phantom exam and open it."""
        if self._models.is_empty:
            self.use_demonstration()
        self._demo.make()

    def show_skipped(self) -> None:
        """List the files of the last search that are not shown, and why."""
        self._show(SkippedDialog(self._opening.last_result, self._window))

    def assign_views(self) -> None:
        """Let the user say which view an unidentified image is."""
        exam = self._session.state.exam
        if exam is None:
            return
        dialog = AssignViewsDialog(exam, self._window)
        if self._show(dialog):
            for image_id, view in dialog.assigned.items():
                located = self._files.located(exam.exam_id)
                if located is not None:
                    self._files.assign_view(located.exam, image_id, view)
            self._run_or_explain()

    def next_quadrant(self) -> None:
        """Show the next quarter of the active image's breast."""
        self.moving.step_quadrant(1)

    def previous_quadrant(self) -> None:
        """Show the quarter before."""
        self.moving.step_quadrant(-1)

    def pick_point(self) -> None:
        """Pick the point under the pointer, or forget the one that is picked."""
        self.moving.pick_point()

    def offer_same_spot(self) -> None:
        """Show the next slice of the volume that is offered for the picked point."""
        self.moving.offer_same_spot()

    def put_image(self) -> None:
        """Let the user choose an image for the active pane."""
        self.patient.put_image()

    def confirm_patient(self) -> None:
        """Compare a study of the same patient id whose name or birth date differs."""
        self.patient.confirm_patient()

    def why_no_ai(self) -> str | None:
        """Why the AI cannot run on the exam that hangs; None when it can."""
        return self._runner.why_not(self._session.state.exam)

    def run_ai(self) -> None:
        """Queue every image of the exam that a model serves and that has no result."""
        self._licence_desk.forget_declined()
        self._run_accepted()

    def cancel_ai(self) -> None:
        """Stop the running prediction and empty the queue."""
        self._runner.cancel()

    def choose_models(self) -> None:
        """Show which weights are used, and let the user choose others."""
        dialog = ModelsDialog(
            settings=self._preferences.settings,
            work=self._library,
            licences=self._licences,
            agree=self._licence_desk.agree,
            show=self._show,
            parent=self._window,
        )
        is_accepted = self._show(dialog)
        # What was changed on disk, in or out of the dialog, is seen by the next prediction.
        self._runner.read_models_anew()
        self._use_models(dialog.settings if is_accepted else dialog.kept_settings)

    @Slot()
    def use_demonstration(self) -> None:
        """Use the shipped weights in this window; they are not kept in the settings."""
        settings = replace(
            self._preferences.settings, weights=self._models.demonstration, serving={}
        )
        self._preferences.use_once(settings)
        self._run_or_explain()

    def save_pane_picture(self) -> None:
        """Ask for a file and write the active pane as it is on screen."""
        self._pictures.save_pane()

    def save_hanging_picture(self) -> None:
        """Ask for a file and write all panes as they are on screen."""
        self._pictures.save_hanging()

    def copy_pane_picture(self) -> None:
        """Put the active pane on the clipboard."""
        self._pictures.copy_pane()

    def copy_hanging_picture(self) -> None:
        """Put all panes on the clipboard."""
        self._pictures.copy_hanging()

    def save_figure(self) -> None:
        """Ask for a file and write the papers' figure of the active image."""
        self._pictures.save_figure()

    def save_animation(self) -> None:
        """Ask for a file and write the active image's slices as an animation."""
        self._pictures.save_animation()

    def design_study(self) -> None:
        """Show the study wizard."""
        self._studies.design()

    def read_study(self) -> None:
        """Ask for a study and a reader, and start the reading window."""
        self._studies.read()

    def analyse_study(self) -> None:
        """Show the analysis window."""
        self._studies.analyse()

    def clear_image_cache(self) -> None:
        """Ask, then delete the decoded slices on disk."""
        self._frames.clear_cache()

    def measure_screen(self) -> None:
        """Ask how wide the screen of the active pane is, and keep it in the settings."""
        state = self._session.state
        pitch = state.pitches.get(state.active)
        if pitch is None:
            return
        dialog = ScreenWidthDialog(pitch, self._window)
        if self._show(dialog):
            settings = self._preferences.settings
            widths = {**settings.screen_widths_mm, pitch.screen.name: dialog.width_mm}
            self._preferences.change(replace(settings, screen_widths_mm=widths))

    def show_settings(self) -> None:
        """Show the settings."""
        dialog = SettingsDialog(
            settings=self._preferences.settings,
            own_keys=self._preferences.own_keys,
            automatic=self._frames.automatic_limits,
            parent=self._window,
        )
        if self._show(dialog):
            self._preferences.change(dialog.settings)
            self._preferences.change_keys(dialog.keys.own)

    def show_cheat_sheet(self) -> None:
        """Show every key."""
        keys: KeyBindings = self._preferences.keys
        self._show(CheatSheet(cheat_sheet(COMMANDS, keys), self._window))

    def show_about(self) -> None:
        """Show version, licence and intended use."""
        self._show(AboutDialog(self._window))

    def check_display(self) -> None:
        """Show the test pattern and the calibration of the screen."""
        self._check_display()

    def show_diagnostics(self) -> None:
        """Show how quickly the window answered."""
        self._show(DiagnosticsDialog(self._diagnosis(), self._window))

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    @Slot(list)
    def _open_made(self, folders: list[Path]) -> None:
        self._opening.open(folders)

    @Slot()
    def _run_accepted(self) -> None:
        exam = self._session.state.exam
        if exam is not None:
            self._runner.run(exam)

    def _use_models(self, settings: Settings) -> None:
        if settings != self._preferences.settings:
            self._preferences.change(settings)
            self._licence_desk.forget_declined()
            self._run_or_explain()

    def _run_or_explain(self) -> None:
        exam = self._session.state.exam
        if exam is None:
            return
        if self._preferences.settings.ai_on_open:
            self._runner.run(exam)
        else:
            self._runner.explain(exam)
