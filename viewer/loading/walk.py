"""All files under the given paths, each once, whatever links there are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from viewer.loading.scan_progress import ScanProgress

_REPORT_EVERY = 200


def files_under(paths: Sequence[Path], progress: ScanProgress) -> Iterator[Path]:
    """Yield every file under files and folders, folders recursively and in name order.

    A folder or file that is reached twice, by a link or by nested paths, counts once; loops of
    links end. Paths that do not exist are yielded, so that their absence is reported.
    """
    seen: set[tuple[int, int]] = set()
    found = 0
    for path in paths:
        for file in _files_of(path, seen):
            found += 1
            if found % _REPORT_EVERY == 1:
                progress.update(found, None)
            yield file


def _files_of(path: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    if not path.is_dir():
        if not path.exists() or _is_new(path, seen):
            yield path
        return
    for folder, subfolders, names in os.walk(path, followlinks=True):
        if not _is_new(Path(folder), seen):
            subfolders.clear()
            continue
        subfolders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.is_file() and _is_new(file, seen):
                yield file


def _is_new(path: Path, seen: set[tuple[int, int]]) -> bool:
    try:
        status = path.stat()
    except OSError:
        return True
    identity = (status.st_dev, status.st_ino)
    # Some Windows file systems have no file numbers: there nothing is ever taken for a repeat.
    if identity[1] == 0:
        return True
    if identity in seen:
        return False
    seen.add(identity)
    return True
