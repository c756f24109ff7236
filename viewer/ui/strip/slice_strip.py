"""The slice slider of the active pane, with the AI's findings beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.rendering.strip import StripData
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.kept_layer import KeptLayer
from viewer.ui.pane.mouse import wheel_steps
from viewer.ui.strip.series_painting import series_words
from viewer.ui.strip.strip_layout import StripLayout
from viewer.ui.strip.strip_painting import paint_strip
from viewer.ui.text_size import follow_text_size, scaled, text_factor

_HEIGHT = 64


class SliceStrip(QWidget):
    """Shows where the reader is in the stack and where the AI found something; a click goes there.

    Takes no keyboard focus and takes it away from others when clicked, so that arrow keys go on
    scrolling slices.
    """

    slice_chosen = Signal(int)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        load_fonts()
        self._strip: StripData | None = None
        self._wheel = wheel_steps()
        self._kept = KeptLayer()
        # Nothing behind it need be painted first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Slices")
        follow_text_size(self, self.updateGeometry)

    @property
    def strip(self) -> StripData | None:
        """What is shown."""
        return self._strip

    @property
    def pictures_made(self) -> int:
        """How often what stays the same from slice to slice was put into a picture."""
        return self._kept.pictures_made

    def show_strip(self, strip: StripData | None) -> None:
        """Show the strip of an image; None when there is none."""
        self._strip = strip
        self.setAccessibleDescription("" if strip is None else strip.label)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide, and high enough for two curves and the ticks."""
        return QSize(400, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the label and a short track."""
        return QSize(scaled(220), scaled(_HEIGHT))

    def slice_at(self, x: float) -> int | None:
        """The slice under a logical x, clamped to the stack; None when nothing is shown."""
        if self._strip is None:
            return None
        return self._layout(self._strip).slice_at(x / text_factor())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the strip."""
        factor = text_factor()
        painter = QPainter(self)
        painter.scale(factor, factor)
        paint_strip(
            painter,
            self._strip,
            self._layout(self._strip),
            text_scale=1.0,
            kept=self._kept,
            device_scale=factor * self.devicePixelRatioF(),
        )
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to the slice under the pointer."""
        focused = self.window().focusWidget()
        if focused is not None:
            focused.clearFocus()
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Follow the pointer while the left button is down."""
        self._choose(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Scroll as over the image."""
        event.accept()
        steps = self._wheel.add(-event.angleDelta().y())
        if self._strip is not None and steps:
            wanted = self._strip.slice_index + steps
            self._report(min(max(wanted, 0), self._strip.slices - 1))

    def event(self, event: QEvent) -> bool:
        """Say what the AI found on the slice under a resting pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos()).x()), self)
            return True
        return super().event(event)

    def tip_at(self, x: float) -> str:
        """Slice and highest saliency under a logical x."""
        strip, index = self._strip, self.slice_at(x)
        if strip is None or index is None:
            return ""
        parts = [f"slice {index + 1}"]
        if strip.malignant is not None and strip.benign is not None:
            parts.append(f"malignant up to {strip.malignant[index]:.2f}")
            parts.append(f"benign up to {strip.benign[index]:.2f}")
        if strip.series is not None:
            parts += series_words(strip.series, index)
        numbers = [str(mark.number) for mark in strip.marks if mark.slice_index == index]
        if numbers:
            parts.append("patch " + ", ".join(numbers))
        spans = (span for span in strip.drawn if span.first_slice <= index <= span.last_slice)
        drawn = [str(span.number) for span in spans]
        if drawn:
            parts.append("mark " + ", ".join(drawn))
        return ", ".join(parts)

    def _layout(self, strip: StripData | None) -> StripLayout:
        return StripLayout(
            width=self.width() / text_factor(),
            height=self.height() / text_factor(),
            slices=1 if strip is None else strip.slices,
        )

    def _choose(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        index = self.slice_at(event.position().x())
        if index is not None:
            self._report(index)

    def _report(self, index: int) -> None:
        if self._strip is not None and index != self._strip.slice_index:
            self.slice_chosen.emit(index)
