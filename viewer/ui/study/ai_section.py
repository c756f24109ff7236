"""What the AI says, as far as the phase may show it: image scores, patches, switches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from viewer.domain.ai_state import prediction_of
from viewer.domain.image_stack import ImageStack
from viewer.jobs.small_pictures import PictureKey, PictureRequest, SmallPictures
from viewer.session.ai_results import finding_shown
from viewer.session.placing import brought_up
from viewer.session.session import Change, Session
from viewer.session.state import Finding, SessionState
from viewer.study.protocol import AiLayer
from viewer.ui.actions import CommandActions
from viewer.ui.flow_layout import FlowLayout
from viewer.ui.panel.ai_panel import patch_lines
from viewer.ui.panel.patch_list import THUMBNAIL, PatchList
from viewer.ui.panel.score_line import LineLook
from viewer.ui.panel.score_lines import other_lines, score_lines
from viewer.ui.panel.score_table import ScoreTable

_REFRESH_MS = 30
_GAP = 10
_SWITCHES = (
    ("ai.overlay", "Overlay"),
    ("ai.malignant", "Malignant"),
    ("ai.benign", "Benign"),
    ("ai.boxes", "Boxes"),
)


class AiSection(QWidget):
    """Follows the session; hidden until the study shows the AI.

    layers: what may be shown; scores of images, patches and switches of other layers are not made.
    """

    def __init__(
        self,
        *,
        session: Session,
        actions: CommandActions,
        pictures: SmallPictures,
        layers: frozenset[AiLayer],
        switches: frozenset[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._pictures = pictures
        self._layers = layers
        self._pictured: tuple[str, str] | None = None
        self.title = QLabel("AI", self)
        self.title.setObjectName("section")
        self.scores = ScoreTable(self)
        self.patches = PatchList(self)
        self._boxes: dict[str, QCheckBox] = {}
        self._lay_out(actions, switches)
        self.scores.image_chosen.connect(self._bring_up)
        self.patches.patch_chosen.connect(self._go_to)
        pictures.made.connect(self._take_picture)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        session.changed.connect(self._follow)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the session as it is."""
        state = self._session.state
        self.setVisible(bool(state.ai))
        if not state.ai:
            self._pictured = None
            return
        if AiLayer.SCORES in self._layers:
            lines = [*score_lines(state), *other_lines(state)]
            summary = (LineLook.MODEL, LineLook.EXAM, LineLook.BREAST)
            scored = [one for one in lines if one.scores is not None or one.look in summary]
            self.scores.show_lines(scored, state.overlay.palette)
        self.scores.setVisible(AiLayer.SCORES in self._layers)
        self._show_patches(state)

    def _lay_out(self, actions: CommandActions, switches: frozenset[str]) -> None:
        row = FlowLayout(gap=_GAP)
        row.setContentsMargins(12, 0, 12, 0)
        for command_id, words in _SWITCHES:
            if command_id in switches:
                row.addWidget(self._switch(actions, command_id, words))
        self.title.setContentsMargins(12, 8, 12, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(5)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.scores)
        column.addWidget(self.patches)

    def _switch(self, actions: CommandActions, command_id: str, words: str) -> QCheckBox:
        """A switch is a command; its words on hover name the key."""
        box = QCheckBox(words, self)
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        action = actions.action(command_id)
        box.clicked.connect(action.trigger)

        def follow() -> None:
            box.setChecked(action.isChecked())
            box.setEnabled(action.isEnabled())
            box.setToolTip(action.toolTip())

        action.changed.connect(follow)
        follow()
        self._boxes[command_id] = box
        return box

    def _show_patches(self, state: SessionState) -> None:
        image = state.active_image
        lines = patch_lines(state, image) if image is not None else ()
        is_shown = bool(lines) and AiLayer.PATCHES in self._layers
        self.patches.setVisible(is_shown)
        self.patches.show_lines(lines if is_shown else ())
        if image is not None and is_shown:
            self._want_pictures(state, image)

    def _want_pictures(self, state: SessionState, image: ImageStack) -> None:
        pictured = (image.image_id, str(id(prediction_of(state.ai_of(image.image_id)))))
        if pictured == self._pictured:
            return
        self._pictured = pictured
        self.patches.forget_pictures()
        side = round(THUMBNAIL * self.devicePixelRatioF())
        self._pictures.want(
            [
                PictureRequest(
                    key=(image.image_id, number),
                    stack=image,
                    slice_index=patch.slice_index,
                    box=patch.box,
                    width=side,
                    height=side,
                )
                for number, patch in enumerate(state.patches_of(image.image_id), start=1)
            ]
        )

    @Slot(object, object)
    def _take_picture(self, key: PictureKey, picture: NDArray[np.uint8]) -> None:
        if self._pictured is not None and key[0] == self._pictured[0]:
            self.patches.show_picture(key[1], picture)

    @Slot(str)
    def _bring_up(self, image_id: str) -> None:
        self._session.apply(lambda state: brought_up(state, image_id))

    @Slot(int)
    def _go_to(self, number: int) -> None:
        image_id = self._session.state.active_pane.image_id
        if image_id is not None:
            finding = Finding(image_id=image_id, number=number)
            self._session.apply(lambda state: finding_shown(state, finding))

    def _follow(self, change: Change) -> None:
        if change.touches("exam_id"):
            self._timer.stop()
            self.refresh()
        elif not change.is_scrolling and change.touches("ai", "active", "panes", "overlay"):
            self._timer.start()
