"""Files that cannot be used, kept beside their place under a name that is free."""

from __future__ import annotations

import os
from pathlib import Path

_MOST = 1000


def move_aside(path: Path) -> Path | None:
    """Rename to NAME.damaged, or with a number where that is taken; None if it cannot be."""
    for number in range(1, _MOST):
        suffix = ".damaged" if number == 1 else f".damaged-{number}"
        aside = path.with_name(f"{path.name}{suffix}")
        if os.path.lexists(aside):
            continue
        try:
            os.replace(path, aside)
        except OSError:
            return None
        return aside
    return None
