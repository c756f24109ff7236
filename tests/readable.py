"""What of a window cannot be read: words that are cut, and what stands beyond an edge."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

from viewer.ui.text_size import scaled

WORDED = (QLabel, QAbstractButton)
INNER_EDGE = 8
"""Logical pixels that a cell of a table keeps free beside its words."""
SHORTEST_SLIDER = 40


def unreadable(root: QWidget) -> list[str]:
    """Everything, in words."""
    return [*cut(root), *outside(root), *short_sliders(root), *cut_cells(root)]


def visible(root: QWidget) -> list[QWidget]:
    inside = [widget for widget in root.findChildren(QWidget) if widget.isVisible()]
    return [widget for widget in inside if widget.window() is root.window()]


def cut(root: QWidget) -> list[str]:
    """Labels, buttons, boxes and tabs whose words need more room than they have."""
    return [f"{named(w)} cut" for w in visible(root) if cut_words(w)]


def cut_words(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel):
        return cut_label(widget)
    if isinstance(widget, QTabBar):
        wide = widget.fontMetrics().horizontalAdvance
        tabs = range(widget.count())
        texts = [(widget.tabText(tab), widget.tabRect(tab).width()) for tab in tabs]
        return [text for text, room in texts if wide(text) > room]
    if isinstance(widget, QComboBox):
        text = widget.currentText()
        return [text] if widget.fontMetrics().horizontalAdvance(text) > widget.width() - 8 else []
    if isinstance(widget, QPushButton | QCheckBox | QToolButton):
        is_icon = isinstance(widget, QToolButton) and not widget.icon().isNull()
        text = "" if is_icon else widget.text()
        small = widget.width() < widget.minimumSizeHint().width() and bool(text)
        wide = widget.fontMetrics().horizontalAdvance(text.replace("&", ""))
        high = widget.fontMetrics().height()
        return [text] if text and (wide > widget.width() or high > widget.height() or small) else []
    return []


def cut_label(label: QLabel) -> list[str]:
    if not label.text() or not label.pixmap().isNull():
        return []
    if label.wordWrap():
        return [label.text()] if label.heightForWidth(label.width()) > label.height() + 1 else []
    needed = label.sizeHint()
    if needed.width() > label.width() + 1 or needed.height() > label.height() + 1:
        return [label.text()]
    return []


def outside(root: QWidget) -> list[str]:
    """What stands beyond the edge of a part around it, other than below, in what scrolls."""
    controls = (*WORDED, QSlider, QComboBox, QLineEdit, QSpinBox)
    found = []
    for widget in visible(root):
        if not isinstance(widget, controls) or widget.objectName().startswith("qt_"):
            continue
        scrolls, around = False, widget.parentWidget()
        while around is not None and widget is not root:
            area = around.parentWidget()
            scrolls = scrolls or (
                isinstance(area, QAbstractScrollArea) and around is area.viewport()
            )
            corner = widget.mapTo(around, QPoint(0, 0))
            if not 0 <= corner.x() <= around.width() - widget.width():
                found.append(f"{named(widget)} beside {named(around)}")
            if not scrolls and not 0 <= corner.y() <= around.height() - widget.height():
                found.append(f"{named(widget)} below {named(around)}")
            around = None if around is root else area
    return found


def named(widget: QWidget) -> str:
    said = getattr(widget, "text", None)
    words = widget.accessibleName() or (said() if callable(said) else "")
    return f"{type(widget).__name__} {re.sub('<[^>]*>', '', words)[:40]!r}"


def short_sliders(root: QWidget) -> list[str]:
    sliders = [widget for widget in visible(root) if isinstance(widget, QSlider)]
    return [s.accessibleName() for s in sliders if s.width() < scaled(SHORTEST_SLIDER)]


def cut_cells(root: QWidget) -> list[str]:
    """Cells of tables and lists whose words are cut and are said by no tooltip."""
    found = []
    for view in visible(root):
        if not isinstance(view, QTableView | QListView):
            continue
        model = view.model()
        columns = model.columnCount() if isinstance(view, QTableView) else 1
        for row in range(model.rowCount()):
            for column in range(columns):
                index = model.index(row, column)
                place, words = view.visualRect(index), str(index.data() or "")
                if not words or place.isEmpty() or index.data(Qt.ItemDataRole.ToolTipRole):
                    continue
                room = QRect(0, 0, place.width() - INNER_EDGE, 10_000)
                flags = Qt.TextFlag.TextWordWrap if view.wordWrap() else 0
                needed = view.fontMetrics().boundingRect(room, flags, words)
                if needed.width() > room.width() or needed.height() > place.height():
                    found.append(f"cell {words!r} of {view.accessibleName()}")
    return found


def cut_titles(root: QWidget) -> list[str]:
    """Titles of columns that are cut; a table of the worklist's kind says them on hover instead."""
    found = []
    for view in visible(root):
        if not isinstance(view, QTableView) or view.horizontalHeader().isHidden():
            continue
        header, model = view.horizontalHeader(), view.model()
        for column in range(model.columnCount()):
            title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            needed = header.fontMetrics().horizontalAdvance(title) + INNER_EDGE
            if needed > header.sectionSize(column) and not header.isSectionHidden(column):
                found.append(f"title {title!r} of {view.accessibleName() or type(view).__name__}")
    return found


def cut_placeholders(root: QWidget) -> list[str]:
    """What an empty field says of itself and has no room for."""
    found = []
    for field in visible(root):
        if not isinstance(field, QLineEdit) or field.text():
            continue
        words = field.placeholderText()
        if field.fontMetrics().horizontalAdvance(words) > field.width() - INNER_EDGE:
            found.append(f"{words!r} of {named(field)}")
    return found
