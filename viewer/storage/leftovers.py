"""What killed runs left half written in the program's own folders."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from inference.unfinished_file import is_unfinished
from viewer.storage.places import Places

log = logging.getLogger(__name__)

ABANDONED_S = 24 * 3600.0
"""No file is written for so long: whatever is younger may be another program's at work."""


def remove_leftovers(where: Places) -> int:
    """Delete files that a killed run never finished, a day old or older; returns how many.

    Only in folders that the program made for itself, never where a user's exams or results lie.
    Raises nothing: what cannot be deleted stays for the next start.
    """
    oldest = time.time() - ABANDONED_S
    removed = kept = 0
    for path in _unfinished_files(where):
        try:
            if path.lstat().st_mtime > oldest:
                continue
            path.unlink()
            removed += 1
        except FileNotFoundError:
            # Another program that started just now does the same.
            continue
        except OSError as error:
            log.debug("an unfinished file could not be deleted: %s", error.strerror)
            kept += 1
    if removed or kept:
        log.info("unfinished files of earlier runs removed=%d left=%d", removed, kept)
    return removed


def _unfinished_files(where: Places) -> Iterator[Path]:
    # The folder of settings is not searched below itself: a journal's second copy is no leftover.
    yield from _in_folder(where.config)
    for folder in (where.hangings, where.displays, where.marks):
        yield from _in_folder(folder)
    for folder in (where.models, where.predictions, where.frames, where.demo):
        yield from _below(folder)


def _below(folder: Path) -> Iterator[Path]:
    """In a folder and all that are really in it, not those that links lead to."""
    for inner, _, _ in os.walk(folder, followlinks=False):
        yield from _in_folder(Path(inner))


def _in_folder(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = Path(entry.path)
                if is_unfinished(path) and entry.is_file(follow_symlinks=False):
                    yield path
    except OSError as error:
        log.debug("a folder was not searched for unfinished files: %s", error.strerror)
