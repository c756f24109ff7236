"""Icons from one set (Material Design Icons), in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache

import qtawesome
from PySide6.QtGui import QIcon

from viewer.ui.theme import DISABLED, TEXT


@lru_cache(maxsize=128)
def icon(name: str, colour: str = TEXT) -> QIcon:
    """An icon by its name in the set, such as "mdi6.folder-open-outline"."""
    found: QIcon = qtawesome.icon(
        name, color=colour, color_disabled=DISABLED, color_active=colour, scale_factor=1.05
    )
    return found
