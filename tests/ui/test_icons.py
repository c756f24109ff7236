"""Icons are drawn once for each size, mode and resolution."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from viewer.ui.icons import icon
from viewer.ui.theme import DISABLED

SIZE = QSize(20, 20)


def test_a_bar_that_comes_again_draws_no_icon_anew(qapp: QApplication) -> None:
    del qapp
    drawn = icon("mdi6.menu").pixmap(SIZE, 1.0)
    assert icon("mdi6.menu").pixmap(SIZE, 1.0).cacheKey() == drawn.cacheKey()


def test_an_icon_differs_by_size_mode_and_resolution(qapp: QApplication) -> None:
    del qapp
    menu = icon("mdi6.menu")
    assert menu.pixmap(QSize(40, 40), 1.0).size() == QSize(40, 40)
    sharp = menu.pixmap(SIZE, 2.0)
    assert (sharp.size(), sharp.devicePixelRatio()) == (QSize(40, 40), 2.0)
    assert menu.pixmap(SIZE, 1.0).devicePixelRatio() == 1.0
    colours = {
        mode: menu.pixmap(SIZE, 1.0, mode).toImage().pixelColor(10, 10).name()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled)
    }
    assert colours[QIcon.Mode.Disabled] == DISABLED
    assert colours[QIcon.Mode.Normal] != DISABLED
