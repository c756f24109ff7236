"""Which screen every pane lies on, and how large its device pixels are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QScreen

from viewer.domain.screen_pitch import ReportedScreen, ScreenPitch, pitch_of
from viewer.jobs.preferences import Preferences
from viewer.session.session import Change, Session
from viewer.session.true_size import pitches_known
from viewer.settings import Settings
from viewer.ui.hanging_view import HangingView

_MOVES = frozenset(
    {
        QEvent.Type.Show,
        QEvent.Type.Resize,
        QEvent.Type.ScreenChangeInternal,
        QEvent.Type.DevicePixelRatioChange,
    }
)


class ScreenWatch(QObject):
    """Keeps the pitches of one window's panes right while it moves between screens."""

    def __init__(
        self,
        *,
        session: Session,
        hanging: HangingView,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._hanging = hanging
        self._preferences = preferences
        # A window's move and what follows from it come as several events.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.measure)
        hanging.installEventFilter(self)
        session.changed.connect(self._follow)
        preferences.changed.connect(self._use)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenAdded.connect(self._soon.start)
            application.screenRemoved.connect(self._soon.start)

    @Slot()
    def measure(self) -> None:
        """Find out anew what the panes of this window lie on."""
        pitch = self._pitch(self._hanging.screen())
        pitches = dict.fromkeys(self._hanging.panes, pitch)
        self._session.apply(lambda state: pitches_known(state, pitches))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Measure when a hanging is shown, resized or moved to another screen."""
        if event.type() in _MOVES:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _follow(self, change: Change) -> None:
        if change.touches("protocol", "stage_index", "pane_sizes"):
            self._soon.start()

    @Slot(Settings)
    def _use(self, _settings: Settings) -> None:
        self.measure()

    def _pitch(self, screen: QScreen) -> ScreenPitch:
        reported = reported_screen(screen)
        widths = self._preferences.settings.screen_widths_mm
        return pitch_of(reported, widths.get(reported.name))


def reported_screen(screen: QScreen) -> ReportedScreen:
    """Return a screen as the system reports it."""
    ratio, size, millimetres = screen.devicePixelRatio(), screen.size(), screen.physicalSize()
    made = (screen.manufacturer(), screen.model(), screen.serialNumber())
    return ReportedScreen(
        name=" ".join(part for part in made if part) or screen.name() or "screen",
        device_width=round(size.width() * ratio),
        device_height=round(size.height() * ratio),
        width_mm=millimetres.width(),
        height_mm=millimetres.height(),
    )
