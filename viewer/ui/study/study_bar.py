"""The thin bar above the images of a study: the viewer's tools, and nothing that leads out."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.ui.actions import CommandActions
from viewer.ui.icons import icon

_HEIGHT = 40
_ICON = QSize(20, 20)
_LEFT: tuple[tuple[str, ...], ...] = (
    ("view.maximise", "view.dbt", "view.synthetic", "view.ffdm", "view.extra"),
    ("image.tool", "image.invert", "image.fit", "image.actual_pixels", "image.reset"),
    ("slice.cine", "slice.link"),
    ("study.mark",),
    ("ai.overlay", "ai.previous_finding", "ai.next_finding"),
)
_RIGHT = (
    "screen.text",
    "screen.left_panel",
    "screen.strip",
    "screen.full",
    "study.finished",
    "study.pause",
    "help.keys",
)
_WORDS = {"view.dbt", "view.synthetic", "view.ffdm"}


class StudyBar(QWidget):
    """Buttons made from those commands the window has."""

    def __init__(
        self,
        *,
        actions: CommandActions,
        command_ids: Collection[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(1)
        layout.addWidget(self._menu_button(actions))
        title = QLabel("Tomolens study", self)
        title.setObjectName("heading")
        title.setContentsMargins(8, 0, 8, 0)
        layout.addWidget(title)
        for group in _LEFT:
            wanted = [command_id for command_id in group if command_id in command_ids]
            if wanted:
                divider = QFrame(self)
                divider.setObjectName("divider")
                layout.addWidget(divider)
            for command_id in wanted:
                layout.addWidget(self._button(actions, command_id))
        layout.addStretch(1)
        for command_id in _RIGHT:
            if command_id in command_ids:
                layout.addWidget(self._button(actions, command_id))

    def _button(self, actions: CommandActions, command_id: str) -> QToolButton:
        button = actions.button(command_id, self, words=command_id in _WORDS)
        button.setIconSize(_ICON)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _menu_button(self, actions: CommandActions) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("mdi6.menu"))
        button.setIconSize(_ICON)
        button.setToolTip("<b>Menu</b><br>Everything that can be done here.")
        button.setAccessibleName("Menu")
        button.setMenu(actions.main_menu(button))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button
