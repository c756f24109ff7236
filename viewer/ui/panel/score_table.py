"""Scores as bars with two decimals: exam, breasts, images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.domain.overlay_settings import Palette
from viewer.ui.fonts import text_font
from viewer.ui.pane.corner_rows import wrapped
from viewer.ui.panel.score_line import LineLook, ScoreLine
from viewer.ui.row_keys import ListRow, RowKeys
from viewer.ui.text_size import follow_text_size, scaled, text_factor
from viewer.ui.theme import ACCENT, ERROR, LINE, SECONDARY, SMALL_PIXELS, TEXT

_ROW = 21
_HEADER = 20
_MARGIN = 12
_NUMBER = 32
_GAP = 8
_NAME_SHARE = 0.36
_INDENT = 10
_BAR = 5
_ACTIVE = QColor("#1f2a36")


class ScoreTable(QWidget):
    """Draws lines; a click on an image's line brings the image up."""

    image_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, name: str = "Scores") -> None:
        super().__init__(parent)
        self._lines: tuple[ScoreLine, ...] = ()
        self._shown: tuple[ScoreLine, ...] = ()
        """The lines as they stand: a model's long name takes several."""
        self._colours = Palette.PAPER.colours
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.hand = RowKeys(self, self._rows)
        self.hand.chosen.connect(self._choose_row)
        follow_text_size(self, self._break_names)

    @property
    def lines(self) -> tuple[ScoreLine, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[ScoreLine], palette: Palette) -> None:
        """Show other lines."""
        if tuple(lines) == self._lines and palette.colours == self._colours:
            return
        self._lines, self._colours = tuple(lines), palette.colours
        self.setAccessibleDescription(". ".join(line.words for line in lines))
        self._break_names()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Break long names anew."""
        super().resizeEvent(event)
        self._break_names()

    def _break_names(self) -> None:
        """Give each name of a model as many rows as it needs: its end says how it is averaged."""
        before = self._shown
        width = self._wide() - 2 * _MARGIN
        self._shown = tuple(
            row
            for line in self._lines
            for row in (
                [replace(line, title=text) for text in wrapped(line.title, SMALL_PIXELS, width)]
                if line.look is LineLook.MODEL
                else [line]
            )
        )
        # A change of the size of words makes other rows high, too.
        if len(self._shown) != len(before) or self.height() != self.sizeHint().height():
            self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        """High enough for all lines."""
        rows = _HEADER + _ROW * len(self._shown) if self._shown else 0
        return QSize(scaled(280), scaled(rows))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """All lines are always shown; the panel scrolls."""
        return QSize(scaled(200), self.sizeHint().height())

    @property
    def _choosable(self) -> tuple[int, ...]:
        """The numbers of the lines that bring an image up."""
        return tuple(n for n, line in enumerate(self._shown) if line.image_id is not None)

    def _rows(self) -> tuple[ListRow, ...]:
        factor, width = text_factor(), float(self.width())
        return tuple(
            ListRow(
                words=self._shown[number].words,
                place=QRectF(0, (_HEADER + number * _ROW) * factor, width, _ROW * factor),
                is_current=self._shown[number].is_active,
            )
            for number in self._choosable
        )

    @Slot(int)
    def _choose_row(self, row: int) -> None:
        image_id = self._shown[self._choosable[row]].image_id
        if image_id is not None:
            self.image_chosen.emit(image_id)

    def event(self, event: QEvent) -> bool:
        """Say a line in full where the pointer rests: a narrow column cuts long names."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            line = self.line_at(QPointF(event.pos()).y())
            QToolTip.showText(event.globalPos(), "" if line is None else line.words, self)
            return True
        return super().event(event)

    def line_at(self, y: float) -> ScoreLine | None:
        """The line at a height."""
        index = int((y / text_factor() - _HEADER) // _ROW)
        return self._shown[index] if 0 <= index < len(self._shown) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Bring an image up."""
        line = self.line_at(event.position().y())
        if line is not None and line.image_id is not None:
            self.image_chosen.emit(line.image_id)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the table."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.scale(text_factor(), text_factor())
        if self._shown:
            self._draw_header(painter)
        for index, line in enumerate(self._shown):
            self._draw_line(painter, line, _HEADER + index * _ROW)
        painter.restore()
        self.hand.draw(painter)
        painter.end()

    def _columns(self) -> tuple[float, float, float]:
        """Left of the names, of malignant and of benign."""
        inner = self._wide() - 2 * _MARGIN
        names = inner * _NAME_SHARE
        half = (inner - names - _GAP) / 2
        return _MARGIN, _MARGIN + names, _MARGIN + names + half + _GAP

    def _wide(self) -> float:
        """Its width in pixels of 100 % text, in which everything is drawn."""
        return self.width() / text_factor()

    def _score_width(self) -> float:
        _, malignant, benign = self._columns()
        return benign - malignant - _GAP

    def _draw_header(self, painter: QPainter) -> None:
        _, malignant, benign = self._columns()
        painter.setFont(text_font(11))
        columns = [(malignant, "malignant", self._colours[1]), (benign, "benign", self._colours[0])]
        if all(line.is_series for line in self._lines):
            columns = [(malignant, "series score", self._colours[1])]
        for left, name, colour in columns:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(left, _HEADER / 2 - 3, 6, 6), 1, 1)
            painter.setPen(QColor(SECONDARY))
            box = QRectF(left + 10, 0, self._score_width() - 10, _HEADER)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)

    def _draw_line(self, painter: QPainter, line: ScoreLine, top: float) -> None:
        names, malignant, benign = self._columns()
        if line.is_active:
            painter.fillRect(QRectF(0, top, self._wide(), _ROW), _ACTIVE)
        self._draw_title(painter, line, names, top)
        if line.scores is not None and not (line.look is LineLook.IMAGE and line.state):
            self._draw_score(painter, line.scores.malignant, malignant, top, self._colours[1])
            self._draw_score(painter, line.scores.benign, benign, top, self._colours[0])
        elif line.series_score is not None:
            self._draw_score(painter, line.series_score, malignant, top, self._colours[1])
        elif line.state:
            self._draw_state(painter, line, malignant, top)

    def _draw_title(self, painter: QPainter, line: ScoreLine, left: float, top: float) -> None:
        is_model = line.look is LineLook.MODEL
        is_part = line.look is LineLook.PART
        bold = line.look in (LineLook.EXAM, LineLook.BREAST)
        weight = QFont.Weight.Medium if bold else QFont.Weight.Normal
        painter.setFont(text_font(SMALL_PIXELS, weight))
        painter.setPen(QColor(SECONDARY if is_model or is_part else TEXT))
        width = self._wide() - 2 * _MARGIN
        if not is_model:
            width = int(width * _NAME_SHARE) - 4
        if is_part:
            left, width = left + _INDENT, width - _INDENT
        words = painter.fontMetrics().elidedText(
            line.title, Qt.TextElideMode.ElideRight, int(width)
        )
        painter.drawText(QRectF(left, top, width, _ROW), Qt.AlignmentFlag.AlignVCenter, words)

    def _draw_score(
        self, painter: QPainter, score: float, left: float, top: float, colour: str
    ) -> None:
        painter.setFont(text_font(SMALL_PIXELS, QFont.Weight.Medium))
        painter.setPen(QColor(TEXT))
        box = QRectF(left, top, _NUMBER, _ROW)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{score:.2f}")
        self._draw_bar(painter, left + _NUMBER, top, score, colour)

    def _draw_bar(
        self, painter: QPainter, left: float, top: float, share: float, colour: str
    ) -> None:
        width = self._columns()[2] - _GAP - self._columns()[1] - _NUMBER
        track = QRectF(left, top + (_ROW - _BAR) / 2, width, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LINE))
        painter.drawRoundedRect(track, 2, 2)
        if share > 0:
            painter.setBrush(QColor(colour))
            filled = QRectF(track.left(), track.top(), max(2.0, width * share), _BAR)
            painter.drawRoundedRect(filled, 2, 2)

    def _draw_state(self, painter: QPainter, line: ScoreLine, left: float, top: float) -> None:
        right = self._wide() - _MARGIN
        if line.share is not None:
            benign = self._columns()[2]
            self._draw_bar(painter, benign + _NUMBER, top, line.share, ACCENT)
            right = benign + _NUMBER - _GAP
        painter.setFont(text_font(SMALL_PIXELS))
        painter.setPen(QColor(ERROR if line.is_failure else SECONDARY))
        words = painter.fontMetrics().elidedText(
            line.state, Qt.TextElideMode.ElideRight, int(right - left)
        )
        painter.drawText(
            QRectF(left, top, right - left, _ROW), Qt.AlignmentFlag.AlignVCenter, words
        )
