"""The reading window's composition root: builds and connects every part of a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot

from viewer.app import DECODERS
from viewer.app_frames import frame_store
from viewer.app_grey import GreyParts
from viewer.app_study_preferences import study_preferences
from viewer.commands.command import Command, Context
from viewer.commands.key_bindings import bind
from viewer.commands.study_commands import locked_desk, study_commands
from viewer.jobs.cine_clock import CineClock
from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.small_pictures import SmallPictures
from viewer.jobs.study_case import case_loader
from viewer.jobs.study_exams import StudyExams
from viewer.jobs.study_journal import StudyJournal
from viewer.jobs.study_keeper import StudyKeeper
from viewer.jobs.study_reveal import StudyReveal
from viewer.jobs.study_truth import ShownTruth
from viewer.loading.decode_pool import DecodePool
from viewer.session.session import Session
from viewer.session.state import Options, SessionState
from viewer.session.study_state import StudyChange, StudySession
from viewer.session.study_words import start_lines
from viewer.storage.places import Places
from viewer.storage.study_folder import StudyFolder
from viewer.study.journal import Journal
from viewer.study.projection import StudyProjection
from viewer.study.protocol import AiLayer, Phase, Protocol
from viewer.study.schedule import NextSession
from viewer.ui.actions import CommandActions
from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.pane_presenter import PanePresenter
from viewer.ui.series_list import SeriesList
from viewer.ui.status_bar import StatusBar
from viewer.ui.strip.slice_strip import SliceStrip
from viewer.ui.strip_presenter import StripPresenter
from viewer.ui.study import page_words
from viewer.ui.study.ai_section import AiSection
from viewer.ui.study.blind_messages import BlindMessages
from viewer.ui.study.case_screen import CaseScreen
from viewer.ui.study.central_page import CentralPage
from viewer.ui.study.event_writer import EventWriter
from viewer.ui.study.form_keeper import FormKeeper
from viewer.ui.study.form_panel import FormPanel
from viewer.ui.study.mark_presenter import MarkPresenter
from viewer.ui.study.phase_band import PhaseBand
from viewer.ui.study.presence import Presence
from viewer.ui.study.reading_desk import ReadingDesk
from viewer.ui.study.reading_flow import ReadingFlow
from viewer.ui.study.reading_recorder import ReadingRecorder
from viewer.ui.study.session_flow import SessionFlow, Workplace
from viewer.ui.study.study_bar import StudyBar
from viewer.ui.study.study_dialogs import StudyDialogs
from viewer.ui.study.study_window import StudyParts, StudyWindow
from viewer.ui.theme import use_text_size
from viewer.ui.window_desk import Show, show_modal

_OPTIONS = Options(ai_words=False)
DRAIN_S = 10.0
"""How long closing waits for the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStudy:
    """A study as it was opened for one reader."""

    folder: StudyFolder
    protocol: Protocol
    reader_id: str
    journal: Journal
    projection: StudyProjection
    """Every event so far."""
    turn: NextSession
    workplace: Workplace


class StudyProgram(QObject):
    """The whole reading window; needs a QApplication."""

    def __init__(
        self,
        *,
        study: OpenStudy,
        where: Places,
        keeper: StudyKeeper | None = None,
        show_dialog: Show = show_modal,
        confirm_loss: Callable[[int], bool] | None = None,
    ) -> None:
        """confirm_loss: asked before a close that would lose so many records."""
        super().__init__()
        self._opened = study
        self._where = where
        self._show_dialog = show_dialog
        self._confirm_loss = confirm_loss
        self._is_closed = False
        self._preferences = study_preferences(where)
        use_text_size(self._preferences.settings.text_percent)
        self.session, self.study = Session(SessionState(options=_OPTIONS)), StudySession()
        self.window = StudyWindow(session=self.session, study=self.study)
        self._make_jobs(keeper or StudyKeeper(study.folder.path))
        self._make_flow()
        self._make_window()
        self._connect()
        self._show_start()

    @property
    def session_id(self) -> str:
        """The session that is read."""
        return self._opened.turn.session_id or self._opened.protocol.sessions[-1].session_id

    @Slot()
    def close(self) -> None:
        """Keep everything, then let the window go; the reader may stay if something is not kept."""
        if self._is_closed:
            return
        self.flow.stop()
        if not self.journal.drain(wait_s=DRAIN_S):
            confirm = self._confirm_loss or self.dialogs.confirm_loss
            if not confirm(self.journal.waiting):
                return
        self._is_closed = True
        self.presence.stop()
        self.recorder.end()
        self.keeper.end()
        self.reveal.close()
        self.exams.close()
        self.files.close()
        for pictures in self.small_pictures:
            pictures.close()
        self.journal.close(wait_s=DRAIN_S)
        self.hanging.finish()
        # The widgets are going: whatever still changes, nobody shows it.
        self.session.changed.disconnect()
        self.study.changed.disconnect()
        self.actions.stop()
        self.window.let_close()

    def _close_window(self) -> None:
        self.window.close()

    def _make_jobs(self, keeper: StudyKeeper) -> None:
        opened = self._opened
        self.store = frame_store(self._preferences.settings)
        self.signals = DecodeSignals(self)
        self.pool = DecodePool(
            store=self.store,
            on_ready=self.signals.on_ready,
            on_failed=self.signals.on_failed,
            workers=DECODERS,
        )
        self.files = ExamFiles(
            session=self.session,
            store=self.store,
            pool=self.pool,
            signals=self.signals,
            parent=self,
        )
        self.small_pictures = tuple(
            SmallPictures(pool=self.pool, name=name, parent=self)
            for name in ("thumbnails", "patches")
        )
        self.cine = CineClock(session=self.session, parent=self)
        self.truth = ShownTruth(self)
        self.journal = StudyJournal(opened.journal, self)
        self.exams = StudyExams(
            load_case=case_loader(opened.folder, opened.protocol),
            load_draft=opened.journal.draft,
            parent=self,
        )
        self.reveal = StudyReveal(keeper, self)

    def _make_flow(self) -> None:
        opened = self._opened
        self.hanging = HangingView(session=self.session)
        self.pane_presenter = PanePresenter(
            session=self.session,
            hanging=self.hanging,
            files=self.files,
            signals=self.signals,
            truth=self.truth,
            parent=self,
        )
        self.grey = GreyParts(
            session=self.session, where=self._where, window=self.window, show=self._show_dialog
        )
        self.grey.take(self.hanging, self.pane_presenter)
        self.marks = MarkPresenter(
            session=self.session, study=self.study, panes=self.pane_presenter, parent=self
        )
        self.presence = Presence(self.window)
        self.screen = CaseScreen(
            protocol=opened.protocol,
            session=self.session,
            files=self.files,
            hanging=self.hanging,
            truth=self.truth,
            overlay=self._preferences.settings.overlay,
        )
        self.keeper = FormKeeper(
            session=self.session, study=self.study, journal=self.journal, parent=self
        )
        self.recorder = ReadingRecorder(
            session=self.session,
            study=self.study,
            journal=self.journal,
            presence=self.presence,
            is_on_screen=self.screen.is_on_screen,
            parent=self,
        )
        self.writer = EventWriter(
            study=self.study, journal=self.journal, projection=opened.projection, parent=self
        )
        self.reading = ReadingFlow(
            protocol=opened.protocol,
            study=self.study,
            writer=self.writer,
            journal=self.journal,
            reveal=self.reveal,
            screen=self.screen,
            keeper=self.keeper,
            recorder=self.recorder,
            parent=self,
        )
        self.flow = SessionFlow(
            protocol=opened.protocol,
            reader_id=opened.reader_id,
            session_id=self.session_id,
            workplace=opened.workplace,
            display=self.grey.display_words,
            study=self.study,
            writer=self.writer,
            exams=self.exams,
            reading=self.reading,
            parent=self,
        )

    def _make_window(self) -> None:
        layers = self._layers
        desk = ReadingDesk(
            session=self.session,
            study=self.study,
            flow=self.flow,
            reading=self.reading,
            marks=self.marks,
            to_form=lambda: self.panel.focus_first_open(),
            show_finished=lambda: self.dialogs.show_finished(),
            show_keys=lambda: self.dialogs.show_keys(self.commands, self._key_bindings),
            quit_=self._close_window,
        )
        self.commands = study_commands(desk, layers)
        ids = frozenset(command.id for command in self.commands)
        self._key_bindings = bind(self.commands, self._preferences.keys_of(ids))
        context = Context(session=self.session, desk=locked_desk())
        self.status = StatusBar()
        self.notices = NoticeBar()
        self.messages = BlindMessages(notices=self.notices, status=self.status, parent=self)
        for complaint in self._preferences.complaints:
            self.messages.notice(complaint)
        self.dialogs = StudyDialogs(
            study=self.study,
            flow=self.flow,
            writer=self.writer,
            questions=self._opened.protocol.questions,
            messages=self.messages,
            show=self._show_dialog,
            window=self.window,
        )
        self.keys = KeyDispatch(
            context=context,
            keys=self._key_bindings,
            refused=self._refused,
            commands=self.commands,
        )
        self.actions = CommandActions(
            context=context,
            keys=self._key_bindings,
            refused=self._refused,
            commands=self.commands,
            parent=self,
        )
        self._place_widgets(layers, ids)

    def _place_widgets(self, layers: frozenset[AiLayer] | None, ids: frozenset[str]) -> None:
        protocol = self._opened.protocol
        thumbnails, patches = self.small_pictures
        self.strip = SliceStrip()
        self.page = CentralPage()
        self.band = PhaseBand(study=self.study, session_id=self.session_id)
        self.series = SeriesList(session=self.session, files=self.files, pictures=thumbnails)
        ai = None
        if layers is not None:
            ai = AiSection(
                session=self.session,
                actions=self.actions,
                pictures=patches,
                layers=layers,
                switches=ids,
            )
        self.panel = FormPanel(
            study=self.study,
            questions=protocol.questions,
            ai=ai,
            reader_weight=protocol.analysis.hybrid_lambda if protocol.aided.hybrid else None,
        )
        self.strip_presenter = StripPresenter(
            session=self.session,
            strip=self.strip,
            files=self.files,
            signals=self.signals,
            parent=self,
        )
        self.window.place(
            StudyParts(
                bar=StudyBar(actions=self.actions, command_ids=ids),
                band=self.band,
                notices=self.notices,
                series=self.series,
                hanging=self.hanging,
                panel=self.panel,
                strip=self.strip,
                status=self.status,
                page=self.page,
            ),
            self.keys,
        )

    @property
    def _layers(self) -> frozenset[AiLayer] | None:
        """What some phase of this session shows of the AI; None where none does."""
        aided = any(Phase.AIDED in planned.phases for planned in self.flow.plan)
        return self._opened.protocol.aided.ai_layers if aided else None

    def _connect(self) -> None:
        self.panel.go_on_requested.connect(self.reading.go_on)
        self.panel.ai_requested.connect(self.reading.request_ai)
        self.panel.mark_chosen.connect(self.marks.go_to)
        self.panel.left.connect(self.window.setFocus)
        self.marks.refused.connect(self.messages.passing)
        self.band.retry_requested.connect(self.journal.retry)
        self.page.chosen.connect(self._choose)
        self.study.changed.connect(self._follow)
        self.window.closing.connect(self.close)
        self.grey.say_in(self.status, self.messages)
        menu = self.actions.pane_menu(self.window)
        for pane in self.hanging.panes.values():
            pane.setAcceptDrops(False)
            pane.menu_requested.connect(menu.popup)

    def _show_start(self) -> None:
        """The start page: what comes, or why it may not begin yet."""
        opened, plan = self._opened, self.flow.plan
        may_begin = opened.turn.may_open
        if may_begin:
            lines = start_lines(opened.protocol, self.session_id, plan, opened.turn.finished)
        else:
            lines = (opened.turn.in_words(),)
        self.page.show_words(
            page_words.start_words(
                title=opened.protocol.title,
                reader=f"Reader {opened.reader_id}, session {self.session_id}",
                lines=lines,
                may_begin=may_begin,
                is_resumed=self.flow.is_resumed,
            )
        )

    def _follow(self, change: StudyChange) -> None:
        """Say what the page between cases says, and keep buttons in step."""
        del change
        words = page_words.words_of(self.study.state)
        if words is not None:
            self.page.show_words(words)
        self.actions.refresh()

    @Slot(str)
    def _choose(self, action: str) -> None:
        actions: dict[str, Callable[[], object]] = {
            page_words.BEGIN: self.flow.begin,
            page_words.GO_ON: self.flow.go_on,
            page_words.RETRY: self.flow.try_again,
            page_words.PAUSE: self.flow.pause,
            page_words.LEAVE_OUT: self.dialogs.leave_out,
            page_words.LIST: self.dialogs.show_finished,
            page_words.CLOSE: self.window.close,
        }
        actions[action]()

    def _refused(self, command: Command, reason: str) -> None:
        self.messages.passing(f"{command.title.rstrip('…')}: {reason}.")
