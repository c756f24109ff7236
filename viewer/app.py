"""The window's composition root: builds and connects every long-lived object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from inference.engine.apart import EngineApart
from inference.engine.interface import Engine
from viewer.app_access import AccessParts
from viewer.app_diagnostics import Diagnostics
from viewer.app_frames import FrameParts
from viewer.app_grey import GreyParts
from viewer.app_hanging import HangingParts
from viewer.app_marks import MarkParts
from viewer.app_moving import MovingParts
from viewer.app_studies_desk import studies_desk
from viewer.app_worklist import WorklistParts
from viewer.commands.command import Command, Context
from viewer.commands.key_bindings import KeyBindings
from viewer.commands.mark_key_commands import keys_now
from viewer.jobs.ai_runner import AiRunner
from viewer.jobs.cine_clock import CineClock
from viewer.jobs.demo_exam import DemoExam
from viewer.jobs.exam_search import ExamSearch
from viewer.jobs.inference_worker import InferenceWorker
from viewer.jobs.library_work import LibraryWork
from viewer.jobs.model_list import ModelList
from viewer.jobs.preferences import Preferences
from viewer.jobs.recent import Recent
from viewer.jobs.small_pictures import SmallPictures
from viewer.jobs.truth_outlines import TruthOutlines
from viewer.session.session import Session
from viewer.session.state import SessionState
from viewer.settings import Settings
from viewer.storage.accepted_licences import AcceptedLicences
from viewer.storage.model_library import ModelLibrary
from viewer.storage.places import Places
from viewer.storage.prediction_cache import PredictionCache
from viewer.ui.actions import CommandActions
from viewer.ui.empty_state import EmptyState
from viewer.ui.exam_menu import ExamMenu
from viewer.ui.file_chooser import FileChooser
from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch
from viewer.ui.licence_desk import LicenceDesk
from viewer.ui.main_window import MainWindow, WindowParts
from viewer.ui.messages import Messages
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.opening import Opening
from viewer.ui.pane_presenter import PanePresenter
from viewer.ui.panel.ai_header import AiHeader
from viewer.ui.panel.ai_panel import AiPanel
from viewer.ui.picture_desk import PictureDesk
from viewer.ui.screen_watch import ScreenWatch
from viewer.ui.series_list import SeriesList
from viewer.ui.status_bar import StatusBar
from viewer.ui.status_presenter import StatusPresenter
from viewer.ui.strip.slice_strip import SliceStrip
from viewer.ui.strip_presenter import StripPresenter
from viewer.ui.top_bar import TopBar
from viewer.ui.window_desk import Show, WindowDesk, show_modal

DECODERS = 2


class Program(QObject):
    """The whole program behind one window; needs a QApplication.

    Every part is made here and handed to the parts that need it. Jobs first, then widgets, then
    what connects them.
    """

    def __init__(
        self,
        *,
        where: Places,
        weights: Sequence[Path] = (),
        run_ai: bool | None = None,
        chooser: FileChooser | None = None,
        show_dialog: Show = show_modal,
        engine: Engine | None = None,
        new_engine: Callable[[], Engine] = EngineApart,
    ) -> None:
        """engine: where networks run; None is one of new_engine, by default processes apart."""
        super().__init__()
        self.engine = engine or new_engine()
        self._new_engine = new_engine
        self.preferences = Preferences(where=where, parent=self)
        self.preferences.use_once(weights=tuple(weights), ai_on_open=run_ai)
        settings = self.preferences.settings
        self.session = Session(SessionState(overlay=settings.overlay))
        self.diagnostics = Diagnostics(session=self.session, parent=self)
        self._make_jobs(where, settings)
        self._make_window(where, chooser or FileChooser(), show_dialog)
        self._connect()
        self._is_closed = False

    def open(self, paths: Sequence[Path]) -> None:
        """Search files and folders, and hang what is there."""
        self.opening.open(paths)

    @Slot()
    def close(self) -> None:
        """Stop everything that runs, and wait for it."""
        if self._is_closed:
            return
        self._is_closed = True
        self.studies.close()
        self.preferences.keep_overlay(self.session.state.overlay)
        self.worker.cancel()
        for part in (self.search, self.worklist, self.demo, self.pictures, self.truth):
            part.close()
        for others in (self.library, self.marks, self.hangings, self.recent):
            others.close()
        self.frames.close()
        for pictures in self.small_pictures:
            pictures.close()
        self.engine.stop()
        self.worker.close()
        self.engine.close()
        self.hanging.finish()
        # The widgets are going: whatever still changes, nobody shows it.
        self.session.changed.disconnect()
        self.actions.stop()
        self.diagnostics.close()

    def _make_jobs(self, where: Places, settings: Settings) -> None:
        self.frames = FrameParts(
            session=self.session, settings=settings, where=where, workers=DECODERS, parent=self
        )
        self.store, self.pool = self.frames.store, self.frames.pool
        self.signals, self.files = self.frames.signals, self.frames.files
        self.cache = PredictionCache(where.predictions, largest_bytes=settings.predictions_mb << 20)
        self.worker = InferenceWorker(cache=self.cache, parent=self)
        self.licences = AcceptedLicences(where.licences_file)
        self.library = LibraryWork(
            library=ModelLibrary(where.models), new_engine=self._new_engine, parent=self
        )
        self.runner = AiRunner(
            session=self.session,
            files=self.files,
            worker=self.worker,
            settings=settings,
            library=self.library.library,
            licences=self.licences,
            engine=self.engine,
            parent=self,
        )
        self.search = ExamSearch(self, announces=True)
        self.worklist = WorklistParts(
            session=self.session, files=self.files, search=self.search, where=where, parent=self
        )
        self.demo = DemoExam(folder=where.demo, parent=self)
        self.models = ModelList(settings, self)
        self.truth = TruthOutlines(files=self.files, parent=self)
        self.recent = Recent(
            file=where.recent_file, deidentified=settings.deidentified, parent=self
        )
        self.small_pictures = tuple(
            SmallPictures(pool=self.pool, name=name, parent=self)
            for name in ("thumbnails", "patches")
        )
        self.cine = CineClock(session=self.session, parent=self)

    def _make_window(self, where: Places, chooser: FileChooser, show_dialog: Show) -> None:
        self.window = MainWindow(session=self.session)
        self.grey = GreyParts(
            session=self.session, where=where, window=self.window, show=show_dialog, parent=self
        )
        self.status = StatusBar()
        self.notices = NoticeBar()
        self.messages = Messages(notices=self.notices, status=self.status, parent=self)
        self.pictures = PictureDesk(
            session=self.session,
            files=self.files,
            truth=self.truth,
            chooser=chooser,
            window=self.window,
        )
        self.studies = studies_desk(chooser=chooser, window=self.window, show=show_dialog)
        self.opening = Opening(
            session=self.session,
            search=self.search,
            files=self.files,
            runner=self.runner,
            recent=self.recent,
            ai_on_open=self.preferences.settings.ai_on_open,
            take_lists=self.worklist.take_lists,
            parent=self,
        )
        self.licence_desk = LicenceDesk(
            licences=self.licences, window=self.window, show=show_dialog
        )
        self.marks = MarkParts(
            session=self.session,
            files=self.files,
            where=where,
            chooser=chooser,
            show=show_dialog,
            window=self.window,
            messages=self.messages,
        )
        self.access = AccessParts(
            session=self.session,
            preferences=self.preferences,
            window=self.window,
            show=show_dialog,
            refused=self._refused,
        )
        self.hangings = HangingParts(
            session=self.session,
            preferences=self.preferences,
            where=where,
            window=self.window,
            show=show_dialog,
            messages=self.messages,
        )
        self.desk = WindowDesk(
            session=self.session,
            opening=self.opening,
            files=self.files,
            runner=self.runner,
            demo=self.demo,
            models=self.models,
            library=self.library,
            licences=self.licences,
            licence_desk=self.licence_desk,
            preferences=self.preferences,
            pictures=self.pictures,
            studies=self.studies,
            diagnosis=self.diagnostics.text,
            check_display=self.grey.check_display,
            marks=self.marks.desk,
            access=self.access.desk,
            frames=self.frames.show_in(
                status=self.status, messages=self.messages, window=self.window, show=show_dialog
            ),
            hangings=self.hangings.desk,
            chooser=chooser,
            window=self.window,
            show=show_dialog,
        )
        self._place_widgets(
            Context(session=self.session, desk=self.desk, noted=self.diagnostics.stalls.note)
        )

    def _place_widgets(self, context: Context) -> None:
        keys = self.preferences.keys
        self.keys = KeyDispatch(
            context=context, keys=keys, refused=self._refused, keys_now=keys_now
        )
        self.actions = CommandActions(
            context=context, keys=keys, refused=self._refused, parent=self
        )
        self.exam_menu = ExamMenu(
            session=self.session, recent=self.recent, actions=self.actions, parent=self.window
        )
        self.hanging = HangingView(session=self.session)
        self.strip = SliceStrip()
        self.empty = EmptyState(actions=self.actions, recent=self.recent)
        self.header = AiHeader(models=self.models, actions=self.actions)
        thumbnails, patches = self.small_pictures
        self.panel = AiPanel(
            session=self.session,
            actions=self.actions,
            header=self.header,
            pictures=patches,
            marks=self.marks.block,
        )
        self.series = SeriesList(session=self.session, files=self.files, pictures=thumbnails)
        self.top_bar = TopBar(session=self.session, actions=self.actions, exam_menu=self.exam_menu)
        parts = WindowParts(
            top_bar=self.top_bar,
            notices=self.notices,
            series=self.series,
            hanging=self.hanging,
            empty=self.empty,
            worklist=self.worklist.page(),
            panel=self.panel,
            strip=self.strip,
            status=self.status,
        )
        self.window.place(parts, self.keys)
        self.access.take(context, parts)

    def _connect(self) -> None:
        """Everything that listens to another part, besides the session's own listeners."""
        self._connect_panes(self.hanging)
        self.hangings.take(
            top_bar=self.top_bar,
            actions=self.actions,
            keys=self.keys,
            connect_panes=self._connect_panes,
        )
        self.grey.say_in(self.status, self.messages)
        self.strip_presenter = StripPresenter(
            session=self.session,
            strip=self.strip,
            files=self.files,
            signals=self.signals,
            parent=self,
        )
        self.status_presenter = StatusPresenter(
            session=self.session,
            status=self.status,
            search=self.search,
            demo=self.demo,
            pictures=self.pictures,
            runner=self.runner,
            worker=self.worker,
            parent=self,
        )
        self._connect_messages()
        self._connect_opening()
        self.worklist.connect_to(self.opening, self.messages)
        self.preferences.changed.connect(self._use_settings)
        self.preferences.keys_changed.connect(self._use_keys)
        self.header.demonstration_requested.connect(self.desk.use_demonstration)
        self.window.closing.connect(self.close)
        self.diagnostics.watch(self.window, self.hanging, self.store)

    def _connect_panes(self, hanging: HangingView) -> None:
        """Give the panes of a window what they show, and the mouse what it does."""
        panes = PanePresenter(
            session=self.session,
            hanging=hanging,
            files=self.files,
            signals=self.signals,
            truth=self.truth,
            parent=hanging,
        )
        self.grey.take(hanging, panes)
        MovingParts(session=self.session, hanging=hanging, parent=hanging)
        self.desk.moving.watch(hanging)
        ScreenWatch(
            session=self.session, hanging=hanging, preferences=self.preferences, parent=hanging
        )
        self.marks.take(hanging, self.actions)
        hanging.menu_requested.connect(self.actions.pane_menu(self.window).popup)
        hanging.files_dropped.connect(self.opening.open)

    def _connect_messages(self) -> None:
        problem = self.messages.problem
        for sender in (
            self.opening.problem,
            self.demo.failed,
            self.pictures.failed,
            self.studies.failed,
            self.licence_desk.failed,
        ):
            sender.connect(problem)
        for sender in (self.recent.not_kept, self.preferences.not_kept, self.truth.failed):
            sender.connect(problem)
        self.worker.noticed.connect(self.messages.notice)
        self.desk.moving.said.connect(self.messages.passing)
        self.desk.patient.noticed.connect(self.messages.notice)
        self.series.patient_questioned.connect(self.desk.patient.question)
        self.worker.licence_needed.connect(self.licence_desk.need)
        self.opening.said.connect(self.messages.passing)
        self.pictures.kept.connect(self.messages.passing)
        index = self.library.library.read().complaints
        single = filter(None, (self.licences.complaint, self.recent.complaint))
        for complaint in (*self.preferences.complaints, *index, *single):
            self.messages.notice(complaint)

    def _connect_opening(self) -> None:
        for dropped in (self.window.files_dropped, self.empty.files_dropped):
            dropped.connect(self.opening.open)
        for requested in (self.empty.reopen_requested, self.exam_menu.reopen_requested):
            requested.connect(self.opening.open)

    def _refused(self, command: Command, reason: str) -> None:
        self.messages.passing(f"{command.title.rstrip('…')}: {reason}.")

    @Slot(Settings)
    def _use_settings(self, settings: Settings) -> None:
        self.models.use(settings)
        self.runner.use(settings)
        self.frames.use(settings)
        self.opening.run_ai_on_open(settings.ai_on_open)
        self.recent.show_identity(deidentified=settings.deidentified)

    @Slot(KeyBindings)
    def _use_keys(self, keys: KeyBindings) -> None:
        self.keys.rebind(keys)
        self.actions.rebind(keys)
        for complaint in keys.complaints:
            self.messages.notice(complaint)
