"""The menu of hanging protocols and their stages."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from viewer.domain.hanging_protocol import HangingProtocol
from viewer.session.session import Session
from viewer.session.staging import with_protocol
from viewer.ui.actions import CommandActions


class HangingMenu(QMenu):
    """Made anew each time it opens."""

    def __init__(
        self, *, session: Session, actions: CommandActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for protocol in self._session.state.protocols:
            self._add(protocol)
        state = self._session.state
        for number, stage in enumerate(state.extra_stages, start=len(state.protocol.stages)):
            if number == len(state.protocol.stages):
                self.addSection("Further views")
            self._add_stage(self, state.protocol, number, stage.title)
        self.addSeparator()
        for command_id in (
            "hanging.next_stage",
            "hanging.previous_stage",
            "view.maximise",
            "screen.second",
            "hanging.edit",
        ):
            self.addAction(self._actions.action(command_id))
        self._actions.refresh()

    def _add(self, protocol: HangingProtocol) -> None:
        if len(protocol.stages) == 1:
            self._add_stage(self, protocol, 0, protocol.title)
            return
        menu = self.addMenu(protocol.title)
        menu.menuAction().setToolTip(protocol.help)
        menu.menuAction().setCheckable(True)
        menu.menuAction().setChecked(protocol == self._session.state.protocol)
        for index, stage in enumerate(protocol.stages):
            self._add_stage(menu, protocol, index, f"{index + 1}  {stage.title}")

    def _add_stage(self, menu: QMenu, protocol: HangingProtocol, index: int, words: str) -> None:
        state = self._session.state
        action = menu.addAction(words)
        action.setToolTip(protocol.help)
        action.setCheckable(True)
        action.setChecked(state.protocol == protocol and state.stage_index == index)
        action.triggered.connect(
            lambda _=False: self._session.apply(lambda s: with_protocol(s, protocol, index))
        )
