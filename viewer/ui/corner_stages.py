"""Lays the stages that show corners of breasts as soon as it is known where the breasts lie."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from viewer.rendering.breast_shape import BreastShapes
from viewer.session.breast_reach import TissueBox
from viewer.session.corner_stages import LaidCorners, corner_images, corners_laid
from viewer.session.session import Change, Session

_LOOK_MS = 100


class CornerStages(QObject):
    """Looks at a stage when it hangs or its panes change, and until its images are decoded."""

    def __init__(
        self, *, session: Session, shapes: BreastShapes, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._shapes = shapes
        self._laid = LaidCorners()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._lay)
        session.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        if change.touches("stage_index", "protocol", "exam_id", "pane_sizes", "layout", "exams"):
            # Not at once: other parts have yet to hear of this change.
            self._timer.start(0)

    @Slot()
    def _lay(self) -> None:
        images = corner_images(self._session.state)
        boxes: dict[str, TissueBox] = {}
        for image in images:
            shape = self._shapes.of(image)
            if shape is not None:
                boxes[image.image_id] = (shape.top, shape.left, shape.bottom, shape.right)
        if boxes:
            framed, self._laid = corners_laid(self._session.state, boxes, self._laid)
            self._session.apply(lambda _: framed)
        if not all(self._shapes.is_settled(image) for image in images):
            self._timer.start(_LOOK_MS)
