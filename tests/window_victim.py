"""The program in a process of its own, as a user starts it: weights are added, an exam is read.

Called with a folder for settings, an exam and weights; prints a line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog

from viewer.app import Program
from viewer.domain.ai_state import Done
from viewer.session.breast_results import is_ai_busy
from viewer.storage.places import Places
from viewer.ui.dialogs.models import ModelsDialog

WAIT_S = 60.0


def main(home: Path, exam: Path, weights: Path) -> None:
    """Add weights in the models dialog, let them serve, and read the exam with them."""
    application = QApplication([])
    said: list[str] = []

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError
            application.processEvents()
            time.sleep(0.005)

    def act(dialog: QDialog) -> bool:
        if not isinstance(dialog, ModelsDialog):
            return True
        dialog.show()
        until(lambda: not program.library.is_running)
        dialog.add([weights])
        until(lambda: not program.library.is_running)
        dialog.use()
        said.append(dialog.said)
        dialog.close()
        return True

    program = Program(
        where=Places(config=home / "config", cache=home / "cache"), run_ai=False, show_dialog=act
    )
    program.window.show()
    program.open([exam])
    until(lambda: not program.search.is_running)
    program.desk.choose_models()
    program.desk.run_ai()
    until(lambda: not is_ai_busy(program.session.state))
    state = program.session.state
    images = state.exam.images if state.exam is not None else ()
    result = {
        "added": [model.title for model in program.library.library.read().models],
        "said": said,
        "done": sum(isinstance(state.ai_of(image.image_id), Done) for image in images),
        "torch": sorted(name for name in sys.modules if name.split(".")[0] == "torch"),
    }
    program.window.close()
    program.close()
    print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main(*(Path(given) for given in sys.argv[1:4]))
