"""The dark, quiet room: colours, style sheet, typeface."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from viewer.ui.fonts import load_fonts, text_font
from viewer.ui.text_size import BASE_PIXELS, font_pixels, is_size, scaled_sheet

CHROME = "#16181b"
RAISED = "#1c1f23"
HOVER = "#262a30"
LINE = "#2a2e33"
TEXT = "#c8ccd0"
SECONDARY = "#7d848c"
DISABLED = "#4e545b"
ACCENT = "#5b8fc9"
WARNING = "#d9a441"
ERROR = "#d9605a"

TEXT_PIXELS = BASE_PIXELS
SMALL_PIXELS = 12


def apply_theme(application: QApplication, *, text_percent: int = 100) -> None:
    """Make every window of the program dark, its words so large."""
    load_fonts()
    application.setStyle("Fusion")
    application.setPalette(_palette())
    set_text_size(application, text_percent)
    application.setWindowIcon(QIcon(str(icon_folder() / "tomolens.svg")))


def set_text_size(application: QApplication, text_percent: int) -> None:
    """Make the words of every window so large; windows that are open follow at once."""
    application.setFont(text_font(font_pixels(text_percent)))
    application.setStyleSheet(scaled_sheet(style_sheet(), text_percent))


def use_text_size(text_percent: int) -> None:
    """Make the words of the running program so large, unless they are already."""
    application = QApplication.instance()
    if isinstance(application, QApplication) and not is_size(text_percent):
        set_text_size(application, text_percent)


def style_sheet() -> str:
    """The style sheet with its colours filled in."""
    text = (resources.files("resources") / "style.qss").read_text(encoding="utf-8")
    colours = {
        "@chrome": CHROME,
        "@raised": RAISED,
        "@hover": HOVER,
        "@line": LINE,
        "@text": TEXT,
        "@secondary": SECONDARY,
        "@disabled": DISABLED,
        "@accent": ACCENT,
        "@warning": WARNING,
        "@error": ERROR,
    }
    for name, colour in colours.items():
        text = text.replace(name, colour)
    return text.replace("@icons", icon_folder().as_posix())


def icon_folder() -> Path:
    """Where the few pictures of our own are."""
    return Path(str(resources.files("resources"))) / "icons"


def _palette() -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: CHROME,
        QPalette.ColorRole.WindowText: TEXT,
        QPalette.ColorRole.Base: RAISED,
        QPalette.ColorRole.AlternateBase: CHROME,
        QPalette.ColorRole.ToolTipBase: RAISED,
        QPalette.ColorRole.ToolTipText: TEXT,
        QPalette.ColorRole.Text: TEXT,
        QPalette.ColorRole.PlaceholderText: SECONDARY,
        QPalette.ColorRole.Button: RAISED,
        QPalette.ColorRole.ButtonText: TEXT,
        QPalette.ColorRole.BrightText: ERROR,
        QPalette.ColorRole.Link: ACCENT,
        QPalette.ColorRole.Highlight: ACCENT,
        QPalette.ColorRole.HighlightedText: CHROME,
        QPalette.ColorRole.Mid: LINE,
        QPalette.ColorRole.Dark: CHROME,
        QPalette.ColorRole.Light: HOVER,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(DISABLED))
    return palette
