"""Tidies the program's own folders beside the window, once at its start."""

from __future__ import annotations

import threading

from inference.process import yield_to_window
from viewer.storage.leftovers import remove_leftovers
from viewer.storage.places import Places


def tidied_beside(where: Places) -> threading.Thread:
    """Remove what killed runs left, in a thread that is already running; join it at the end."""

    def tidy() -> None:
        yield_to_window()
        remove_leftovers(where)

    thread = threading.Thread(target=tidy, name="leftovers")
    thread.start()
    return thread
