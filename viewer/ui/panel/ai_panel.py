"""The right panel: what the AI says, where it looked, how that is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.domain.ai_state import Done, prediction_of
from viewer.domain.image_stack import ImageStack
from viewer.jobs.small_pictures import PictureKey, PictureRequest, SmallPictures
from viewer.rendering.model_frame import is_malignant_dominant
from viewer.session.ai_results import finding_shown
from viewer.session.placing import brought_up
from viewer.session.session import Change, Session
from viewer.session.state import Finding, SessionState
from viewer.ui.actions import CommandActions
from viewer.ui.panel.ai_header import AiHeader
from viewer.ui.panel.breast_note import BreastNote
from viewer.ui.panel.image_detail import ImageDetail
from viewer.ui.panel.overlay_controls import OverlayControls
from viewer.ui.panel.patch_list import THUMBNAIL, PatchLine, PatchList
from viewer.ui.panel.score_lines import other_lines, score_lines
from viewer.ui.panel.score_table import ScoreTable
from viewer.ui.panel.scroll_fade import ScrollFade
from viewer.ui.text_size import follow_text_size, scaled

WIDTH = 300
_WIDEST_SHARE = 0.4
"""Of the window: beyond it large words wrap instead, so that the images keep most of the room."""
_LEAST_ROOM = 160
"""Logical pixels, at 100 % text, for scores: with less the overlay's switches scroll with them."""
_REFRESH_MS = 30


class AiPanel(QWidget):
    """Follows the session; clicks change it."""

    def __init__(
        self,
        *,
        session: Session,
        actions: CommandActions,
        header: AiHeader,
        pictures: SmallPictures,
        marks: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """marks: the list of marks, which stands below."""
        super().__init__(parent)
        self.setObjectName("aiPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window_width: int | None = None
        follow_text_size(self, self._take_width)
        self._session = session
        self._pictures = pictures
        self._pictured: tuple[str, ...] = ()
        self.header = header
        self.scores = ScoreTable(self)
        self.others = ScoreTable(self, name="Scores of other images")
        self.detail = ImageDetail(self)
        self.breast = BreastNote(self)
        self.patches = PatchList(self)
        self.controls = OverlayControls(session=session, actions=actions, parent=self)
        self._patch_title = _title("PATCHES", self)
        self._others_title = _title("OTHER IMAGES", self)
        self._lay_out(marks)
        self.scores.image_chosen.connect(self._bring_up)
        self.others.image_chosen.connect(self._bring_up)
        self.patches.patch_chosen.connect(self._go_to)
        pictures.made.connect(self._take_picture)
        # Words and bars may follow a moment later than the image.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        session.changed.connect(self._follow)
        self.refresh()

    def fit(self, window_width: int) -> None:
        """Take a width that leaves the images most of a window so wide, in logical pixels."""
        self._window_width = window_width
        self._take_width()

    def event(self, event: QEvent) -> bool:
        """Move the foot when a part grows or goes."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_foot()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Move the foot where there is room for it."""
        super().resizeEvent(event)
        self._place_foot()

    @Slot()
    def refresh(self) -> None:
        """Show the session as it is."""
        state = self._session.state
        self.header.show_state(state)
        self.scores.show_lines(score_lines(state), state.overlay.palette)
        self.scores.setVisible(state.exam is not None)
        self.breast.show_state(state)
        self.detail.show_state(state)
        self._show_patches(state)
        others = other_lines(state)
        self.others.show_lines(others, state.overlay.palette)
        self._others_title.setVisible(bool(others))
        self.others.setVisible(bool(others))

    def _lay_out(self, marks: QWidget) -> None:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.scores)
        column.addWidget(self.breast)
        column.addWidget(_rule(self))
        column.addWidget(self.detail)
        for title, widget in (
            (self._patch_title, self.patches),
            (self._others_title, self.others),
        ):
            column.addWidget(title)
            column.addWidget(widget)
        column.addStretch(1)
        self._column = column
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        ScrollFade(scroll)
        self._foot = QWidget(self)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(0)
        foot.addWidget(marks)
        foot.addWidget(_rule(self))
        foot.addWidget(self.controls)
        self._standing = QVBoxLayout(self)
        self._standing.setContentsMargins(0, 0, 0, 0)
        self._standing.setSpacing(0)
        self._standing.addWidget(self.header)
        self._standing.addWidget(scroll, 1)
        self._standing.addWidget(self._foot)

    def _take_width(self) -> None:
        width = scaled(WIDTH)
        if self._window_width is not None:
            width = min(width, max(WIDTH, round(_WIDEST_SHARE * self._window_width)))
        self.setFixedWidth(width)

    def _place_foot(self) -> None:
        """Marks and switches stand below the scores, or scroll with them in a low window."""
        taken = self.header.sizeHint().height() + self._foot.sizeHint().height()
        stands = self.height() - taken >= scaled(_LEAST_ROOM)
        if stands == (self._standing.indexOf(self._foot) >= 0):
            return
        if stands:
            self._column.removeWidget(self._foot)
            self._standing.addWidget(self._foot)
        else:
            self._standing.removeWidget(self._foot)
            self._column.addWidget(self._foot)

    def _show_patches(self, state: SessionState) -> None:
        image = state.active_image
        patches = state.patches_of(image.image_id) if image else ()
        self._patch_title.setVisible(bool(patches))
        self.patches.setVisible(bool(patches))
        if image is None or not patches:
            self.patches.show_lines(())
            self._pictured = ()
            return
        self.patches.show_lines(patch_lines(state, image))
        self._want_pictures(state, image)

    def _want_pictures(self, state: SessionState, image: ImageStack) -> None:
        """Ask for the pictures of another image or of a new result."""
        prediction = prediction_of(state.ai_of(image.image_id))
        pictured = (image.image_id, str(id(prediction)))
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
        if self._pictured and key[0] == self._pictured[0]:
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
            # Never the scores of one exam beside the images of another, not for a moment.
            self._timer.stop()
            self.refresh()
            return
        if change.keeps_images or self._timer.isActive():
            return
        if change.touches(
            "exams", "exam_id", "active", "panes", "ai", "breasts", "overlay", "finding"
        ):
            self._timer.start()


def patch_lines(state: SessionState, image: ImageStack) -> tuple[PatchLine, ...]:
    """The patches of an image as the list shows them; none without a result."""
    ai = state.ai_of(image.image_id)
    if not isinstance(ai, Done):
        return ()
    benign, malignant = state.overlay.palette.colours
    return tuple(
        PatchLine(
            number=number,
            attention=patch.attention,
            slice_index=patch.slice_index,
            slices=image.slices,
            colour=malignant
            if is_malignant_dominant(ai.prediction, patch.slice_index, patch.box)
            else benign,
            is_active=state.finding == Finding(image_id=image.image_id, number=number),
        )
        for number, patch in enumerate(ai.prediction.patches_by_attention, start=1)
    )


def _title(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName("section")
    label.setContentsMargins(12, 8, 12, 2)
    return label


def _rule(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("rule")
    return line
