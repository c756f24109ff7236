"""The names of files that are still being written, which no reader takes for what they will be."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

_SUFFIX = ".part"
# A second suffix is that of the file to come, for writers that go by it.
_NAME = re.compile(r"\.[a-z0-9_]{8}\.part(\.[A-Za-z0-9]+)?")


def reserve_beside(path: Path, *, suffix: str = "") -> tuple[int, Path]:
    """Make an empty private file beside `path` to write in: an open descriptor and its name.

    suffix: follows the usual one, for a writer that chooses a format by the name. Raises OSError.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=f"{_SUFFIX}{suffix}")
    return descriptor, Path(name)


def is_unfinished(path: Path) -> bool:
    """Whether a file was reserved here and never took its place: its writer was stopped."""
    return _NAME.fullmatch(path.name) is not None
