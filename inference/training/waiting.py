"""Waiting for phantoms that other processes make, as long as any are being made."""

from __future__ import annotations

import time
from collections.abc import Callable

_LOOKING_SECONDS = 0.2


def wait_for_phantoms(is_enough: Callable[[], bool], is_making: Callable[[], bool]) -> None:
    """Return as soon as there are enough.

    Raises RuntimeError when nothing is being made any more and there are still too few, as when
    the disk is full: what was made stays.
    """
    while not is_enough():
        was_making = is_making()
        if is_enough():
            return
        if not was_making:
            raise RuntimeError(
                "Too few phantoms were made to learn from, and no more are being made: either the "
                "processes that make them failed, and their errors stand above, or more breasts "
                "must be asked for. Call again to go on."
            )
        time.sleep(_LOOKING_SECONDS)
