"""The real program on a screen whose picture can be read back: how many levels of grey arrive.

python deep_window.py SCREEN_FILE HOME PICTURE: opens a picture, waits until it has come to rest,
and prints what it says of the display and what the screen holds, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from inference.engine.local import LocalEngine
from viewer.app import Program
from viewer.app_start import dark_application
from viewer.domain.windowing import Window
from viewer.session.state import SessionState
from viewer.storage.places import Places
from viewer.ui.display_check.display_check import DisplayCheck
from viewer.ui.pane.image_pane import ImagePane

FULL_RANGE = Window(center=32767.5, width=65536)
ALL = slice(None)


def screen_pixels(file: Path) -> tuple[np.ndarray, int]:
    """What a virtual screen shows, (rows, columns) uint32, and its bits a channel."""
    content = file.read_bytes()
    header = np.frombuffer(content, ">u4", 25)
    columns, rows, bytes_per_line, colours = (int(header[at]) for at in (4, 5, 12, 19))
    order = "<u4" if int(header[7]) == 0 else ">u4"
    start = int(header[0]) + 12 * colours
    pixels = np.frombuffer(content, order, rows * bytes_per_line // 4, start)
    green = int(header[15])
    return pixels.reshape(rows, -1)[:, :columns], green.bit_count()


def greys_in(file: Path, widget: QWidget, rows: slice) -> list[int]:
    """The distinct levels of the grey pixels of a widget's rows."""
    pixels, bits = screen_pixels(file)
    corner = widget.mapToGlobal(QPoint(0, 0))
    part = pixels[corner.y() : corner.y() + widget.height(), corner.x() :][rows, : widget.width()]
    blue, green, red = (part >> (bits * channel) & ((1 << bits) - 1) for channel in range(3))
    return [int(level) for level in np.unique(green[(red == green) & (green == blue)])]


def wait(app: QApplication, done: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(done)
        app.processEvents()
        time.sleep(0.005)


def full_range(state: SessionState) -> SessionState:
    active = replace(state.panes[state.active], window=FULL_RANGE)
    return replace(state, panes={**state.panes, state.active: active})


def look(
    app: QApplication, program: Program, screen_file: Path, picture: Path
) -> dict[str, object]:
    """Show the picture, then the display check over it."""

    def pane() -> ImagePane:
        return program.hanging.panes[program.session.state.active]

    program.open([picture])
    wait(app, lambda: pane().has_painted_image)
    program.session.apply(full_range)
    wait(app, lambda: pane().has_painted_image and pane().is_final)
    app.processEvents()
    middle = slice(pane().height() // 2 - 10, pane().height() // 2 + 10)
    said = {"status": program.status.display, "image": greys_in(screen_file, pane(), middle)}
    check = DisplayCheck(
        displays=program.grey.displays, screen=program.window.screen(), parent=program.window
    )
    check.show()
    # A first expose and the pattern's painting come as events of their own.
    end = time.monotonic() + 0.5
    wait(app, lambda: check.isVisible() and time.monotonic() > end)
    said |= {"facts": check.facts.text(), "pattern": greys_in(screen_file, check.pattern, ALL)}
    check.close()
    return said


def main(screen_file: Path, home: Path, picture: Path) -> None:
    app = dark_application()
    places = Places(config=home / "config", cache=home / "cache")
    program = Program(where=places, run_ai=False, engine=LocalEngine())
    program.window.resize(1280, 800)
    program.window.show()
    try:
        print(json.dumps(look(app, program, screen_file, picture)))  # noqa: T201
    finally:
        program.window.close()
        program.close()


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
