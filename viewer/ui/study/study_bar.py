"""The thin bar above the images of a study: the viewer's tools, and nothing that leads out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from viewer.ui.actions import CommandActions
from viewer.ui.icons import icon
from viewer.ui.overflow import BarParts
from viewer.ui.overflow_bar import OverflowBar

_LEAST_WIDTH = 120
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


class StudyBar(OverflowBar):
    """Buttons made from those commands the window has."""

    def __init__(
        self,
        *,
        actions: CommandActions,
        command_ids: Collection[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(least_width=_LEAST_WIDTH, parent=parent)
        groups = [self._buttons(actions, command_ids, group) for group in _LEFT]
        right = self._buttons(actions, command_ids, _RIGHT)
        parts = BarParts(
            groups=((self._menu_button(actions),), *groups),
            right=right,
            more=self._more_button(),
            optional=(*right, *chain.from_iterable(groups)),
        )
        self.lay_out(parts)

    def _buttons(
        self, actions: CommandActions, known: Collection[str], wanted: Sequence[str]
    ) -> tuple[QToolButton, ...]:
        return tuple(self._button(actions, one) for one in wanted if one in known)

    def _button(self, actions: CommandActions, command_id: str) -> QToolButton:
        button = actions.button(command_id, self, words=command_id in _WORDS)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _menu_button(self, actions: CommandActions) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("mdi6.menu"))
        button.setToolTip("<b>Menu</b><br>Everything that can be done here.")
        button.setAccessibleName("Menu")
        button.setMenu(actions.main_menu(button))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _more_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("mdi6.chevron-double-right"))
        button.setToolTip("<b>More</b><br>What finds no room in the bar.")
        button.setAccessibleName("More")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button
