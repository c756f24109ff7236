"""The thin bar above the images of a study: the viewer's tools, and nothing that leads out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from viewer.ui.actions import CommandActions
from viewer.ui.icons import icon
from viewer.ui.overflow import BarParts, Overflow
from viewer.ui.text_size import follow_text_size, scaled

_HEIGHT = 40
_ICON = 20
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
        groups = [self._buttons(actions, command_ids, group) for group in _LEFT]
        right = self._buttons(actions, command_ids, _RIGHT)
        parts = BarParts(
            groups=((self._menu_button(actions),), *groups),
            right=right,
            more=self._more_button(),
            optional=(*right, *chain.from_iterable(groups)),
        )
        self._overflow = Overflow(bar=self, parts=parts)
        follow_text_size(self, self._grow)

    @property
    def overflow(self) -> Overflow:
        """What finds no room, and the menu it is in."""
        return self._overflow

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the menus; everything else may go into the last of them."""
        return QSize(scaled(120), scaled(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new room."""
        super().resizeEvent(event)
        self._overflow.fit()

    def event(self, event: QEvent) -> bool:
        """Fit anew when a button takes another font, or the bar comes to the screen."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._overflow.fit()
        return handled

    def _grow(self) -> None:
        """Take the size of words."""
        self.setFixedHeight(scaled(_HEIGHT))
        for button in self.findChildren(QToolButton):
            button.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))
        self._overflow.fit()

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
